"""Claims about a server that fails: each fault has its kind, and only what can be mended is tried again."""

from __future__ import annotations

import asyncio
import traceback
from typing import Any

import pytest

from agents.models.discipline import Disciplined
from agents.models.fault import status_fault
from agents.models.message import Reply
from benchmarks.served import ServedModel
from storage import ModelError
from tests.agents.models.model_calls import ask, talk

AGAIN = {"429": "rate_limit", "500": "server", "503": "server", "529": "server", "html_502": "server",
         "timeout": "timeout", "trickle": "timeout", "reset": "connection"}  # fmt: skip
NEVER_AGAIN = {"400": "refused", "401": "refused", "404": "refused", "408": "refused", "422": "refused",
               "truncated": "malformed", "invalid_json": "malformed", "not_an_object": "malformed",
               "error_in_200": "malformed", "no_choices": "malformed", "html": "malformed",
               "content_type": "malformed", "huge": "malformed"}  # fmt: skip


def failure(server: ServedModel, **more: Any) -> ModelError:
    """Ask once and return what went wrong."""
    with pytest.raises(ModelError) as caught:
        talk(server, lambda model: model.complete(ask()), **more)
    return caught.value


@pytest.mark.parametrize("fault", AGAIN)
def test_a_passing_fault_is_tried_again_and_then_answered(server: ServedModel, fault: str) -> None:
    server.become(schedule=[fault], retry_after="0.01")

    reply = talk(server, lambda model: model.complete(ask()))

    assert (reply.text, reply.attempts) == ("hello", 2)
    assert server.stats()["requests"] == 2


@pytest.mark.parametrize("fault", AGAIN)
def test_a_lasting_fault_is_named_with_all_its_attempts(server: ServedModel, fault: str) -> None:
    server.become(faults={fault: 1.0}, retry_after="0.01")

    error = failure(server)

    # One call brings a tenth of a second try, and a new endpoint has one to begin with.
    assert (error.kind, error.attempts, server.stats()["requests"]) == (AGAIN[fault], 2, 2)


@pytest.mark.parametrize("fault", NEVER_AGAIN)
def test_what_cannot_be_mended_is_sent_once(server: ServedModel, fault: str) -> None:
    server.become(schedule=[fault])

    error = failure(server)

    assert (error.kind, error.attempts) == (NEVER_AGAIN[fault], 1)
    assert server.stats()["requests"] == 1
    assert server.address in str(error) and "\n" not in str(error)


def test_a_server_that_cannot_read_a_request_and_blames_itself_is_not_asked_again() -> None:
    said = "1 validation error: {'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': 'Input"

    error = status_fault("local", 500, said=said, headers={}, now=0.0, cure="")

    assert error.kind == "refused"
    assert "cannot succeed as it is" in str(error)


def test_each_attempt_is_reported_with_its_cause_and_the_wait(server: ServedModel) -> None:
    server.become(schedule=["500"])
    heard: list[tuple[Any, ...]] = []

    talk(server, lambda model: model.complete(ask()), heard=lambda *what: heard.append(what))

    (place, first, kind, wait), last = heard
    assert (place, first, kind) == (server.address, 1, "server") and 0 < wait < 1
    assert last == (server.address, 2, None, None)


def test_retry_after_is_waited_for(server: ServedModel) -> None:
    server.become(schedule=["429"], retry_after="0.4")
    heard: list[tuple[Any, ...]] = []

    talk(server, lambda model: model.complete(ask()), heard=lambda *what: heard.append(what))

    assert 0.4 <= heard[0][3] < 0.5


def test_a_server_that_asks_for_too_much_patience_is_not_waited_for(server: ServedModel) -> None:
    server.become(schedule=["429"], retry_after="3600")

    error = failure(server)

    assert (error.kind, error.attempts, error.retry_after_s) == ("rate_limit", 1, 3600)


def test_after_a_rate_limit_nobody_else_asks_either(server: ServedModel) -> None:
    server.become(schedule=["429"], retry_after="3600")

    async def twice(model: Disciplined) -> list[BaseException]:
        return [await caught(model), await caught(model)]

    async def caught(model: Disciplined) -> BaseException:
        (result,) = await asyncio.gather(model.complete(ask()), return_exceptions=True)
        assert isinstance(result, ModelError)
        return result

    first, second = talk(server, twice)

    assert (first.attempts, second.attempts, second.kind) == (1, 0, "rate_limit")
    assert server.stats()["requests"] == 1


def test_a_reply_given_to_another_request_before_is_refused(server: ServedModel) -> None:
    server.become(schedule=["ok"] * 9 + ["repeat"], replies=["the same"])

    async def ten(model: Disciplined) -> None:
        for number in range(10):
            await model.complete(ask(f"question {number}"))

    with pytest.raises(ModelError, match=r"gave the reply 'reply-9'.*a second time") as caught:
        talk(server, ten)
    assert caught.value.kind == "malformed"


def test_a_reply_sent_twice_never_answers_the_next_request(server: ServedModel) -> None:
    server.become(schedule=["ok", "duplicate"])

    async def three(model: Disciplined) -> list[str]:
        return [(await model.complete(ask(text))).text for text in ("one", "two", "three", "four")]

    assert talk(server, three) == ["one", "two", "three", "four"]


def test_nobody_listening_is_a_failed_connection(server: ServedModel) -> None:
    nobody = ServedModel.start()
    nobody.stop()

    error = failure(nobody)

    assert (error.kind, error.attempts) == ("connection", 2)
    assert "is the server running?" in str(error)


@pytest.mark.parametrize("fault", ["401", "429", "500", "404", "html", "huge", "reset"])
def test_no_error_shows_the_key(server: ServedModel, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECOLOGY_API_KEY", "private-12345678")
    server.become(faults={fault: 1.0}, retry_after="0.01")

    error = failure(server)

    shown = "".join(traceback.format_exception(error)) + repr(error) + str(vars(error))
    assert "12345678" not in shown
    cause: BaseException | None = error
    while cause is not None:
        assert "openai" not in type(cause).__module__
        cause = cause.__cause__ or cause.__context__


def test_a_wrong_key_is_answered_with_the_variable_to_set(server: ServedModel) -> None:
    server.become(key="the-right-one")

    assert "set ECOLOGY_API_KEY_127_0_0_1 or ECOLOGY_API_KEY in the environment" in str(failure(server))


def test_a_cancelled_call_gives_back_its_place(server: ServedModel) -> None:
    server.become(schedule=["timeout"] * 8)

    async def impatient(model: Disciplined) -> Reply:
        calls = [asyncio.create_task(model.complete(ask())) for _ in range(8)]
        await asyncio.sleep(0.1)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        return await model.complete(ask())

    assert talk(server, impatient).text == "hello"
