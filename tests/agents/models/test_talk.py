"""Claims about one turn's conversation of an agent with its model."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import BaseModel

from agents.edits import Edited, EditProblem, Tried
from agents.models import Learned, Limits, Purse, Request, Spoken, Switchboard, Talk
from benchmarks.served import ServedModel
from storage import BudgetReached, ModelCall, ModelError, Store
from tests.agents.models.asking import asked, replied
from tests.agents.models.switching import NAME, StandIn, Standing, board, conversation, run

GIVEN = {"give three": '{"number": 3}'}
PROVED = Learned(rates={NAME: Tried(40, 40)})


class Answer(BaseModel):
    """What a model is asked for."""

    number: int


def in_words(request: Request) -> str:
    """Answer as a server does that knows no way but words."""
    if request.mode != "fenced":
        raise ModelError(f"no {request.mode} here", kind="refused")
    return '```json\n{"number": 4}\n```'


def test_what_was_said_and_what_it_took_can_be_read_off(store: Store, ann: int) -> None:
    model = StandIn("server", answer=lambda _: replied("yes", tokens_in=30, tokens_out=12, usd=0.25))

    async def work(board: Switchboard) -> Spoken:
        talk = conversation(board, agent_id=ann, turn=3)
        assert talk.spoken == Spoken(NAME)
        await talk.say(asked("one", prompt="p-1"))
        await talk.say(asked("two", prompt="p-2"))
        return talk.spoken

    spoken = run(board(store, Standing(model)), work)

    assert spoken == Spoken(NAME, calls=2, tokens=84, usd=0.5, unknown=1, faults=("server",), prompt="p-2")
    assert {(call.agent_id, call.turn) for call in store.journal.past().values()} == {(ann, 3)}


def test_equal_questions_of_a_turn_are_told_apart_by_their_order(store: Store, ann: int) -> None:
    texts = iter(["first", "second", "third"])
    model = StandIn(answer=lambda _: replied(next(texts)))

    async def work(board: Switchboard) -> list[str]:
        talk = conversation(board, agent_id=ann)
        return [(await talk.say(asked("the same"))).text for _ in range(3)]

    assert run(board(store, Standing(model)), work) == ["first", "second", "third"]
    assert run(board(store, past=store.journal.past(), replay_only=True), work) == ["first", "second", "third"]
    assert sorted(call.nth for call in store.journal.past().values()) == [0, 1, 2]


def test_a_price_that_nobody_knows_is_counted_as_unknown(store: Store, ann: int) -> None:
    model = StandIn(answer=lambda _: replied("yes", usd=None))

    async def work(board: Switchboard) -> Spoken:
        talk = conversation(board, agent_id=ann)
        await talk.say(asked("one"))
        return talk.spoken

    spoken = run(board(store, Standing(model, price=None)), work)

    assert (spoken.usd, spoken.unknown) == (0.0, 1)


def test_a_failure_is_raised_and_counted(store: Store, ann: int) -> None:
    async def work(board: Switchboard) -> Spoken:
        talk = conversation(board, agent_id=ann)
        with pytest.raises(ModelError):
            await talk.say(asked("one", prompt="p-1"))
        return talk.spoken

    assert run(board(store, Standing(StandIn("malformed"))), work) == Spoken(
        NAME, unknown=1, faults=("malformed",), prompt="p-1"
    )


def test_a_turn_that_is_replayed_has_said_the_same(server: ServedModel, store: Store, ann: int) -> None:
    server.become(
        schedule=["ok", "500", "ok", "html"], usd_in=1.0, usd_out=1.0, unsupported=["json_schema"], answers=GIVEN
    )

    async def work(board: Switchboard) -> tuple[Spoken, ...]:
        talks = [conversation(board, agent_id=ann, model=server.address, turn=turn) for turn in range(3)]
        for number, talk in enumerate(talks[:2]):
            for _ in range(2):
                await asyncio.gather(talk.say(asked(f"{number}")), return_exceptions=True)
        together = (talk.say(asked("cold", temperature=0)) for talk in talks)
        await asyncio.gather(*together)
        await asyncio.gather(talks[0].ask(asked("give three"), Answer), return_exceptions=True)
        return tuple(talk.spoken for talk in talks)

    first = run(board(store), work)
    sent = server.stats()["requests"]
    second = run(board(store, past=store.journal.past(), replay_only=True), work)

    assert second == first and server.stats()["requests"] == sent
    assert sum(each.shared for each in first) == 2 and first[0].way == "json_object"
    assert {fault for each in first for fault in each.faults} == {"server", "malformed", "refused"}


def test_a_structured_question_goes_the_way_the_model_has_proved_to_know(store: Store, ann: int) -> None:
    model = StandIn(answer=lambda request: replied(in_words(request)))

    def answered(learned: Learned) -> Spoken:
        async def work(board: Switchboard) -> Spoken:
            talk = conversation(board, agent_id=ann, learned=learned)
            assert await talk.ask(asked("how many?"), Answer) == Answer(number=4)
            assert await talk.ask(asked("and now?"), Answer) == Answer(number=4)
            return talk.spoken

        model.sent = 0
        return run(board(store, Standing(model)), work)

    fresh = answered(Learned())
    assert (model.sent, fresh.calls, fresh.way, fresh.faults) == (5, 2, "fenced", ("refused",) * 3)
    knowing = answered(Learned(ways={NAME: "fenced"}))
    assert (model.sent, knowing.calls, knowing.way, knowing.faults) == (2, 2, "fenced", ())


def test_learning_in_a_turn_leaves_what_the_engine_knows_as_it_is(store: Store, ann: int) -> None:
    learned = Learned(ways={}, rates={NAME: Tried(19, 19)})

    async def work(board: Switchboard) -> None:
        talk = conversation(board, agent_id=ann, learned=learned, draw=0.0)
        await talk.ask(asked("how many?"), Answer)
        talk.note(Edited("x = 1\n"))

    run(board(store, Standing(StandIn(answer=lambda request: replied(in_words(request))))), work)

    assert learned == Learned(ways={}, rates={NAME: Tried(19, 19)})


@pytest.mark.parametrize(
    ("learned", "draw", "form"),
    [
        (Learned(), 0.5, "whole"), (Learned(), 0.05, "search-replace"), (PROVED, 0.99, "search-replace"),
        (Learned(rates={NAME: Tried(20, 3)}), 0.0, "whole"),
    ],
)  # fmt: skip
def test_only_blocks_have_to_be_proved(store: Store, ann: int, learned: Learned, draw: float, form: str) -> None:
    talk = conversation(board(store), agent_id=ann, learned=learned, draw=draw)
    outcomes: list[Edited | EditProblem] = [
        Edited("x = 1\n"), EditProblem("unmatched", "no"), EditProblem("cut-off", "no"), EditProblem("unchanged", "no"),
    ]  # fmt: skip

    for each in outcomes:
        talk.note(each)

    assert talk.form == form
    assert talk.spoken.parses == ((True, False, True) if form == "search-replace" else ())


def test_an_agent_without_a_model_is_told_so(store: Store) -> None:
    async def work(board: Switchboard) -> Talk:
        talk = conversation(board, agent_id=7, model="")
        for said in (talk.say(asked("one")), talk.ask(asked("two"), Answer)):
            with pytest.raises(ModelError, match="agent 7 thinks without a model") as error:
                await said
            assert error.value.kind == "refused"
        return talk

    assert run(board(store), work).spoken == Spoken("")
    assert store.journal.past() == {}


def test_the_purse_of_the_agent_pays_and_that_of_the_run_stops_it(store: Store, ann: int) -> None:
    run_purse = Purse("run", Limits(calls=2))
    agent = run_purse.child("agent", Limits(calls=1))

    async def work(board: Switchboard) -> tuple[ModelCall, ...]:
        talk = conversation(board, agent_id=ann, purse=agent)
        await talk.say(asked("one"))
        with pytest.raises(ModelError, match="purse 'agent'"):
            await talk.say(asked("two"))
        other = conversation(board, agent_id=ann, purse=run_purse.child("other"))
        await other.say(asked("three"))
        with pytest.raises(BudgetReached, match="purse 'run'"):
            await other.say(asked("four"))
        return tuple(store.journal.past().values())

    calls = run(board(store, Standing(StandIn())), work)

    assert [call.fault for call in calls] == ["", "budget", ""]
