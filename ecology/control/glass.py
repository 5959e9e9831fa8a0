"""Break the glass: admit a vetoed rewrite in spite of rules that a person names, with a reason for all to see.

Promises: every rule that vetoed it, or would now, must be named; nothing is admitted while the kill switch is thrown,
nor ever what never ran in the sandbox.
Does not promise: that the rules were wrong. Nobody is paid for such a version.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from storage import Agents, Blobs, Control, EvaluationRecord, Moment, ProposalRecord, Score, Tools, Transaction

from .in_force import InForce
from .request import BreakGlass, Refused
from .roll_back import call_where_failing


def break_glass(tx: Transaction, request: BreakGlass) -> tuple[str, Callable[[Moment], None]]:
    """Return what a breaking of the glass comes to, and how to write it.

    Raises: UnknownProposal: there is none. Refused: it is not vetoed, a rule is not named, it never ran, or the kill
        switch is thrown.
    """
    tools = Tools(tx)
    proposal = tools.proposal(request.proposal_id)
    held = InForce.of(Control(tx))
    if held.stopped:
        raise Refused(f"proposal {proposal.id} cannot be admitted while the kill switch is thrown; clear it first")
    _require_vetoed(tx, request, standing=_standing(tx, proposal, held))
    trial = _trial(tx, proposal)
    head = tools.head(proposal.tool_id)
    score = Score(trial.visible_passed, trial.visible_total, trial.gate_passed, trial.gate_total, trial.fuel)
    told = {"proposal": proposal.id, "rules": sorted(request.rules), "by": request.by, "reason": request.reason}

    def write(moment: Moment) -> None:
        payload = {**told, "replaces": head.id, "state": _state(proposal, trial)}
        entry = tx.record("break_glass", tool_id=proposal.tool_id, payload=payload, **moment)
        moment["cause"] = entry.seq
        parents = [] if proposal.basis_id in (None, head.id) else [(proposal.basis_id or head.id, "basis")]
        parents += [(number, "component") for number in dict.fromkeys(json.loads(proposal.components))]
        tools.save(
            tx, tool_id=proposal.tool_id, expected_head=head.id, source=Blobs(tx).text(proposal.code_hash), score=score,
            reason=f"{proposal.reason} (the glass was broken: {request.reason:.200})", author_id=proposal.author_id,
            proposal_id=proposal.id, parents=parents, model=proposal.model, **moment,
        )  # fmt: skip
        call_where_failing(tx, proposal.tool_id, score, moment=moment)

    return f"proposal {proposal.id} is the head of its tool in spite of {', '.join(sorted(request.rules))}", write


def _standing(tx: Transaction, proposal: ProposalRecord, held: InForce) -> set[str]:
    """Return the rules of protection that would veto a rewrite as things stand now."""
    tools, components = Tools(tx), json.loads(proposal.components)
    used = {proposal.tool_id, *(tools.version(number).tool_id for number in components)}
    author = proposal.author_id
    aside = author is not None and held.holds_agent(author, Agents(tx).get(author).founder_id)
    found = {
        "NotFrozen": proposal.tool_id in held.frozen,
        "NotQuarantined": aside or not used.isdisjoint(held.tools),
        "NotTakenBack": not held.rolled_back.isdisjoint({proposal.basis_id or 0, *components}),
    }
    return {rule for rule, objects in found.items() if objects}


def _require_vetoed(tx: Transaction, request: BreakGlass, *, standing: set[str]) -> None:
    number = request.proposal_id
    if Control(tx).is_admitted(number):
        raise Refused(f"proposal {number} is admitted already")
    if Control(tx).is_open(number):
        raise Refused(f"proposal {number} is not vetoed; approve it, or wait for the verdict")
    rules = standing | {each.rule for each in Tools(tx).verdicts(proposal_id=number, outcome="veto")}
    if missing := sorted(rules - set(request.rules)):
        raise Refused(f"{', '.join(missing)} would stop proposal {number} too; name each rule that is overruled")
    if others := sorted(set(request.rules) - rules):
        raise Refused(f"{', '.join(others)} did not veto proposal {number}; {', '.join(sorted(rules))} did")


def _trial(tx: Transaction, proposal: ProposalRecord) -> EvaluationRecord:
    trials = Tools(tx).evaluations(proposal_id=proposal.id, ring_set="examine")
    if not trials:
        raise Refused(f"proposal {proposal.id} never ran in the sandbox; nobody can admit it")
    return trials[-1]


def _state(proposal: ProposalRecord, trial: EvaluationRecord) -> dict[str, object]:
    """Return what whoever folds the event must know of a rewrite that was closed before."""
    names = ("id", "tool_id", "author_id", "parent_id", "basis_id", "family", "code_hash", "reason", "model")
    components = json.loads(proposal.components)
    return {name: getattr(proposal, name) for name in names} | {"components": components, "bitmap": trial.passed}
