"""Canaries: real things outside the sandbox that code must not have touched, looked at after every run.

Promises: files, a listening socket, a secret in this process's environment and a process of its own are set out, and
every change of them is told; so is a file that the code names, a new listening socket and a process left over.
Does not promise: to see harm to what is neither set out nor named.
"""

from __future__ import annotations

import ast
import contextlib
import ctypes
import hashlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

SECRET_NAME = "ECOLOGY_CANARY_SECRET"
MOST_WATCHED = 64

_SUBREAPER, _IS_SUBREAPER = 36, 37
_LISTENING = "0A"

# Presence, kind, size, modification and change times, mode, owner and content where it is a small regular file.
_State = tuple[object, ...] | None


class Canaries:
    """Set out on entry, taken in on exit. `harm` says what happened since it was last asked.

    Not for several threads, and while it lasts the orphans of this process's children become its own children.
    """

    def __init__(self) -> None:
        self.secret = secrets.token_hex(16)
        self._stack = contextlib.ExitStack()
        self._files: dict[Path, _State] = {}
        self._before: dict[Path, _State] = {}
        self._living: frozenset[int] = frozenset()
        self._heard: frozenset[int] = frozenset()

    def __enter__(self) -> Canaries:
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="canaries-")))
        for name in ("notes.txt", ".ssh/id_rsa", "data/report.csv"):
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text(f"{name} {secrets.token_hex(8)}\n", encoding="utf-8")
        self._stack.callback(os.environ.pop, SECRET_NAME, None)
        os.environ[SECRET_NAME] = self.secret
        self._listener = self._stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self._sleeper = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(100000)"])
        self._stack.callback(self._sleeper.wait)
        self._stack.callback(self._sleeper.kill)
        self._stack.callback(_adopt_orphans, _adopt_orphans(True))
        self._files = _watch(self.folder.rglob("*"))
        self.watch("")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def pid(self) -> int:
        """The process that must survive."""
        return self._sleeper.pid

    def watch(self, code: str) -> None:
        """Note how the files that `code` names are, and which processes live, before it runs."""
        self._before = _watch(_named_in(code))
        self._living = family(os.getpid())
        self._heard = self._listening()

    def harm(self, *outputs: object) -> tuple[str, ...]:
        """Return what was touched since `watch`; `outputs` is what came out of the run.

        A process that took the place of one that ended, as a sandbox started again, is no harm.
        """
        found = [f"file {path}" for path, was in (self._files | self._before).items() if _state(path) != was]
        found += [f"connection from {address}" for address in self._connections()]
        found += [f"listening socket of process {pid}" for pid in sorted(self._listening() - self._heard)]
        if any(self.secret in str(output) for output in outputs):
            found.append("the secret of the environment")
        if self._sleeper.poll() is not None:
            found.append("the other process")
        if self._files.keys() != set(self.folder.rglob("*")):
            found.append("files in the canaries' folder")
        self._files = _watch(self.folder.rglob("*"))
        living = family(os.getpid())
        left, gone = living - self._living, self._living - living
        return (*found, *(f"process {pid} left over" for pid in sorted(left) if len(left) > len(gone)))

    def _connections(self) -> list[object]:
        found: list[object] = []
        with contextlib.suppress(BlockingIOError):
            while True:
                connection, address = self._listener.accept()
                connection.close()
                found.append(address)
        return found

    def _listening(self) -> frozenset[int]:
        """Return the processes under this one that listen; this one itself does, on the canaries' own port."""
        inodes = _listening_inodes()
        return frozenset(pid for pid in family(os.getpid()) if inodes & _sockets_of(pid))


def family(pid: int) -> frozenset[int]:
    """Return the processes that descend from `pid`; none where the system does not tell."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{waiting[-1]}/task"):
                text = Path(f"/proc/{waiting[-1]}/task/{thread}/children").read_text(encoding="ascii")
                children = [int(word) for word in text.split()]
                found += children
                waiting[:0] = children
        waiting.pop()
    return frozenset(one for one in found if not _is_zombie(one))


def _is_zombie(pid: int) -> bool:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    return text.rpartition(")")[2].split()[0] == "Z"


def _listening_inodes() -> frozenset[str]:
    found: set[str] = set()
    for name in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/net/{name}").read_text(encoding="ascii").splitlines()[1:]
            found.update(words[9] for words in map(str.split, lines) if words[3] == _LISTENING)
    return frozenset(found)


def _sockets_of(pid: int) -> frozenset[str]:
    found: set[str] = set()
    with contextlib.suppress(OSError):
        for name in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                target = os.readlink(f"/proc/{pid}/fd/{name}")
                if target.startswith("socket:["):
                    found.add(target[8:-1])
    return frozenset(found)


def _adopt_orphans(adopt: bool) -> bool:
    """Make orphans below this process its own or not; return how it was. Where the system cannot, nothing happens."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None)
    was = ctypes.c_int()
    libc.prctl(_IS_SUBREAPER, ctypes.byref(was), 0, 0, 0)
    libc.prctl(_SUBREAPER, int(adopt), 0, 0, 0)
    return bool(was.value)


def _named_in(code: str) -> list[Path]:
    """Return the files that a code's texts could name, beside those everyone would reach for."""
    found = [Path("/etc/passwd"), Path("/etc/hosts"), Path("/etc/crontab"), Path.home() / ".bashrc"]
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return found
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    for word in dict.fromkeys(word for text in texts for word in text.split()):
        if len(word) < 256 and "\0" not in word and ("/" in word or "." in word):
            found.append(Path(word[2:] and Path.home() / word[2:] if word.startswith("~/") else word))
    return found[:MOST_WATCHED]


def _watch(paths: Iterable[Path]) -> dict[Path, _State]:
    return {path: _state(path) for path in paths}


def _state(path: Path) -> _State:
    """Return what can be seen of a file, or of a folder but its times, which others may change."""
    try:
        found = path.lstat()
        if not path.is_file():
            return (found.st_mode, found.st_uid)
        content = hashlib.sha256(path.read_bytes()).hexdigest() if found.st_size < 1 << 20 else ""
    except (OSError, ValueError):
        return None
    return (found.st_mode, found.st_uid, found.st_size, found.st_mtime_ns, found.st_ctime_ns, content)
