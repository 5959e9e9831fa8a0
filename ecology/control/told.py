"""What is in force, told in sentences for a report."""

from __future__ import annotations

from storage import Store

from .in_force import Hold, InForce


def told(store: Store, *, as_of: int | None = None) -> tuple[str, ...]:
    """Return what people have put in force in a store, a sentence each; what was admitted over a veto comes first."""
    found = InForce.of(store.control, as_of=as_of)
    names = {tool.id: tool.name for tool in store.tools.all(as_of=as_of)} if found.seq else {}
    agents = {number: store.agents.get(number).name for number in (*found.agents, *found.lineages)}
    open_ = [each for each in found.waiting.values() if store.control.is_open(each.proposal_id, as_of=as_of)]
    return (
        *(f"GLASS BROKEN for proposal {number}{_by(hold)}" for number, hold in found.glass.items()),
        *([f"STOPPED{_by(found.stopped)}; `ecology stop {store.path} --clear` lets it go on"] if found.stopped else []),
        *(f"in quarantine: agent {agents[number]}{_by(hold)}" for number, hold in found.agents.items()),
        *(f"in quarantine: lineage of {agents[number]}{_by(hold)}" for number, hold in found.lineages.items()),
        *(f"in quarantine: tool {names[number]}{_by(hold)}" for number, hold in found.tools.items()),
        *(f"frozen: tool {names[number]}{_by(hold)}" for number, hold in found.frozen.items()),
        *(
            f"waits for approval: proposal {each.proposal_id} of {names[each.tool_id]} ({', '.join(each.asked)}), until"
            f" turn {each.until}"
            for each in open_
            if not each.approved
        ),
        *(
            f"canary: version {version} of tool {names[number]} serves a share until turn {until}"
            for number, (version, until) in found.canaries.items()
            if store.tools.head(number, as_of=as_of).id == version
        ),
    )


def _by(hold: Hold) -> str:
    return f", by {hold.by}" + (f" ({hold.reason})" if hold.reason else "")
