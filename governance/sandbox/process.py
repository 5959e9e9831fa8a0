"""One zygote process as its parent sees it: started, talked to, timed, killed.

Promises: deadline, output cap and the order to kill are kept here, outside the sandbox; closing or losing the parent
leaves no process behind.
Does not promise: to be used by several threads, or by a process that was forked from the one that started it.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from storage import SandboxError

from . import bubblewrap
from .addresses import settled
from .run import Limits, Tier
from .zygote import wire

SCRIPT = Path(__file__).parent / "zygote" / "start.py"
START_S = 20.0
# How long a zygote may take to report a child that it was told to kill.
GRACE_S = 10.0
END_S = 3.0
_CHUNK = 1 << 17
# An interpreter may not find itself without these; the zygote forgets them before any candidate runs.
_NEEDED_TO_START = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME")


class ZygoteDied(SandboxError):
    """The zygote itself ended; nothing is known about the run."""


class TierRefused(SandboxError):
    """This machine does not let a zygote enter the tier."""


@dataclass(slots=True)
class Conversation:
    """What one child sent, frame by frame, and how it ended.

    `code` is its exit code or minus the signal that ended it. `late` and `flooded` say that its parent had it killed.
    """

    frames: list[bytes] = field(default_factory=list)
    code: int = 0
    cpu_s: float = 0.0
    peak_kb: int = 0
    late: bool = False
    flooded: bool = False
    _buffer: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes, *, cap: int) -> None:
        """Cut what came into frames; a length beyond `cap` counts as a flood."""
        self._buffer += data
        start = 0
        while len(self._buffer) - start >= wire.LENGTH.size:
            (length,) = wire.LENGTH.unpack_from(self._buffer, start)
            if length > cap:
                self.flooded = True
                break
            end = start + wire.LENGTH.size + length
            if len(self._buffer) < end:
                break
            self.frames.append(bytes(self._buffer[start + wire.LENGTH.size : end]))
            start = end
        del self._buffer[:start]

    @property
    def leftover(self) -> bool:
        """Whether the child's last bytes were no whole frame."""
        return bool(self._buffer)


class Zygote:
    """A running zygote. Raises TierRefused where the tier cannot be entered."""

    def __init__(self, tier: Tier, *, hash_seed: int) -> None:
        self.owner = os.getpid()
        self._control, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = _start(tier, theirs.fileno(), hash_seed=hash_seed)
            except SandboxError:
                self._control.close()
                raise
        walled = tier == "bubblewrap"
        self._finalizer = weakref.finalize(self, _end, self._process, self._control, self.owner, group=walled)
        self._runs = 0
        self.facts = self._hello(tier)

    def close(self) -> None:
        """End the process and wait for it; safe to call twice."""
        self._finalizer()

    def converse(self, request: bytes, *, limits: Limits, cap: int) -> Conversation:
        """Fork a child, give it `request`, and return what it sent within the limits. Raises ZygoteDied."""
        self._runs = self._runs % 0xFFFFFFF0 + 1
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                message = wire.REQUEST.pack(wire.RUN, self._runs, limits.cpu_s, limits.memory_mb)
                self._ask(message, descriptors=[theirs.fileno()])
            ours.setblocking(False)
            talk = Conversation()
            _exchange(ours, request, talk, deadline=time.monotonic() + limits.wall_s, cap=cap)
        if talk.late or talk.flooded:
            self._ask(wire.REQUEST.pack(wire.KILL, self._runs, 0, 0), descriptors=[])
        self._await_report(talk, deadline=time.monotonic() + GRACE_S)
        return talk

    def _ask(self, message: bytes, *, descriptors: list[int]) -> None:
        try:
            socket.send_fds(self._control, [message], descriptors)
        except OSError as error:
            raise ZygoteDied(f"the sandbox process is gone ({error}); open a new sandbox") from error

    def _await_report(self, talk: Conversation, *, deadline: float) -> None:
        """Read how the child ended; a child that let go of its socket but runs on is killed after a short while."""
        report = self._read(wire.REPORT.size, deadline=deadline, patience=lambda: self._order_end(talk))
        run, talk.code, talk.cpu_s, talk.peak_kb = wire.REPORT.unpack(report)
        if run != self._runs:
            raise ZygoteDied(f"the sandbox process reported run {run} instead of {self._runs}; open a new sandbox")

    def _order_end(self, talk: Conversation) -> None:
        if not (talk.late or talk.flooded):
            self._ask(wire.REQUEST.pack(wire.KILL, self._runs, 0, 0), descriptors=[])

    def _hello(self, tier: Tier) -> dict[str, int]:
        try:
            deadline = time.monotonic() + START_S
            (length,) = wire.LENGTH.unpack(self._read(wire.LENGTH.size, deadline=deadline))
            hello = json.loads(self._read(length, deadline=deadline))
        except ZygoteDied:
            self.close()
            raise TierRefused(f"the sandbox tier {tier} ended while it was being set up") from None
        if "error" in hello:
            self.close()
            raise TierRefused(f"the sandbox tier {tier} is not to be had here: {hello['error']}")
        return dict(hello)

    def _read(self, size: int, *, deadline: float, patience: Callable[[], None] | None = None) -> bytes:
        """Read exactly `size` bytes from the control socket, calling `patience` once after a second of silence."""
        data = b""
        poll = select.poll()
        poll.register(self._control.fileno(), select.POLLIN)
        while len(data) < size:
            if not poll.poll(1000):
                if patience is not None:
                    patience()
                    patience = None
                if time.monotonic() < deadline and _runs(self._process):
                    continue
                raise ZygoteDied("the sandbox process does not answer; open a new sandbox")
            try:
                part = self._control.recv(size - len(data))
            except OSError:
                part = b""
            if not part:
                raise ZygoteDied("the sandbox process ended by itself; open a new sandbox")
            data += part
        return data


def _start(tier: Tier, control: int, *, hash_seed: int) -> subprocess.Popen[bytes]:
    if not sys.executable:
        raise SandboxError("the sandbox cannot find its Python interpreter: sys.executable is empty")
    flags = ["-S", "-s", "-P", "-X", "utf8", "-X", "no_debug_ranges", "-W", "ignore"]
    flags += ["-B"] if sys.dont_write_bytecode else []
    words = [*flags, str(SCRIPT), tier, str(control), str(os.getpid())]
    if tier != "bubblewrap":
        return _spawn([sys.executable, *words], control, hash_seed=hash_seed)
    bwrap = bubblewrap.found()
    if bwrap is None:
        raise TierRefused("the sandbox tier bubblewrap needs bwrap, which is not on the path; install bubblewrap")
    try:
        rules = bubblewrap.filter_file()
    except (OSError, AttributeError) as error:
        raise TierRefused(f"the sandbox tier bubblewrap is not to be had here: {error}") from error
    try:
        inside = [bubblewrap.executable(), *words]
        walled = bubblewrap.command(bwrap, inside, script=SCRIPT, filter_fd=rules)
        return _spawn(walled, control, rules, hash_seed=hash_seed)
    finally:
        os.close(rules)


def _spawn(command: list[str], *descriptors: int, hash_seed: int) -> subprocess.Popen[bytes]:
    # Isolated mode would ignore the hash seed, so the environment is emptied of everything else instead.
    kept = {name: os.environ[name] for name in _NEEDED_TO_START if name in os.environ}
    try:
        with settled():
            return subprocess.Popen(
                command,
                env=kept | {"PYTHONHASHSEED": str(hash_seed)},
                cwd="/",
                pass_fds=descriptors,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
    except OSError as error:
        raise SandboxError(f"the sandbox cannot start {command[0]}: {error}") from error


def _runs(process: subprocess.Popen[bytes]) -> bool:
    """Say whether a process still runs, without reaping it: its group keeps its number until it is reaped."""
    if process.returncode is not None or not hasattr(os, "waitid"):
        return process.returncode is None
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def _end(process: subprocess.Popen[bytes], control: socket.socket, owner: int, *, group: bool) -> None:
    if os.getpid() != owner:
        control.close()
        return
    # Asked to end, a zygote takes its children with it and leaves no orphan for others to reap.
    with contextlib.suppress(OSError):
        control.shutdown(socket.SHUT_RDWR)
    control.close()
    if group and process.returncode is None:
        # Bubblewrap that failed half-way leaves a process behind that waits for ever.
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    try:
        process.wait(timeout=END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _exchange(channel: socket.socket, request: bytes, talk: Conversation, *, deadline: float, cap: int) -> None:
    """Send the request and read frames until the child lets go of its end, is late, or has sent more than `cap`."""
    waiting = memoryview(wire.LENGTH.pack(len(request)) + request)
    poll = select.poll()
    poll.register(channel.fileno(), select.POLLIN | select.POLLOUT)
    received = 0
    for ready in _events(poll, deadline):
        if ready & select.POLLOUT and waiting:
            waiting = _send_some(channel, waiting)
            if not waiting:
                poll.modify(channel.fileno(), select.POLLIN)
        if not ready & (select.POLLIN | select.POLLHUP | select.POLLERR):
            continue
        data = _receive_some(channel)
        if not data:
            return
        received += len(data)
        talk.feed(data, cap=cap)
        talk.flooded = talk.flooded or received > cap
        if talk.flooded:
            return
    talk.late = True


def _events(poll: select.poll, deadline: float) -> Iterator[int]:
    """Yield readiness masks until `deadline` (monotonic seconds)."""
    while (left := deadline - time.monotonic()) > 0:
        for _, mask in poll.poll(min(left * 1000 + 1, 1000)):
            yield mask


def _send_some(channel: socket.socket, waiting: memoryview) -> memoryview:
    try:
        return waiting[channel.send(waiting[:_CHUNK]) :]
    except BlockingIOError:
        return waiting
    except OSError:
        # The child is gone; what is left of its frames is still to be read.
        return waiting[:0]


def _receive_some(channel: socket.socket) -> bytes:
    try:
        return channel.recv(_CHUNK)
    except OSError:
        return b""
