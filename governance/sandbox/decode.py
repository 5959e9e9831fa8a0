"""Turn a child's claim back into a value, doubting every byte of it.

Promises: only the kinds of value that `zygote/encode.py` sends come out, with their exact types; anything else raises
ClaimError; depth, number of items and hash collisions are bounded; no code of the child is run.
Does not promise: that the claim is true.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from typing import Any, NoReturn

from .run import Opaque
from .zygote.encode import DEPTH, ITEMS

# Entries of one set or dict that may share a hash: so few cost nothing worth noticing, and chance never makes as many.
MOST_ALIKE = 64


class ClaimError(ValueError):
    """A child sent something that no honest child sends."""


class Colliding(ClaimError):
    """A set or dict has keys that were made to have one hash."""


def _refuse(text: str) -> NoReturn:
    raise ClaimError(f"the child sent {text}")


def parse(frame: bytes) -> Any:
    """Read one frame as JSON without NaN or Infinity. Raises ClaimError."""
    try:
        return json.loads(frame, parse_constant=_refuse)
    except (ValueError, RecursionError, MemoryError) as error:
        raise ClaimError(f"the child sent a frame that is no JSON: {str(error)[:80]}") from None


def decode(claim: Any) -> object:
    """Return the value that a parsed claim describes. Raises ClaimError."""
    try:
        return _Decoder().decode(claim, 0)
    except ClaimError:
        raise
    except (TypeError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        raise ClaimError(f"the child sent a value that cannot be read: {str(error)[:80]}") from None


class _Decoder:
    def __init__(self) -> None:
        self._items = 0

    def decode(self, claim: Any, depth: int) -> Any:
        if claim is None or isinstance(claim, (bool, int, float, str)):
            return claim
        if depth > DEPTH + 2:
            _refuse("a value nested too deeply")
        if isinstance(claim, list):
            return self._each(claim, depth)
        if not isinstance(claim, dict) or len(claim) != 1:
            _refuse("a value without a kind")
        ((kind, content),) = claim.items()
        return self._tagged(kind, content, depth)

    def _tagged(self, kind: str, content: Any, depth: int) -> Any:
        if kind in _COLLECTIONS:
            items = self._each(content, depth)
            return _COLLECTIONS[kind](items if kind == "t" else _hashable(items))
        if kind == "d":
            return self._mapping(content, depth)
        if kind == "c":
            real, imaginary = (_real(part) for part in content)
            return complex(real, imaginary)
        if kind not in _SCALARS:
            _refuse("a value of unknown kind")
        return _SCALARS[kind](content)

    def _mapping(self, content: Any, depth: int) -> dict[Any, Any]:
        pairs = [self._each(pair, depth) for pair in self._listed(content)]
        _hashable([key for key, _ in pairs])
        return dict(pairs)

    def _each(self, content: Any, depth: int) -> list[Any]:
        return [self.decode(item, depth + 1) for item in self._listed(content)]

    def _listed(self, content: Any) -> list[Any]:
        if not isinstance(content, list):
            _refuse("a collection that is no list")
        self._items += len(content)
        if self._items > 4 * ITEMS:
            _refuse("too many items")
        return content


def _hashable(keys: Iterable[Hashable]) -> list[Hashable]:
    """Return the keys as a list. Raises Colliding where they collide, TypeError for one without a hash."""
    found = list(keys)
    if len(found) > MOST_ALIKE:
        ((_, most),) = Counter(map(hash, found)).most_common(1)
        if most > MOST_ALIKE:
            raise Colliding(f"a result holds a set or dict in which {most} keys collide in one hash; {MOST_ALIKE} may")
    return found


def _real(part: Any) -> float:
    if isinstance(part, dict) and set(part) == {"r"}:
        return _SCALARS["r"](part["r"])  # type: ignore[no-any-return]
    return part if isinstance(part, float) else _refuse("a complex number without floats")


def _integer(text: Any) -> int:
    return int(text, 16)


def _odd_float(text: Any) -> float:
    return float(text) if text in ("inf", "-inf", "nan") else _refuse("an odd float")


def _opaque(name: Any) -> Opaque:
    return Opaque(name[:80]) if isinstance(name, str) else _refuse("an object without a name")


def _ellipsis(_: Any) -> Any:
    return ...


_COLLECTIONS: dict[str, Callable[[Iterable[Any]], Any]] = {"t": tuple, "s": set, "f": frozenset}
_SCALARS: dict[str, Callable[[Any], Any]] = {
    "i": _integer,
    "r": _odd_float,
    "b": bytes.fromhex,
    "y": lambda text: bytearray(bytes.fromhex(text)),
    "e": _ellipsis,
    "o": _opaque,
}
