"""Rows are checked before they reach a table, and have one canonical text."""

from __future__ import annotations

import json
from enum import IntEnum, StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import Row, Store, Transaction, canonical
from storage.row import SHAPES
from storage.tables import HISTORY, table

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


class Topic(StrEnum):
    CHAT = "chat"


class Size(IntEnum):
    SMALL = 3


def post(tx: Transaction, **values: object) -> object:
    return tx.record("note", Row("post", {"topic": "t", "body": "b", **values})).rows[0][1]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"colour": "red"}, "table post has no column colour"),
        ({"topic": 3}, "post.topic takes str, not 3"),
        ({"topic": None}, "post.topic takes str, not None"),
        ({"agent_id": "1"}, "post.agent_id takes int, not '1'"),
        ({"agent_id": 1.0}, "post.agent_id takes int, not 1.0"),
    ],
)
def test_a_row_that_does_not_fit_its_table_is_refused_by_name(
    store: Store, values: dict[str, object], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        store.write(lambda tx: post(tx, **values))


def test_an_unknown_table_is_refused(store: Store) -> None:
    with pytest.raises(TypeError, match="no table of the history"):
        store.write(lambda tx: tx.record("note", Row("blob", {})))
    with pytest.raises(TypeError, match="part of the history"):
        store.write(lambda tx: tx.note(Row("post", {})))
    with pytest.raises(TypeError, match="there is no table named nonsense"):
        store.write(lambda tx: tx.record("note", Row("nonsense", {})))


def test_subclasses_of_plain_types_become_plain(store: Store) -> None:
    row = store.write(lambda tx: post(tx, topic=Topic.CHAT, body="x"))
    shape = SHAPES["claim"].fill(
        {"agent_id": True, "subject": "s", "turn": Size.SMALL, "until_turn": 4, "token": 1}, keys={"id": 1, "seq": 1}
    )

    assert repr(row).count("'topic': 'chat'") == 1
    assert repr(shape["turn"]) == "3" and repr(shape["agent_id"]) == "1"


def test_a_whole_number_in_a_real_column_reads_back_as_the_float_it_is(store: Store) -> None:
    live = store.write(lambda tx: store.board.signal(tx, kind="k", subject="s", strength=3, half_life=2))

    assert repr(live.strength) == "3.0"
    assert repr(next(store.history()).rows[0][1]["strength"]) == "3.0"


def test_canonical_text_does_not_depend_on_order_of_keys() -> None:
    assert canonical({"b": 1, "a": [0.1, "é"]}) == canonical({"a": [0.1, "é"], "b": 1}) == '{"a":[0.1,"\\u00e9"],"b":1}'


def test_columns_without_a_value_are_left_out_of_the_canonical_text() -> None:
    filled = SHAPES["post"].fill({"topic": "t", "body": "b"}, keys={"id": 1, "seq": 2})

    assert SHAPES["post"].text(filled) == b'post{"body":"b","id":1,"seq":2,"topic":"t"}\n'


@pytest.mark.parametrize("name", HISTORY)
def test_only_clock_columns_stay_outside_the_chain(name: str) -> None:
    outside = {column.name for column in table(name).columns} - set(SHAPES[name].hashed)

    assert outside == {"evaluation": {"tier"}, "run": {"budget"}}.get(name, set())


def test_rows_may_point_to_tables_that_are_written_later(store: Store) -> None:
    assert {name: shape.later for name, shape in SHAPES.items() if shape.later} == {"proposal": {"tool_version"}}


@given(JSON)
def test_the_canonical_text_is_what_json_itself_writes(value: object) -> None:
    assert canonical(value) == json.dumps(value, sort_keys=True, separators=(",", ":"))


def test_a_value_that_holds_itself_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)

    with pytest.raises(ValueError, match="holds itself"):
        canonical(loop)
