"""Claims about the protocol: what is written, and what is made of anything that comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.models.message import Message, Request
from agents.models.wire import Unreadable, read, understand, written
from storage import canonical
from tests.agents.models.model_calls import ask

CLOSED = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def body(message: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the body of a reply with this message."""
    return {"id": "x", "choices": [{"message": message, "finish_reason": "stop"}], **more}


def test_a_plain_request_is_written_plainly() -> None:
    request = Request((Message("system", "be brief"), Message("user", "hi")), temperature=0.2, max_tokens=9, seed=4)

    assert written(request, model="m") == {
        "model": "m",
        "messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}],
        "temperature": 0.2, "max_tokens": 9, "seed": 4,
    }  # fmt: skip


def test_models_that_think_first_take_no_temperature() -> None:
    sent = written(ask(max_tokens=9), model="o3", reasoning=True)

    assert sent["max_completion_tokens"] == 9
    assert not {"temperature", "max_tokens"} & sent.keys()


@pytest.mark.parametrize(
    "schema, strict", [(CLOSED, True), (CLOSED | {"required": []}, False), ({"type": "object"}, False)]
)
def test_a_schema_is_strict_only_where_it_names_everything(schema: dict[str, Any], strict: bool) -> None:
    sent = written(ask(schema=schema, mode="json_schema"), model="m")

    assert sent["response_format"]["json_schema"]["strict"] is strict


def test_a_tool_is_forced() -> None:
    sent = written(ask(schema=CLOSED, mode="tool"), model="m")

    assert sent["tools"][0]["function"]["parameters"] == CLOSED
    assert sent["tool_choice"]["function"]["name"] == sent["tools"][0]["function"]["name"]


@pytest.mark.parametrize(
    "message, text",
    [
        ({"content": "a"}, "a"), ({"content": None}, ""), ({}, ""), ({"content": 7}, ""),
        ({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}, 3]}, "ab"),
        ({"content": None, "tool_calls": [{"function": {"arguments": "{}"}}]}, "{}"),
        ({"content": None, "tool_calls": [{"function": {"arguments": {"n": 1}}}]}, '{"n": 1}'),
        ({"content": "", "refusal": "I will not"}, "I will not"),
    ],
)  # fmt: skip
def test_the_text_is_found_where_servers_put_it(message: dict[str, Any], text: str) -> None:
    assert understand(body(message), ask()).text == text


def test_a_refusal_is_no_ordinary_end() -> None:
    assert understand(body({"content": None, "refusal": "no"}), ask()).finish == "filter"


@pytest.mark.parametrize(
    "usage",
    [None, 3, {}, {"prompt_tokens": -1, "completion_tokens": 2}, {"prompt_tokens": 1, "completion_tokens": 2.5},
     {"prompt_tokens": True, "completion_tokens": 2}, {"prompt_tokens": 10**30, "completion_tokens": 2}],
)  # fmt: skip
def test_counts_that_cannot_be_believed_are_estimated(usage: object) -> None:
    answer = understand(body({"content": "a"}, usage=usage), ask())

    assert (answer.tokens_in, answer.tokens_out, answer.estimated) == (2, 1, True)


@pytest.mark.parametrize("cost", ["1", True, -1, float("inf"), float("nan"), None])
def test_a_charge_that_cannot_be_believed_is_unknown(cost: object) -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "cost": cost}

    assert understand(body({"content": "a"}, usage=usage), ask()).usd is None


@given(ANY_JSON)
def test_anything_that_comes_back_is_understood_or_unreadable(anything: object) -> None:
    for value in (anything, {"choices": anything}, {"choices": [anything]}, {"choices": [{"message": anything}]},
                  body({"content": anything, "tool_calls": anything}, usage=anything, id=anything)):  # fmt: skip
        try:
            answer = understand(value, ask())
        except Unreadable:
            continue
        canonical([answer.text.encode().decode(), answer.id, answer.usd])


@pytest.mark.parametrize("data", [b"", b"\xff", b"[" * 200_000, b'{"a": 1', b"NaN"])
def test_bytes_that_are_no_object_are_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data, ask())


def test_equal_requests_have_equal_digests_and_others_other_ones() -> None:
    one = ask(schema={"a": 1, "b": 2}, temperature=0)

    assert one.digest == ask(schema={"b": 2, "a": 1}, temperature=0.0).digest
    assert len({one.digest, ask().digest, ask("x").digest, ask(seed=1).digest, ask(prompt="p").digest}) == 5
    assert json.loads(one.text)["messages"] == [["user", "hello"]]
