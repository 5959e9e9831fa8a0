"""A value's fingerprint: equal for equal values of equal types, whatever the order of its sets and dicts.

Promises: the same text in every process, on every Python and under every hash seed; it never raises.
Does not promise: to tell apart what lies deeper than 200 levels.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from .sandbox.run import Opaque, Result

DEEPEST = 200


def fingerprint(result: Result) -> str:
    """Return 16 hexadecimal digits for how a call ended: its value, or its outcome and the error's type."""
    text = canonical(result.value) if result.outcome == "ok" else f"{result.outcome} {result.error.partition(':')[0]}"
    return _digest(text)[:16]


def signature(prints: Iterable[str]) -> str:
    """Return the sha256, in hexadecimal, of a run of fingerprints: what a tool does on those cases."""
    return _digest(" ".join(prints))


def canonical(value: object, *, depth: int = 0) -> str:
    """Return a text that is the same for two values exactly where they are equal with all their types."""
    if depth > DEEPEST:
        return "..."
    below = depth + 1
    match value:
        case int() if not isinstance(value, bool):
            # Hexadecimal has no limit on digits, decimal has.
            return hex(value)
        case list() | tuple():
            return _joined(value, (canonical(one, depth=below) for one in value))
        case set() | frozenset():
            return _joined(value, sorted(canonical(one, depth=below) for one in value))
        case dict():
            pairs = (f"{canonical(key, depth=below)}:{canonical(one, depth=below)}" for key, one in value.items())
            return _joined(value, sorted(pairs))
        case Opaque(type_name=name):
            return f"<{name}>"
        case _:
            # Which letters count as printable depends on the Python; ascii escapes all but the oldest.
            return f"{type(value).__name__} {value!a}"


def _joined(value: object, parts: Iterable[str]) -> str:
    return f"{type(value).__name__}({','.join(parts)})"


def _digest(text: str) -> str:
    # A lone surrogate in a string is a value like any other.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
