"""Confine this process further once bubblewrap has put it into namespaces of its own.

Promises: after `enter` no privilege can be regained; a child has the same seccomp filter as in the stronger tiers, and
Landlock where the kernel has it.
Does not promise: an empty root. The interpreter's own files stay in sight of this process, read-only; a child cannot
open them.
"""

from __future__ import annotations

import signal
from collections.abc import Callable

from . import kernel, landlock, seccomp, wire
from .tier import Entered

# Inside a process-number namespace of its own, bubblewrap's reaper is the first process.
REAPER = 1


def enter(parent: int, *, prepare: Callable[[], dict[str, int]]) -> Entered:
    """Confine this process for good after `prepare` has loaded what it needs; `parent` lies outside. Raises OSError."""
    seccomp.try_filtering()
    kernel.die_with(REAPER, signal_number=signal.SIGKILL)
    facts = prepare()
    kernel.drop_capabilities()
    facts["landlock_abi"] = landlock.deny_all() if landlock.abi() else 0
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    return Entered(seccomp.Filter(result_fd=wire.RESULT_FD).install, facts)
