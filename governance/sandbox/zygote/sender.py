"""The way out: frames written to the one descriptor that a child may write to.

Promises: frames leave whole and in order, each at once or, when patient, in bunches.
Does not promise: that nobody else in the process writes there.
"""

from __future__ import annotations

import json
import os
from typing import Any

from . import wire


class Sender:
    """Sends frames: at once for the first program of a fork, whose results must survive its death, else in bunches."""

    def __init__(self, descriptor: int) -> None:
        self.patient = False
        self._descriptor = descriptor
        self._waiting = bytearray()

    def send(self, frame: list[Any]) -> None:
        """Queue a frame, and send it now unless later frames may be waited for."""
        self.send_text(json.dumps(frame, separators=(",", ":")))

    def send_text(self, text: str) -> None:
        """As `send`, for a frame that is JSON already."""
        body = text.encode()
        self._waiting += wire.LENGTH.pack(len(body)) + body
        if not self.patient:
            self.flush()

    def flush(self) -> None:
        """Send whatever waits."""
        while self._waiting and self._descriptor >= 0:
            del self._waiting[: os.write(self._descriptor, self._waiting)]
