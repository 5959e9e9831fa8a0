"""What becomes of rewrites, critiques and cases that a turn asks for: kept, judged, admitted, and taken back.

Promises: nothing becomes a head that was not examined, criticised and admitted in this order; an operator tool's new
version that earns less than the one before is taken back. Does not promise: fairness; the charter's rules decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agents import AnyAction, Compose, Critique, Propose, Test
from governance import (
    UNHEARD,
    Council,
    Motion,
    Request,
    Service,
    Standing,
    Verdict,
    earnings_verdict,
    same_program,
)
from storage import pins_in

from .approvals import waits
from .canaries import Canaries
from .commons import call_dependants, pay_royalties, redundancy_share
from .economy import price
from .minutes import Minutes
from .scribe import score_of
from .settings import Settings
from .shadow import Shadow, awaits, shadow_of
from .standings import motion_of, standing_of
from .states import Offered, ProposalState, ToolState, VersionState
from .turn import Examined
from .wishes import speech, to_admit, wish

# Strength and half-life in turns: reviews come first, then what was refused only for being late.
_REVIEW = (64.0, 40.0)
_STALE = (32.0, 40.0)
_GAINED = 2.0
IMPROVE = (0.25, 400.0)
# So many unrelated sources must answer as a case expects, or so many lineages offer it, before it is agreed on.
_UNRELATED = 2
_CASE_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a rewrite comes from: the model that wrote it ("" for none), and the versions it is built on."""

    model: str = ""
    components: tuple[int, ...] = ()


class Rewrites:
    """The rewrites of one run."""

    def __init__(self, council: Council, settings: Settings) -> None:
        self._council = council
        self._settings = settings
        self.canaries = Canaries(council, half_life=settings.open_half_life)
        self.shadow = Shadow(shadow_of(settings.shadow))

    def wish(self, turn: Minutes, action: AnyAction) -> Request | None:
        """Return what an action asks policy, None where it asks nothing."""
        tool = turn.world.tools.get(turn.pick.tool_id or 0)
        return wish(turn.world, self._council.charter.policy, action, agent_id=turn.pick.agent_id, tool=tool)

    def may(self, turn: Minutes, action: AnyAction, proposal_id: int | None = None) -> bool:
        """Whether policy lets the agent do this; where it does not, the verdict is written."""
        request = self.wish(turn, action)
        said = speech(turn.world, action, agent_id=turn.pick.agent_id, turn=turn.number)
        verdicts = self._council.permit(request, said) if request else ()
        may = all(verdict.outcome == "pass" for verdict in verdicts)
        if said:
            turn.unheard.hold(verdicts)
        elif not may:
            turn.judge(proposal_id, verdicts)
        self.shadow.asked(turn, action, verdicts, proposal_id)
        return may

    def propose(self, turn: Minutes, action: Propose | Compose, found: Examined, origin: Origin) -> None:
        """Write a proposal, what its trial gave and what the council said of it."""
        pick, tool, store = turn.pick, _tool(turn), turn.scribe.store
        family = turn.world.agents[pick.agent_id].genome.family
        known = any(each.id == action.basis_id for each in tool.versions)
        basis = action.basis_id if known else pick.head_id
        record = store.tools.propose(
            turn.tx, tool_id=tool.id, parent_id=pick.head_id or tool.head.id, author_id=pick.agent_id, family=family,
            source=action.source, reason=action.reason, basis_id=basis or tool.head.id, model=origin.model,
            components=_built_on(turn, action, origin), **turn.moment,
        )  # fmt: skip
        turn.scribe.remember(record.code_hash, action.source)
        moment = turn.scribe.moment(turn=turn.number, cause=record.seq)
        if test := found.tested:
            store.tools.evaluate(
                turn.tx, proposal_id=record.id, tool_id=tool.id, ring_set="examine", passed=test.card.bitmap,
                score=score_of(test.card), outcome=test.outcome, tier=test.tier, signature=test.signature, **moment,
            )  # fmt: skip
        held = self._held(turn, found)
        vain = () if known else self._baseless(action.basis_id)
        objections = tuple(verdict for verdict in found.verdicts if verdict.outcome != "pass")
        turn.judge(record.id, (*vain, *objections) if vain else (held,) if held else found.verdicts, moment)
        self.shadow.examined(turn, record.id, found)
        self._guard(turn, tool, record.id)
        if held is None and record.id in turn.world.proposals:
            self.may(turn, action, record.id)
        if held and tool.stale:
            turn.signal("stale", f"stale:{tool.id}", strength=_STALE)
        if record.id in turn.world.proposals:
            turn.signal("review", f"review:{tool.id}", strength=_REVIEW)

    def _held(self, turn: Minutes, found: Examined) -> Verdict | None:
        """Return the breaker's verdict on a rewrite that is offered again, unless the council has refused it anyhow."""
        if turn.pick.activity != "repropose" or any(verdict.vetoed for verdict in found.verdicts):
            return None
        return turn.world.breaker.refusal("re-proposal", charter=self._council.charter.digest)

    def _baseless(self, basis_id: int) -> tuple[Verdict, ...]:
        """Return the verdict on a rewrite that says it was made from what is no version of the tool."""
        rule = "KnownBasis"
        return (Verdict(rule, "examine", "veto", {"basis": basis_id}, UNHEARD[rule], self._council.charter.digest),)

    def _guard(self, turn: Minutes, tool: ToolState, proposal_id: int) -> None:
        """Refuse at once what touches a guarded tool, whatever its examination said, and write an incident."""
        world = turn.world
        author = turn.pick.agent_id
        motion = Motion(tool.id, tool.head.id, author_id=author, author_lineage=world.founders[author], tool=tool.name)
        verdicts = self._council.guard(motion, Standing(turn.number, head_id=tool.head.id))
        if not verdicts:
            return
        if proposal_id in world.proposals:
            turn.judge(proposal_id, verdicts)
        said = {
            "what": "a guarded tool was touched", "rules": [verdict.rule for verdict in verdicts], "tool": tool.name,
            "author": author, "name": world.name_of(author), "lineage": world.founders[author],
            "proposal": proposal_id, "call": turn.pick.cause,
        }  # fmt: skip
        turn.tx.record("incident", agent_id=author, tool_id=tool.id, payload=said, **turn.moment)
        turn.scribe.fold(turn.tx)

    def criticise(self, turn: Minutes, action: Critique) -> bool:
        """Write what an agent holds of a pending proposal or a canary; say whether that could be done."""
        if turn.world.under_review(turn.pick.tool_id, action.proposal_id) is None:
            turn.unheard.note("UnderReview", "closed", action.proposal_id)
            return False
        if not self.may(turn, action):
            return False
        turn.scribe.store.tools.criticise(
            turn.tx, proposal_id=action.proposal_id, agent_id=turn.pick.agent_id, stance=action.stance,
            kind=action.kind, evidence=action.evidence, tool_id=turn.pick.tool_id, **turn.moment,
        )  # fmt: skip
        return True

    def offer(self, turn: Minutes, action: Test, backing: Sequence[int]) -> None:
        """Write a case that was offered, as agreed on where unrelated sources or lineages stand behind it."""
        if not self.may(turn, action):
            return
        tool = _tool(turn)
        case: Offered = (action.args, action.setup, action.call, action.expect)
        if (length := sum(map(len, case))) > _CASE_CHARACTERS:
            turn.unheard.note("ShortCase", "characters", length)
            return
        lineage = turn.world.founders[turn.pick.agent_id]
        offering = tool.offered.get(case, set()) | {lineage}
        # Sources of the tester's own lineage say what the tester says.
        unrelated = set(backing) - {lineage}
        agreed = len(unrelated) >= _UNRELATED or (bool(backing) and len(offering) >= _UNRELATED)
        if case in tool.tests or (not agreed and lineage in tool.offered.get(case, ())):
            turn.unheard.note("NewCase", "cases", action.args or action.call)
            return
        turn.scribe.store.tools.test(
            turn.tx, tool_id=tool.id, agent_id=turn.pick.agent_id, args=action.args, setup=action.setup,
            call=action.call, expect=action.expect, reason=action.reason[:_CASE_CHARACTERS],
            status="agreed" if agreed else "offered", backing=list(backing), **turn.moment,
        )  # fmt: skip
        turn.scribe.fold(turn.tx)

    def admit_all(self, turn: Minutes, judged: Sequence[int]) -> None:
        """Decide on what was just criticised; then close what the new head has made stale."""
        admitted = [self._admit(turn, proposal_id) for proposal_id in judged]
        tool = turn.world.tools.get(turn.pick.tool_id or 0)
        if tool is None:
            return
        for proposal_id in list(tool.pending) if any(admitted) else ():
            self._admit(turn, proposal_id)
        if tool.stale and not tool.solved and judged:
            turn.signal("stale", f"stale:{tool.id}", strength=_STALE)
        if any(admitted) and not tool.solved:
            turn.signal("failing", f"failing:{tool.id}", strength=(_GAINED, self._settings.open_half_life))
        elif any(admitted) and not tool.is_operator and turn.world.improvable():
            turn.signal("improve", f"improve:{tool.id}", strength=IMPROVE)

    def judge_operator(self, turn: Minutes) -> None:
        """Take an operator tool's new head back where it has earned less than the version before it."""
        operator_id = turn.pick.operator_id
        tool = turn.world.tool_of(operator_id) if operator_id else None
        if tool is None or tool.head.id != operator_id or len(tool.versions) == 1:
            return
        new, old = tool.versions[-1], tool.versions[-2]
        if new.proposal_id is None:
            # What was brought back is on probation no more.
            return
        if earnings_verdict(_service(new), _service(old), least_turns=self._council.charter.probation) == "revert":
            self._take_back(turn, tool, new=new, old=old)

    def _take_back(self, turn: Minutes, tool: ToolState, *, new: VersionState, old: VersionState) -> None:
        reason = (
            f"reverted: version {new.number} earned {new.earned:.2f} in {new.served} turns, version {old.number}"
            f" {old.earned:.2f} in {old.served}"
        )
        turn.scribe.store.tools.save(
            turn.tx, tool_id=tool.id, expected_head=new.id, source=turn.scribe.source_of(old.code_hash),
            score=old.score, reason=reason, parents=[(old.id, "restored")], **turn.moment,
        )  # fmt: skip
        turn.scribe.fold(turn.tx)

    def _admit(self, turn: Minutes, proposal_id: int) -> bool:
        """Ask the council whether a proposal may become the head now; save it where it may."""
        proposal = turn.world.proposals.get(proposal_id)
        if proposal is None:
            return False
        tool = turn.world.tools[proposal.tool_id]
        motion = motion_of(turn.world, tool, proposal)
        standing = standing_of(turn.world, tool, proposal, turn=turn.number)
        request = to_admit(
            turn.world, self._council.charter.policy, motion, standing, tool=tool, proposal=proposal
        )  # fmt: skip
        verdicts = self._council.admit(motion, standing, request)
        self.shadow.admitted(turn, proposal, tool, motion, standing, verdicts)
        if awaits(verdicts):
            # Only support is missing: it stays open for critics of other lineages.
            turn.signal("review", f"review:{tool.id}", strength=_REVIEW)
            return False
        stopped = any(verdict.vetoed for verdict in verdicts)
        if not stopped and waits(turn, proposal, verdicts, turns=self._council.charter.approval_turns):
            return False
        turn.judge(proposal_id, verdicts)
        if stopped:
            return False
        self._save(turn, tool, proposal)
        return True

    def _save(self, turn: Minutes, tool: ToolState, proposal: ProposalState) -> None:
        """Make a proposal the head of its tool and pay who made and who supported it.

        Raises: Stopped: the kill switch was thrown.
        """
        turn.scribe.check()
        gain = proposal.gain(tool.head.gate_share)
        proven_id = tool.canary.before_id if tool.canary else tool.head.id
        parents = [] if proposal.basis_id == proposal.parent_id else [(proposal.basis_id, "basis")]
        source = turn.scribe.source_of(proposal.code_hash)
        required = {pin.version_id for pin in pins_in(source)}
        parents += [(proposal.ingredient, "ingredient")] if proposal.ingredient else []
        parents += [(each, "component") for each in dict.fromkeys(proposal.components) if each not in required]
        turn.scribe.store.tools.save(
            turn.tx, tool_id=tool.id, expected_head=proposal.parent_id,
            source=source, score=proposal.score, reason=proposal.reason,
            author_id=proposal.author_id, proposal_id=proposal.id, parents=parents, model=proposal.model,
            **turn.moment,
        )  # fmt: skip
        turn.scribe.fold(turn.tx)
        self._reward_foresight(turn, tool, proposal)
        self.canaries.begin(turn, tool, before_id=proven_id)
        self._look_back(turn, tool)
        share = redundancy_share(turn.world, tool, self._settings)
        share *= price(turn.world, tool, fall=self._settings.price_fall)
        turn.pay(proposal.author_id, self._settings.improvement_reward * gain * share, reason="improvement")
        pay_royalties(turn, tool, before_id=proposal.parent_id, royalty=self._settings.royalty)
        call_dependants(turn, tool)
        supporting = dict.fromkeys(agent_id for agent_id, stance, _shown in proposal.critiques if stance == "support")
        for agent_id in supporting:
            turn.pay(agent_id, self._settings.critique_reward, reason="critique")

    def _reward_foresight(self, turn: Minutes, tool: ToolState, admitted: ProposalState) -> None:
        """Pay the critics that showed where a rival went wrong, now that another rewrite has solved the tool."""
        if not tool.solved:
            return
        for rival in tool.pending.values():
            if rival.id == admitted.id or not rival.solves:
                continue
            for agent_id in rival.objectors:
                turn.pay(agent_id, self._settings.critique_reward, reason="critique")

    def _look_back(self, turn: Minutes, tool: ToolState) -> None:
        """Say so where a new head is the program that an earlier version was, before the one it replaces."""
        new, within = tool.head, self._council.charter.breaker.oscillation
        source = turn.scribe.source_of(new.code_hash)
        for old in tool.versions[-2 - within : -2] if within else ():
            if same_program(source, turn.scribe.source_of(old.code_hash)):
                turn.tx.record(
                    "oscillation", agent_id=new.author_id, tool_id=tool.id,
                    payload={"tool": tool.name, "versions": [old.id, tool.versions[-2].id, new.id]},
                    **turn.scribe.moment(turn=turn.number, cause=new.seq),
                )  # fmt: skip
                return turn.scribe.fold(turn.tx)
        return None


def _built_on(turn: Minutes, action: Propose | Compose, origin: Origin) -> Sequence[int]:
    """Return the versions that a rewrite is built on: those whose code is in it, and those that it requires."""
    inside = action.components if isinstance(action, Compose) else origin.components
    known = turn.world.tallies.network.tool_of
    required = [pin.version_id for pin in pins_in(action.source) if known(pin.version_id) is not None]
    return list(dict.fromkeys([*inside, *required]))


def _service(version: VersionState) -> Service:
    return Service(version.id, turns=version.served, earned=version.earned)


def _tool(turn: Minutes) -> ToolState:
    if turn.pick.tool_id is None:
        raise ValueError(f"turn {turn.number}: a {turn.pick.activity} turn acted on a tool but picked none")
    return turn.world.tools[turn.pick.tool_id]
