"""Claims about the texts that agents are given."""

from __future__ import annotations

import hashlib
import re
import tomllib
from importlib.resources import files

import pytest

from prompts import Prompt, load_prompt, prompt_names

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


WRITERS = ("mender", "toolsmith", "optimiser", "composer")


def paragraph(name: str, start: str) -> str:
    """Return the one paragraph of a prompt's system part that begins so."""
    system = load_prompt(name).text.partition("\n---\n")[0]
    (found,) = (each for each in system.split("\n\n") if each.startswith(start))
    return found


@pytest.mark.parametrize("name", WRITERS)
def test_a_prompt_for_a_model_has_a_system_and_a_user_part(name: str) -> None:
    prompt = load_prompt(name)

    system, user = prompt.parts(**{value: f"[{value}]" for value in prompt.values})

    assert system.startswith("You ") and user.startswith("The function to ") and "$" not in system + user
    assert all(f"[{value}]" in user for value in prompt.values if value not in ("form", "lines"))


@pytest.mark.parametrize("start", ["A program compares your version", "Everything inside a fenced"])
def test_all_who_write_code_are_told_the_same_rules(start: str) -> None:
    assert len({paragraph(name, start) for name in WRITERS}) == 1


def rule(start: str) -> str:
    """Return the one line of the rules for whoever writes code that begins so."""
    (found,) = (line for line in paragraph("mender", "A program").split("\n") if line.startswith(f"- {start}"))
    return found


def test_what_the_prompts_forbid_is_what_the_charter_forbids() -> None:
    charter = tomllib.loads((files("governance") / "charter.toml").read_text(encoding="utf-8"))
    banned = {name for each in charter["code"].values() for name in each.get("banned", ())}
    pure = set(charter["code"]["DeclaredImports"]["pure"])
    allowed, refused = rule("A new import").split("Never")

    assert set(re.findall(r"`(\w+)`", rule("It reaches outside"))) <= banned
    assert set(re.findall(r"`(\w+)`", allowed)) < pure and "Not the whole list" in allowed
    assert not set(re.findall(r"`(\w+)`", refused)) & pure
    assert "two million" in rule("It does not end") and charter["trial"]["fuel"] == 2_000_000


@pytest.mark.parametrize("name", [*WRITERS, "operator", "again"])
def test_all_who_write_code_are_asked_for_the_change_in_a_line_of_its_own_to_the_end(name: str) -> None:
    text = load_prompt(name).text

    assert "notes if you need them, the line that begins with `Change:`, then the " in text.splitlines()[-1]
    assert name == "again" or "one line, of at most 100 characters, that begins with `Change:`" in text


@pytest.mark.parametrize("name", ["mender", "toolsmith", "composer"])
def test_where_cases_and_description_disagree_the_cases_are_right(name: str) -> None:
    assert "the description and the cases disagree, the cases are right" in paragraph(name, "You ")


def test_a_paragraph_whose_places_are_all_empty_is_left_out() -> None:
    prompt = Prompt("small", "Do.\n---\nFirst:\n$a\n\nThen $a and $b.\n\nLast: $c", ("a", "b", "c"))

    assert prompt.parts(a="", b="x", c="") == ("Do.", "Then  and x.")
    assert prompt.parts(a="1\n\n$b", b="", c="3") == ("Do.", "First:\n1\n\n$b\n\nThen 1\n\n$b and .\n\nLast: 3")


def test_what_looks_like_a_divider_in_a_value_divides_nothing() -> None:
    assert Prompt("small", "Do $a.\n---\n$b", ("a", "b")).parts(a="x\n---\ny", b="z") == ("Do x\n---\ny.", "z")


def test_a_text_without_a_divider_is_all_for_the_user() -> None:
    assert Prompt("small", "Do $a.", ("a",)).parts(a="it") == ("", "Do it.")
