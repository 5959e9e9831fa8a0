"""Where the door of a database is: a Unix socket beside it, or in a folder of its own where the path is too long.

Promises: only the owner may open it; what a killed process left behind is in nobody's way.
Does not promise: anything on a file system without sockets.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from contextlib import suppress
from pathlib import Path

# What every system's socket address holds, in bytes.
_LONGEST = 100
_READ = 4_096


class Doorplate:
    """The file `<database>.sock`: the socket itself, or a text that names it."""

    def __init__(self, database: Path) -> None:
        self.path = database.absolute().with_name(f"{database.name}.sock")
        self._folder: Path | None = None

    def bind(self) -> socket.socket:
        """Return a listening socket; the database's lock must be held. Raises: OSError: none can be made here."""
        self.path.unlink(missing_ok=True)
        place = self.path
        if len(os.fsencode(place)) > _LONGEST:
            # Made by us alone, for us alone.
            self._folder = Path(tempfile.mkdtemp(prefix="ecology-"))
            place = self._folder / "sock"
            self.path.write_text(str(place), encoding="utf-8")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            # Set before it has a name, so that nobody else can slip in.
            os.fchmod(listener.fileno(), 0o600)
            listener.bind(str(place))
            place.chmod(0o600)
            listener.listen(64)
        except BaseException:
            listener.close()
            self.remove()
            raise
        return listener

    def connect(self, timeout_s: float) -> socket.socket | None:
        """Return a connection to whoever listens, None where nobody does."""
        try:
            place = self.path if self.path.is_socket() else Path(self.path.read_bytes()[:_READ].decode())
        except (OSError, UnicodeDecodeError):
            return None
        caller = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        caller.settimeout(timeout_s)
        try:
            caller.connect(str(place))
        except OSError:
            caller.close()
            return None
        return caller

    def remove(self) -> None:
        """Take the door away."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
