"""A charter's own policies and rules: their texts are part of it, and go wherever it goes."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from governance import Bench, Council, Motion, Standing, load_charter, read_charter
from governance import Critique as Voice
from storage import CharterError, Task

from .conftest import Propose

CEDAR = '@id("no-posts") forbid (principal is Agent, action == Action::"post", resource);'
RULES = '''
from dataclasses import dataclass
from ecology import Objection, rule

@rule(stage="code")
def no_lambda(rewrite):
    """A rewrite may not hold a lambda."""
    return Objection({"word": "lambda"}, "a named function") if "lambda" in rewrite.source else None

@rule(stage="behaviour")
@dataclass(frozen=True)
class Frugal:
    """A rewrite must use little fuel."""
    most: int = 3

    def judge(self, comparison):
        used = comparison.new.scorecard.fuel
        return Objection({"fuel": used}, f"at most {self.most}") if used > self.most else None

@rule(stage="admission")
def odd_answer(motion, standing):
    return "no"
'''
RIGHT = """def clamp(value, low, high):
    if value < low:
        return low
    if value > high:
        return high
    return value
"""
ALL = '[policy]\nfiles = ["mine.cedar"]\n[rules]\nmodules = ["mine.py"]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine.cedar").write_text(CEDAR)
    (tmp_path / "mine.py").write_text(RULES)
    (tmp_path / "charter.toml").write_text(ALL)
    return tmp_path


def test_rules_of_a_users_own_are_asked_at_their_stage(
    folder: Path, bench: Bench, propose: Propose, clamp: Task
) -> None:
    council = Council(load_charter(folder / "charter.toml"))
    motion, standing = (
        Motion(1, 10, 3, 1),
        Standing(turn=1, head_id=10, critiques=(Voice(9, 9, "support", evidence=True),)),
    )

    assert council.inspect(clamp, "clamp = lambda value, low, high: 1")[-1].rule == "no_lambda"
    assert [verdict.rule for verdict in council.examine(propose(RIGHT), bench).verdicts] == ["Frugal"]
    (failed,) = council.admit(motion, standing)
    assert failed.rule == "odd_answer" and "answers with an Objection or None" in str(failed.evidence["rule_failed"])


def test_a_rule_takes_its_settings_from_the_charter_and_can_be_switched_off(
    folder: Path, bench: Bench, propose: Propose
) -> None:
    (folder / "charter.toml").write_text(f"{ALL}[rules.Frugal]\nmost = 10000\n[rules.no_lambda]\non = false\n")
    charter = load_charter(folder / "charter.toml")

    assert not any(verdict.vetoed for verdict in Council(charter).examine(propose(RIGHT), bench).verdicts)
    assert "no_lambda" not in [getattr(rule, "name", "") for rule in charter.code]


def test_a_charter_keeps_the_texts_of_its_files_and_crosses_to_other_processes(folder: Path, clamp: Task) -> None:
    charter = load_charter(folder / "charter.toml")
    for name in ("mine.cedar", "mine.py", "charter.toml"):
        (folder / name).unlink()

    for again in (read_charter(charter.text), pickle.loads(pickle.dumps(charter))):
        assert again == charter and again.digest == charter.digest
        assert Council(again).inspect(clamp, "clamp = lambda value, low, high: 1")[-1].rule == "no_lambda"


def test_the_digest_covers_what_the_files_say_and_not_where_they_are(folder: Path, tmp_path: Path) -> None:
    first = load_charter(folder / "charter.toml").digest
    other = tmp_path / "other"
    other.mkdir()
    for name in ("mine.cedar", "mine.py", "charter.toml"):
        (other / name).write_text((folder / name).read_text())
    same = load_charter(other / "charter.toml").digest
    digests = {first}
    for name, more in (("mine.cedar", CEDAR.replace("post", "retire")), ("mine.py", RULES + "\n# more\n")):
        (folder / name).write_text(more)
        digests.add(load_charter(folder / "charter.toml").digest)

    assert same == first and len(digests) == 3


@pytest.mark.parametrize("odd", ["\x7f", '"""', "\\u0041", "\u2028é\U0001f600", "a = 'b'\t\r\n"])
def test_any_text_survives_in_a_charter(folder: Path, odd: str) -> None:
    text = f"// {odd!r} {odd.splitlines()[0]}\n{CEDAR}"
    (folder / "mine.cedar").write_text(text)

    charter = load_charter(folder / "charter.toml")

    assert charter.policy.texts == (("mine.cedar", text),)
    assert read_charter(charter.text) == charter


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[policy]\nfiles = ["gone.cedar"]', "names gone.cedar, which cannot be read (No such file or directory)"),
        ("[policy]\nfiles = 3", "[policy] must hold a list of files"),
        ("[policy]\nfile = []", "no setting of policy is called 'file'; known are files, protected, canaries"),
        ("[policy]\ncanaries = 'x'", "policy.canaries is 'x'; write a list"),
        ("[rules]\nmodules = [3]", "[rules] must hold a list of files"),
        (
            '[rules]\nmodules = ["mine.py"]\n[rules.Frugul]\nmost = 2',
            "no rule of yours is called 'Frugul'; the modules hold",
        ),
        ('[rules]\nmodules = ["mine.py"]\n[rules.Frugal]\nleast = 2', "Frugal has no setting 'least'; it has most"),
        ('[rules]\nmodules = ["mine.py"]\n[rules.no_lambda]\non = 2', "no_lambda.on is 2; write true or false"),
        ('[rules]\nmodules = ["broken.py"]', "rules broken.py cannot be imported: ZeroDivisionError"),
        ('[rules]\nmodules = ["empty.py"]', "nothing in it is marked with @rule"),
        ('[rules]\nmodules = ["wrong.py"]', "no stage 'cod'; a rule is of one of code, behaviour, admission, birth"),
    ],
)
def test_a_slip_is_one_sentence_with_its_place(folder: Path, text: str, says: str) -> None:
    (folder / "broken.py").write_text("1 / 0")
    (folder / "empty.py").write_text("X = 1")
    (folder / "wrong.py").write_text("from ecology import rule\n@rule(stage='cod')\ndef f(rewrite): pass\n")
    (folder / "charter.toml").write_text(text)

    with pytest.raises(CharterError) as caught:
        load_charter(folder / "charter.toml")

    assert says in str(caught.value) and "\n" not in str(caught.value)
