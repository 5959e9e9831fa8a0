"""Claims about what a model may be called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.models import Prices, kind_of, members, require_model, spelled
from storage import ConfigurationError

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1)
WEIGHTS = st.floats(min_value=0, exclude_min=True, allow_infinity=False)


@given(st.dictionaries(NAMES, WEIGHTS, min_size=1, max_size=4))
def test_what_is_spelled_is_read_back_as_it_was(weights: dict[str, float]) -> None:
    text = spelled(weights)

    assert members(text) == tuple(weights.items())
    assert spelled(text) == text


@pytest.mark.parametrize(
    ("model", "text"),
    [
        ("gpt-5-mini", "gpt-5-mini"), (" gpt-5-mini ", "gpt-5-mini"), ("a*1.0 + b*2.0", "a + b*2"),
        (["b*0.5", "a"], "b*0.5 + a"), ({"a": 1, "b": 3}, "a + b*3"), (["a + b", "c"], "a + b + c"),
        ({"http://h:1/v1#x+y": 1.0}, "http://h:1/v1#x+y"), ({"scripted:a*b": 1.0}, "scripted:a*b*1"),
    ],
)  # fmt: skip
def test_several_models_have_one_spelling_in_the_order_given(model: Any, text: str) -> None:
    assert spelled(model) == text


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("", "without a name"), ([], "without a name"), ("a + ", "without a name"), ("*2", "without a name"),
        ("a + a*2", "'a' is named twice"), ("a*0", "weight of a is 0"), ("a*-1", "weight of a is -1"),
        ("a*nan", "weight of a is nan"), ({"a": float("inf")}, "weight of a is inf"), ("a*much", "'much' is no weight"),
        ({"a + b": 1.0}, "cannot be told apart"), (None, "None is no model; give a name"), ([5], "5 is no model"),
        ({"a": "2"}, "'2' is no weight of the model 'a'"), ({"a": True}, "True is no weight"),
    ],
)  # fmt: skip
def test_a_bad_weight_and_an_empty_or_doubled_name_are_refused(model: Any, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        spelled(model)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("offline", "offline"), ("scripted:replies.jsonl", "scripted"), ("replay:run.db", "replay"),
        ("simulated:0.3,0.4,0.3", "simulated"), ("mailbox:/tmp/a b", "mailbox"), ("gpt-5-mini", "openai"),
        ("o3", "openai"), ("ft:gpt-4o:mine::x", "openai"), ("http://localhost:8080/v1", "endpoint"),
        ("https://h/v1#meta/llama", "endpoint"), ("ollama_chat/qwen3:4b", "provider"),
        ("openrouter/meta-llama/llama-3:free", "provider"),
    ],
)  # fmt: skip
def test_a_name_says_what_kind_of_model_it_is(name: str, kind: str) -> None:
    assert kind_of(name) == kind


def test_every_model_in_our_price_table_can_be_named() -> None:
    assert {kind_of(name) for name in Prices.load().names} == {"openai"}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("gpt5", "did you mean gpt-5?"), ("gpt4omini", "did you mean gpt-4o-mini?"),
        ("Offline", "did you mean offline?"),
        ("script:x", "no model 'script:x'; did you mean scripted:replies.jsonl?"), ("mailbox", "did you mean mailbox:"),
        ("claude-sonnet-4", "did you mean anthropic/claude-sonnet-4?"), ("ollama/", "write it as ollama/name"),
        ("localhost:8000/v1", "write it as http://localhost:8000/v1"), ("scripted:", "write it as scripted:"),
        ("gpt-nothing", "no model 'gpt-nothing'; write offline, a model of OpenAI"), ("", "no model ''"),
        ("scripted:a\0b", "printable"),
    ],
)  # fmt: skip
def test_a_near_miss_is_told_what_to_write(name: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        kind_of(name)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


@given(st.text(max_size=20))
def test_any_text_is_a_model_or_is_refused_in_a_sentence(text: str) -> None:
    try:
        assert members(require_model(text))
    except ConfigurationError as error:
        assert str(error)


def test_a_known_model_is_returned_in_its_canonical_spelling(tmp_path: Path) -> None:
    script, database = tmp_path / "replies.jsonl", tmp_path / "run.db"
    script.write_text('{"text": "hello"}\n')
    database.touch()

    for name in ("offline", f"scripted:{script}", f"replay:{database}", f"mailbox:{tmp_path / 'new'}", "gpt-5"):
        assert require_model(f" {name}") == name
    assert require_model("simulated:1,0,0*2.0 + gpt-5") == "simulated:1,0,0*2 + gpt-5"
    assert [require_model(each) for each in ("offline*2", "gpt-5*7")] == ["offline", "gpt-5"]
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("scripted:{folder}/none", "cannot be read"), ("simulated:0.9,0.9,0", "gives no chances"),
        ("simulated:x", "is no model"), ("mailbox:{folder}/file", "is no folder"),
        ("replay:{folder}/none", "no database"), ("http://user:word@h/v1", "holds a password"),
        ("http://", "is no address"), ("offline + gpt-5", "cannot share"),
        ("gpt-5 + replay:{folder}/file", "cannot share"), ("gpt-5 + gpt5", "did you mean gpt-5"),
    ],
)  # fmt: skip
def test_what_cannot_be_thought_with_is_refused_before_anything_is_made(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ConfigurationError, match=told):
        require_model(name.format(folder=tmp_path))
