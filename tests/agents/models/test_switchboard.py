"""Claims about questions on their way: kept before used, never asked twice, shared, and paid within the purse."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from agents.models import Limits, Models, Price, Prices, Purse, Reply, Request, Switchboard
from agents.models.outcome import Asked
from agents.models.pricing import tokens_at_most
from benchmarks.served import ServedModel
from storage import BudgetReached, ModelCall, ModelError, ModelFault, Store
from tests.agents.models.asking import replied
from tests.agents.models.model_calls import QUICK
from tests.agents.models.switching import NAME, PRICE, StandIn, Standing, board, failed, question, run, said


def kept(store: Store, asked: Asked) -> ModelCall:
    """Return the journal's row for a question, as another process would read it."""
    with Store.open(store.path) as reader:
        found = reader.journal.lookup(asked.digest, asked.turn, nth=asked.nth)
    assert found is not None
    return found


def test_a_reply_is_on_the_disk_before_it_is_used(store: Store) -> None:
    asked = question(prompt="p-1", turn=4, nth=1)

    async def work(board: Switchboard) -> ModelCall:
        reply = await board.call(asked, purse=Purse("run"))
        assert reply.text == "yes"
        return kept(store, asked)

    model = StandIn(
        answer=lambda _: replied("yes", usd=0.25, id="r-9", model="its own name", tokens_in=7, tokens_out=2)
    )
    call = run(board(store, Standing(model)), work)

    assert (call.reply, call.usd, call.counted_usd, call.tokens_in, call.tokens_out) == ("yes", 0.25, 0.25, 7, 2)
    assert (call.model, call.turn, call.nth, call.prompt, call.provider_id) == (NAME, 4, 1, "p-1", "r-9")
    assert call.request == asked.text and f'"model":"{NAME}"' in call.request


def test_a_resumed_run_asks_nothing_that_it_has_been_told(server: ServedModel, store: Store) -> None:
    questions = [question(f"number {each % 5}", model=server.address, nth=each // 5) for each in range(15)]

    async def all_of_them(board: Switchboard) -> list[Reply]:
        return await asyncio.gather(*(board.call(each, purse=Purse("run")) for each in questions))

    first = run(board(store), all_of_them)
    with Store.open(store.path) as again:
        past = again.journal.past()
    second = run(board(store, past=past), all_of_them)

    assert server.stats()["requests"] == 15
    assert second == first
    assert len(store.journal.past()) == 15


@pytest.mark.parametrize("change", [{"turn": 1}, {"nth": 1}, {"text": "other"}, {"temperature": 0.1}, {"seed": 3}])
def test_what_differs_in_anything_is_asked_anew(store: Store, change: dict[str, object]) -> None:
    said(board(store, Standing(StandIn())), question())
    model = StandIn()

    said(board(store, Standing(model), past=store.journal.past()), question(**change))  # type: ignore[arg-type]

    assert model.sent == 1


def test_another_model_is_another_question() -> None:
    assert question(model="a").digest != question(model="b").digest


def test_a_replay_sends_nothing_and_says_what_it_lacks(server: ServedModel, store: Store, tmp_path: Path) -> None:
    known = question("known", model=server.address)
    reply = said(board(store), known)
    with Store.create(tmp_path / "replayed.db") as fresh:
        replaying = board(fresh, past=store.journal.past(), replay_only=True)

        assert said(replaying, known) == reply
        error = failed(replaying, question("unknown", model=server.address, turn=7, prompt="abc"))

        assert fresh.journal.past() == {}
    assert error.kind == "exhausted"
    assert "for turn 7 with prompt abc" in str(error) and server.address in str(error)
    assert server.stats()["requests"] == 1


def test_a_replay_needs_neither_key_nor_server(store: Store) -> None:
    asked = question(model="gpt-5-mini")
    past = {asked.key: ModelCall(0, "gpt-5-mini", "", "kept", 1, 1, 0.1, 0.0, "stop")}

    assert said(board(store, past=past, replay_only=True), asked).text == "kept"


@pytest.mark.parametrize(
    ("faults", "told"),
    [
        (["refused"], ("refused",)), (["server", "timeout", "connection"], ("server", "timeout")),
        (["rate_limit", "malformed"], ("rate_limit", "malformed")), (["mailbox_timeout"], ("mailbox_timeout",)),
    ],
)  # fmt: skip
def test_a_failure_is_kept_with_its_causes_and_fails_again_when_replayed(
    store: Store, faults: list[ModelFault], told: tuple[ModelFault, ...]
) -> None:
    model, asked = StandIn(*faults), question()

    first = failed(board(store, Standing(model)), asked)
    call = kept(store, asked)
    second = failed(board(store, Standing(model), past=store.journal.past()), asked)

    assert (call.fault, call.faults, call.attempts, call.reply) == (told[-1], told, len(told), "")
    assert model.sent == len(told)
    for error in (first, second):
        assert (error.kind, error.faults, error.attempts, str(error)) == (told[-1], told, len(told), call.message)


def test_a_reply_tells_how_the_attempts_before_it_failed_and_what_they_may_have_cost(store: Store) -> None:
    purse, asked = Purse("run"), question(max_tokens=1000)
    bound = PRICE.at_most(asked.request)

    reply = said(board(store, Standing(StandIn("server"))), asked, purse)
    call = kept(store, asked)

    assert (reply.attempts, reply.faults) == (2, ("server",))
    assert call.faults == reply.faults and call.usd == 0.0
    # A crash in the server may have cost all it could.
    assert call.counted_usd == pytest.approx(bound) == pytest.approx(purse.spent.usd)
    assert (purse.spent.calls, purse.spent.unknown_calls) == (2, 1)


def test_faults_of_a_real_server_are_kept_with_their_kinds(server: ServedModel, store: Store) -> None:
    server.become(schedule=["500", "ok", "html", "401", "ok"])
    names = ["mended", "page", "unauthorised", "fine"]

    async def one_by_one(board: Switchboard) -> list[tuple[ModelFault, ...]]:
        found = []
        for name in names:
            try:
                found.append((await board.call(question(name, model=server.address), purse=Purse("run"))).faults)
            except ModelError as error:
                found.append(error.faults)
        return found

    assert run(board(store), one_by_one) == [("server",), ("malformed",), ("refused",), ()]
    assert [call.fault for call in store.journal.past().values()] == ["", "malformed", "refused", ""]


def test_equal_questions_at_temperature_0_are_asked_once_while_under_way(server: ServedModel, store: Store) -> None:
    server.become(latency_s=0.2, usd_in=1000.0, usd_out=1000.0)
    questions = [question(model=server.address, turn=turn, temperature=0) for turn in range(8)]
    purse = Purse("run")

    async def at_once(board: Switchboard) -> list[Reply]:
        return await asyncio.gather(*(board.call(each, purse=purse) for each in questions))

    replies = run(board(store), at_once)

    assert server.stats()["requests"] == 1
    assert {each.text for each in replies} == {"why?"}
    assert [each.shared for each in replies].count(False) == 1
    assert (
        sum(each.usd or 0 for each in replies) == pytest.approx(server.stats()["usd"]) == pytest.approx(purse.spent.usd)
    )
    calls = list(store.journal.past().values())
    assert len(calls) == 8 and [each.shared for each in calls].count(True) == 7
    assert all((each.tokens_in, each.usd, each.attempts) == (0, 0.0, 0) for each in calls if each.shared)
    again = run(board(store, past=store.journal.past()), at_once)
    assert again == replies


def test_warmer_questions_and_those_that_come_later_are_asked_for_themselves(store: Store) -> None:
    model = StandIn()

    async def work(board: Switchboard) -> None:
        warm = [question(turn=turn, temperature=0.1) for turn in range(3)]
        await asyncio.gather(*(board.call(each, purse=Purse("run")) for each in warm))
        for turn in (4, 5):
            await board.call(question(turn=turn, temperature=0), purse=Purse("run"))

    run(board(store, Standing(model)), work)

    assert model.sent == 5


def test_a_shared_failure_fails_all_who_share_it_and_is_kept_for_each(store: Store) -> None:
    model, questions = StandIn("malformed"), [question(turn=turn, temperature=0) for turn in range(3)]

    async def work(board: Switchboard) -> list[Reply | BaseException]:
        calls = (board.call(each, purse=Purse("run")) for each in questions)
        return await asyncio.gather(*calls, return_exceptions=True)

    errors = run(board(store, Standing(model)), work)

    assert model.sent == 1 and len({id(each) for each in errors}) == 3
    assert [each.kind for each in errors if isinstance(each, ModelError)] == ["malformed"] * 3
    assert [kept(store, each).shared for each in questions] == [False, True, True]


def test_who_waits_for_another_asks_themselves_where_that_one_gave_up_or_cannot_pay(store: Store) -> None:
    model, poor = StandIn(rounds=20), Purse("run").child("poor", Limits(calls=0))
    questions = [question(turn=turn, temperature=0) for turn in range(4)]

    async def work(board: Switchboard) -> list[Reply | BaseException]:
        first = asyncio.create_task(board.call(questions[0], purse=Purse("run")))
        await asyncio.sleep(0)
        purses = (poor, Purse("run"), Purse("run"))
        rest = [
            asyncio.create_task(board.call(each, purse=purse))
            for each, purse in zip(questions[1:], purses, strict=True)
        ]
        await asyncio.sleep(0)
        first.cancel()
        return await asyncio.gather(first, *rest, return_exceptions=True)

    ended = run(board(store, Standing(model)), work)

    assert isinstance(ended[0], asyncio.CancelledError)
    assert isinstance(ended[1], ModelError) and ended[1].kind == "budget"
    assert all(isinstance(each, Reply) for each in ended[2:])
    assert model.sent == 2


def test_a_question_given_up_counts_in_the_purse_and_leaves_no_trace_in_the_journal(store: Store) -> None:
    model, purse = StandIn(rounds=1000), Purse("run", Limits(usd=1.0))

    async def work(board: Switchboard) -> None:
        task = asyncio.create_task(board.call(question(), purse=purse))
        while not model.sent:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    run(board(store, Standing(model)), work)

    assert store.journal.past() == {}
    assert purse.spent.usd == pytest.approx(PRICE.at_most(question().request))
    assert purse.spent.unknown_calls == 1


def test_an_agents_own_purse_refuses_as_a_failure_that_is_kept(store: Store) -> None:
    model, agent = StandIn(), Purse("run", Limits(usd=1.0)).child("agent 3", Limits(calls=1))
    said(board(store, Standing(model)), question(), agent)

    error = failed(board(store, Standing(model)), question("more"), agent)

    assert error.kind == "budget" and "purse 'agent 3'" in str(error)
    call = kept(store, question("more"))
    assert (call.fault, call.attempts, call.counted_usd, call.usd) == ("budget", 0, 0.0, 0.0)
    assert model.sent == 1
    assert str(failed(board(store, past=store.journal.past()), question("more"))) == str(error)


def test_an_agents_purse_that_is_used_up_by_attempts_keeps_how_they_failed(store: Store) -> None:
    agent = Purse("run").child("agent", Limits(calls=1))

    error = failed(board(store, Standing(StandIn("server"))), question(), agent)

    assert (error.kind, error.faults, error.attempts) == ("budget", ("server", "budget"), 1)
    assert kept(store, question()).counted_usd == pytest.approx(PRICE.at_most(question().request))


def test_the_runs_own_purse_stops_it_and_nothing_is_kept(store: Store) -> None:
    run_purse = Purse("run", Limits(usd=0.0))

    with pytest.raises(BudgetReached, match="purse 'run'") as error:
        said(board(store, Standing(StandIn())), question(), run_purse.child("line").child("agent"))

    assert error.value.purse == "run" and error.value.exit_code == 5
    assert store.journal.past() == {}


def test_what_the_journal_holds_is_given_however_empty_the_purse(store: Store) -> None:
    said(board(store, Standing(StandIn())), question())

    reply = said(board(store, past=store.journal.past()), question(), Purse("run", Limits(usd=0.0, wall_s=0.0)))

    assert reply.text == "yes"


@pytest.mark.parametrize("temperature", [0.0, 0.7])
def test_when_the_run_s_time_is_up_what_is_under_way_is_kept_and_nothing_more_begins(
    server: ServedModel, store: Store, temperature: float
) -> None:
    server.become(latency_s=2.0)
    models = Models(seed=1, rules=QUICK)
    models.open(server.address)
    purse = Purse("run", Limits(wall_s=1.0))
    questions = [question(model=server.address, turn=turn, temperature=temperature) for turn in range(4)]

    async def work(board: Switchboard) -> list[Reply | BaseException]:
        calls = (board.call(each, purse=purse.child("agent")) for each in questions)
        came = await asyncio.gather(*calls)
        late = board.call(question(model=server.address, turn=9), purse=purse.child("agent"))
        return [*came, *await asyncio.gather(late, return_exceptions=True)]

    *came, late = run(board(store, models), work)

    assert all(isinstance(each, Reply) for each in came) and len(store.journal.past()) == 4
    assert isinstance(late, BudgetReached) and late.purse == "run" and "1 wall_s" in str(late)
    assert server.stats()["requests"] == (1 if temperature == 0 else 4)


def test_an_agents_own_time_that_is_up_is_a_failure_that_is_kept(store: Store) -> None:
    agent = Purse("run", Limits(wall_s=60.0)).child("agent", Limits(wall_s=0.1))

    error = failed(board(store, Standing(StandIn(rounds=10**9))), question(), agent)

    assert (error.kind, error.faults, error.attempts) == ("budget", ("timeout", "budget"), 1)
    assert kept(store, question()).faults == error.faults


def test_a_crash_in_a_model_is_no_failure_of_it_but_is_paid_for(store: Store) -> None:
    def crash(_: Request) -> Reply:
        raise ZeroDivisionError

    purse = Purse("run", Limits(usd=1.0))
    with pytest.raises(ZeroDivisionError):
        said(board(store, Standing(StandIn(answer=crash))), question(), purse)
    assert purse.spent.unknown_calls == 1


class Till(StandIn):
    """A model that takes money as it likes, within the bound, and fails as it likes; it counts what it took."""

    def __init__(self, rng: Random) -> None:
        super().__init__()
        self.taken = 0.0
        self._rng = rng

    async def complete(self, request: Request) -> Reply:
        for _ in range(self._rng.randrange(6)):
            await asyncio.sleep(0)
        tokens_in = self._rng.randint(1, tokens_at_most(request))
        tokens_out = self._rng.randint(0, request.max_tokens)
        usd = PRICE.cost(tokens_in, tokens_out)
        kinds: Sequence[ModelFault | None] = (
            None,
            None,
            None,
            "server",
            "timeout",
            "malformed",
            "refused",
            "rate_limit",
        )
        kind = self._rng.choice(kinds)
        if kind is None or kind in ("server", "timeout", "malformed"):
            self.taken += usd
        if kind is not None:
            raise ModelError("no", kind=kind)
        return replied("yes", tokens_in=tokens_in, tokens_out=tokens_out, usd=usd)


@pytest.mark.parametrize("seed", range(20))
def test_64_agents_at_once_never_spend_more_than_five_cents(store: Store, seed: int) -> None:
    rng = Random(seed)
    till, purse, reached = Till(rng), Purse("run", Limits(usd=0.05)), 0
    agents = [
        purse.child(f"line {n % 8}").child(f"agent {n}", Limits(usd=rng.choice([0.002, 0.05]))) for n in range(64)
    ]

    async def agent(board: Switchboard, number: int) -> None:
        nonlocal reached
        for turn in range(4):
            text, temperature = f"{rng.randrange(40)}", rng.choice([0.0, 1.0])
            asked = question(text, turn=turn, nth=number, temperature=temperature, max_tokens=rng.randint(1, 800))
            try:
                await board.call(asked, purse=agents[number])
            except ModelError:
                continue
            except BudgetReached as error:
                assert error.purse == "run"
                reached += 1
            finally:
                assert till.taken <= purse.spent.usd + purse._aside.pico / 1e12 + 1e-9 <= 0.05 + 2e-9

    async def all_at_once(board: Switchboard) -> None:
        await asyncio.gather(*(agent(board, number) for number in range(64)))

    run(board(store, Standing(till)), all_at_once)

    assert till.taken <= purse.spent.usd <= 0.05
    assert reached > 0 and till.taken > 0.01
    # What the journal counts is what the purse counts, so that a resumed run begins where this one ended.
    assert sum(each.counted_usd for each in store.journal.past().values()) <= purse.spent.usd + 1e-9


def test_a_real_server_is_paid_no_more_than_five_cents_by_64_agents(server: ServedModel, store: Store) -> None:
    price = Price(20.0, 20.0)
    server.become(latency_s=0.005, usd_in=price.usd_in, usd_out=price.usd_out)
    models = Models(seed=1, rules=replace(QUICK, concurrency=64), prices=Prices({server.address: price}))
    purse = Purse("run", Limits(usd=0.05))

    async def agent(board: Switchboard, number: int) -> bool:
        try:
            for turn in range(20):
                asked = question(f"{number}", model=server.address, turn=turn, max_tokens=8)
                await board.call(asked, purse=purse.child(f"agent {number}"))
        except BudgetReached:
            return True
        return False

    async def all_at_once(board: Switchboard) -> list[bool]:
        return await asyncio.gather(*(agent(board, number) for number in range(64)))

    stopped = run(board(store, models), all_at_once)

    assert all(stopped)
    assert 0.02 < server.stats()["usd"] <= 0.05
    assert server.stats()["usd"] == pytest.approx(purse.spent.usd)
    assert sum(each.counted_usd for each in store.journal.past().values()) == pytest.approx(purse.spent.usd)
