"""The shelf as the rule layer knows it: required versions by number, and what a source needs of them.

Promises: parts come after those that they need, in one order for one source; what is not on the shelf is left out, and
the sandbox fails on it.
Does not promise: that a required version may be built on. `RequirementsShelved` says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from storage import pins_in, repinned

from .sandbox.run import Part

Library = Mapping[int, Part]


def library_of(parts: Iterable[Part]) -> Library:
    """Return the parts by their version's number."""
    return {part.version_id: part for part in parts}


def closure(source: str, library: Library) -> tuple[Part, ...]:
    """Return what a source requires, and what that requires, each after its own needs."""
    done: dict[int, Part] = {}
    seen: set[int] = set()
    waiting = [(pin.version_id, False) for pin in reversed(pins_in(source))]
    while waiting:
        number, ready = waiting.pop()
        part = library.get(number)
        if part is None or number in done:
            continue
        if ready:
            done[number] = part
        elif number not in seen:
            seen.add(number)
            waiting.append((number, True))
            waiting += [(pin.version_id, False) for pin in reversed(pins_in(part.source))]
    return tuple(done.values())


def text_digest(source: str, parts: Iterable[Part]) -> str:
    """Return the sha256 of a source with all that it runs with."""
    digest = hashlib.sha256(source.encode("utf-8", "surrogatepass"))
    for part in parts:
        for text in (str(part.version_id), part.entry_point, part.source, part.helper):
            digest.update(b"\0" + text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def is_upgrade(source: str, parent_source: str, library: Mapping[int, Part]) -> bool:
    """Whether a source is its parent with nothing changed but pins, each to a later version of the same tool."""
    moved = _moved(source, parent_source)
    if not moved or repinned(parent_source, moved) != source:
        return False
    pairs = [(library.get(old), library.get(new)) for old, new in moved.items()]
    return all(
        old is not None and new is not None and old.tool_id == new.tool_id != 0 and old.version_id < new.version_id
        for old, new in pairs
    )


def _moved(source: str, parent_source: str) -> dict[int, int]:
    old, new = _by_name(parent_source), _by_name(source)
    if old.keys() != new.keys():
        return {}
    return {old[name]: new[name] for name in old if old[name] != new[name]}


def _by_name(source: str) -> dict[str, int]:
    return {pin.name: pin.version_id for pin in pins_in(source)}
