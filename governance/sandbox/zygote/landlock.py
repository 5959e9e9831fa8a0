"""Deny-all Landlock: no path can be opened, changed or run, no TCP, no signal or abstract socket to the outside.

Promises: the whole process tree below is bound for good; the ABI that the kernel offered is returned.
Does not promise: anything about chmod, chown, utime, stat and xattr, which Landlock does not mediate (seccomp does).
"""

from __future__ import annotations

import ctypes

from . import kernel

VERSION_FLAG = 1
# The number of file-access rights each ABI knows; a ruleset that handles a right grants it nowhere.
FS_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16, 6: 16, 7: 16}
NET_RIGHTS = 0b11
SCOPES = 0b11


def abi() -> int:
    """Return the kernel's Landlock ABI, 0 where it has none."""
    try:
        return kernel.syscall("landlock_create_ruleset", 0, 0, VERSION_FLAG)
    except OSError:
        return 0


def deny_all() -> int:
    """Bind this process and all it forks to an empty ruleset; return the ABI. Raises OSError where there is none."""
    version = kernel.syscall("landlock_create_ruleset", 0, 0, VERSION_FLAG)
    files = (1 << FS_RIGHTS[min(version, max(FS_RIGHTS))]) - 1
    fields = [files, NET_RIGHTS if version >= 4 else 0, SCOPES if version >= 6 else 0]
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    attributes = (ctypes.c_uint64 * 3)(*fields)
    ruleset = kernel.syscall("landlock_create_ruleset", ctypes.addressof(attributes), size, 0)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.syscall("landlock_restrict_self", ruleset, 0)
    kernel.syscall("close", ruleset)
    return version
