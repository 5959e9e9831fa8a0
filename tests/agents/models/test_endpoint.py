"""Claims about replies of an endpoint that works."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from agents.models.discipline import Disciplined
from agents.models.message import Message, Request
from agents.models.pricing import Prices
from benchmarks.served import ServedModel
from storage import ConfigurationError, ModelError
from tests.agents.models.model_calls import ask, exchange, talk

SCHEMA: dict[str, Any] = {"type": "object", "properties": {"n": {"type": "integer"}}}


def test_a_reply_holds_what_the_server_counted(server: ServedModel) -> None:
    reply = talk(server, lambda model: model.complete(ask("x" * 40)), model="#parrot")

    assert (reply.text, reply.finish, reply.id) == ("x" * 40, "stop", "reply-1")
    assert (reply.tokens_in, reply.tokens_out, reply.estimated) == (11, 11, False)
    assert reply.model == f"{server.address}#parrot"
    assert reply.latency_s > 0


def test_tokens_that_were_not_counted_are_estimated_and_said_to_be(server: ServedModel) -> None:
    server.become(usage=False)

    reply = talk(server, lambda model: model.complete(ask("x" * 40)))

    assert (reply.tokens_in, reply.tokens_out, reply.estimated) == (11, 11, True)


def test_an_unknown_price_is_none(server: ServedModel) -> None:
    assert talk(server, lambda model: model.complete(ask())).usd is None


def test_what_a_server_charges_is_taken_at_its_word(server: ServedModel) -> None:
    server.become(usd_in=2.0, usd_out=6.0)

    reply = talk(server, lambda model: model.complete(ask("x" * 40)))

    assert reply.usd == pytest.approx(11 * 8e-6)
    assert server.stats()["usd"] == pytest.approx(reply.usd)


def test_an_endpoint_can_be_priced_by_its_whole_name(server: ServedModel, tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(f'["{server.address}#parrot"]\nusd_in = 1.0\nusd_out = 3\n')

    reply = talk(server, lambda model: model.complete(ask("x" * 40)), model="#parrot", prices=Prices.load(file))

    assert reply.usd == pytest.approx(11 * 4e-6)


@pytest.mark.parametrize("said, finish", [("length", "length"), ("content_filter", "filter"), ("whatever", "unknown")])
def test_the_reason_for_the_end_is_kept(server: ServedModel, said: str, finish: str) -> None:
    server.become(finish=said)

    reply = talk(server, lambda model: model.complete(ask()))

    assert reply.finish == finish
    assert reply.truncated == (finish == "length")


@pytest.mark.parametrize("mode", ["json_schema", "json_object", "tool", "fenced", "text"])
def test_every_mode_brings_the_answer_back_as_text(server: ServedModel, mode: str) -> None:
    server.become(replies=['{"n": 3}'])

    reply = talk(server, lambda model: model.complete(ask(schema=SCHEMA, mode=mode)))

    assert json.loads(reply.text) == {"n": 3}


@pytest.mark.parametrize("mode", ["json_schema", "json_object", "tool"])
def test_a_mode_that_the_server_does_not_know_is_refused(server: ServedModel, mode: str) -> None:
    server.become(unsupported=[mode])

    with pytest.raises(ModelError, match=f"{mode} is not supported") as caught:
        talk(server, lambda model: model.complete(ask(schema=SCHEMA, mode=mode)))

    assert caught.value.kind == "refused"


@pytest.mark.parametrize("mode", ["json_object", "fenced"])
def test_a_schema_without_an_api_of_its_own_is_asked_for_in_words(server: ServedModel, mode: str) -> None:
    reply = talk(server, lambda model: model.complete(ask("hi", schema=SCHEMA, mode=mode)))

    assert reply.text.startswith("hi\n\nAnswer with one") and '"properties":{"n"' in reply.text


def test_lone_surrogates_do_not_reach_the_database(server: ServedModel) -> None:
    server.become(replies=["a\ud800b"])

    assert talk(server, lambda model: model.complete(ask())).text == "a\ufffdb"


def test_models_of_one_endpoint_share_its_places_and_its_client(server: ServedModel) -> None:
    server.become(latency_s=0.05)

    async def crowd() -> None:
        opened = exchange()
        models = [opened.endpoint(f"{server.address}#{name}") for name in ("one", "two")]
        await asyncio.gather(*(model.complete(ask(str(n))) for n in range(24) for model in models))
        for model in models:
            await model.close()

    asyncio.run(crowd())

    stats = server.stats()
    assert (stats["requests"], stats["in_flight_max"], stats["connections"]) == (48, 8, 8)


def test_a_model_opened_again_after_the_last_was_closed_has_a_new_client(server: ServedModel) -> None:
    async def again() -> list[str]:
        opened, texts = exchange(), []
        for text in ("one", "two"):
            model = opened.endpoint(server.address)
            texts.append((await model.complete(ask(text))).text)
            await model.close()
        return texts

    assert asyncio.run(again()) == ["one", "two"]


def test_the_key_is_sent_and_never_shown(server: ServedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECOLOGY_API_KEY_127_0_0_1", "private-12345678")
    monkeypatch.setenv("ECOLOGY_API_KEY", "for-others-1")
    server.become(key="private-12345678")

    async def shown(model: Disciplined) -> str:
        await model.complete(ask())
        endpoint: Any = model.model
        return f"{model!r} {endpoint!r} {vars(endpoint)} {vars(endpoint._connection)}"

    assert "12345678" not in talk(server, shown)


def test_a_model_of_openai_without_a_key_is_refused_at_once() -> None:
    with pytest.raises(ConfigurationError, match="set OPENAI_API_KEY in the environment"):
        exchange().openai("gpt-5-mini")


def test_the_key_of_openai_is_shown_to_no_other_host(server: ServedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai-12345678")
    server.become(key="sk-openai-12345678")

    with pytest.raises(ModelError, match="incorrect API key"):
        talk(server, lambda model: model.complete(ask()))


def test_a_request_that_cannot_be_asked_is_no_request() -> None:
    with pytest.raises(ValueError, match="needs a schema"):
        Request((Message("user", "x"),), mode="tool")
    with pytest.raises(ValueError, match="max_tokens must be at least 1, not 0"):
        ask(max_tokens=0)
