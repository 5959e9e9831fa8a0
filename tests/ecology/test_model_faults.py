"""Claims about runs whose model server fails in every way; `benchmarks/model_faults.py` goes further."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.model_faults import KINDS, Outcome, faulted, killed, outage
from benchmarks.served import ServedModel


@pytest.fixture(scope="module")
def server() -> Iterator[ServedModel]:
    """One server process for this module."""
    with ServedModel.start() as running:
        yield running


def multiplied(found: Outcome) -> bool:
    """Whether more was asked again than one call in ten, beside the one that a new endpoint has to begin with."""
    return found.requests > 1 + 1.1 * len(found.calls)


def test_a_run_goes_on_through_every_fault_and_keeps_each_with_its_cause(server: ServedModel, tmp_path: Path) -> None:
    found = faulted(server, tmp_path, list(KINDS), turns=36)

    assert found.ending == "turns"
    assert set(found.kinds) == set(KINDS.values()) - {""}
    assert all(call.faults[-1] == call.fault and call.message for call in found.calls if call.fault)
    assert found.requests == sum(call.attempts for call in found.calls)
    assert not multiplied(found)


def test_an_outage_is_waited_for_and_multiplies_no_requests(server: ServedModel, tmp_path: Path) -> None:
    found = outage(server, tmp_path, seconds=2.0, turns=16)

    assert found.ending == "turns"
    assert found.kinds["server"] > 0
    assert not multiplied(found)


def test_after_a_sudden_death_nothing_that_was_journalled_is_asked_for_again(
    server: ServedModel, tmp_path: Path
) -> None:
    death = killed(server, tmp_path, turns=16)

    assert 0 < death.journalled <= death.answered
    assert death.asked_again == 0
    assert death.same_history
