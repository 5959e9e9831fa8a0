"""What can be asked of an open ecology: its past in typed answers, and its keeping in requests.

Promises: reading changes nothing and is possible at any time, from any thread.
"""

from __future__ import annotations

from dataclasses import asdict

from storage import Agents, Asking, Journal, Ledger, Lineage, Store, Tools, Totals, When, card

from .control import InForce
from .control.controls import Board, Controls
from .control.desk import Desk
from .incidents import Incident, incidents


class Front:
    """The answers of one store, and the controls of whoever writes it."""

    _store: Store
    _desk: Desk

    @property
    def lineage(self) -> Lineage:
        """Where versions and agents came from and what became of them."""
        return self._store.lineage

    @property
    def ask(self) -> Asking:
        """The questions a keeper asks, answered in typed rows, as of any moment."""
        return self._store.ask

    @property
    def tools(self) -> Tools:
        """The tools, their versions and proposals, and what was said of those."""
        return self._store.tools

    @property
    def agents(self) -> Agents:
        """Everyone who ever lived here."""
        return self._store.agents

    @property
    def board(self) -> Board:
        """The blackboard, to read and to post to."""
        return Board(self._store.board, self.controls)

    @property
    def controls(self) -> Controls:
        """What may be asked of the ecology while it runs or rests, from any thread, as from another process."""
        return Controls(lambda request: self._desk.ask(request).result())

    @property
    def in_force(self) -> InForce:
        """What people have put in force: quarantines, frozen tools, rewrites that wait for approval, a stop."""
        return InForce.of(self._store.control)

    def held(self, *, as_of: When = None) -> InForce:
        """Return what people had put in force at a moment."""
        return InForce.of(self._store.control, as_of=as_of)

    @property
    def totals(self) -> Totals:
        """How much of everything there is, in all and by stretches of turns."""
        return self._store.totals

    @property
    def ledger(self) -> Ledger:
        """What agents gained and spent."""
        return self._store.ledger

    @property
    def journal(self) -> Journal:
        """What was said to models, and what they replied."""
        return self._store.journal

    def _repr_html_(self) -> str:
        """Return how much of everything there is, for a notebook."""
        counts, run = self._store.totals.counts(), self._store.runs.latest()
        about = {"model": run.model if run else "no run yet", "tools": len(self._store.tools.names())}
        return card(f"Ecology {self._store.path.name}", {**about, **asdict(counts)})

    def incidents(self, *, as_of: When = None) -> tuple[Incident, ...]:
        """Return every trip of the breaker with what led to it, and every touch of a guarded tool, oldest first."""
        return incidents(self._store, as_of=as_of)
