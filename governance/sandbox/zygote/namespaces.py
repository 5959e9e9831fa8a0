"""Enter new user, mount, pid, net, ipc, uts and cgroup namespaces with an empty read-only root.

Promises: after `enter` this process is pid 1 of a world without files, network and other processes.
Does not promise: to be undone; a step that fails raises OSError and the process must end.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from . import kernel, landlock, seccomp, wire
from .tier import Entered

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
ALL = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_REC, MS_PRIVATE = 0x4000, 0x40000
MNT_DETACH = 2
NOBODY = 65534


def enter(parent: int, *, prepare: Callable[[], dict[str, int]]) -> Entered:
    """Confine this process for good; `prepare` loads what it needs while there are still files. Raises OSError."""
    seccomp.try_filtering()
    separate(parent)
    facts = prepare()
    empty_root()
    kernel.drop_capabilities()
    facts["landlock_abi"] = landlock.deny_all() if landlock.abi() else 0
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    return Entered(seccomp.Filter(result_fd=wire.RESULT_FD).install, facts)


def separate(parent: int) -> None:
    """Leave the machine's namespaces and go on as their first process; the process that called stays to wait."""
    uid, gid = os.geteuid(), os.getegid()
    kernel.syscall("unshare", ALL)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{NOBODY} {uid} 1")
    _write("/proc/self/gid_map", f"{NOBODY} {gid} 1")
    # Entering a user namespace clears the death signal, so it is set only now.
    kernel.die_with(parent, signal_number=signal.SIGKILL)
    first = os.fork()
    if first:
        _wait_for(first)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)


def _wait_for(first: int) -> None:
    """Hold on to nothing and end as soon as the first process of the namespaces has ended."""
    os.closerange(0, 256)
    os.waitpid(first, 0)
    os._exit(0)


def empty_root() -> None:
    """Swap the file tree for an empty read-only one of one page; the old tree is out of reach afterwards."""
    flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
    kernel.syscall("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    stage = b"/tmp" if os.path.isdir("/tmp") else b"/proc"
    kernel.syscall("mount", b"tmpfs", stage, b"tmpfs", flags, b"size=4k,nr_inodes=2,mode=555")
    os.chdir(stage)
    kernel.syscall("pivot_root", b".", b".")
    kernel.syscall("umount2", b".", MNT_DETACH)
    os.chdir("/")
    kernel.syscall("mount", b"none", b"/", None, flags | MS_REMOUNT | MS_RDONLY, None)


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
