"""`backup`, `compact`, `migrate` and `doctor` on a database, as they are typed."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.ecology.cli.command_line import Shell, Zoo
from tests.storage.released.databases import RELEASED


def copied(zoo: Zoo, folder: Path) -> Path:
    for rest in ("", ".head"):
        shutil.copy(f"{zoo.database}{rest}", folder / f"copy.db{rest}")
    return folder / "copy.db"


def test_a_backup_is_made_once_and_holds(ecology: Shell, zoo: Zoo) -> None:
    copied(zoo, ecology.folder)

    said = ecology("backup", "copy.db", "kept.db")

    assert said.code == 0 and said.out.startswith("kept.db: a copy of copy.db up to event "), said.err
    assert ecology("audit", "kept.db").code == 0
    assert "kept.db is there already" in ecology("backup", "copy.db", "kept.db").complaint(1)


def test_compact_tells_the_bytes_and_keeps_the_history(ecology: Shell, zoo: Zoo) -> None:
    copied(zoo, ecology.folder)

    found = ecology("compact", "copy.db", "--json").document()

    assert 0 < found["after"] <= found["before"] and len(found["history_hash"]) == 64
    assert ecology("audit", "copy.db", "--json").document()["history_hash"] == found["history_hash"]


def test_migrate_brings_an_old_database_up_to_date_once(ecology: Shell) -> None:
    old = RELEASED[0]
    old.build(ecology.folder / "old.db")

    assert "`ecology migrate old.db` brings it up to date" in ecology("show", "old.db").complaint(4)
    found = ecology("migrate", "old.db", "--json").document()

    assert (found["history_hash"], found["backup"]) == (old.history_hash, f"old.db.backup-v{old.version}")
    assert ecology("migrate", "old.db").out == "old.db: up to date\n"
    assert ecology("show", "old.db", "agent", "1").code == 0


def test_doctor_says_what_is_wrong_and_what_to_do(ecology: Shell, zoo: Zoo) -> None:
    path = copied(zoo, ecology.folder)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER ledger_no_UPDATE")

    said = ecology("doctor", "copy.db", "--sandbox", "rlimit")

    assert said.code == 1
    assert "the trigger ledger_no_UPDATE is missing" in said.out and "ecology backup" in said.out


def test_a_damaged_page_is_refused_named_and_cured_as_doctor_says(ecology: Shell, zoo: Zoo) -> None:
    path = copied(zoo, ecology.folder)
    assert ecology("backup", "copy.db", "copy.db.backup-monday").code == 0
    with path.open("r+b") as file:
        for page in range(4096, path.stat().st_size, 4096 * 3):
            file.seek(page)
            file.write(b"\xff" * 400)

    refused = ecology("show", "copy.db").complaint(1)
    said = ecology("doctor", "copy.db", "--sandbox", "rlimit", "--json")
    looked = json.loads(said.out)["database"]

    assert "copy.db is damaged" in refused and "restore a backup" in refused
    assert said.code == 1 and looked["backups"] == ["copy.db.backup-monday"]
    assert all(each["what"] and "copy.db.backup-monday" in each["cure"] for each in looked["troubles"])

    for rest in ("-wal", "-shm"):
        (ecology.folder / f"copy.db{rest}").unlink(missing_ok=True)
    for rest in ("", ".head"):
        shutil.move(ecology.folder / f"copy.db.backup-monday{rest}", ecology.folder / f"copy.db{rest}")
    assert ecology("doctor", "copy.db", "--sandbox", "rlimit").code == 0
    assert ecology("show", "copy.db").code == 0
