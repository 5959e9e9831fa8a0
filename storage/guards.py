"""Whether the files of the rule layer stayed the same over each session: its listing before and after.

Promises: names the files that changed while a session worked, and those that differ from an earlier session's.
Does not promise: to know of a session that died before it could list them again.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator, Mapping

from .finding import Finding

_SESSIONS = """SELECT began.id, began.run_id, began.guard, ended.guard
FROM session AS began LEFT JOIN session AS ended ON ended.began_id = began.id
WHERE began.began_id IS NULL ORDER BY began.id"""


def guard_changes(connection: sqlite3.Connection, notes: list[str]) -> Iterator[Finding]:
    """Yield a finding for each session in which rule files changed; note where one differs from the session before."""
    last: dict[int, str] = {}
    for session, run, before, after in connection.execute(_SESSIONS).fetchall():
        earlier = last.get(run)
        if earlier and before and earlier != before:
            files = changed_files(_listing(connection, earlier), _listing(connection, before))
            notes.append(f"run {run} went on in session {session} with other rule files than before: {files}")
        if before and after and before != after:
            files = changed_files(_listing(connection, before), _listing(connection, after))
            said = f"rule files changed while session {session} worked on run {run}: {files}"
            yield Finding("guard", "session", session, None, said)
        last[run] = after or before


def changed_files(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Return the names of the files that differ between two listings, with a comma between."""
    return ", ".join(name for name in sorted({*before, *after}) if before.get(name) != after.get(name))


def _listing(connection: sqlite3.Connection, name: str) -> Mapping[str, str]:
    for (data,) in connection.execute("SELECT data FROM blob WHERE hash = ?", (name,)):
        try:
            found = json.loads(zlib.decompress(data))
        except (TypeError, ValueError, zlib.error):
            break
        return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
    return {}
