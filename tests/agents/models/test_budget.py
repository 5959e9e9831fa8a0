from __future__ import annotations

import asyncio
import pickle
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.models.budget import Purse
from agents.models.pricing import Price
from agents.models.spending import Bound, Limits, Spent, bound_of
from storage import BudgetReached, ModelError
from tests.agents.models.asking import asked, replied


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def reserve(purse: Purse, bound: Bound) -> Any:
    return asyncio.run(purse.reserve(bound))


def refusal(purse: Purse, bound: Bound) -> str:
    with pytest.raises(BudgetReached) as error:
        reserve(purse, bound)
    assert error.value.exit_code == 5
    assert f"purse {error.value.purse!r}" in str(error.value)
    return str(error.value)


def test_what_a_call_took_is_entered_in_every_purse_up_the_line() -> None:
    run = Purse("run")
    agent = run.child("line 3").child("agent 7")

    reserve(agent, Bound(100, 0.5)).settle(replied("x", tokens_in=30, tokens_out=12, usd=0.25, model="gpt"))

    for purse in (run, run.child("line 3"), agent):
        assert (purse.spent.usd, purse.spent.tokens, purse.spent.calls, purse.spent.unknown_calls) == (0.25, 42, 1, 0)
    assert [each.purse for each in run.report()] == ["run", "run/line 3", "run/line 3/agent 7"]
    assert next(run.report()).models["gpt"].usd == 0.25


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (Limits(usd=0.3), "purse 'run' has reached its limit of 0.3 usd: 0.2 are spent and the next call may take 0.2"),
        (Limits(tokens=150), "purse 'run' has reached its limit of 150 tokens: 100 are spent"),
        (Limits(calls=1), "purse 'run' has reached its limit of 1 calls: 1 were made"),
    ],
)
def test_a_limit_is_named_with_its_purse(limits: Limits, told: str) -> None:
    run = Purse("run", limits)
    reserve(run.child("a"), Bound(100, 0.2)).settle(replied("", tokens_in=60, tokens_out=40, usd=0.2))

    assert told in refusal(run.child("b"), Bound(100, 0.2))
    assert run.child("b").try_reserve(Bound(100, 0.2)) is None


def test_an_agent_that_has_spent_its_own_leaves_the_others_theirs() -> None:
    run = Purse("run", Limits(calls=10))
    mean, other = run.child("mean", Limits(calls=1)), run.child("other")
    reserve(mean, Bound(1, 0.0)).settle(replied(""))

    assert "purse 'mean'" in refusal(mean, Bound(1, 0.0))
    reserve(other, Bound(1, 0.0)).release()


def test_time_counts_from_the_opening_and_is_up_for_new_calls() -> None:
    clock = Clock()
    run = Purse("run", Limits(wall_s=60), spent=Spent(wall_s=20), clock=clock)
    assert run.child("a").left_s == 40
    clock.now += 41

    assert "limit of 60 wall_s: 61.0 have gone by" in refusal(run.child("a"), Bound(1, 0.0))
    assert run.left_s == 0 and Purse("free").left_s is None


def test_zero_dollars_forbid_calls_that_cost_or_may_cost() -> None:
    run = Purse("run", Limits(usd=0))

    assert "may spend 0 usd and the price of this model is unknown" in refusal(run, Bound(10, None))
    assert "limit of 0 usd" in refusal(run, Bound(10, 1e-9))
    reserve(run, Bound(10, 0.0)).settle(replied("", usd=0.0))


def test_an_unknown_price_is_counted_as_unknown_and_refused_where_prices_must_be_known() -> None:
    run = Purse("run", Limits(usd=1))
    reserve(run, Bound(10, None)).settle(replied("", usd=None, attempts=3))

    assert (run.spent.usd, run.spent.calls, run.spent.unknown_calls) == (0.0, 1, 3)
    assert "takes known prices only" in refusal(Purse("careful", Limits(known_prices=True)), Bound(10, None))


def test_a_call_waits_while_another_may_give_back_what_it_needs() -> None:
    async def two() -> list[str]:
        run, order = Purse("run", Limits(usd=1)), list[str]()
        first = await run.reserve(Bound(1, 0.9))

        async def second() -> None:
            (await run.reserve(Bound(1, 0.9))).settle(replied("", usd=0.9))
            order.append("second")

        waits = asyncio.create_task(second())
        await asyncio.sleep(0.01)
        order.append("first")
        first.settle(replied("", usd=0.1))
        await waits
        return order

    assert asyncio.run(two()) == ["first", "second"]


def test_a_call_that_fails_is_free_only_where_it_cannot_have_been_charged() -> None:
    run = Purse("run")
    reserve(run, Bound(10, 0.5)).failed(ModelError("429", kind="rate_limit"))
    assert run.spent.calls == 0

    reserve(run, Bound(10, 0.5)).failed(ModelError("gone", kind="timeout"))
    assert (run.spent.usd, run.spent.tokens, run.spent.unknown_calls) == (0.5, 10, 1)


def test_what_was_never_sent_is_free_whatever_its_kind() -> None:
    run = Purse("run")
    hold = reserve(run, Bound(10, 0.5))

    hold.failed(ModelError("no", kind="malformed", attempts=0))

    assert run.spent.calls == 0 and hold.counted == Spent()


def test_what_the_purses_count_for_a_call_can_be_read_off_its_hold() -> None:
    settled, lost = reserve(Purse("run"), Bound(10, 0.5)), reserve(Purse("run"), Bound(10, 0.5))

    settled.settle(replied("", usd=0.25, tokens_in=3, tokens_out=4))
    lost.lost()

    assert settled.counted == Spent(0.25, 7, 1)
    assert lost.counted == Spent(0.5, 10, 1, 1)


def test_time_that_is_up_is_told_of_the_purse_whose_it_is() -> None:
    clock = Clock()
    agent = Purse("run", Limits(wall_s=60), clock=clock).child("line", Limits(wall_s=5)).child("agent")
    clock.now += 6

    told = agent.out_of_time()

    assert told.purse == "line" and "limit of 5 wall_s: 6.0 have gone by" in str(told)


@pytest.mark.parametrize(
    "error",
    [
        BudgetReached("it is empty", purse="run"),
        ModelError("no", kind="server", status=500, attempts=2, faults=("timeout", "server")),
    ],
)
def test_what_stops_a_call_crosses_to_another_process_whole(error: BudgetReached | ModelError) -> None:
    again = pickle.loads(pickle.dumps(error))

    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_a_hold_ends_once() -> None:
    hold = reserve(Purse("run"), Bound(1, 0.0))
    hold.release()

    with pytest.raises(ValueError, match="ended before"):
        hold.settle(replied(""))


def test_a_resumed_run_goes_on_with_what_was_spent() -> None:
    run = Purse("run", Limits(usd=0.05), spent=Spent(usd=0.04, tokens=9, calls=2, unknown_calls=1))

    assert "0.04 are spent" in refusal(run, Bound(1, 0.02))
    assert (run.spent.tokens, run.spent.calls, run.spent.unknown_calls) == (9, 2, 1)


@pytest.mark.parametrize("senseless", [{"usd": -1}, {"tokens": -1}, {"usd": float("nan")}, {"wall_s": float("inf")}])
def test_a_limit_without_sense_is_refused(senseless: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="the limit on"):
        Limits(**senseless)
    with pytest.raises(ValueError, match="a call takes"):
        Bound(1, float("nan"))


def test_a_bound_holds_whatever_the_tokeniser() -> None:
    request = asked("naïve — 数" * 50, max_tokens=100, schema={"type": "object"}, mode="json_schema")
    bytes_sent = sum(len(message.content.encode()) for message in request.messages)

    bound = bound_of(request, Price(1.0, 10.0))

    assert bound.tokens > bytes_sent + 100
    assert bound.usd is not None and bound.usd >= (bytes_sent * 1.0 + 100 * 10.0) / 1e6
    assert bound_of(request, None).usd is None


def test_sums_of_money_are_exact() -> None:
    run = Purse("run", Limits(usd=0.3))
    for _ in range(3):
        reserve(run, Bound(1, 0.1)).settle(replied("", usd=0.1))

    assert run.spent.usd == 0.3


# A call: which agent, the bound and what is charged of it (both in tenths of a millidollar), what becomes of it, and
# how many rounds of the event loop it lasts.
CALLS = st.lists(
    st.tuples(
        st.integers(0, 63),
        st.integers(0, 120),
        st.floats(0, 1),
        st.sampled_from(["settle", "settle", "lost", "release"]),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=200,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(calls=CALLS, own=st.integers(1, 400))
def test_no_interleaving_of_64_agents_exceeds_five_cents_or_an_agents_own_purse(
    calls: Sequence[tuple[int, int, float, str, int]], own: int
) -> None:
    run = Purse("run", Limits(usd=0.05, tokens=3_000, calls=120))
    agents = [run.child(f"line {n % 8}").child(f"agent {n}", Limits(usd=own / 1e4)) for n in range(64)]
    charged: dict[int, Fraction] = dict.fromkeys(range(64), Fraction(0))

    async def call(agent: int, bound: int, share: float, end: str, rounds: int) -> None:
        try:
            hold = await agents[agent].reserve(Bound(bound, bound / 1e4))
        except BudgetReached:
            return
        for _ in range(rounds):
            await asyncio.sleep(0)
        took = bound / 1e4 * share
        if end == "settle":
            hold.settle(replied("", usd=took, tokens_in=int(bound * share), tokens_out=0))
        elif end == "lost":
            hold.lost()
        else:
            hold.release()
        charged[agent] += {"settle": Fraction(took), "lost": Fraction(bound / 1e4), "release": Fraction(0)}[end]
        watch()

    def watch() -> None:
        assert run.spent.usd <= 0.05 and run.spent.tokens <= 3_000 and run.spent.calls <= 120
        assert all(each.spent.usd <= own / 1e4 for each in agents)

    async def all_at_once() -> None:
        async with asyncio.TaskGroup() as group:
            for each in calls:
                group.create_task(call(*each))

    asyncio.run(all_at_once())

    # What the books say is what was charged, to a picodollar a call.
    slack = Fraction(len(calls), 10**12)
    assert abs(Fraction(run.spent.usd) - sum(charged.values())) <= slack + Fraction(1, 10**15)
    assert sum(charged.values()) <= Fraction(0.05) + slack
    for agent, total in charged.items():
        assert abs(Fraction(agents[agent].spent.usd) - total) <= slack + Fraction(1, 10**15)
