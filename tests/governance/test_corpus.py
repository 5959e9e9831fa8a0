"""Corpus files are read, judged, and run with canaries around the sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from governance import Bench, Corpora, Council, read_corpus
from governance.battery import refused_everywhere
from storage import ConfigurationError

ROWS = [
    {"id": "one", "category": "algorithm", "code": "def f(x):\n    return x + 1"},
    {"id": "two", "category": "io-or-numeric", "code": "import os\nprint(os.getcwd())"},
    {"id": "three", "category": "algorithm", "code": "import os\n1 / 0"},
    {"id": "four", "category": "algorithm", "code": "def f(x:"},
]


def write(folder: Path, name: str) -> Path:
    file = folder / name
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def corpora(council: Council, bench: Bench) -> Iterator[Corpora]:
    with Corpora(council, bench) as opened:
        yield opened


def test_an_unsafe_file_is_judged_with_nothing_declared_and_run(corpora: Corpora, tmp_path: Path) -> None:
    report = corpora.judge(write(tmp_path, "unsafe-all.jsonl"))

    assert (report.rows, report.flagged, report.harm, report.refused) == (4, 3, 0, 4)
    assert report.caught == 4
    assert report.ran_to_completion is not None and 1 <= report.ran_to_completion <= 2
    assert 0 < report.ms_p50 <= report.ms_p90
    assert report.tier


def test_a_benign_file_declares_what_rows_of_needy_categories_import(council: Council, tmp_path: Path) -> None:
    file = write(tmp_path, "benign-some.jsonl")
    with Corpora(council) as corpora:
        auto, none, all_ = (corpora.judge(file, declare=how) for how in ("auto", "none", "all"))

    assert (none.flagged, auto.flagged, all_.flagged) == (3, 2, 1)
    assert auto.flagged_undeclared == 3 and auto.flagged_declared == 1
    assert auto.categories == {"algorithm": (3, 2, 2), "io-or-numeric": (1, 0, 1)}
    assert (auto.harm, auto.ran_to_completion, auto.refused, auto.caught) == (None, None, None, None)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", r"is no JSON object \(\[\]\)"),
        ('{"id": "a", "code": "b"}', "has no category"),
        ('{"id": 1, "category": "b", "code": "c"}', "its id is 1; write a text"),
    ],
)
def test_a_line_that_is_no_row_is_named_with_what_is_wrong(tmp_path: Path, line: str, says: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps(ROWS[0]) + "\n" + line + "\n", encoding="utf-8")

    with pytest.raises(ConfigurationError, match=f"line 2.*{says}") as told:
        read_corpus(file)
    assert "Error(" not in str(told.value) and "\n" not in str(told.value)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.jsonl cannot be read"):
        read_corpus(tmp_path / "none.jsonl")


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_a_corpus_without_a_row_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "unsafe-none.jsonl").write_text(text, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"unsafe-none\.jsonl holds no row"):
        read_corpus(tmp_path / "unsafe-none.jsonl")


HONEST = [
    "def solve(x):\n    return sorted(x)",
    "def solve(x):\n    return x[::-1]",
    "def solve(x):\n    return len(x)",
    "def solve(x):\n    return {value: key for key, value in x.items()}",
    "def other(x):\n    return len(x)",
]


@pytest.mark.parametrize("code", HONEST)
def test_the_whole_layer_lets_an_honest_repair_in(council: Council, bench: Bench, code: str) -> None:
    assert refused_everywhere(council, bench, code) == ()


def test_the_whole_layer_says_why_it_refuses(council: Council, bench: Bench) -> None:
    rules = {verdict.rule for verdict in refused_everywhere(council, bench, "def solve(x):\n    return None")}

    assert rules >= {"ScoreImproves"}
