"""The history of versions as W3C PROV: what was made from what, in which turn, by whom, and for whom.

Promises: versions are entities, turns activities, agents agents; second parents are derivations with their role.
Does not promise: wall times; the turn's number and the seqs order everything.
Source: W3C, 2013, PROV-DM and PROV-JSON.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from storage import AgentRow, EdgeRow, Rows, TurnRow, VersionRow

NAMESPACE = "urn:ecology:"


def write_prov(
    target: Path, versions: Rows[VersionRow], edges: Rows[EdgeRow], *, agents: Rows[AgentRow], turns: Rows[TurnRow]
) -> None:
    """Write the provenance of the versions as PROV-JSON."""
    document = prov_document(versions, edges, agents=agents, turns=turns)
    document.serialize(str(target), format="json")


def prov_document(
    versions: Rows[VersionRow], edges: Rows[EdgeRow], *, agents: Rows[AgentRow], turns: Rows[TurnRow]
) -> Any:
    """Return the provenance as a document of the library `prov`."""
    from prov.model import ProvDocument

    document = ProvDocument()
    document.add_namespace("eco", NAMESPACE)
    for agent in agents:
        document.agent(f"eco:agent-{agent.id}", _known(name=agent.name, species=agent.species, model=agent.model))
    for agent in agents:
        if agent.parent_id is not None:
            document.wasDerivedFrom(
                f"eco:agent-{agent.id}", f"eco:agent-{agent.parent_id}", other_attributes={"eco:role": "parent"}
            )
    taken = {turn.turn: turn for turn in turns}
    for number in sorted({each.turn for each in versions} & taken.keys()):
        turn = taken[number]
        document.activity(
            f"eco:turn-{number}", other_attributes=_known(activity=turn.activity, model=turn.model, tried=turn.tried)
        )
        if turn.agent_id is not None:
            document.wasAssociatedWith(f"eco:turn-{number}", f"eco:agent-{turn.agent_id}")
    for version in versions:
        _add_version(document, version, taken.keys())
    for edge in edges:
        document.wasDerivedFrom(
            f"eco:version-{edge.child_id}", f"eco:version-{edge.parent_id}", other_attributes={"eco:role": edge.role}
        )
    return document


def _add_version(document: Any, version: VersionRow, turns: Any) -> None:
    name = f"eco:version-{version.id}"
    document.entity(
        name,
        _known(tool=version.tool, number=version.number, seq=version.seq, score=version.score, fuel=version.fuel,
               model=version.model, reason=version.reason, tree=version.tree),
    )  # fmt: skip
    if version.turn in turns:
        document.wasGeneratedBy(name, f"eco:turn-{version.turn}")
    if version.author_id is not None:
        document.wasAttributedTo(name, f"eco:agent-{version.author_id}")


def _known(**values: object) -> dict[str, Any]:
    return {f"eco:{name}": value for name, value in values.items() if value not in (None, "")}
