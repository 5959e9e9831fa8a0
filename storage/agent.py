"""The agents that ever lived: born by `spawn`, gone by `retire`.

Promises: an agent's name, species, genome and parents never change; retiring is an event, so the dead stay readable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

from sqlalchemy import bindparam, func, literal_column, select

from .card import Shown
from .database import Reads
from .errors import UnknownAgent
from .jump import below
from .moment import NOW, Moment, When
from .row import Row, canonical
from .tables import table
from .transaction import Entry, Transaction
from .when import as_of_seq

_AGENT, _EVENT = table("agent"), table("event")
# The kind is written out, not bound: only so does SQLite see that its partial index fits.
_RETIRED = (
    select(func.min(_EVENT.c.seq))
    .where(_EVENT.c.kind == literal_column("'retire'"), _EVENT.c.agent_id == _AGENT.c.id)
    .where(_EVENT.c.seq <= bindparam("as_of"))
    .scalar_subquery()
    .label("retired")
)
AGENTS = select(_AGENT, _RETIRED).where(_AGENT.c.seq <= bindparam("as_of")).order_by(_AGENT.c.id)
_ONE = AGENTS.where(_AGENT.c.id == bindparam("id"))
_NAMED = AGENTS.where(_AGENT.c.name == bindparam("name"))
_CHILDREN = AGENTS.where(_AGENT.c.parent_id == bindparam("id"))


@dataclass(frozen=True, slots=True)
class AgentRecord(Shown):
    """An agent; `founder_id` is the first of its line, `depth` its generation, `retired` the seq of its end."""

    id: int
    seq: int
    name: str
    species: str
    founder_id: int
    parent_id: int | None
    depth: int
    jump_id: int
    genome: Mapping[str, Any]
    retired: int | None = None

    @property
    def alive(self) -> bool:
        """Whether it had not retired by the moment it was read as of."""
        return self.retired is None


class Agents:
    """The agents of a store."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def spawn(
        self,
        tx: Transaction,
        *,
        name: str,
        species: str,
        genome: Mapping[str, object],
        parent_id: int | None = None,
        **moment: Unpack[Moment],
    ) -> AgentRecord:
        """Record a birth, from a parent or from nothing (a founder).

        Raises: UnknownAgent: there is no such parent.
        """
        new = tx.next_id("agent")
        founder = new if parent_id is None else _agent(tx, parent_id, as_of=NOW).founder_id
        depth, jump = below(tx, "agent", parent_id=parent_id, id=new)
        line = {"founder_id": founder, "parent_id": parent_id, "depth": depth, "jump_id": jump}
        row = Row("agent", {"name": name, "species": species, "genome": canonical(genome), **line})
        return record_of(tx.record("spawn", row, agent_id=new, **moment).rows[0][1])

    def retire(self, tx: Transaction, agent_id: int, *, reason: str, **moment: Unpack[Moment]) -> Entry:
        """Record an agent's end.

        Raises: UnknownAgent: there is no such agent, or it retired before.
        """
        if not _agent(tx, agent_id, as_of=NOW).alive:
            raise UnknownAgent(f"agent {agent_id} has retired already; only the living can retire")
        return tx.record("retire", agent_id=agent_id, payload={"reason": reason}, **moment)

    def get(self, agent_id: int, *, as_of: When = None) -> AgentRecord:
        """Return one agent.

        Raises: UnknownAgent: there is (or was then) no such agent.
        """
        return _agent(self._reads, agent_id, as_of=as_of_seq(self._reads, as_of))

    def find(self, name: str, *, as_of: When = None) -> AgentRecord:
        """Return the agent of that number or name.

        Raises: UnknownAgent: there is (or was then) none.
        """
        asked = as_of_seq(self._reads, as_of)
        if name.isascii() and name.isdecimal() and int(name) < NOW:
            return _agent(self._reads, int(name), as_of=asked)
        found = self._reads.rows(_NAMED, {"name": name, "as_of": asked})
        if not found:
            raise UnknownAgent(f"no agent {name!r:.60} in this database; `ecology agents` lists them")
        return record_of(found[0]._mapping)

    def all(self, *, as_of: When = None, alive: bool | None = None) -> Sequence[AgentRecord]:
        """Return the agents, oldest first; `alive` keeps only the living (True) or the dead (False)."""
        found = [record_of(row._mapping) for row in self._reads.rows(AGENTS, {"as_of": as_of_seq(self._reads, as_of)})]
        return [agent for agent in found if alive is None or agent.alive == alive]

    def children(self, agent_id: int, *, as_of: When = None) -> Sequence[AgentRecord]:
        """Return an agent's children, oldest first."""
        found = self._reads.rows(_CHILDREN, {"id": agent_id, "as_of": as_of_seq(self._reads, as_of)})
        return [record_of(row._mapping) for row in found]


def record_of(values: Mapping[Any, Any]) -> AgentRecord:
    """Return the agent that these column values describe."""
    return AgentRecord(**{**values, "genome": json.loads(values["genome"])})


def _agent(reads: Reads, agent_id: int, *, as_of: int) -> AgentRecord:
    found = reads.rows(_ONE, {"id": agent_id, "as_of": as_of})
    if not found:
        raise UnknownAgent(f"no agent {agent_id} in this database; `ecology agents` lists them")
    return record_of(found[0]._mapping)
