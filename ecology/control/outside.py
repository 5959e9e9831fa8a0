"""Ask something of an ecology from another process, whether an engine runs there or not.

Promises: where an engine runs, the request goes through its door; where none does, it is written under the lock. Asked
again with the same key, after whatever went wrong, it is written once.
Does not promise: an answer while the engine is stuck; it says so, with the key to ask again with.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from storage import Busy, EcologyError, NotFound, Store, When

from .address import Doorplate
from .controls import Board, Controls
from .desk import Desk
from .in_force import InForce, Waiting
from .request import AnyRequest, Receipt, Refused, Stop
from .switch import Switch

PATIENCE_S = 60.0
_AGAIN_S = 0.05


class Outside(Controls):
    """An ecology as seen from another process; make one by `connect`."""

    def __init__(self, database: str | Path, *, patience_s: float = PATIENCE_S) -> None:
        """Args: patience_s: seconds that a request may wait for its answer. Raises: NotFound, StorageError."""
        super().__init__(self._asked)
        self.path = Path(database)
        self._patience_s = patience_s
        self._store = Store.open(self.path)
        self.board = Board(self._store.board, self)

    @property
    def in_force(self) -> InForce:
        """What is in force now."""
        return InForce.of(self._store.control)

    def held(self, *, as_of: When = None) -> InForce:
        """Return what was in force at a moment."""
        return InForce.of(self._store.control, as_of=as_of)

    def approvals(self, *, as_of: When = None) -> list[Waiting]:
        """Return the rewrites that wait for approval, oldest first."""
        waiting, control = self.held(as_of=as_of).waiting.values(), self._store.control
        return [each for each in waiting if not each.approved and control.is_open(each.proposal_id, as_of=as_of)]

    def close(self) -> None:
        """Let go of the database."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _asked(self, request: AnyRequest) -> Receipt:
        """Have a request landed by whoever may write, and return the answer."""
        if isinstance(request, Stop):
            # Seen even by an engine that answers no more.
            Switch(self.path).throw(request)
        until = time.monotonic() + self._patience_s
        while True:
            receipt = self._through_the_door(request, until) or self._under_the_lock(request)
            if receipt:
                return receipt
            if time.monotonic() >= until:
                raise self._unanswered(request)
            time.sleep(_AGAIN_S)

    def _through_the_door(self, request: AnyRequest, until: float) -> Receipt | None:
        """Return the answer of the engine, None where there is none or it hung up."""
        caller = Doorplate(self.path).connect(max(_AGAIN_S, until - time.monotonic()))
        if caller is None:
            return None
        with caller, suppress(ConnectionError):
            try:
                caller.sendall(request.model_dump_json().encode() + b"\n")
                with caller.makefile("rb") as lines:
                    line = lines.readline()
            except TimeoutError:
                raise self._unanswered(request) from None
            return _receipt(line) if line.endswith(b"\n") else None
        return None

    def _unanswered(self, request: AnyRequest) -> Busy:
        waited = f"{self.path} gave no answer within {self._patience_s:g} s"
        if isinstance(request, Stop):
            return Busy(f"{waited}; its kill switch is thrown all the same, and it stops before its next turn or merge")
        return Busy(f"{waited}; ask again with the key {request.key} to learn what came of it")

    def _under_the_lock(self, request: AnyRequest) -> Receipt | None:
        """Write a request where nobody else writes, None where somebody does."""
        try:
            store = Store.open(self.path, write=True)
        except Busy:
            return None
        with store:
            return Desk(store).ask(request).result()


def connect(database: str | Path, *, patience_s: float = PATIENCE_S) -> Outside:
    """Return an ecology to ask things of, whoever runs it.

    Args: patience_s: seconds that a request may wait for its answer. Raises: NotFound: there is no such database.
    """
    return Outside(database, patience_s=patience_s)


def _receipt(line: bytes) -> Receipt | None:
    """Return the answer in a line, None where the engine is too busy for one. Raises: EcologyError: it refused."""
    said: dict[str, Any] = json.loads(line)
    if said.get("busy"):
        return None
    if "error" in said:
        raise _ERRORS.get(said["code"], Refused)(said["error"])
    return Receipt.model_validate(said)


_ERRORS: dict[int, type[EcologyError]] = {NotFound.exit_code: NotFound}
