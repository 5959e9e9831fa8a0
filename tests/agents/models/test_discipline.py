"""Claims about outages: no storm, a circuit that opens and tries again, and never too many calls at once."""

from __future__ import annotations

import asyncio
from functools import partial
from random import Random
from typing import Any

import pytest

from agents.models.circuit import Circuit, Fuse
from agents.models.discipline import Discipline, Disciplined, Rules
from agents.models.message import Reply
from agents.models.retry import Patience
from benchmarks.served import ServedModel
from storage import ModelError
from tests.agents.models.model_calls import Clock, answered, ask, talk

OUTAGE_S = 1.5


def broken(kind: Any = "server") -> ModelError:
    """Return a fault of the endpoint."""
    return ModelError("it broke", kind=kind)


@pytest.mark.parametrize("agents", [8, 64])
@pytest.mark.parametrize("wait_s", [0.0, 10.0])
@pytest.mark.parametrize("fault", ["500", "reset", "429"])
def test_an_outage_brings_no_storm_of_retries(server: ServedModel, agents: int, wait_s: float, fault: str) -> None:
    """An outage a twentieth as long as one of 30 s, with all seconds of the discipline a twentieth too."""
    server.become(latency_s=0.01, faults={fault: 1.0}, retry_after="0.05")
    rules = Rules(16, wait_s, Patience(first_s=0.025, longest_s=1.5), Fuse(cool_s=0.25, poll_s=0.0125))
    calls = 0

    async def agent(model: Disciplined, end: float) -> None:
        nonlocal calls
        while asyncio.get_running_loop().time() < end:
            calls += 1
            await asyncio.gather(model.complete(ask(str(calls))), return_exceptions=True)
            await asyncio.sleep(0.02)

    async def outage(model: Disciplined) -> Reply:
        end = asyncio.get_running_loop().time() + OUTAGE_S
        population = [asyncio.create_task(agent(model, end)) for _ in range(agents)]
        await asyncio.sleep(OUTAGE_S)
        sent = server.stats()["requests"]
        assert sent <= 1.15 * calls
        server.change(faults={})
        await asyncio.gather(*population)
        await asyncio.sleep(0.4)
        return await model.complete(ask("after"))

    assert talk(server, outage, rules=rules).text == "after"


def test_a_waiting_call_survives_an_outage(server: ServedModel) -> None:
    server.become(faults={"500": 1.0})
    rules = Rules(16, 10.0, Patience(first_s=0.01), Fuse(cool_s=0.1, poll_s=0.01))

    async def through(model: Disciplined) -> Reply:
        await asyncio.gather(*(model.complete(ask()) for _ in range(6)), return_exceptions=True)
        assert model.discipline.circuit.state != "closed"
        waiting = asyncio.create_task(model.complete(ask("patience")))
        server.change(faults={})
        return await waiting

    assert talk(server, through, rules=rules).text == "patience"


def test_never_more_calls_at_once_than_places(server: ServedModel) -> None:
    server.become(latency_s=0.02)

    async def crowd(model: Disciplined) -> None:
        await asyncio.gather(*(model.complete(ask(str(number))) for number in range(60)))

    talk(server, crowd, rules=Rules(concurrency=5))

    assert server.stats()["in_flight_max"] == 5


def test_a_circuit_opens_after_failures_in_a_row_probes_once_and_closes(clock: Clock) -> None:
    circuit = Circuit("it", clock=clock, fuse=Fuse(in_a_row=3, cool_s=5))
    for _ in range(3):
        circuit.leave(circuit.enter(), alive=False)
    assert (circuit.state, circuit.ready_in) == ("open", 5)
    with pytest.raises(ModelError, match=r"failed too often and is left alone for 5\.0 s more") as caught:
        circuit.enter()
    assert (caught.value.kind, caught.value.retry_after_s, caught.value.attempts) == ("circuit_open", 5, 0)

    clock.now += 5
    assert circuit.state == "half_open"
    probe = circuit.enter()
    with pytest.raises(ModelError):
        circuit.enter()
    circuit.leave(probe, alive=True)

    assert (circuit.state, circuit.ready_in) == ("closed", 0)


def test_a_failed_probe_opens_the_circuit_for_as_long_again(clock: Clock) -> None:
    circuit = Circuit("it", clock=clock, fuse=Fuse(in_a_row=1, cool_s=5))
    circuit.leave(circuit.enter(), alive=False)
    clock.now += 6

    circuit.leave(circuit.enter(), alive=False)

    assert circuit.ready_in == 5


def test_a_cancelled_probe_leaves_room_for_another(clock: Clock) -> None:
    circuit = Circuit("it", clock=clock, fuse=Fuse(in_a_row=1, cool_s=5))
    circuit.leave(circuit.enter(), alive=False)
    clock.now += 6

    circuit.abandon(circuit.enter())

    assert circuit.enter() == 1


def test_a_circuit_opens_at_a_share_of_failures(clock: Clock) -> None:
    circuit = Circuit("it", clock=clock, fuse=Fuse(in_a_row=99, window=10, share=0.5))
    for number in range(9):
        circuit.leave(circuit.enter(), alive=number % 2 == 0)
    assert circuit.ready_in == 0

    circuit.leave(circuit.enter(), alive=False)

    assert circuit.state == "open"


def test_what_began_before_the_circuit_opened_says_nothing_about_now(clock: Clock) -> None:
    circuit = Circuit("it", clock=clock, fuse=Fuse(in_a_row=1, cool_s=5))
    early, late = circuit.enter(), circuit.enter()
    circuit.leave(early, alive=False)
    clock.now += 4

    circuit.leave(late, alive=False)

    assert circuit.ready_in == 1


def test_what_was_never_sent_does_not_close_a_circuit(clock: Clock) -> None:
    rules = Rules(fuse=Fuse(in_a_row=1, cool_s=5), patience=Patience(attempts=1))
    discipline = Discipline("it", rng=Random(1), rules=rules, clock=clock, sleep=clock.sleep)

    async def fail(attempts: int) -> Reply:
        raise ModelError("it broke", kind="server", attempts=attempts)

    async def twice() -> None:
        for attempts in (1, 0):
            await asyncio.gather(discipline.call(partial(fail, attempts)), return_exceptions=True)

    asyncio.run(twice())

    assert discipline.circuit.state == "half_open"


@pytest.mark.parametrize("kind", ["rate_limit", "refused"])
def test_a_server_that_declines_is_not_in_trouble(clock: Clock, kind: str) -> None:
    discipline = Discipline("it", rng=Random(1), clock=clock, sleep=clock.sleep)

    async def decline() -> Reply:
        raise broken(kind)

    async def often() -> None:
        for _ in range(30):
            await asyncio.gather(discipline.call(decline), return_exceptions=True)

    asyncio.run(often())

    assert discipline.circuit.state == "closed"


def test_waiting_ends_when_patience_does(clock: Clock) -> None:
    rules = Rules(wait_s=3.0, fuse=Fuse(in_a_row=1, cool_s=10.0))
    discipline = Discipline("it", rng=Random(1), rules=rules, clock=clock, sleep=clock.sleep)
    discipline.circuit.leave(discipline.circuit.enter(), alive=False)

    async def work() -> Reply:
        return answered()

    with pytest.raises(ModelError) as caught:
        asyncio.run(discipline.call(work))

    assert (caught.value.kind, caught.value.attempts, clock.slept) == ("circuit_open", 0, [])
