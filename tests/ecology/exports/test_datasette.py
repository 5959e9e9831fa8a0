"""A real Datasette reads the metadata, explains the columns and serves every canned query."""

from __future__ import annotations

import asyncio
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from ecology.exports import datasette_metadata, write_datasette
from storage import QUESTIONS, VIEWS, ConfigurationError, Store, Transaction
from storage.tables import table_names
from tests.storage.questions.story import Story
from tests.storage.questions.test_questions import tell

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")


async def served(path: Path, addresses: list[str]) -> dict[str, Any]:
    from datasette.app import Datasette

    server = Datasette([str(path)], metadata=datasette_metadata(path.stem), settings={"sql_time_limit_ms": 20_000})
    answers = {each: await server.client.get(each) for each in addresses}
    server.executor.shutdown()
    return answers


def test_every_canned_query_is_served(tmp_path: Path) -> None:
    path = tmp_path / "zoo.db"

    def change(tx: Transaction) -> None:
        tell(Story(store, tx))

    with Store.create(path) as store:
        store.write(change)
    queries = datasette_metadata("zoo")["databases"]["zoo"]["queries"]
    assert len(queries) == len(QUESTIONS) + len(VIEWS)

    given = {"ask_common": "&a=1&b=5", "ask_change": "&a=1&b=5"}
    addresses = [f"/zoo/{name}.json?_shape=objects{given.get(name, '')}" for name in queries]
    answers = asyncio.run(served(path, [*addresses, "/zoo/v_version", "/zoo/ask_origin.json?version=4&_shape=objects"]))

    assert {each.status_code for each in answers.values()} == {200}
    for address in addresses:
        assert answers[address].json()["ok"] is True and answers[address].json()["rows"], address
    assert "share of gate cases passed, 0 to 1" in answers["/zoo/v_version"].text
    origin = answers["/zoo/ask_origin.json?version=4&_shape=objects"].json()["rows"]
    assert [row["version_id"] for row in origin] == [4, 3, 2, 1]


def test_metadata_is_not_written_over_a_file(tmp_path: Path) -> None:
    write_datasette(Path("zoo.db"), tmp_path / "meta.json")

    with pytest.raises(ConfigurationError, match="is there already"):
        write_datasette(Path("zoo.db"), tmp_path / "meta.json")


def test_every_table_and_view_has_a_page_that_explains_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "zoo.db"
    with Store.create(path) as store:
        store.write(lambda tx: tell(Story(store, tx)))
    known = datasette_metadata("zoo")["databases"]["zoo"]
    tables = known["tables"]
    assert tables.keys() == {*table_names(), *VIEWS}
    assert not tables.keys() & known["queries"].keys(), "a query would hide the table of its name"

    answers = asyncio.run(served(path, [f"/zoo/{name}" for name in tables]))

    for name, about in tables.items():
        page = unescape(answers[f"/zoo/{name}"].text)
        assert answers[f"/zoo/{name}"].status_code == 200, name
        assert all(meaning in page for meaning in about["columns"].values()), name
