"""What a path holds is found out by its content, and what cannot be read is said in one sentence."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from ecology.tasks import load_tasks, read_tasks
from ecology.tasks.lines import MAX_FILE_BYTES, MAX_LINE_BYTES
from storage import TaskError

SHARED = Path(__file__).parents[4] / "shared" / "data"
RECORD = {
    "id": "t",
    "entry_point": "f",
    "code": "def f(a):\n    return a\n",
    "visible": [{"args": "(1,)", "expect": "2"}],
    "gate": [{"args": "(2,)", "expect": "3"}],
}
LINE = json.dumps(RECORD).encode()


def message(path: Path) -> str:
    with pytest.raises(TaskError) as caught:
        load_tasks(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def file_of(folder: Path, content: bytes) -> Path:
    path = folder / "tasks.jsonl"
    path.write_bytes(content)
    return path


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    assert (
        message(tmp_path / "nowhere.jsonl")
        == f"{tmp_path}/nowhere.jsonl: there is no such file or folder; check the path"
    )


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    assert "is empty" in message(file_of(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{nope}", "line 2: is no JSON (Expecting property name"),
        (b'{"id": "t"', "line 2: is no JSON"),
        (b"[1, 2]", "line 2: is a JSON list, [1, 2]; write one JSON object a line"),
        (b"null", "line 2: is a JSON NoneType"),
        (b'"\xff"', "line 2: is no UTF-8 (byte 0xff at byte 2)"),
        (b'{"id": "a\0b"}', "line 2: holds a NUL byte at byte 10"),
        (b'{"id": "a", "id": "b"}', "line 2: gives the field `id` twice"),
        (b"[" * 100_000, "line 2: is nested too deeply"),
        (b'{"id": ' + b"9" * 5000 + b"}", "line 2: Exceeds the limit"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_a_line_that_is_no_object_is_named_by_its_number(tmp_path: Path, content: bytes, said: str) -> None:
    assert said in message(file_of(tmp_path, LINE + b"\n" + content + b"\n"))


def test_a_line_beyond_the_limit_is_named_and_the_lines_after_it_are_read(tmp_path: Path) -> None:
    reading = read_tasks(file_of(tmp_path, b"x" * (MAX_LINE_BYTES + 10) + b"\n" + LINE))

    (problem,) = reading.problems
    assert problem.line == 1
    assert problem.text.startswith("is longer than 16 MiB")
    assert reading.lines == {"t": 2}


def test_a_file_beyond_the_limit_is_refused_unread(tmp_path: Path) -> None:
    path = file_of(tmp_path, LINE)
    os.truncate(path, MAX_FILE_BYTES + 1)

    assert "more than the 256 MiB a task file may have; split it" in message(path)


def test_a_compressed_file_is_refused_with_the_cure(tmp_path: Path) -> None:
    assert "unpack it first (`gunzip -k tasks.jsonl`)" in message(file_of(tmp_path, gzip.compress(LINE)))


def test_a_byte_order_mark_blank_lines_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    reading = read_tasks(file_of(tmp_path, b"\xef\xbb\xbf\r\n" + LINE + b"\r\n\r\n"))

    assert reading.require()[0].name == "t"
    assert reading.lines == {"t": 2}


def test_a_folder_of_unknown_layout_is_refused_and_its_task_files_are_pointed_at(tmp_path: Path) -> None:
    assert "is a folder of unknown layout; a checkout of QuixBugs has python_programs" in message(tmp_path)

    file_of(tmp_path, LINE)
    assert f"give one of its files, such as {tmp_path}/tasks.jsonl" in message(tmp_path)


def test_something_that_is_neither_file_nor_folder_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    assert "is neither a file nor a folder" in message(tmp_path / "pipe")


@pytest.mark.parametrize("name", ["a\0b", "x" * 300])
def test_an_unusable_path_is_refused(tmp_path: Path, name: str) -> None:
    assert "path" in message(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_read_permission_is_refused(tmp_path: Path) -> None:
    path = file_of(tmp_path, LINE)
    path.chmod(0)

    assert "cannot be read (Permission denied)" in message(path)


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not here")
@pytest.mark.parametrize(("name", "count"), [("quixbugs", 19), ("humanevalfix", 79)])
def test_the_measuring_tasks_load_whole(name: str, count: int) -> None:
    tasks = load_tasks(SHARED / f"{name}.dev.jsonl")

    assert len(tasks) == count
    assert all(task.ring("visible") and task.ring("gate") for task in tasks)
