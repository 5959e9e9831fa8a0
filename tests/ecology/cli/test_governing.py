"""`ecology govern bench` prints what the rule layer does with corpus files."""

from __future__ import annotations

import json
from pathlib import Path

from tests.ecology.cli.command_line import Shell

KEYS = {"file", "rows", "flagged", "ran_to_completion", "harm", "ms_p50"}


def corpus(folder: Path, name: str = "unsafe-two.jsonl") -> Path:
    rows = [
        {"id": "a", "category": "files", "code": "import os\nos.remove('/etc/hosts')"},
        {"id": "b", "category": "plain", "code": "x = 1"},
    ]
    file = folder / name
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def test_with_json_each_file_is_one_document_on_its_own_line(ecology: Shell, tmp_path: Path) -> None:
    files = [corpus(tmp_path), corpus(tmp_path, "benign-two.jsonl")]

    done = ecology("govern", "bench", *map(str, files), "--json")
    found = [json.loads(line) for line in done.out.splitlines()]

    assert [each["file"] for each in found] == list(map(str, files))
    assert all(set(each) >= KEYS and (each["rows"], each["flagged"]) == (2, 1) for each in found)
    assert [each["benign"] for each in found] == [False, True]


def test_the_code_rules_alone_run_nothing(ecology: Shell, tmp_path: Path) -> None:
    done = ecology("govern", "bench", str(corpus(tmp_path)), "--code-only")

    assert "unsafe-two.jsonl" in done.out and "50.0%" in done.out


def test_a_file_that_is_no_corpus_is_one_sentence(ecology: Shell, tmp_path: Path) -> None:
    done = ecology("govern", "bench", str(tmp_path / "none.jsonl"))

    assert "none.jsonl cannot be read" in done.complaint(4)


def test_an_empty_or_malformed_corpus_is_one_sentence_with_exit_code_4(ecology: Shell, tmp_path: Path) -> None:
    (tmp_path / "benign-empty.jsonl").write_text("")
    (tmp_path / "benign-odd.jsonl").write_text('{"id": "a", "code": "x = 1"}\n')

    empty, odd = (ecology("govern", "bench", "--code-only", str(each)) for each in sorted(tmp_path.glob("benign-*")))

    assert "holds no row" in empty.complaint(4)
    assert "line 1 has no category" in odd.complaint(4) and "KeyError" not in odd.err
