"""The zygote's main loop: one fork for each request, a report when it is over.

Promises: it runs no candidate code itself, ends with its parent, and leaves no process behind.
Does not promise: to know time limits; its parent says when to kill.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable

from . import execute, limits, preload, wire
from .tier import Entered

HELLO_VERSION = 1
# Only the chosen tier is imported: what the others need may not exist on this system.
TIERS = {"namespaces": "namespaces", "zygote": "alone", "bubblewrap": "walled", "rlimit": "guard"}
# How often to look whether the parent still lives, where the kernel does not tell.
PATIENCE_MS = 2000
BYTES_PER_MB = 1 << 20


def main(*, tier: str, control_fd: int, parent: int) -> None:
    """Enter `tier`, say hello (or why not) on the control socket, and serve until it is closed."""
    control = socket.socket(fileno=control_fd)
    try:
        module = importlib.import_module(f".{TIERS[tier]}", __package__)
        entered: Entered = module.enter(parent, prepare=_prepare)
    except (OSError, AttributeError, ImportError) as error:
        _send(control, {"error": str(error)})
        return
    space = entered.facts.pop("address_space")
    preload.close_door()
    os.environ.clear()
    sys.modules["posix"].environ.clear()
    sys.argv[:] = [""]
    gc.collect()
    gc.freeze()
    _send(control, {"version": HELLO_VERSION, **entered.facts})
    Zygote(control, confine=entered.confine, own_space=space).serve()


def _send(control: socket.socket, message: dict[str, object]) -> None:
    body = json.dumps(message).encode()
    control.sendall(wire.LENGTH.pack(len(body)) + body)


def _prepare() -> dict[str, int]:
    """Load what candidates may import, and note how large that made this process."""
    preload.load()
    execute.prepare()
    return {"address_space": limits.own_address_space()}


class Zygote:
    """Forks one child at a time and waits for it or for the order to kill it."""

    def __init__(self, control: socket.socket, *, confine: Callable[[], None], own_space: int) -> None:
        self._control, self._confine, self._own_space = control, confine, own_space
        self._parent = os.getppid()
        self._poll = select.poll()
        self._poll.register(control.fileno(), select.POLLIN)

    def serve(self) -> None:
        """Take requests until the parent closes the control socket."""
        while True:
            while not self._poll.poll(PATIENCE_MS):
                if os.getppid() != self._parent:
                    return
            message, descriptors = self._receive()
            if not message:
                return
            kind, run, cpu_s, memory_mb = wire.REQUEST.unpack(message)
            if kind == wire.RUN and descriptors:
                memory = self._own_space + memory_mb * BYTES_PER_MB if self._own_space else 0
                self._run(run, descriptors[0], limits.RunLimits(cpu_s=cpu_s, memory=memory))

    def _receive(self) -> tuple[bytes, list[int]]:
        message, descriptors, _, _ = socket.recv_fds(self._control, wire.REQUEST.size, 1)
        while message and len(message) < wire.REQUEST.size:
            more = self._control.recv(wire.REQUEST.size - len(message))
            message = message + more if more else b""
        return message, descriptors

    def _run(self, run: int, results: int, run_limits: limits.RunLimits) -> None:
        watch, alive = os.pipe()
        child = os.fork()
        if not child:
            self._become_child(results, alive, run_limits)
        os.close(alive)
        os.close(results)
        try:
            self._wait(run, watch)
        finally:
            self._kill(child)
            os.close(watch)
        report = self._reap(child)
        self._control.sendall(wire.REPORT.pack(run, *report))

    def _become_child(self, results: int, alive: int, run_limits: limits.RunLimits) -> None:
        """Never returns: anything that fails before the candidate runs ends the child unheard."""
        try:
            os.setpgid(0, 0)
            _place(results, alive)
            self._control.detach()
            limits.apply(run_limits)
            execute.serve_child(wire.RESULT_FD, confine=self._confine)
        except BaseException:
            os._exit(wire.EXIT_REFUSED)
        os._exit(0)

    def _wait(self, run: int, watch: int) -> None:
        """Return when the child let go of its pipe, or when the parent ordered its death or is gone."""
        poll = select.poll()
        poll.register(watch, select.POLLIN)
        poll.register(self._control.fileno(), select.POLLIN)
        while os.getppid() == self._parent:
            ready = {descriptor for descriptor, _ in poll.poll(PATIENCE_MS)}
            if self._control.fileno() in ready:
                message, _ = self._receive()
                if not message:
                    return
                kind, wanted, _, _ = wire.REQUEST.unpack(message)
                if kind == wire.KILL and wanted == run:
                    return
            elif watch in ready:
                return

    def _kill(self, child: int) -> None:
        """Kill what is left of the run: all of the namespace where we are its first process, else the group."""
        for target in (-1,) if os.getpid() == 1 else (-child, child):
            try:
                os.kill(target, signal.SIGKILL)
            except OSError:
                continue

    def _reap(self, child: int) -> tuple[int, float, int]:
        _, status, usage = os.wait4(child, 0)
        return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def _place(results: int, alive: int) -> None:
    """Give the two descriptors a child keeps their fixed numbers and close all others."""
    spare = os.dup2(results, 60, inheritable=False), os.dup2(alive, 61, inheritable=False)
    os.dup2(spare[0], wire.RESULT_FD, inheritable=False)
    os.dup2(spare[1], wire.ALIVE_FD, inheritable=False)
    os.closerange(wire.ALIVE_FD + 1, 4096)
