"""`ecology backup`, `ecology compact` and `ecology migrate`: looking after a database file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from storage import Store
from storage import backup as back_up
from storage import compact as compact_database

from .console import JsonOption, print_document, print_text

_Database = Annotated[Path, typer.Argument(help="A database that a run was begun in.")]


def backup(
    database: _Database,
    file: Annotated[Path, typer.Argument(help="The copy to be made.")],
    as_json: JsonOption = False,
) -> None:
    """Copy a database and its head file at one moment, also while a run writes it."""
    seq = back_up(database, file)
    if as_json:
        print_document(path=str(database), copy=str(file), seq=seq)
    else:
        print_text(f"{file}: a copy of {database} up to event {seq}")


def compact(database: _Database, as_json: JsonOption = False) -> None:
    """Write a database anew without free pages and with its indexes rebuilt; nothing of its history goes."""
    done = compact_database(database)
    if as_json:
        print_document(path=str(database), **asdict(done))
    else:
        print_text(f"{database}: {done.before} bytes before, {done.after} after, history {done.history_hash} as it was")


def migrate(database: _Database, as_json: JsonOption = False) -> None:
    """Bring a database of an older release up to this one; `DB.backup-vN` keeps it as it was."""
    before = {each.name for each in database.parent.glob(f"{database.name}.backup-v*")}
    with Store.open(database, write=True) as store:
        seq, digest = store.last_seq(), store.history_hash()
    kept = sorted({each.name for each in database.parent.glob(f"{database.name}.backup-v*")} - before)
    if as_json:
        print_document(path=str(database), seq=seq, history_hash=digest, backup=kept[0] if kept else None)
    else:
        print_text(f"{database}: {'up to date' if not kept else f'brought up to date, {kept[0]} is as it was'}")
