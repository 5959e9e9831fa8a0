"""Land a turn: admit or veto what it asked for as things stand now, and write it all in one transaction.

Promises: turns are landed one at a time and in order, each whole or not at all; the world is folded from the very
entries that are written. Does not promise: durability on return; the store's writer groups commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from agents import AnyAction, Critique, Pass, Post, Propose, Retire, Signal, Spawn
from governance import Birth, Council, Motion, Standing, Verdict
from governance import Critique as Voice
from storage import Moment, Ruling, Store, Transaction

from .attention import Pick
from .scribe import Scribe, score_of
from .settings import Settings
from .turn import Deed, Examined
from .world import ProposalState, ToolState, World

# Strength and half-life in turns: reviews come first, then what was refused only for being late.
_REVIEW = (64.0, 40.0)
_STALE = (32.0, 40.0)
_NICHE = (16.0, 400.0)
_STUCK = (1.0, 200.0)
_GAINED = 2.0
# The one rule that asks for more rather than for something else.
AWAITING = "AuthorNotSoleApprover"


@dataclass(frozen=True, slots=True)
class _Turn:
    """The turn being landed: its transaction, who took it, and what its events carry."""

    tx: Transaction
    pick: Pick
    moment: Moment
    number: int


class Landing:
    """Lands the turns of one run."""

    def __init__(self, scribe: Scribe, world: World, *, council: Council, settings: Settings) -> None:
        self._scribe = scribe
        self._store: Store = scribe.store
        self._world = world
        self._council = council
        self._settings = settings

    def land(self, turn: int, pick: Pick | None, deed: Deed) -> None:
        """Write a turn. Raises: StorageError: the disk failed, now or at a commit before."""
        self._scribe.submit(partial(self._write, number=turn, pick=pick, deed=deed))

    def _write(self, tx: Transaction, *, number: int, pick: Pick | None, deed: Deed) -> None:
        if pick is None:
            tx.record("turn", payload={"activity": "idle"}, **self._scribe.moment(turn=number, cause=self._world.seq))
            self._scribe.fold(tx)
            return
        actions = self._open(tx, number=number, pick=pick, deed=deed)
        turn = _Turn(tx, pick, self._scribe.moment(turn=number, cause=self._world.seq), number)
        self._charge(turn, tried=deed.tried)
        self._act(turn, actions, deed.examined)
        self._afterwards(turn)

    def _open(self, tx: Transaction, *, number: int, pick: Pick, deed: Deed) -> Sequence[AnyAction]:
        """Write the lease and the turn's own event; an agent whose lease is refused has its actions dropped."""
        caused = self._scribe.moment(turn=number, cause=pick.cause)
        claim = self._store.board.claim(tx, pick.work, agent_id=pick.agent_id, lease=self._settings.window, **caused)
        tool = self._world.tools[pick.tool_id] if pick.tool_id else None
        said = [action.reason for action in deed.actions if isinstance(action, Pass)]
        result = {"tried": deed.tried, "cursor": deed.cursor, "exhausted": deed.exhausted, "said": said}
        tx.record(
            "turn",
            agent_id=pick.agent_id,
            tool_id=pick.tool_id,
            task_id=tool.task_id if tool else None,
            payload={**pick.payload(), **result, "token": claim.token if claim else None},
            **caused,
        )
        self._scribe.fold(tx)
        return deed.actions if claim else ()

    def _charge(self, turn: _Turn, *, tried: int) -> None:
        # Breeding is free: breeders earn nothing, and without them nobody is replaced.
        if turn.pick.activity != "breed":
            cost = self._settings.turn_cost + tried * self._settings.candidate_cost
            self._pay(turn, turn.pick.agent_id, -cost, reason="turn")

    def _pay(self, turn: _Turn, agent_id: int, amount: float, *, reason: str) -> None:
        if agent_id in self._world.agents:
            self._store.ledger.enter(
                turn.tx, agent_id, kind="energy", amount=round(amount, 6), reason=reason, **turn.moment
            )
            self._scribe.fold(turn.tx)

    def _act(self, turn: _Turn, actions: Sequence[AnyAction], examined: Sequence[Examined]) -> None:
        found = iter(examined)
        judged: list[int] = []
        for action in actions:
            if turn.pick.agent_id not in self._world.agents:
                # Whoever has retired in this turn has nothing more to say.
                break
            match action:
                case Propose():
                    self._propose(turn, action, next(found))
                case Critique():
                    if action.proposal_id in self._world.proposals:
                        self._criticise(turn, action)
                        judged.append(action.proposal_id)
                case _:
                    self._do(turn, action)
        self._scribe.fold(turn.tx)
        self._admit_all(turn, judged)

    def _do(self, turn: _Turn, action: Spawn | Retire | Post | Signal | Pass) -> None:
        """Do what needs no examination: births, leaving, and what is said on the blackboard."""
        agent_id = turn.pick.agent_id
        match action:
            case Spawn():
                self._spawn(turn, action)
            case Retire():
                self._retire(turn, agent_id, reason=action.reason)
            case Post():
                self._store.board.post(turn.tx, topic=action.topic, body=action.body, agent_id=agent_id, **turn.moment)
            case Signal():
                self._signal(turn, action.kind, action.subject, strength=(action.strength, action.half_life))
            case Pass():
                pass

    def _propose(self, turn: _Turn, action: Propose, found: Examined) -> None:
        """Write a proposal, what its trial gave and what the council said of it."""
        pick, tool = turn.pick, self._tool(turn)
        family = self._world.agents[pick.agent_id].genome.family
        record = self._store.tools.propose(
            turn.tx, tool_id=tool.id, parent_id=pick.head_id or tool.head.id, author_id=pick.agent_id, family=family,
            source=action.source, reason=action.reason, basis_id=action.basis_id, **turn.moment,
        )  # fmt: skip
        self._scribe.remember(record.code_hash, action.source)
        moment = self._scribe.moment(turn=turn.number, cause=record.seq)
        if test := found.tested:
            self._store.tools.evaluate(
                turn.tx, proposal_id=record.id, tool_id=tool.id, ring_set="examine", passed=test.card.bitmap,
                score=score_of(test.card), outcome=test.outcome, tier=test.tier, signature=test.signature, **moment,
            )  # fmt: skip
        self._judge(turn, record.id, found.verdicts, moment)
        if record.id in self._world.proposals:
            self._signal(turn, "review", f"review:{tool.id}", strength=_REVIEW)

    def _judge(self, turn: _Turn, proposal_id: int | None, verdicts: Sequence[Verdict], moment: Moment) -> None:
        rulings = [Ruling(each.rule, each.outcome, each.evidence, each.would_pass) for each in verdicts]
        self._store.tools.judge(
            turn.tx, rulings, proposal_id=proposal_id, stage=verdicts[0].stage, charter_hash=verdicts[0].charter,
            tool_id=turn.pick.tool_id, **moment,
        )  # fmt: skip
        self._scribe.fold(turn.tx)

    def _criticise(self, turn: _Turn, action: Critique) -> None:
        self._store.tools.criticise(
            turn.tx, proposal_id=action.proposal_id, agent_id=turn.pick.agent_id, stance=action.stance,
            kind=action.kind, evidence=action.evidence, tool_id=turn.pick.tool_id, **turn.moment,
        )  # fmt: skip

    def _admit_all(self, turn: _Turn, judged: Sequence[int]) -> None:
        """Decide on what was just criticised; then close what the new head has made stale."""
        admitted = [self._admit(turn, proposal_id) for proposal_id in judged]
        tool = self._world.tools.get(turn.pick.tool_id or 0)
        if tool is None:
            return
        for proposal_id in list(tool.pending) if any(admitted) else ():
            self._admit(turn, proposal_id)
        if tool.stale and not tool.solved and judged:
            self._signal(turn, "stale", f"stale:{tool.id}", strength=_STALE)
        if any(admitted) and not tool.solved:
            self._signal(turn, "failing", f"failing:{tool.id}", strength=(_GAINED, self._settings.open_half_life))

    def _admit(self, turn: _Turn, proposal_id: int) -> bool:
        """Ask the council whether a proposal may become the head now; save it where it may."""
        proposal = self._world.proposals.get(proposal_id)
        if proposal is None:
            return False
        tool = self._world.tools[proposal.tool_id]
        lineage = self._world.founders[proposal.author_id]
        motion = Motion(tool.id, proposal.parent_id, author_id=proposal.author_id, author_lineage=lineage)
        verdicts = self._council.admit(motion, self._standing(turn, tool, proposal))
        if [verdict.rule for verdict in verdicts if verdict.vetoed] == [AWAITING]:
            # Only support is missing: it stays open for critics of other lineages.
            self._signal(turn, "review", f"review:{tool.id}", strength=_REVIEW)
            return False
        self._judge(turn, proposal_id, verdicts, turn.moment)
        if any(verdict.vetoed for verdict in verdicts):
            return False
        self._save(turn, tool, proposal)
        return True

    def _standing(self, turn: _Turn, tool: ToolState, proposal: ProposalState) -> Standing:
        world = self._world
        author = world.agents.get(proposal.author_id)
        voices = tuple(
            Voice(agent_id, world.founders[agent_id], "support" if stance == "support" else "object", evidence=shown)
            for agent_id, stance, shown in proposal.critiques
        )
        return Standing(
            turn=turn.number,
            head_id=tool.head.id,
            critiques=voices,
            admissions=tuple(tool.admitted_turns),
            population=len(world.agents),
            energy=author.energy if author else 0.0,
        )

    def _save(self, turn: _Turn, tool: ToolState, proposal: ProposalState) -> None:
        """Make a proposal the head of its tool and pay who made and who supported it."""
        before = tool.head.gate_share
        source = self._scribe.source_of(proposal.code_hash)
        parents = [] if proposal.basis_id == proposal.parent_id else [(proposal.basis_id, "basis")]
        self._store.tools.save(
            turn.tx, tool_id=tool.id, expected_head=proposal.parent_id, source=source,
            score=proposal.score, reason=proposal.reason, author_id=proposal.author_id, proposal_id=proposal.id,
            parents=parents, **turn.moment,
        )  # fmt: skip
        self._scribe.fold(turn.tx)
        gain = max(tool.head.gate_share - before, 0.1)
        self._pay(turn, proposal.author_id, self._settings.improvement_reward * gain, reason="improvement")
        for agent_id, stance, _shown in proposal.critiques:
            if stance == "support":
                self._pay(turn, agent_id, self._settings.critique_reward, reason="critique")

    def _spawn(self, turn: _Turn, action: Spawn) -> None:
        """Ask the council for a birth; a child is fed by its parent."""
        parent = self._world.agents.get(action.parent_id)
        energy = parent.energy if parent else 0.0
        endowment = round(min(energy / 2, self._settings.start_energy), 6)
        standing = Standing(turn=turn.number, population=len(self._world.agents), energy=energy)
        verdicts = self._council.admit_birth(Birth(action.parent_id, endowment), standing)
        self._judge(turn, None, verdicts, turn.moment)
        if any(verdict.vetoed for verdict in verdicts):
            return
        child = self._scribe.spawn(turn.tx, action.genome, parent_id=action.parent_id, moment=turn.moment)
        self._pay(turn, action.parent_id, -endowment, reason="offspring")
        self._pay(turn, child, endowment, reason="birth")

    def _afterwards(self, turn: _Turn) -> None:
        """Let those without energy go, and call for help where a tool has been worked on in vain for long."""
        for agent_id in [agent.id for agent in self._world.agents.values() if agent.energy <= 0]:
            self._retire(turn, agent_id, reason="no energy left")
        tool = self._world.tools.get(turn.pick.tool_id or 0)
        if (
            tool
            and turn.pick.activity == "search"
            and tool.fruitless % self._settings.patience == 0
            and not tool.solved
        ):
            self._signal(turn, "unmet", f"stuck:{tool.id}", strength=_STUCK)

    def _retire(self, turn: _Turn, agent_id: int, *, reason: str) -> None:
        if agent_id not in self._world.agents:
            return
        niche = self._world.agents[agent_id].genome.niche
        self._store.agents.retire(turn.tx, agent_id, reason=reason, **turn.moment)
        self._scribe.fold(turn.tx)
        if not self._world.served(niche):
            self._signal(turn, "unmet", f"niche:{niche}", strength=_NICHE)

    def _signal(self, turn: _Turn, kind: str, subject: str, *, strength: tuple[float, float]) -> None:
        self._scribe.signal(turn.tx, kind, subject, strength=strength, agent_id=turn.pick.agent_id, moment=turn.moment)

    def _tool(self, turn: _Turn) -> ToolState:
        if turn.pick.tool_id is None:
            raise ValueError(f"turn {turn.number}: a {turn.pick.activity} turn acted on a tool but picked none")
        return self._world.tools[turn.pick.tool_id]
