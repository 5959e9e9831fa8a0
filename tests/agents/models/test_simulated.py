from __future__ import annotations

import ast
import json
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest
from pydantic import BaseModel, Field

from agents.edits import Edited, edit_from_text
from agents.models.instance import instance_of
from agents.models.shown import function_in, shown
from agents.models.simulated import Chances, SimulatedModel
from agents.models.structured import strict
from agents.models.unsafe import SHAPES, every_way, with_shape, with_unsafe
from governance import Bench, Council, Proposal, load_charter
from storage import ConfigurationError, Task
from tests.agents.models.asking import said

WRONG = "def clamp(value, low, high):\n    if value > low:\n        return low\n    return min(value, high)\n"
RIGHT = WRONG.replace("value > low", "value < low")
PROMPT = f"Mend `clamp`. It reads\n```python\n{WRONG}```\nand fails."


@pytest.fixture(scope="module")
def council() -> Council:
    return Council(load_charter())


@pytest.fixture(scope="module")
def rules_bench() -> Iterator[Bench]:
    with Bench.open(allow_rlimit=True) as opened:
        yield opened


def oracle(text: str, **rest: object) -> SimulatedModel:
    return SimulatedModel(Chances.read(text), **rest)  # type: ignore[arg-type]


def source_of(reply: str) -> str:
    edited = edit_from_text(WRONG, "clamp", reply)
    assert isinstance(edited, Edited), reply
    return edited.source


def test_a_sure_oracle_gives_the_reference_it_was_told_of() -> None:
    reply = said(oracle("1,0,0", references={"clamp": RIGHT}), PROMPT)

    assert source_of(reply.text) == RIGHT
    assert (reply.model, reply.usd) == ("simulated", 0.0)


def test_a_reference_is_given_the_signature_that_the_prompt_shows() -> None:
    other = "def clamp(low, x, top=9):\n    return min(max(low, x), top)\n"

    code = source_of(said(oracle("1,0,0", references={"clamp": other}), PROMPT).text)

    assert code.startswith("def clamp(value, low, high):\n    low, x, top = (value, low, high)\n")
    rest = "def clamp(*rest):\n    return rest\n"
    assert source_of(said(oracle("1,0,0", references={"clamp": rest}), PROMPT).text) == rest


def test_without_references_it_only_changes_what_the_prompt_shows() -> None:
    replies = {said(oracle("1,0,0"), PROMPT, seed=seed).text for seed in range(30)}

    assert len(replies) > 10
    assert all(ast.parse(source_of(reply)) for reply in replies)


def test_the_draw_depends_on_the_seed_and_the_request_alone() -> None:
    first, again, other = (oracle("0.3,0.4,0.2", seed=seed) for seed in (1, 1, 2))

    def told(model: SimulatedModel) -> list[str]:
        return [said(model, f"{PROMPT} {number}").text for number in range(40)]

    assert told(first) == told(again) != told(other)
    assert told(first)[::-1] == [said(again, f"{PROMPT} {number}").text for number in reversed(range(40))]


def test_the_kinds_come_as_often_as_their_chances_say() -> None:
    chances = Chances(0.3, 0.4, 0.2)
    rng = Random(1)

    drawn = Counter(chances.draw(rng.random()) for _ in range(10_000))

    assert abs(drawn["right"] - 3000) < 200 and abs(drawn["wrong"] - 4000) < 200
    assert abs(drawn["unsafe"] - 2000) < 200 and abs(drawn["rubbish"] - 1000) < 200


def test_rubbish_gives_no_edit() -> None:
    for seed in range(30):
        assert not isinstance(edit_from_text(WRONG, "clamp", said(oracle("0,0,0"), PROMPT, seed=seed).text), Edited)


@pytest.mark.parametrize("text", ["", "1", "0.5,0.5", "a,b,c", "0.5,0.6,0", "-0.1,0,0", "nan,0,0", "0,0,0,0"])
def test_what_is_no_three_chances_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"simulated:0\.3,0\.4,0\.3"):
        oracle(text)


def test_a_name_that_the_source_does_not_define_yet_is_found_between_backticks() -> None:
    found = shown([PROMPT.replace("`clamp`", "`is_Diff`")], known={"is_Diff"})

    assert found is not None and (found.entry_point, found.function.name) == ("is_Diff", "clamp")


def test_a_prompt_that_shows_no_function_is_answered_with_rubbish() -> None:
    assert shown(["no code", "```python\ndef (\n```"]) is None
    assert said(oracle("1,0,0"), "no code").text is not None


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_every_unsafe_shape_keeps_the_signature_and_differs_from_the_tool(name: str) -> None:
    function = function_in(RIGHT, "clamp")
    assert function is not None

    code = with_shape(function, SHAPES[name])

    written = function_in(code, "clamp")
    assert written is not None and ast.dump(written.args) == ast.dump(function.args)
    assert source_of(f"```python\n{code}\n```") != RIGHT


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_every_unsafe_shape_is_refused_even_where_the_rest_is_right(name: str, council: Council, clamp: Task) -> None:
    function = function_in(RIGHT, "clamp")
    assert function is not None
    edited = edit_from_text(clamp.code, "clamp", f"```python\n{with_shape(function, SHAPES[name])}\n```")
    assert isinstance(edited, Edited)

    verdicts = council.inspect(clamp, edited.source, parent_source=clamp.code)

    # Objects that claim to be equal read harmlessly; the sandbox's comparison shows them for what they are.
    assert any(verdict.outcome == "veto" for verdict in verdicts) != name.startswith("equal-") or name == "equal-posing"


def test_an_object_that_claims_to_be_equal_passes_no_case(council: Council, clamp: Task, rules_bench: Bench) -> None:
    function = function_in(RIGHT, "clamp")
    assert function is not None
    for name in ("equal-always", "equal-list", "equal-printed"):
        source = with_shape(function, SHAPES[name])
        examined = council.examine(
            Proposal(clamp, source, clamp.code, author_id=1, author_lineage=1, tool_id=1, parent_id=1), rules_bench
        )
        assert not examined.passed


def test_the_unsafe_shapes_are_many_and_of_many_kinds() -> None:
    assert len(SHAPES) >= 50
    assert len({name.partition("-")[0] for name in SHAPES}) >= 10


def test_the_unsafe_ways_are_thousands_and_all_of_them_are_python() -> None:
    function = function_in(RIGHT, "clamp")
    assert function is not None

    sources = {with_unsafe(function, way) for way in every_way()}

    assert len(sources) > 2_500
    for source in sources:
        assert function_in(source, "clamp") is not None


def test_no_disguise_and_no_carrier_takes_an_unsafe_rewrite_past_the_rules(
    council: Council, clamp: Task, rules_bench: Bench
) -> None:
    function = function_in(RIGHT, "clamp")
    assert function is not None
    sources = dict.fromkeys(with_unsafe(function, way) for way in every_way()[::7])

    past = [each for each in sources if not any(one.vetoed for one in council.inspect(clamp, each))]

    assert len(sources) > 500 and len(past) < 5
    for source in past:
        proposal = Proposal(clamp, source, clamp.code, author_id=1, author_lineage=1, tool_id=1, parent_id=1)
        assert not council.examine(proposal, rules_bench).passed, source


class Part(BaseModel):
    name: str = Field(min_length=3, max_length=4)
    weight: float = Field(gt=0, le=1)


class Whole(BaseModel):
    parts: list[Part] = Field(min_length=2)
    kind: str | None
    pair: tuple[int, bool]
    count: int = Field(ge=5)
    below: int = Field(lt=-3)


def test_a_schema_is_answered_with_a_value_that_fits_it() -> None:
    for seed in range(50):
        Whole.model_validate(instance_of(strict(Whole.model_json_schema()), Random(seed)))

    reply = said(oracle("1,0,0"), PROMPT, schema=Whole.model_json_schema(), mode="json_schema")
    Whole.model_validate(json.loads(reply.text))


def test_a_schema_without_an_end_is_answered_all_the_same() -> None:
    endless = {"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}]}}}

    assert instance_of(endless, Random(1)) is None
