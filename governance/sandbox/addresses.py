"""Processes whose memory lies where it lay the last time, so that sets ordered by address iterate alike.

Promises: what is started inside `settled` has no random addresses where the kernel allows that; this process is as it
was afterwards; where it is refused, nothing happens and nothing is said.
Does not promise: equal addresses on two machines or for two interpreters.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

ADDR_NO_RANDOMIZE = 0x0040000
_ASK = 0xFFFFFFFF


@contextmanager
def settled() -> Iterator[None]:
    """Have processes that this thread starts meanwhile keep out of address randomisation."""
    before = _personality(_ASK)
    changed = before >= 0 and not before & ADDR_NO_RANDOMIZE and _personality(before | ADDR_NO_RANDOMIZE) >= 0
    try:
        yield
    finally:
        if changed:
            _personality(before)


def _personality(wanted: int) -> int:
    """Set this thread's execution domain and return the former one; below 0 where it cannot be."""
    try:
        return int(ctypes.CDLL(None).personality(ctypes.c_ulong(wanted)))
    except (AttributeError, OSError):
        # Only Linux knows it.
        return -1
