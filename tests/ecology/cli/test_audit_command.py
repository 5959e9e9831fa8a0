"""`ecology audit` says whether a database holds, and names what does not."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.ecology.cli.command_line import RUN, Shell, Zoo


def test_a_run_of_the_command_line_holds(ecology: Shell, zoo: Zoo) -> None:
    said = ecology("audit", zoo.database)

    assert said.code == 0 and "commits hold" in said.out, said.err
    document = ecology("audit", zoo.database, "--json").document()
    assert document["holds"] is True and document["findings"] == [] and document["rows"] > 100


def test_what_was_tampered_with_is_named_and_the_exit_code_is_1(ecology: Shell, zoo: Zoo) -> None:
    for rest in ("", ".head"):
        shutil.copy(f"{zoo.database}{rest}", ecology.folder / f"copy.db{rest}")
    with closing(sqlite3.connect(ecology.folder / "copy.db", isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER ledger_no_UPDATE")
        connection.execute("UPDATE ledger SET amount = amount + 1 WHERE id = 2")

    said = ecology("audit", "copy.db")

    assert said.code == 1
    assert "ledger 2 is not what was written" in said.out and "the trigger ledger_no_UPDATE is missing" in said.out
    found = ecology("audit", "copy.db", "--json").document()["findings"]
    assert {(each["table"], each["id"]) for each in found} == {("ledger", 2), ("ledger_no_UPDATE", None)}


def test_a_run_signs_with_the_key_it_is_given(ecology: Shell, tasks: Path) -> None:
    key = Ed25519PrivateKey.generate()
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    (ecology.folder / "audit.key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    (ecology.folder / "audit.pub").write_bytes(public)

    ran = ecology("run", tasks, "--db", "zoo.db", *RUN, "--signing-key", "audit.key")

    assert ran.code == 0, ran.err
    document = ecology("audit", "zoo.db", "--public-key", "audit.pub", "--json").document()
    assert document["holds"] is True and document["signed"] == document["lines"] >= 2


def test_keys_and_files_that_are_none_are_refused_in_one_sentence(ecology: Shell, zoo: Zoo) -> None:
    (ecology.folder / "notes.txt").write_text("no key")

    assert "is no public key" in ecology("audit", zoo.database, "--public-key", "notes.txt").complaint(4)
    assert "no head file at nowhere" in ecology("audit", zoo.database, "--head", "nowhere").complaint(3)
    assert "no database at nowhere.db" in ecology("audit", "nowhere.db").complaint(3)
