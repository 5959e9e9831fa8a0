"""Every reading call takes `as_of`: its answer is that of the present of a copy that ends at that moment."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecology import Ecology, Store
from ecology.front import Front
from ecology.incidents import incidents
from ecology.report import report_on
from ecology.tasks import repaired
from storage import (
    Agents,
    Asking,
    AsOf,
    Blackboard,
    Control,
    EcologyError,
    Journal,
    Ledger,
    Lineage,
    Runs,
    Sessions,
    Tasks,
    Tools,
    Totals,
    When,
    fork,
    request_hash,
)

Ask = Callable[[Store, When], object]

# Every question of every facade, with values that mean something in the grown database.
QUESTIONS: dict[str, Ask] = {
    "Store.history_hash": lambda s, t: s.history_hash(as_of=t),
    "Store.last_seq": lambda s, t: s.last_seq(as_of=t),
    "Runs.latest": lambda s, t: s.runs.latest(as_of=t),
    "Runs.all": lambda s, t: s.runs.all(as_of=t),
    "Sessions.all": lambda s, t: s.sessions.all(as_of=t),
    "Agents.get": lambda s, t: s.agents.get(2, as_of=t),
    "Agents.find": lambda s, t: s.agents.find("2", as_of=t),
    "Agents.all": lambda s, t: s.agents.all(as_of=t),
    "Agents.children": lambda s, t: [s.agents.children(n, as_of=t) for n in range(1, 30)],
    "Tasks.get": lambda s, t: s.tasks.get("everyday/slug", as_of=t),
    "Tasks.all": lambda s, t: s.tasks.all(as_of=t),
    "Tools.names": lambda s, t: s.tools.names(as_of=t),
    "Tools.all": lambda s, t: s.tools.all(as_of=t),
    "Tools.find": lambda s, t: s.tools.find("slug", as_of=t),
    "Tools.head": lambda s, t: [s.tools.head(n, as_of=t) for n in range(1, 5)],
    "Tools.heads": lambda s, t: s.tools.heads(as_of=t),
    "Tools.version": lambda s, t: [s.tools.version(n, as_of=t) for n in range(1, 8)],
    "Tools.versions": lambda s, t: s.tools.versions(1, as_of=t),
    "Tools.source": lambda s, t: [s.tools.source(n, as_of=t) for n in range(1, 8)],
    "Tools.proposal": lambda s, t: [s.tools.proposal(n, as_of=t) for n in range(1, 8)],
    "Tools.proposals": lambda s, t: s.tools.proposals(as_of=t),
    "Tools.evaluations": lambda s, t: s.tools.evaluations(as_of=t),
    "Tools.verdicts": lambda s, t: s.tools.verdicts(limit=10_000, as_of=t),
    "Tools.critiques": lambda s, t: [s.tools.critiques(n, as_of=t) for n in range(1, 20)],
    "Tools.tests": lambda s, t: [s.tools.tests(n, as_of=t) for n in range(1, 5)],
    "Lineage.ancestors": lambda s, t: [s.lineage.ancestors(n, as_of=t) for n in range(1, 8)],
    "Lineage.descendants": lambda s, t: [s.lineage.descendants(n, as_of=t) for n in range(1, 5)],
    "Lineage.ancestor": lambda s, t: [s.lineage.ancestor(n, depth=0, as_of=t) for n in range(1, 8)],
    "Lineage.common_ancestor": lambda s, t: [s.lineage.common_ancestor(1, n, as_of=t) for n in range(1, 8)],
    "Lineage.requires": lambda s, t: [s.lineage.requires(n, as_of=t) for n in range(1, 8)],
    "Lineage.parents": lambda s, t: [s.lineage.parents(n, as_of=t) for n in range(1, 8)],
    "Lineage.of_model": lambda s, t: s.lineage.of_model("", as_of=t),
    "Lineage.diff": lambda s, t: [s.lineage.diff(1, n, as_of=t) for n in range(1, 8)],
    "Lineage.agent_ancestors": lambda s, t: [s.lineage.agent_ancestors(n, as_of=t) for n in range(1, 30)],
    "Lineage.agent_descendants": lambda s, t: [s.lineage.agent_descendants(n, as_of=t) for n in range(1, 30)],
    "Blackboard.since": lambda s, t: s.board.since(0, as_of=t),
    "Blackboard.thread": lambda s, t: s.board.thread(1, as_of=t),
    "Blackboard.sense": lambda s, t: [s.board.sense(n, as_of=t) for n in (0, 5, 14, 28)],
    "Blackboard.holder": lambda s, t: [s.board.holder(f"tool:{n}", turn=6, as_of=t) for n in range(1, 5)],
    "Ledger.balance": lambda s, t: [s.ledger.balance(n, kind="energy", as_of=t) for n in range(1, 30)],
    "Ledger.totals": lambda s, t: s.ledger.totals(as_of=t),
    "Totals.last_turn": lambda s, t: s.totals.last_turn(as_of=t),
    "Totals.last_moment": lambda s, t: s.totals.last_moment(as_of=t),
    "Totals.flips": lambda s, t: s.totals.flips(as_of=t),
    "Totals.counts": lambda s, t: s.totals.counts(as_of=t),
    "Totals.sums": lambda s, t: s.totals.sums(as_of=t),
    "Totals.course": lambda s, t: s.totals.course(every=3, as_of=t),
    "Journal.lookup": lambda s, t: [s.journal.lookup(request_hash(f"ask {n}"), n, as_of=t) for n in (2, 9, 20)],
    "Journal.past": lambda s, t: s.journal.past(as_of=t),
    "Journal.spent": lambda s, t: s.journal.spent(1, as_of=t),
    "Journal.totals": lambda s, t: s.journal.totals(as_of=t),
    "Journal.failures": lambda s, t: s.journal.failures(as_of=t),
    "Control.request": lambda s, t: [s.control.request(f"k{n}", as_of=t) for n in range(5)],
    "Control.requests": lambda s, t: s.control.requests(as_of=t),
    "Control.is_open": lambda s, t: [s.control.is_open(n, as_of=t) for n in range(1, 30)],
    "Control.is_admitted": lambda s, t: [s.control.is_admitted(n, as_of=t) for n in range(1, 30)],
    "Control.events": lambda s, t: s.control.events(as_of=t),
    "Asking.origin": lambda s, t: s.ask.origin("slug", as_of=t),
    "Asking.descendants": lambda s, t: s.ask.descendants(1, as_of=t),
    "Asking.change": lambda s, t: s.ask.change(1, "days_in_month", as_of=t),
    "Asking.common": lambda s, t: s.ask.common(1, "days_in_month", as_of=t),
    "Asking.agent": lambda s, t: s.ask.agent(2, as_of=t),
    "Asking.vetoes": lambda s, t: s.ask.vetoes(as_of=t),
    "Asking.rules": lambda s, t: s.ask.rules(as_of=t),
    "Asking.critiques": lambda s, t: s.ask.critiques(as_of=t),
    "Asking.gains": lambda s, t: s.ask.gains(as_of=t),
    "Asking.health": lambda s, t: s.ask.health(as_of=t),
    "Asking.alive": lambda s, t: s.ask.alive(buckets=5, as_of=t),
    "Asking.diversity": lambda s, t: s.ask.diversity(buckets=5, as_of=t),
    "Asking.moment": lambda s, t: s.ask.moment(as_of=t),
    "Asking.cost": lambda s, t: s.ask.cost("slug", as_of=t),
    "Asking.turn": lambda s, t: s.ask.turn(1, as_of=t),
    "Asking.deaths": lambda s, t: s.ask.deaths(as_of=t),
    "Asking.why": lambda s, t: s.ask.why(4, as_of=t),
    "Asking.view": lambda s, t: s.ask.view("v_turn", as_of=t),
    "report": lambda s, t: {**report_on(s, elapsed_s=0.0, as_of=t).document(), "database": ""},
    "incidents": lambda s, t: incidents(s, as_of=t),
    "repaired": lambda s, t: repaired(s, as_of=t),
}
FACADES = (Agents, Asking, Blackboard, Control, Journal, Ledger, Lineage, Runs, Sessions, Store, Tasks, Tools, Totals)
# What answers no question of a moment, and why.
TIMELESS = {
    "Store.create": "makes a database", "Store.open": "opens it", "Store.close": "closes it",
    "Store.submit": "writes", "Store.write": "writes", "Journal.submit": "writes", "Journal.record": "writes",
    "Store.as_of": "says which seq a moment is", "Store.history": "takes `until`", "Store.verify": "proves it whole",
    "Totals.last_write": "takes `before`",
}  # fmt: skip


def reading() -> Iterator[tuple[str, Any]]:
    """Yield the public methods that take no transaction, by name."""
    for facade in FACADES:
        for name, method in inspect.getmembers(facade, callable):
            if not name.startswith("_") and "tx" not in inspect.signature(method).parameters:
                yield f"{facade.__name__}.{name}", method


def test_every_reading_call_takes_a_moment_and_is_tried_below() -> None:
    without = {name for name, method in reading() if "as_of" not in inspect.signature(method).parameters}

    assert without == set(TIMELESS), "give it `as_of`, or say why a moment means nothing to it"
    assert {name for name, _ in reading()} - without == {name for name in QUESTIONS if "." in name}


def test_what_an_open_ecology_can_be_asked_takes_a_moment_too() -> None:
    for method in (Ecology.report, Front.incidents, Front.held):
        assert "as_of" in inspect.signature(method).parameters


@contextmanager
def both(grown: Path, draw: int) -> Iterator[tuple[Store, Store, int]]:
    """Open the grown database and a copy that ends at some moment, and say at which."""
    with tempfile.TemporaryDirectory() as folder, Store.open(grown) as whole:
        first = whole.runs.all()[0].seq
        cut = fork(whole, Path(folder) / "copy.db", at=first + 1 + draw % (whole.last_seq() - first))
        with Store.open(Path(folder) / "copy.db") as copy:
            yield whole, copy, cut


def answer(ask: Ask, store: Store, when: When) -> object:
    """Return what a question gives, or how it says that there is no such thing."""
    try:
        return ask(store, when)
    except EcologyError as error:
        return type(error)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(draw=st.integers(0, 10**6))
def test_a_moment_of_the_past_is_the_present_of_a_copy_that_ends_there(grown: Path, draw: int) -> None:
    with both(grown, draw) as (whole, copy, cut):
        for name, ask in QUESTIONS.items():
            assert answer(ask, whole, cut) == answer(ask, copy, None), f"{name} as of {cut}"


@pytest.mark.parametrize("turn", [1, 13, 14, 20])
def test_a_turn_and_a_time_name_the_same_moment_as_a_seq(grown: Path, turn: int) -> None:
    with Store.open(grown) as store:
        entries = list(store.history())
        seq = store.as_of(f"turn:{turn}")
        at = store._reader.raw("SELECT at FROM event WHERE seq = ?", (seq,))[0][0]
        later = next((entry.turn for entry in entries if entry.seq == (seq or 0) + 1), turn + 1)

        assert later > turn
        for name, ask in QUESTIONS.items():
            assert answer(ask, store, f"turn:{turn}") == answer(ask, store, seq), name
        assert store.totals.counts(as_of=AsOf("time", at)) == store.totals.counts(as_of=store.as_of(AsOf("time", at)))


def test_the_past_of_a_report_is_what_was_reported_then(grown: Path) -> None:
    with Store.open(grown) as store:
        first, second = store.runs.all()
        then, now = (report_on(store, elapsed_s=0.0, as_of=as_of) for as_of in (second.seq - 1, None))

    assert first.ending == "turns" and then.turns == 20 < now.turns
    assert then.usd == 1.0 and now.usd == 1.5
    assert any("in quarantine" in each for each in then.in_force)
    assert not any("in quarantine" in each for each in now.in_force)
