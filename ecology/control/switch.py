"""The kill switch of a database: a file beside it, that works whatever else is stuck.

Promises: it is seen before every turn and every merge; throwing it twice is throwing it once.
Does not promise: to be quicker than the system call under way.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

from storage import ConfigurationError, ReadOnly, Stopped

from .request import Stop, read_request

_READ = 4_096


class Switch:
    """The file `<database>.stop`; made by hand it works too, and its text is the reason then."""

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(f"{database.name}.stop")
        self._database = database
        self._thrown = threading.Event()

    @property
    def thrown(self) -> bool:
        """Whether the switch is thrown."""
        return self._thrown.is_set() or self.path.exists()

    def check(self) -> None:
        """Raise: Stopped: the switch is thrown."""
        if self.thrown:
            request = self.request()
            why = f" ({request.reason})" if request.reason else ""
            raise Stopped(f"{self._database} is stopped{why}; `ecology stop {self._database} --clear` lets it go on")

    def throw(self, request: Stop) -> None:
        """Throw the switch. Raises: ReadOnly: the file cannot be made, so only this process knows."""
        self._thrown.set()
        if self.path.exists():
            return
        unfinished = self.path.with_name(f"{self.path.name}.{os.getpid()}.new")
        try:
            unfinished.write_text(request.model_dump_json() + "\n", encoding="utf-8")
            unfinished.replace(self.path)
        except OSError as error:
            raise ReadOnly(f"{self.path} cannot be written ({error.strerror}); end the process instead") from None

    def request(self) -> Stop:
        """Return the request that the file holds; one made by hand is told by its text, and asked but once."""
        try:
            found = self.path.stat()
            with self.path.open("rb") as file:
                data = file.read(_READ)
        except OSError:
            return Stop(key="the switch", by="nobody")
        try:
            request = read_request(data)
        except ConfigurationError:
            reason = data.decode(errors="replace").strip()[:2_000]
            return Stop(key=f"{self.path.name}-{found.st_mtime_ns}", by="a file", reason=reason)
        return request if isinstance(request, Stop) else Stop(key=request.key, by=request.by, reason=request.reason)

    def reset(self) -> None:
        """Take the switch back."""
        self._thrown.clear()
        self.path.unlink(missing_ok=True)
