from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from agents.models.letters import answer, find, post, short_id, waiting
from agents.models.mailbox import MailboxModel
from agents.models.message import Reply, Request
from storage import ConfigurationError, ModelError, NotFound
from tests.agents.models.asking import asked

# Another program as the model: it answers every request in the folder until `stop` lies there.
CLERK = """
import json, os, pathlib, sys, time
folder, form = pathlib.Path(sys.argv[1]), sys.argv[2]
while not (folder / "stop").exists():
    for path in folder.glob("*.request.json"):
        request = json.loads(path.read_text())
        reply = folder / f"{request['id']}.reply.{form}"
        if reply.exists():
            continue
        text = "echo: " + request["messages"][-1]["content"]
        body = json.dumps({"text": text, "tokens_in": 3, "tokens_out": 4, "usd": 0.01}) if form == "json" else text
        draft = reply.with_suffix(".draft")
        draft.write_text(body)
        os.replace(draft, reply)
    time.sleep(0.01)
"""


@pytest.fixture
def clerk(tmp_path: Path) -> Any:
    """Start a second process that answers in a form."""
    started: list[subprocess.Popen[bytes]] = []

    def start(form: str) -> None:
        started.append(subprocess.Popen([sys.executable, "-c", CLERK, str(tmp_path), form]))

    yield start
    (tmp_path / "stop").touch()
    for each in started:
        assert each.wait(timeout=20) == 0


Start = Callable[[str], None]


def answers(folder: Path, *requests: Request, timeout_s: float = 20.0) -> list[Reply]:
    async def ask() -> list[Reply]:
        model = MailboxModel(folder, timeout_s=timeout_s)
        try:
            return await asyncio.gather(*(model.complete(request) for request in requests))
        finally:
            await model.close()

    return asyncio.run(ask())


def together(*work: Coroutine[Any, Any, Any]) -> list[Any]:
    async def run() -> list[Any]:
        return await asyncio.gather(*work)

    return asyncio.run(run())


@pytest.mark.parametrize("form", ["json", "md"])
def test_another_process_answers_many_requests_at_once(tmp_path: Path, clerk: Start, form: str) -> None:
    clerk(form)

    replies = answers(tmp_path, *(asked(f"question {number}") for number in range(60)))

    assert [reply.text for reply in replies] == [f"echo: question {number}" for number in range(60)]
    assert {reply.usd for reply in replies} == ({0.01} if form == "json" else {0.0})
    assert not waiting(tmp_path)


def test_a_request_file_says_all_that_whoever_answers_must_know(tmp_path: Path) -> None:
    request = asked("what?", schema={"type": "object"}, mode="json_object", seed=4)
    with pytest.raises(ModelError):
        answers(tmp_path, request, timeout_s=0.01)

    (path,) = tmp_path.iterdir()
    content = json.loads(path.read_text())

    assert path.name == f"{request.digest}-0.request.json"
    assert content["messages"][-1] == {"role": "user", "content": "what?"}
    assert (content["schema"], content["mode"], content["seed"]) == ({"type": "object"}, "json_object", 4)
    assert content["answer_with"] == [f"{request.digest}-0.reply.md", f"{request.digest}-0.reply.json"]


def test_a_request_that_nobody_answers_times_out_and_is_answered_after_a_restart(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"ecology mailbox .* --answer") as error:
        answers(tmp_path, asked("anyone?"), timeout_s=0.05)
    assert error.value.kind == "mailbox_timeout"

    answer(tmp_path, waiting(tmp_path)[0].id, "here I am")
    time.sleep(0.25)

    assert answers(tmp_path, asked("anyone?"), timeout_s=0.05)[0].text == "here I am"


def test_equal_requests_get_letters_of_their_own(tmp_path: Path, clerk: Start) -> None:
    clerk("md")

    replies = answers(tmp_path, asked("again"), asked("again"))

    assert [reply.id[-2:] for reply in replies] == ["-0", "-1"]


def test_a_reply_that_is_still_being_written_is_waited_for(tmp_path: Path) -> None:
    request = asked("slowly")
    path = tmp_path / f"{request.digest}-0.reply.json"

    async def write() -> None:
        await asyncio.sleep(0.05)
        for piece in ('{"text": ', '"all of', ' it"}'):
            with path.open("a") as file:
                file.write(piece)
            await asyncio.sleep(0.08)

    reply, _ = together(MailboxModel(tmp_path, timeout_s=10).complete(request), write())

    assert reply.text == "all of it"


def test_a_reply_file_that_is_no_reply_is_named(tmp_path: Path) -> None:
    request = asked("what?")
    (tmp_path / f"{request.digest}-0.reply.json").write_text('{"txt": 1}')

    with pytest.raises(ModelError, match=r"reply\.json is no reply: text: .* mend or remove it") as error:
        answers(tmp_path, request)
    assert error.value.kind == "malformed"


def test_a_late_reply_is_seen_although_the_wait_has_become_slow(tmp_path: Path) -> None:
    async def late() -> None:
        await asyncio.sleep(3.2)
        answer(tmp_path, waiting(tmp_path)[0].id, "at last")

    began = time.monotonic()
    reply, _ = together(MailboxModel(tmp_path, timeout_s=20).complete(asked("late")), late())

    assert reply.text == "at last" and time.monotonic() - began < 6


def test_waiting_costs_next_to_nothing(tmp_path: Path) -> None:
    for number in range(2_000):
        (tmp_path / f"old{number}.reply.md").touch()
    before = time.process_time()

    async def ask() -> list[object]:
        model = MailboxModel(tmp_path, timeout_s=3)
        calls = (model.complete(asked(f"q {number}")) for number in range(200))
        return await asyncio.gather(*calls, return_exceptions=True)

    results = asyncio.run(ask())

    assert all(isinstance(each, ModelError) and each.kind == "mailbox_timeout" for each in results)
    assert time.process_time() - before < 0.6


def test_closing_ends_every_wait(tmp_path: Path) -> None:
    async def close_while_waiting() -> bool:
        model = MailboxModel(tmp_path)
        waits = asyncio.create_task(model.complete(asked("x")))
        await asyncio.sleep(0.05)
        await model.close()
        await asyncio.wait([waits])
        return waits.cancelled()

    assert asyncio.run(close_while_waiting())


def test_what_waits_can_be_found_by_the_start_of_its_id(tmp_path: Path) -> None:
    for text in ("a", "b"):
        with pytest.raises(ModelError):
            answers(tmp_path, asked(text), timeout_s=0.01)
    first, second = waiting(tmp_path)

    assert find(tmp_path, first.id[:20]).id == first.id
    with pytest.raises(NotFound, match=f"several requests wait .*{first.id[:12]}-0, {second.id[:12]}-0"):
        find(tmp_path, "")
    with pytest.raises(NotFound, match=r"no request waits .* 'zzz'; there waits"):
        find(tmp_path, "zzz")
    assert "## user\n\nb" in second.conversation


def test_equal_requests_are_told_apart_by_their_number(tmp_path: Path) -> None:
    digest = asked("again").digest
    for number in range(11):
        post(tmp_path, f"{digest}-{number}", asked("again"))

    assert [find(tmp_path, f"{digest[:4]}-{number}").id[-3:] for number in (0, 1, 10)] == [
        f"{digest[-1]}-0", f"{digest[-1]}-1", "-10"
    ]  # fmt: skip
    assert find(tmp_path, f"{digest}-1").id == f"{digest}-1"
    assert all(find(tmp_path, short_id(each.id)).id == each.id for each in waiting(tmp_path))
    with pytest.raises(NotFound, match=f"several requests wait .* there waits {digest[:12]}-0, {digest[:12]}-1, "):
        find(tmp_path, digest)
    with pytest.raises(NotFound, match="no request waits"):
        find(tmp_path, f"{digest[:4]}-11")


def test_the_cure_for_a_request_that_nobody_answered_names_it_and_no_other(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as error:
        answers(tmp_path, asked("again"), timeout_s=0.01)

    assert f"--answer {asked('again').digest[:12]}-0`" in str(error.value)


def test_a_reply_is_never_empty_replaced_or_given_to_nobody(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        answers(tmp_path, asked("a"), timeout_s=0.01)
    (letter,) = waiting(tmp_path)

    with pytest.raises(ConfigurationError, match="empty"):
        answer(tmp_path, letter.id, " \n")
    answer(tmp_path, letter.id, "yes")
    with pytest.raises(ConfigurationError, match="never replaced"):
        answer(tmp_path, letter.id, "no")
    with pytest.raises(NotFound):
        answer(tmp_path, "other-0", "no")


def test_a_folder_that_cannot_be_made_or_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ConfigurationError, match="cannot be made"):
        MailboxModel(tmp_path / "file")
    with pytest.raises(NotFound, match="no mailbox"):
        waiting(tmp_path / "gone")
