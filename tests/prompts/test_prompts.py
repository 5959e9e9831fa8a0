"""Claims about the texts that agents are given."""

from __future__ import annotations

import hashlib
import re

import pytest

from prompts import load_prompt, prompt_names

NAMES = prompt_names()


def test_there_is_a_prompt_for_every_offline_species() -> None:
    assert {"specialist", "critic", "breeder"} <= set(NAMES) and list(NAMES) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_values_at_the_head_are_those_in_the_text(name: str) -> None:
    prompt = load_prompt(name)

    assert set(re.findall(r"\$\{?(\w+)", prompt.text)) == set(prompt.values)
    assert "<!--" not in prompt.text and prompt.text == prompt.text.strip()


@pytest.mark.parametrize("name", NAMES)
def test_a_filled_text_has_every_value_and_no_place_left(name: str) -> None:
    prompt = load_prompt(name)

    text = prompt.fill(**{value: f"[{value}]" for value in prompt.values})

    assert "$" not in text and all(f"[{value}]" in text for value in prompt.values)


@pytest.mark.parametrize("given", [{}, {"probes": "3", "mood": "good"}])
def test_missing_or_unknown_values_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="prompt 'critic' takes probes, not"):
        load_prompt("critic").fill(**given)


def test_a_value_is_put_in_as_it_is_even_where_it_looks_like_a_place() -> None:
    assert "$probes and $other" in load_prompt("critic").fill(probes="$probes and $other")


def test_the_digest_names_the_text() -> None:
    prompt = load_prompt("critic")

    assert prompt.digest == hashlib.sha256(prompt.text.encode()).hexdigest()
    assert len({load_prompt(name).digest for name in NAMES}) == len(NAMES)


@pytest.mark.parametrize("name", ["poet", "", "../pyproject", "critic.md"])
def test_an_unknown_prompt_is_named_with_those_there_are(name: str) -> None:
    with pytest.raises(ValueError, match=r"no prompt .*critic"):
        load_prompt(name)
