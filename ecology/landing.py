"""Land a turn: admit or veto what it asked for as things stand now, and write it all in one transaction.

Promises: turns are landed one at a time and in order, each whole or not at all; the world is folded from the very
entries that are written. Does not promise: durability on return; the store's writer groups commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from types import MappingProxyType

from agents import AnyAction, Compose, Critique, Pass, Post, Propose, Retire, Signal, Spawn, Spoken, Test, niche_parts
from governance import UNHEARD, Council, Verdict
from storage import Store, Transaction

from .canaries import Answers
from .control.desk import Asked
from .minutes import Minutes
from .overture import Overture
from .pick import Pick
from .rewrites import Origin, Rewrites
from .scribe import Scribe
from .settings import Settings
from .standings import birth_of, nursery_of
from .states import ProposalState
from .turn import Deed
from .world import World

_NONE: Answers = MappingProxyType({})
_STUCK = (1.0, 200.0)
_SAID_CHARACTERS = 200
_POST_CHARACTERS = 2_000
# The idle are looked for once in so many turns.
_CENSUS = 50


class Landing:
    """Lands the turns of one run."""

    def __init__(self, scribe: Scribe, world: World, *, council: Council, settings: Settings) -> None:
        self._scribe = scribe
        self._store: Store = scribe.store
        self._world = world
        self._council = council
        self._settings = settings
        self._rewrites = Rewrites(council, settings)
        self._overture = Overture(scribe, world, self._rewrites, charter_hash=council.charter.digest)
        self._models = frozenset(niche_parts(niche)[2] for niche in settings.population) - {""}

    def land(self, turn: int, pick: Pick | None, deed: Deed, answers: Answers = _NONE) -> None:
        """Write a turn, and before it what was asked from outside; whoever asked is told once it is on the disk.

        Args: answers: how canaries did on agreed cases.
        Raises: StorageError: the disk failed, now or at a commit before; Stopped: the kill switch was thrown.
        """
        desk = self._scribe.desk
        asked = desk.take() if desk else []
        try:
            write = partial(self._write, number=turn, pick=pick, deed=deed, asked=asked, answers=answers)
            pending = self._scribe.submit(write)
        except BaseException:
            if desk:
                desk.give_back(asked)
            raise
        for each in asked:
            pending.when_durable(each.settle)
        self._scribe.catch_up(turn)

    def _write(
        self, tx: Transaction, *, number: int, pick: Pick | None, deed: Deed, asked: Sequence[Asked], answers: Answers
    ) -> None:
        self._overture.play(tx, number, asked, answers)
        if pick is None:
            tx.record("turn", payload={"activity": "idle"}, **self._scribe.moment(turn=number, cause=self._world.seq))
            self._scribe.fold(tx)
            self._move(tx, number=number)
            return
        again = self._world.stale(pick.tool_id, pick.proposal_ids) if pick.activity == "repropose" else None
        actions = self._open(tx, number=number, pick=pick, deed=deed)
        moment = self._scribe.moment(turn=number, cause=self._world.seq)
        turn = Minutes(tx, pick, moment, number, self._scribe, self._world)
        self._charge(turn, deed)
        if deed.actions and not actions:
            self._tell_dropped(turn, deed)
        for rule, what, count in deed.dropped:
            turn.unheard.count(rule, what, count)
        judged = self._act(turn, actions, deed, again)
        turn.tell_unheard(self._council.charter.digest)
        self._rewrites.admit_all(turn, judged)
        self._afterwards(turn)
        self._move(tx, number=number)

    def _move(self, tx: Transaction, *, number: int) -> None:
        """Write the breaker's change of state, where one is due."""
        if due := self._world.breaker.due(number):
            tx.record("breaker", payload=due.payload(), **self._scribe.moment(turn=number, cause=due.cause or None))
            self._scribe.fold(tx)

    def _open(self, tx: Transaction, *, number: int, pick: Pick, deed: Deed) -> Sequence[AnyAction]:
        """Write the lease and the turn's own event; return what may be acted on.

        Nothing may be, where the lease was refused or the agent is set aside by now; `_tell_dropped` says so.
        """
        caused = self._scribe.moment(turn=number, cause=pick.cause)
        claim = self._store.board.claim(tx, pick.work, agent_id=pick.agent_id, lease=self._settings.window, **caused)
        tool = self._world.tools[pick.tool_id] if pick.tool_id else None
        said = [action.reason[:_SAID_CHARACTERS] for action in deed.actions if isinstance(action, Pass)]
        result: dict[str, object] = {
            "tried": deed.tried,
            "cursor": deed.cursor,
            "exhausted": deed.exhausted,
            "said": said,
        }
        result |= _found(deed, pick)
        tx.record(
            "turn",
            agent_id=pick.agent_id,
            tool_id=pick.tool_id,
            task_id=tool.task_id if tool else None,
            payload={**pick.payload(), **result, **_talk(deed.spoken), "token": claim.token if claim else None},
            **caused,
        )
        self._scribe.fold(tx)
        if claim is None or self._set_aside(pick):
            return ()
        return deed.actions

    def _set_aside(self, pick: Pick) -> bool:
        return self._world.in_force.holds_agent(pick.agent_id, self._world.founders[pick.agent_id])

    def _tell_dropped(self, turn: Minutes, deed: Deed) -> None:
        """Write a verdict on what was not acted on."""
        wanted = [type(action).__name__.lower() for action in deed.actions if not isinstance(action, Pass)]
        if not wanted:
            return
        rule, hold = "Lease", UNHEARD["Lease"]
        if self._set_aside(turn.pick):
            rule, hold = ("NotQuarantined", "the same once `ecology release` has let the agent go")
        digest = self._council.charter.digest
        turn.judge(None, (Verdict(rule, "admit", "veto", {"agent": turn.pick.agent_id, "acts": wanted}, hold, digest),))

    def _charge(self, turn: Minutes, deed: Deed) -> None:
        """Enter what the turn took: energy for all but breeders, and what a model was paid."""
        # Breeding is free: breeders earn nothing, and without them nobody is replaced.
        if turn.pick.activity != "breed":
            cost = self._settings.turn_cost + deed.tried * self._settings.candidate_cost
            turn.pay(turn.pick.agent_id, -cost, reason="turn")
        if deed.spoken and (deed.spoken.tokens or deed.spoken.usd):
            self._store.ledger.spend(
                turn.tx, turn.pick.agent_id, usd=deed.spoken.usd, tokens=deed.spoken.tokens, **turn.moment
            )
            self._scribe.fold(turn.tx)

    def _act(self, turn: Minutes, actions: Sequence[AnyAction], deed: Deed, again: ProposalState | None) -> list[int]:
        """Do what may be done; return the proposals that were criticised."""
        examined, backing = iter(deed.examined), iter(deed.backing)
        origin = Origin(deed.spoken.model) if deed.spoken else Origin()
        if again:
            # What is offered again was thought of by whoever thought of it first.
            origin = Origin(again.model, again.components)
        judged: list[int] = []
        for action in actions:
            if turn.pick.agent_id not in self._world.agents:
                # Whoever has retired in this turn, or died before it, has nothing more to say.
                if not isinstance(action, Pass):
                    turn.unheard.note("StillAlive", "acts", action.act)
                continue
            match action:
                case Propose() | Compose():
                    self._rewrites.propose(turn, action, next(examined), origin)
                case Test():
                    self._rewrites.offer(turn, action, next(backing))
                case Critique():
                    self._criticise(turn, action, judged)
                case Spawn():
                    self._spawn(turn, action)
                case _:
                    if self._rewrites.may(turn, action):
                        self._do(turn, action)
        self._scribe.fold(turn.tx)
        return judged

    def _criticise(self, turn: Minutes, action: Critique, judged: list[int]) -> None:
        """Take in one critique of each proposal that the turn was shown."""
        number = action.proposal_id
        if number in judged:
            turn.unheard.note("UnderReview", "twice", number)
        elif number not in turn.pick.proposal_ids:
            turn.unheard.note("UnderReview", "not_shown", number)
        elif self._rewrites.criticise(turn, action):
            judged.append(number)

    def _do(self, turn: Minutes, action: Retire | Post | Signal | Pass) -> None:
        """Do what needs no rule but policy: leaving, and what is said on the blackboard."""
        agent_id = turn.pick.agent_id
        match action:
            case Retire():
                turn.retire(agent_id, reason=action.reason[:_SAID_CHARACTERS])
            case Post():
                body = action.body[:_POST_CHARACTERS]
                self._store.board.post(turn.tx, topic=action.topic, body=body, agent_id=agent_id, **turn.moment)
                # The next post of this turn is counted beside it.
                self._scribe.fold(turn.tx)
            case Signal():
                if not turn.refused("signal", self._council.charter.digest):
                    strength = (action.strength, action.half_life)
                    turn.signal(action.kind, action.subject, strength=strength, own=True)
            case Pass():
                pass

    def _spawn(self, turn: Minutes, action: Spawn) -> None:
        """Ask the council for a birth; a child is fed by its parent."""
        if turn.refused("spawn", self._council.charter.digest):
            return
        parent = self._world.agents.get(action.parent_id)
        energy = parent.energy if parent else 0.0
        endowment = round(min(energy / 2, self._settings.start_energy), 6)
        standing = nursery_of(self._world, parent, turn=turn.number, models=self._models)
        birth = birth_of(self._world, action.parent_id, action.genome, endowment=endowment)
        verdicts = self._council.admit_birth(birth, standing, self._rewrites.wish(turn, action))
        asked = {"by": turn.pick.agent_id, "endowment": endowment, "genome": action.genome.model_dump(mode="json")}
        turn.judge(None, verdicts, about={"birth": {"parent": action.parent_id, **asked}})
        self._rewrites.shadow.born(turn, action, birth, standing, verdicts)
        if any(verdict.outcome != "pass" for verdict in verdicts):
            return
        child = self._scribe.spawn(turn.tx, action.genome, parent_id=action.parent_id, moment=turn.moment)
        turn.pay(action.parent_id, -endowment, reason="offspring")
        turn.pay(child, endowment, reason="birth")

    def _afterwards(self, turn: Minutes) -> None:
        """Let those without energy go, and call for help where a tool has been worked on in vain for long."""
        for agent_id in self._world.spent():
            turn.retire(agent_id, reason="no energy left")
        if self._settings.idleness and turn.number % _CENSUS == 0:
            for agent_id in self._world.idle(turn.number - self._settings.idleness):
                turn.retire(agent_id, reason="nothing to do for long")
        tool = self._world.tools.get(turn.pick.tool_id or 0)
        if tool is None:
            return
        if not tool.solved and tool.fruitless >= self._settings.patience * (tool.called + 1):
            turn.signal("unmet", f"stuck:{tool.id}", strength=_STUCK)
        self._rewrites.judge_operator(turn)


def _found(deed: Deed, pick: Pick) -> dict[str, object]:
    """Return what a turn's event keeps of what a search learnt; places count the candidates run after a find."""
    found = deed.findings
    if found is None:
        return {}
    kept: dict[str, object] = {"promise": found.promise, "hopes": [list(each) for each in found.tried]}
    if pick.survey:
        # A family that has no edits here, or that the searcher did not know, promises nothing.
        kept["survey"] = {family: 0.0 for family in pick.survey} | dict(found.survey)
        kept["mass"] = found.mass
    if found.made:
        kept["made"] = [[each.kind, deed.tried - each.place, each.ingredient, each.behaviour] for each in found.made]
    if found.dead_ends:
        kept["dead_ends"] = found.dead_ends
    return kept


def _talk(spoken: Spoken | None) -> dict[str, object]:
    """Return what a turn's event keeps of what was said to a model."""
    if spoken is None:
        return {}
    return {
        "talk": {
            "model": spoken.model,
            "prompt": spoken.prompt,
            "calls": spoken.calls,
            "shared": spoken.shared,
            "tokens": spoken.tokens,
            "usd": spoken.usd,
            "unknown": spoken.unknown,
            "faults": list(spoken.faults),
            "way": spoken.way,
            "parses": list(spoken.parses),
        }
    }
