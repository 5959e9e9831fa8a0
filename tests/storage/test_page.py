"""The page on the database is current, and every query on it runs."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage import QUESTIONS, VIEWS, Store
from storage.page import page
from storage.tables import table_names
from tests.storage.questions.story import Story
from tests.storage.questions.test_questions import tell

PAGE = Path(__file__).resolve().parents[2] / "docs" / "database.md"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("page") / "zoo.db"
    with Store.create(path) as store:
        store.write(lambda tx: tell(Story(store, tx)))
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def test_the_page_is_what_the_tables_views_and_questions_say_now() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m storage.page > docs/database.md`"


def test_every_query_on_the_page_runs(plain: sqlite3.Connection) -> None:
    queries = re.findall(r"```sql\n(.*?)\n```", page(), re.DOTALL)
    values = {name: value for each in QUESTIONS.values() for name, value in each.example.items()}

    assert len(queries) == 1 + len(VIEWS) + len(QUESTIONS)
    for query in queries:
        assert plain.execute(query, values).description


def test_the_diagram_draws_every_table_and_only_arrows_between_tables() -> None:
    (diagram,) = re.findall(r"```mermaid\nerDiagram\n(.*?)```", page(), re.DOTALL)
    boxes = set(re.findall(r"^    (\w+) \{$", diagram, re.MULTILINE))
    arrows = re.findall(r'^    (\w+) (?:\|\||o\|)--o\{ (\w+) : "\w+"$', diagram, re.MULTILINE)

    assert boxes >= table_names() and {end for arrow in arrows for end in arrow} <= boxes
    outside = re.sub(r"^    \w+ \{\n.*?^    \}\n", "", diagram, flags=re.MULTILINE | re.DOTALL)
    assert len(outside.splitlines()) == len(arrows)
