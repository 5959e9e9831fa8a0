"""Confine this process without namespaces: Landlock, no capabilities, and a seccomp filter for each child.

Promises: after `enter` no file can be opened and no privilege regained, here or in any child.
Does not promise: to hide other processes' numbers, the host name or the clock.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from . import kernel, landlock, seccomp, wire
from .tier import Entered


def enter(parent: int, *, prepare: Callable[[], dict[str, int]]) -> Entered:
    """Confine this process for good after `prepare` has loaded what it needs. Raises OSError."""
    seccomp.try_filtering()
    facts = prepare()
    kernel.drop_capabilities()
    facts["landlock_abi"] = landlock.deny_all()
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    kernel.die_with(parent, signal_number=signal.SIGKILL)
    zygote, install = os.getpid(), seccomp.Filter(result_fd=wire.RESULT_FD).install

    def confine() -> None:
        kernel.die_with(zygote, signal_number=signal.SIGKILL)
        install()

    return Entered(confine, facts)
