"""Claims about opening models by their names."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agents.models import Models, Opened, Price, Prices, Reply
from agents.models.endpoint import Endpoint
from agents.models.mailbox import MailboxModel
from agents.models.scripted import ScriptedModel
from agents.models.simulated import SimulatedModel
from benchmarks.served import ServedModel
from storage import ConfigurationError
from tests.agents.models.asking import asked
from tests.agents.models.model_calls import QUICK
from tests.agents.models.switching import StandIn

FREE = Price(0.0, 0.0)


def test_models_that_cost_nothing_are_free_and_need_no_discipline(tmp_path: Path) -> None:
    script = tmp_path / "replies.jsonl"
    script.write_text('{"text": "hello"}\n')
    models = Models(seed=1)
    kinds = {
        f"scripted:{script}": ScriptedModel,
        "simulated:1,0,0": SimulatedModel,
        f"mailbox:{tmp_path / 'letters'}": MailboxModel,
    }

    for name, kind in kinds.items():
        opened = models.open(name)
        assert isinstance(opened.model, kind) and opened.name == name
        assert (opened.price, opened.discipline) == (FREE, None)
        assert opened.asks == (kind is MailboxModel)


def test_whoever_answers_a_mailbox_for_money_may_have_a_price(tmp_path: Path) -> None:
    name = f"mailbox:{tmp_path / 'letters'}"

    assert Models(seed=1, prices=Prices({name: Price(1.0, 2.0)})).open(name).price == Price(1.0, 2.0)


def test_a_model_is_opened_once_and_an_endpoint_is_priced_and_disciplined(server: ServedModel) -> None:
    async def opened() -> tuple[Opened, Reply]:
        models = Models(seed=1, rules=QUICK, prices=Prices({server.address: Price(1.0, 2.0)}))
        found = models.open(server.address)
        assert models.open(server.address) is found
        assert models.open(f"{server.address}#other").discipline is found.discipline
        reply = await found.model.complete(asked("hello"))
        await models.close()
        return found, reply

    found, reply = asyncio.run(opened())

    assert isinstance(found.model, Endpoint) and found.price == Price(1.0, 2.0) and found.discipline is not None
    assert reply.text == "hello" and reply.usd


def test_a_simulated_model_is_shown_the_references_and_the_seed() -> None:
    models = Models(seed=1, references={"f": "def f(x):\n    return x\n"})
    request = asked("Mend `f`:\n```python\ndef f(x):\n    return -x\n```")

    reply = asyncio.run(models.open("simulated:1,0,0").model.complete(request))

    assert "return x" in reply.text


@pytest.mark.parametrize("name", ["offline", "replay:run.db"])
def test_what_answers_no_request_is_not_opened(name: str) -> None:
    with pytest.raises(ConfigurationError, match="no model that can be asked"):
        Models(seed=1).open(name)


def test_a_missing_key_and_an_unknown_name_are_said_when_the_model_is_opened() -> None:
    with pytest.raises(ConfigurationError, match="set OPENAI_API_KEY in the environment"):
        Models(seed=1).open("gpt-5-mini")
    with pytest.raises(ConfigurationError, match="did you mean gpt-5"):
        Models(seed=1).open("gpt5")


class StuckModel(StandIn):
    """A model that cannot be closed."""

    async def close(self) -> None:
        raise OSError("stuck")


class Given(Models):
    """Models of which some are given."""

    def give(self, *models: StandIn) -> None:
        for number, model in enumerate(models):
            self._opened[f"given {number}"] = Opened(f"given {number}", model, FREE)


def test_all_models_are_closed_even_when_one_cannot_be() -> None:
    models, good = Given(seed=1), (StandIn(), StandIn())
    models.give(good[0], StuckModel(), good[1])

    with pytest.raises(OSError, match="stuck"):
        asyncio.run(models.close())
    assert all(each.closed for each in good)
