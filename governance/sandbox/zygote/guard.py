"""An audit hook for the tier that has nothing better: it refuses files, processes, sockets and native code.

Promises: the interpreter's own doors are shut for accidents, on every system.
Does not promise: security. It is an accident guard, not a sandbox: native code and reused objects walk past it.
"""

from __future__ import annotations

import _thread
import sys
from collections.abc import Callable
from typing import NoReturn

from .tier import Entered

REFUSED = frozenset({"open", "import", "cpython.run_command", "cpython.run_file", "cpython.run_interactivehook"})
FAMILIES = frozenset({
    "os", "subprocess", "socket", "shutil", "ctypes", "fcntl", "mmap", "signal", "resource", "pty", "tempfile",
    "glob", "pathlib", "syslog", "sqlite3", "winreg", "ftplib", "http", "imaplib", "nntplib", "poplib",
    "smtplib", "telnetlib", "urllib", "webbrowser", "posix", "_posixsubprocess", "_thread",
})  # fmt: skip


def enter(parent: int, *, prepare: Callable[[], dict[str, int]]) -> Entered:
    """Load what candidates may import; nothing binds this process itself."""
    return Entered(shut, prepare() | {"landlock_abi": 0})


def shut() -> None:
    """Install the hook for good: hooks cannot be taken out again."""
    sys.addaudithook(_judge)
    # Python 3.11 starts threads without an audit event.
    _thread.start_new_thread = _thread.start_new = _no_thread


def _no_thread(*arguments: object) -> NoReturn:
    raise PermissionError("the sandbox refuses _thread.start_new_thread")


def _judge(event: str, arguments: tuple[object, ...]) -> None:
    if event == "import":
        raise ModuleNotFoundError(f"No module named {arguments[0]!r}")
    if event in REFUSED or event.partition(".")[0] in FAMILIES:
        raise PermissionError(f"the sandbox refuses {event}")
