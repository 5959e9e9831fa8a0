"""Texts by their sha256.

Promises: a text comes back exactly as it was kept; equal texts are kept once.
Does not promise: that a hash read from elsewhere is here.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from sqlalchemy import bindparam, select

from .database import Reads
from .errors import NotFound
from .tables import table

_BLOB = table("blob")
_DATA = select(_BLOB.c.hash, _BLOB.c.data).where(_BLOB.c.hash.in_(bindparam("hashes", expanding=True)))


class Blobs:
    """The texts of a store. They are written by `Transaction.blob`."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def text(self, name: str) -> str:
        """Return the text of that hash.

        Raises: NotFound: no such text is here.
        """
        return self.texts([name])[name]

    def texts(self, names: Iterable[str]) -> dict[str, str]:
        """Return the texts of those hashes, by hash.

        Raises: NotFound: one of them is not here.
        """
        return texts(self._reads, names)


def texts(reads: Reads, names: Iterable[str]) -> dict[str, str]:
    """Return the texts of those hashes, by hash, as a reader or a transaction sees them."""
    wanted = sorted(set(names))
    found = {row.hash: zlib.decompress(row.data).decode() for row in reads.rows(_DATA, {"hashes": wanted})}
    if missing := [name for name in wanted if name not in found]:
        raise NotFound(f"no text {missing[0]} in this database; a hash is the sha256 of the text, in hexadecimal")
    return found
