"""Kernel limits of one run, in every tier and on every system that has them.

Promises: each limit is set as far as the system knows it; hard limits too, so that a child cannot raise them.
Does not promise: that RLIMIT_AS means anything on macOS.
"""

from __future__ import annotations

import resource
from dataclasses import dataclass

# The wider descriptor limit leaves room for nothing but what the child already holds.
DESCRIPTORS = 16
# Room for the C stack at the deepest recursion that a candidate may ask for; Linux grows it on demand.
STACK = 64 << 20


@dataclass(frozen=True, slots=True)
class RunLimits:
    """What the kernel enforces for one child: CPU seconds and address space in bytes."""

    cpu_s: int
    memory: int


def own_address_space() -> int:
    """Return this process's address space in bytes, 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:
            return int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def apply(limits: RunLimits) -> None:
    """Bind this process; a limit below the present hard limit is kept, never raised."""
    _set("RLIMIT_CORE", 0)
    _set("RLIMIT_STACK", STACK)
    _set("RLIMIT_FSIZE", 0)
    _set("RLIMIT_NPROC", 0)
    _set("RLIMIT_NOFILE", DESCRIPTORS)
    _set("RLIMIT_CPU", limits.cpu_s, grace=1)
    if limits.memory:
        _set("RLIMIT_AS", limits.memory)


def _set(name: str, value: int, *, grace: int = 0) -> None:
    number = getattr(resource, name, None)
    if number is None:
        return
    _, hard = resource.getrlimit(number)
    top = value + grace if hard == resource.RLIM_INFINITY else min(value + grace, hard)
    try:
        resource.setrlimit(number, (min(value, top), top))
    except (ValueError, OSError):
        # macOS knows the names but refuses some values; the caller's self-test says what is left.
        return
