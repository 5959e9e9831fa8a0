"""The door by which other processes ask things of a running ecology: one JSON request a line, one answer a line.

Promises: the answer is given when the request is safe on the disk; so many callers at a time, so many bytes a line,
and one clear sentence for whatever does not fit. Does not promise: to tell callers apart; whoever may write the
database may come in.
"""

from __future__ import annotations

import json
import socket
import threading
import warnings
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

from storage import Busy, EcologyError

from .address import Doorplate
from .desk import Desk
from .request import MOST_BYTES, Receipt, read_request

MOST_CALLERS = 32
_IDLE_S = 300.0
_NO_DOOR = "no door for other processes can be made beside {} ({}); they wait until it is closed"


class DoorWarning(UserWarning):
    """Other processes can ask nothing of an ecology while it is open; the kill switch's file works all the same."""


class Door:
    """Listens beside a database until it is closed."""

    def __init__(self, database: Path, desk: Desk) -> None:
        """Open the door. Raises: OSError: no socket can be made there."""
        self._plate = Doorplate(database)
        self._desk = desk
        self._listener = self._plate.bind()
        self._callers: set[socket.socket] = set()
        self._gate = threading.Lock()
        self._thread = threading.Thread(target=self._serve, name="ecology-door", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take no more callers, and hang up on those there are; whatever they asked is landed all the same."""
        self._plate.remove()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        with self._gate:
            for caller in self._callers:
                with suppress(OSError):
                    caller.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            with self._gate:
                has_room = len(self._callers) < MOST_CALLERS
                if has_room:
                    self._callers.add(caller)
            if has_room:
                threading.Thread(target=self._hear, args=(caller,), name="ecology-caller", daemon=True).start()
            else:
                with caller, suppress(OSError):
                    caller.sendall(_refusal(Busy(f"{MOST_CALLERS} callers are here already; ask again")))

    def _hear(self, caller: socket.socket) -> None:
        """Answer one caller, line by line."""
        caller.settimeout(_IDLE_S)
        try:
            with caller, caller.makefile("rb") as lines, suppress(OSError):
                while line := lines.readline(MOST_BYTES + 1):
                    caller.sendall(self._answer(line))
                    if len(line) > MOST_BYTES:
                        return
        finally:
            with self._gate:
                self._callers.discard(caller)

    def _answer(self, line: bytes) -> bytes:
        try:
            asked: Future[Receipt] = self._desk.ask(read_request(line))
            return asked.result().model_dump_json().encode() + b"\n"
        except EcologyError as error:
            return _refusal(error)


def open_door(database: Path, desk: Desk) -> Door | None:
    """Return the door of a database where one can be made, None, with a warning, where not."""
    try:
        return Door(database, desk)
    except OSError as error:
        warnings.warn(_NO_DOOR.format(database, error.strerror), DoorWarning, stacklevel=3)
        return None


def _refusal(error: EcologyError) -> bytes:
    """Return the line that says why nothing was written; whoever reads that it is busy asks again."""
    said = {"error": str(error), "code": error.exit_code, "busy": isinstance(error, Busy)}
    return json.dumps(said).encode() + b"\n"
