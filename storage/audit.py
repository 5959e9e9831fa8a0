"""Audit a database: each row of each table, its schema, its head file, and the rule layer's files over its runs.

Promises: finds any row that was altered, removed, inserted or moved in any table and column, any table, index or
trigger that was added, dropped or changed, and an end that was cut off or added to, and names all it finds. It reads
one moment and never holds up a writer.
Does not promise: proof against someone who rewrites rows, seals and an unsigned head file together; sign the head file,
or keep a copy of it elsewhere.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from .control import broken_glass
from .database import connect_reader, open_reader, telling
from .errors import NotFound
from .finding import Audit, Finding
from .guards import guard_changes
from .head_file import START, Line, head_path, read_lines
from .schema import differences
from .sealed_rows import SealWalk
from .signing import Verify, verifier


def audit(database: str | Path, *, head: str | Path | None = None, public_key: str | Path | None = None) -> Audit:
    """Hold a database against its seals, its schema and its head file.

    Args: head: a copy of the head file kept elsewhere; public_key: a file, where every line must be signed by that key.
    Raises: NotFound, NotOurs, TooNew, TooOld: it cannot be audited; ConfigurationError: the key or the copy cannot be
        used. What is wrong with a database of ours is found, and not raised.
    """
    path = Path(database)
    open_reader(path).close()
    verify = verifier(Path(public_key)) if public_key else None
    # The lines are read first, so that none tells of a commit later than the moment that is read.
    lines, findings = _lines(path, Path(head) if head else None)
    with telling(path), closing(connect_reader(path)) as connection, _one_moment(connection):
        return _audited(path, connection, lines, findings, verify)


def _audited(
    path: Path, connection: sqlite3.Connection, lines: Sequence[Line], findings: list[Finding], verify: Verify | None
) -> Audit:
    seals, events = {line.mark.seal for line in lines}, {line.mark.seq for line in lines}
    notes: list[str] = []
    walk: SealWalk | None = None
    try:
        findings += [Finding("schema", name, None, None, said) for _, name, said in differences(connection)]
        walk = SealWalk(connection, seals=seals, events=events)
        walk.run()
        findings += guard_changes(connection, notes)
        notes += _glass(connection)
    except sqlite3.DatabaseError as error:
        findings.append(_unreadable(error))
    else:
        findings += _held_against(lines, walk)
        notes += _unproven(lines, walk)
    findings += walk.findings if walk else []
    findings += _unsigned(lines, verify)
    return Audit(
        path=str(path), rows=walk.rows if walk else 0, seals=walk.last_seal if walk else 0,
        seq=walk.last_seq if walk else 0, history_hash=walk.event_digest.hex() if walk else START, lines=len(lines),
        signed=sum(bool(line.signature) for line in lines), findings=tuple(findings), notes=tuple(notes),
    )  # fmt: skip


def _glass(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield a sentence for each time that a person admitted a rewrite in spite of rules."""
    broken = "SELECT seq, turn, payload FROM event WHERE kind = 'break_glass' ORDER BY seq"
    for seq, turn, payload in connection.execute(broken).fetchall():
        try:
            yield broken_glass(seq, turn, json.loads(payload))
        except (KeyError, TypeError, ValueError):
            # Whatever it was, it is not what was written; a finding says so.
            continue


@contextmanager
def _one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def _unreadable(error: sqlite3.DatabaseError) -> Finding:
    return Finding("unreadable", "", None, None, f"the rest cannot be read ({error}); `ecology doctor` says more")


def _lines(path: Path, copy: Path | None) -> tuple[list[Line], list[Finding]]:
    """Return the lines of the head file, or of a copy, and what is wrong with the file itself."""
    place = copy or head_path(path)
    try:
        read = read_lines(place)
    except FileNotFoundError:
        if copy:
            raise NotFound(f"no head file at {copy}; check the path") from None
        said = f"{place.name} is missing, so that an end cut off would not show; put it back, or give a copy of it"
        return [], [Finding("head", "", None, None, said)]
    found = [
        Finding("head", "", each, None, f"line {each} of {place.name} is none that an engine writes")
        for each in read if not isinstance(each, Line)
    ]  # fmt: skip
    lines = [each for each in read if isinstance(each, Line)]
    before = START
    for line in lines:
        if line.previous != before:
            said = f"line {line.number} of {place.name} does not follow from the line before it"
            found.append(Finding("head", "", line.number, line.mark.seq, said))
        before = line.digest
    return lines, found


def _held_against(lines: Sequence[Line], walk: SealWalk) -> Iterator[Finding]:
    """Yield where the database does not hold what the head file says it held."""
    last: Line | None = None
    for line in lines:
        mark, said = line.mark, ""
        if mark.seal > walk.last_seal:
            said = f"its end is gone: line {line.number} knew commit {mark.seal}, and it ends with {walk.last_seal}"
        elif walk.seal_digests.get(mark.seal) != mark.seal_digest:
            said = f"commit {mark.seal} is not the one that line {line.number} of the head file knew"
        elif walk.event_digests.get(mark.seq) != mark.digest:
            said = f"event {mark.seq} is not the one that line {line.number} of the head file knew"
        elif last and last.state == "closed" and mark.seal != last.mark.seal:
            said = f"commits {last.mark.seal + 1} to {mark.seal} were added while the database was closed"
        if said:
            yield Finding("head", "seal", mark.seal, mark.seq, said)
        last = line
    if last and last.state == "closed" and walk.last_seal > last.mark.seal:
        said = f"commits {last.mark.seal + 1} to {walk.last_seal} were added after the database was closed"
        yield Finding("head", "seal", last.mark.seal + 1, walk.last_seq, said)


def _unproven(lines: Sequence[Line], walk: SealWalk) -> Iterator[str]:
    if lines and lines[0].mark.seal > 0:
        yield (
            f"the head file begins only at commit {lines[0].mark.seal}: it was made anew then, and an end that was cut"
            " off before that would not show"
        )
    if lines and lines[-1].state != "closed":
        after = walk.last_seal - lines[-1].mark.seal
        yield (
            f"the last writer is at work still, or died: {max(after, 0)} commits after the last line of the head file"
            " are proven by the chain alone"
        )


def _unsigned(lines: Sequence[Line], verify: Verify | None) -> Iterator[Finding]:
    if verify is None:
        return
    for line in lines:
        if not line.is_signed(verify):
            said = f"line {line.number} of the head file is not signed by that key"
            yield Finding("head", "", line.number, line.mark.seq, said)
