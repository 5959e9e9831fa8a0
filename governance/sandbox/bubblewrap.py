"""The command that starts a zygote inside bubblewrap, for machines that give namespaces to it and not to us.

Promises: the zygote sees the interpreter's files alone, read-only, in namespaces of its own, without capabilities and
under a seccomp filter of ours that refuses what bubblewrap leaves open: io_uring, keys and nested user namespaces.
Does not promise: to have been tried; the self-test does that. Bubblewrap's own bugs are not ours to stop.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache")
_ALONE = ("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "sandbox")


def found() -> str | None:
    """Return the path of bubblewrap, None where it is not installed."""
    return shutil.which("bwrap", path=os.environ.get("PATH", os.defpath))


def command(bwrap: str, inside: list[str], *, script: Path, filter_fd: int) -> list[str]:
    """Return the command line that runs `inside` walled in; `filter_fd` holds the outer filter."""
    shown = [*_SYSTEM, *_interpreter()]
    binds = [word for path in dict.fromkeys(shown) for word in ("--ro-bind-try", path, path)]
    package = str(script.parent)
    return [
        bwrap, *_ALONE, *binds, "--ro-bind", package, package, "--proc", "/proc", "--remount-ro", "/",
        "--chdir", "/", "--seccomp", str(filter_fd), "--", *inside,
    ]  # fmt: skip


def executable() -> str:
    """Return the interpreter itself: links to it from elsewhere are not in sight inside."""
    return os.path.realpath(sys.executable)


def filter_file() -> int:
    """Return a descriptor from which the outer filter can be read. Raises OSError: this machine is unknown to us."""
    # Only here: whoever has no bubblewrap may have no table of system calls either.
    from .zygote import kernel, seccomp

    descriptor = os.memfd_create("filter")
    os.write(descriptor, seccomp.outer_program(kernel.MACHINE))
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _interpreter() -> list[str]:
    """Return the folders without which the interpreter does not start."""
    libraries = os.environ.get("LD_LIBRARY_PATH", "").split(":")
    needed = [sys.base_prefix, sys.base_exec_prefix, str(Path(executable()).parent), *libraries]
    return [path for path in needed if path and path != "/" and not path.startswith("/usr/")]
