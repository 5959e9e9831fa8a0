"""Claims about second tries and the budget for them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.models.fault import excerpt, retry_after
from agents.models.message import Reply
from agents.models.retry import AGAIN, Bucket, Patience, Retry
from storage import ModelError, ModelFault
from tests.agents.models.model_calls import Clock, answered

KINDS: tuple[ModelFault, ...] = (
    "rate_limit", "server", "timeout", "connection", "refused", "malformed", "circuit_open", "budget", "exhausted",
)  # fmt: skip


class Script:
    """Attempts that fail as listed and then succeed."""

    def __init__(self, faults: Sequence[ModelError]) -> None:
        self.faults = list(faults)
        self.sent = 0

    async def attempt(self) -> Reply:
        self.sent += 1
        if self.faults:
            raise self.faults.pop(0)
        return answered()


def full() -> Bucket:
    """Return a bucket that does not matter."""
    return Bucket(start=100, capacity=100)


@given(share=st.floats(0, 1), start=st.floats(0, 20), spare=st.floats(0, 20), steps=st.lists(st.booleans()))
def test_a_bucket_never_gives_more_than_its_start_and_its_share_of_calls(
    share: float, start: float, spare: float, steps: list[bool]
) -> None:
    bucket, taken, calls = Bucket(share=share, start=start, capacity=start + spare), 0, 0
    for is_call in steps:
        if is_call:
            bucket.fill()
            calls += 1
        elif bucket.take():
            taken += 1
        assert taken <= start + share * calls + 1e-6
        assert 0 <= bucket.tokens <= start + spare


@given(st.lists(st.lists(st.sampled_from(KINDS), max_size=6), max_size=60))
def test_over_any_run_a_tenth_of_the_calls_and_one_more_are_made_again(run: list[list[ModelFault]]) -> None:
    clock = Clock()
    retry = Retry(bucket=Bucket(), rng=Random(1), sleep=clock.sleep)
    scripts = [Script([ModelError("x", kind=kind) for kind in kinds]) for kinds in run]

    async def all_calls() -> None:
        await asyncio.gather(*(retry.call(script.attempt) for script in scripts), return_exceptions=True)

    asyncio.run(all_calls())

    assert sum(script.sent for script in scripts) <= 1 + 1.1 * len(scripts) + 1e-6


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_may_pass_is_tried_again(kind: ModelFault, clock: Clock) -> None:
    script = Script([ModelError("x", kind=kind)])
    retry = Retry(bucket=full(), rng=Random(1), sleep=clock.sleep)

    asyncio.run(_ended(retry, script))

    assert script.sent == (2 if kind in AGAIN else 1)


def test_what_was_never_sent_is_not_tried_again(clock: Clock) -> None:
    script = Script([ModelError("x", kind="rate_limit", attempts=0)])

    asyncio.run(_ended(Retry(bucket=full(), rng=Random(1), sleep=clock.sleep), script))

    assert script.sent == 1


def test_a_reply_and_a_failure_tell_how_the_attempts_before_failed(clock: Clock) -> None:
    def ended(*kinds: ModelFault) -> object:
        retry = Retry(bucket=full(), rng=Random(1), patience=Patience(attempts=3), sleep=clock.sleep)
        script = Script([ModelError("x", kind=kind) for kind in kinds])
        return asyncio.run(_given(retry, script))

    reply, failure = ended("server", "timeout"), ended("timeout", "server", "malformed")

    assert isinstance(reply, Reply) and (reply.attempts, reply.faults) == (3, ("server", "timeout"))
    assert isinstance(failure, ModelError) and failure.attempts == 3
    assert failure.faults == ("timeout", "server", "malformed")


async def _given(retry: Retry, script: Script) -> object:
    return (await asyncio.gather(retry.call(script.attempt), return_exceptions=True))[0]


async def _ended(retry: Retry, script: Script) -> None:
    await asyncio.gather(retry.call(script.attempt), return_exceptions=True)


def test_waits_double_with_jitter_from_the_given_chance(clock: Clock) -> None:
    def waits(seed: int) -> list[float]:
        clock.slept = []
        script = Script([ModelError("x", kind="server")] * 4)
        patience = Patience(attempts=5, first_s=1.0, longest_s=4.0)
        asyncio.run(_ended(Retry(bucket=full(), rng=Random(seed), patience=patience, sleep=clock.sleep), script))
        return clock.slept

    first = waits(1)
    assert first == waits(1) != waits(2)
    assert all(low / 2 <= wait <= low for wait, low in zip(first, (1, 2, 4, 4), strict=True))


def test_a_bug_in_an_attempt_is_not_a_fault_of_the_endpoint(clock: Clock) -> None:
    async def attempt() -> Reply:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(Retry(bucket=full(), rng=Random(1), sleep=clock.sleep).call(attempt))


@pytest.mark.parametrize(
    "headers, seconds",
    [
        ({"retry-after": "7"}, 7), ({"retry-after": "-3"}, 0), ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Thu, 01 Jan 1970 00:01:40 GMT"}, 40), ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0),
        ({"retry-after": "soon"}, None), ({"retry-after": "nan"}, None), ({"retry-after": "inf"}, None), ({}, None),
    ],
)  # fmt: skip
def test_retry_after_is_read_in_all_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, now=60) == seconds


@pytest.mark.parametrize("text", ["Bearer abcdefgh1", "key sk-proj-abcdefgh1", "gsk_abcdefgh1", "hf_abcdefgh1!"])
def test_what_looks_like_a_key_is_struck_out(text: str) -> None:
    assert "abcdefgh1" not in excerpt(text)


def test_a_key_of_the_environment_is_struck_out_whatever_it_looks_like(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "plain words as a key")

    assert excerpt("you sent plain words as a key.\n\x1b[31mBad") == "you sent [key]. [31mBad"
