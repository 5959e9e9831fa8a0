from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from pydantic import BaseModel, Field

from agents.models.message import Finish, Reply, Request
from agents.models.structured import Structured, Ways, ask, strict
from storage import ModelError
from tests.agents.models.asking import asked, replied


class Opinion(BaseModel):
    stance: str = Field(pattern="^(support|object)$")
    weight: int = 1


GOOD = json.dumps({"stance": "object", "weight": 2})
BAD = json.dumps({"stance": "maybe"})


class AnsweringModel:
    """A model made of one function, that keeps what it was asked."""

    def __init__(self, reply: Callable[[Request], str | Reply], *, name: str = "local") -> None:
        self.name = name
        self.requests: list[Request] = []
        self._reply = reply

    async def complete(self, request: Request) -> Reply:
        self.requests.append(request)
        said = self._reply(request)
        return replied(said) if isinstance(said, str) else said

    async def close(self) -> None:
        """Nothing is held."""

    @property
    def modes(self) -> list[str]:
        return [each.mode for each in self.requests]


def refuses(*modes: str) -> Callable[[Request], str]:
    def reply(request: Request) -> str:
        if request.mode in modes:
            raise ModelError("400: no response_format here", kind="refused", status=400)
        return GOOD

    return reply


def opinion(model: Any, *, ways: Ways | None = None, rounds: int = 2) -> Structured[Opinion]:
    return asyncio.run(ask(model, asked("what do you think?"), Opinion, ways=ways or Ways(), rounds=rounds))


def cut(text: str, finish: Finish = "length") -> Reply:
    return replied(text, finish=finish)


def test_a_capable_endpoint_is_asked_once_by_schema() -> None:
    model = AnsweringModel(lambda _: GOOD)

    got = opinion(model)

    assert (got.value, got.way, len(got.replies)) == (Opinion(stance="object", weight=2), "json_schema", 1)
    assert model.modes == ["json_schema"]


@pytest.mark.parametrize(
    ("refused", "way"),
    [
        (("json_schema",), "json_object"),
        (("json_schema", "json_object"), "tool"),
        (("json_schema", "json_object", "tool"), "fenced"),
    ],
)
def test_ways_that_an_endpoint_refuses_are_passed_over_and_what_worked_is_remembered(
    refused: tuple[str, ...], way: str
) -> None:
    model, ways = AnsweringModel(refuses(*refused)), Ways()

    first = opinion(model, ways=ways)
    again = opinion(model, ways=ways)

    assert first.way == again.way == way
    assert model.modes == [*refused, way, way]
    assert Ways(ways.known).known == {"local": way}


def test_a_way_that_is_answered_in_prose_is_given_up_for_the_next() -> None:
    model = AnsweringModel(lambda request: f"Here:\n```json\n{GOOD}\n```" if request.mode == "fenced" else "I object!")

    assert opinion(model).way == "fenced"
    assert model.modes == ["json_schema", "json_object", "tool", "fenced"]


def test_what_does_not_fit_is_fed_back_with_the_reason() -> None:
    model = AnsweringModel(lambda request: BAD if len(request.messages) == 2 else GOOD)

    got = opinion(model)

    told = model.requests[1].messages[-2:]
    assert (told[0].role, told[0].content) == ("assistant", BAD)
    assert "stance: String should match pattern" in told[1].content
    assert (got.way, len(got.replies), model.modes) == ("json_schema", 2, ["json_schema"] * 2)


def test_feedback_is_given_a_bounded_number_of_times_over_all_ways() -> None:
    model = AnsweringModel(lambda _: BAD)

    with pytest.raises(ModelError, match=r"local gave no Opinion in 6 replies; .*stance") as error:
        opinion(model, rounds=2)

    assert (error.value.kind, error.value.attempts) == ("malformed", 6)
    assert model.modes == ["json_schema"] * 3 + ["json_object", "tool", "fenced"]


def test_a_reply_that_was_cut_off_is_not_read_even_where_it_parses_and_not_shown_again() -> None:
    model = AnsweringModel(lambda request: cut(GOOD) if len(request.messages) == 2 else '{"stance": "support"}')

    got = opinion(model)

    assert got.value == Opinion(stance="support")
    assert "cut off" in model.requests[1].messages[-1].content
    assert GOOD not in "".join(message.content for message in model.requests[1].messages)


@pytest.mark.parametrize(
    "text",
    [
        f"  {GOOD}\n",
        f"Sure.\n```json\n{GOOD}\n```\nDone.",
        f"```\n{BAD}\n```\nno, rather\n```\n{GOOD}\n```",
        f"<think>\n```json\n{BAD}\n```\n</think>\n{GOOD}",
    ],
)
def test_the_object_is_found_among_words(text: str) -> None:
    assert opinion(AnsweringModel(lambda _: text)).value.weight == 2


@pytest.mark.parametrize("text", ["", "null", "[1]", "{", f"```json\n{GOOD}", "NaN", "[" * 100_000])
def test_what_is_no_object_is_malformed(text: str) -> None:
    with pytest.raises(ModelError, match="no JSON object"):
        opinion(AnsweringModel(lambda _: text))


def test_a_failure_that_is_no_refusal_is_not_papered_over() -> None:
    def fail(_: Request) -> str:
        raise ModelError("no answer", kind="timeout")

    with pytest.raises(ModelError, match="no answer"):
        opinion(AnsweringModel(fail))


def test_an_endpoint_that_refuses_everything_is_reported_in_its_own_words() -> None:
    with pytest.raises(ModelError, match="400: no response_format"):
        opinion(AnsweringModel(refuses("json_schema", "json_object", "tool", "fenced")))


class Leaf(BaseModel):
    default: str = "x"


class Tree(BaseModel):
    leaves: list[Leaf]
    best: Leaf | None = None


def test_a_strict_schema_closes_every_object_and_requires_every_property() -> None:
    schema = strict(Tree.model_json_schema())

    def objects(part: Any) -> list[Mapping[str, Any]]:
        below = part.values() if isinstance(part, Mapping) else part if isinstance(part, list) else ()
        own = [part] if isinstance(part, Mapping) and part.get("type") == "object" else []
        return own + [each for inner in below for each in objects(inner)]

    assert len(objects(schema)) == 2
    for each in objects(schema):
        assert each["additionalProperties"] is False and each["required"] == list(each["properties"])
    assert list(schema["$defs"]["Leaf"]["properties"]) == ["default"]
