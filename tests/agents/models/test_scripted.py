from __future__ import annotations

import asyncio
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from agents.models.scripted import Line, ScriptedModel
from storage import ConfigurationError, ModelError
from tests.agents.models.asking import asked, said


def script(folder: Path, *lines: dict[str, Any]) -> Path:
    path = folder / "replies.jsonl"
    path.write_text("# a script\n\n" + "".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_plain_lines_answer_the_questions_of_a_conversation_in_order() -> None:
    model = ScriptedModel(["first", "second"])

    assert said(model, "one?").text == "first"
    assert said(model, "one?", "first", "and then?").text == "second"


def test_a_conversation_longer_than_the_script_is_an_error_that_names_the_cure() -> None:
    with pytest.raises(
        ModelError, match=r"exhausted: none of its 1 lines .* question 2 .*'and then\?'.* add a line"
    ) as error:
        said(ScriptedModel(["first"]), "one?", "first", "and then?")
    assert error.value.kind == "exhausted"


def test_a_matching_line_goes_before_a_plain_one_and_reads_the_last_user_message() -> None:
    model = ScriptedModel(
        ["plain", Line(text="about clamp", match="def clamp"), Line(text="clamp!", match="clamp", order=2)]
    )

    assert said(model, "mend `def clamp`").text == "about clamp"
    assert said(model, "mend it").text == "plain"
    assert said(model, "def clamp", "no", "mend clamp").text == "clamp!"
    with pytest.raises(ModelError):
        said(model, "def clamp", "no", "mend something else")


def test_of_lines_that_fit_equally_the_digest_draws_and_the_first_pattern_wins() -> None:
    model = ScriptedModel([*(Line(text=str(each), match="x") for each in range(4)), Line(text="never", match="y")])

    drawn = {said(model, f"x and y {number}").text for number in range(60)}

    assert drawn == {"0", "1", "2", "3"}
    assert len({said(model, "x").text for _ in range(5)}) == 1


def test_the_answers_do_not_depend_on_the_order_or_company_in_which_requests_come() -> None:
    lines = [*(Line(text=f"any {each}", order=1) for each in range(5)), Line(text="seven", match="7$")]
    requests = [asked(f"question {number}") for number in range(40)]

    async def answers(order: list[int]) -> dict[int, str]:
        model = ScriptedModel(lines)
        replies = await asyncio.gather(*(model.complete(requests[number]) for number in order))
        return dict(zip(order, (reply.text for reply in replies), strict=True))

    shuffled = list(range(40))
    Random(5).shuffle(shuffled)
    assert asyncio.run(answers(list(range(40)))) == asyncio.run(answers(shuffled))
    assert asyncio.run(answers([7])) == {7: "seven"}


def test_a_file_may_say_how_a_reply_ends_what_it_costs_and_how_it_fails(tmp_path: Path) -> None:
    path = script(
        tmp_path, {"text": "half", "finish": "length", "usd": None}, {"match": "fail", "error": "timeout"}
    )  # fmt: skip
    model = ScriptedModel.from_file(path)

    reply = said(model, "hello")

    assert (reply.truncated, reply.usd, reply.model) == (True, None, f"scripted:{path}")
    with pytest.raises(ModelError) as error:
        said(model, "fail now")
    assert error.value.kind == "timeout"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "holds no replies"),
        ("{", "1: this is no JSON object"),
        ('{"text": "a"}\n{"txet": "a"}', "2: txet: Extra inputs"),
        ('{"text": "a", "order": 0}', "1: order: "),
        ('{"text": "a", "match": "("}', "1: match: .*no regular expression"),
        ("[1]", "1: the line: "),
    ],
)
def test_a_malformed_script_is_refused_with_its_line(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=f"bad.jsonl.*{problem}"):
        ScriptedModel.from_file(path)


def test_a_missing_script_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"gone\.jsonl cannot be read"):
        ScriptedModel.from_file(tmp_path / "gone.jsonl")
