"""The backlog of jobs: none is lost or done twice, related ones meet the same worker, and nobody idles beside work."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ecology.backlog import Backlog, Item
from ecology.turn import AskTier


def item() -> Item:
    future: Future[Any] = Future()
    return AskTier(), future


@given(abouts=st.lists(st.one_of(st.none(), st.integers(0, 5)), max_size=30), takers=st.lists(st.integers(0, 2)))
def test_every_job_is_handed_out_once_whoever_asks(abouts: list[int | None], takers: list[int]) -> None:
    backlog = Backlog(3, most=100)
    put = [item() for _ in abouts]
    for each, about in zip(put, abouts, strict=True):
        backlog.put(each, about=about)
    backlog.close()

    asked = [*takers[: len(put)], *[0] * len(put)]
    got = [found for number in asked if (found := backlog.get(number))]

    assert sorted(id(each[1]) for each in got) == sorted(id(each[1]) for each in put)
    assert backlog.get(1) is None


def test_jobs_about_one_thing_wait_for_one_worker_while_that_is_free() -> None:
    backlog = Backlog(2, most=10)
    mine, other = item(), item()
    backlog.put(other, about=4)
    backlog.put(mine, about=7)

    assert backlog.get(1) is mine and backlog.get(1) is other


def test_whoever_has_more_than_fits_waits_until_there_is_room() -> None:
    backlog = Backlog(1, most=1)
    backlog.put(item())
    late = threading.Thread(target=backlog.put, args=(item(),))
    late.start()
    late.join(timeout=0.2)
    waited = late.is_alive()

    assert waited and backlog.get(0) is not None
    late.join(timeout=10)
    assert not late.is_alive() and backlog.get(0) is not None
