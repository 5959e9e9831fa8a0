"""A version keeps what its source pins, and nothing keeps what no version is."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from storage import Pin, Store, Task, VersionRecord, audit, pins_in, repinned, without_unused

Save = Callable[[str], VersionRecord]


def required(path: Path) -> list[tuple[int, str, int]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT version_id, name, required_id FROM requirement ORDER BY id").fetchall()


def test_what_a_source_pins_is_kept_with_its_version_and_under_seal(
    store: Store, save: Save, task: Task, tmp_path: Path
) -> None:
    other = store.write(lambda tx: store.tasks.settle(tx, Task("gcd", "gcd", "def gcd(a): return a", task.cases)))
    gcd = store.tools.head(other.tool_id).id

    version = save(f"from shelf.v{gcd} import gcd\n\n\ndef sort_words(a):\n    return gcd(a)\n")

    assert required(tmp_path / "zoo.db") == [(version.id, "gcd", gcd)]
    assert store.lineage.parents(version.id) == [(gcd, "required")]
    store.verify()
    store.close()
    assert audit(tmp_path / "zoo.db").holds


def test_a_pin_to_what_no_version_is_requires_nothing(save: Save, tmp_path: Path) -> None:
    save("from shelf.v99 import gcd\n\n\ndef sort_words(a):\n    return gcd(a)\n")

    assert required(tmp_path / "zoo.db") == []


def test_moving_pins_changes_nothing_else_of_a_text() -> None:
    first = '"""Words, \u00e9."""\r\nfrom shelf.v1 import gcd  # why\r\n'
    source = f'{first}x = "from shelf.v1 import gcd"; from shelf.v2 import f\r\n'

    moved = repinned(source, {1: 31, 2: 7})

    assert moved == source.replace("\nfrom shelf.v1", "\nfrom shelf.v31").replace("shelf.v2", "shelf.v7")
    assert pins_in(moved) == (Pin("gcd", 31), Pin("f", 7))


def test_a_pin_that_nothing_reads_goes_and_the_others_stay() -> None:
    head = "from shelf.v1 import gcd\n"

    assert without_unused(f"{head}from shelf.v2 import f\n\n\ndef g(a):\n    return f(a)\n") == (
        "from shelf.v2 import f\n\n\ndef g(a):\n    return f(a)\n"
    )
    assert without_unused(f"{head}\n\ndef g(a):\n    return a\n") == "def g(a):\n    return a\n"
