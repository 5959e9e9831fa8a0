"""A history written step by step, and remembered beside the store as plain values, for answers without SQL."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from storage import Case, Ruling, Score, Store, Task, Transaction

PER_TURN = 0.5


@dataclass(frozen=True)
class Agent:
    id: int
    seq: int
    turn: int
    name: str
    species: str
    model: str
    founder: int
    parent: int | None
    spawned_by: int | None
    prompt: str | None


@dataclass(frozen=True)
class Version:
    id: int
    seq: int
    turn: int
    tool: int
    number: int
    parent: int | None
    author: int | None
    proposal: int | None
    meaning: int
    score: float | None
    scored: int
    others: tuple[tuple[int, str], ...] = ()
    model: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Proposal:
    id: int
    seq: int
    tool: int
    author: int
    parent: int
    basis: int
    meaning: int
    score: float
    components: tuple[int, ...]
    model: str


@dataclass(frozen=True)
class Verdict:
    id: int
    seq: int
    proposal: int
    rule: str
    outcome: str


@dataclass(frozen=True)
class Critique:
    id: int
    seq: int
    proposal: int
    agent: int
    stance: str


@dataclass(frozen=True)
class Turn:
    seq: int
    turn: int
    agent: int | None
    tool: int | None
    tried: int
    tokens: int
    usd: float
    base: int | None
    proposals: tuple[int, ...]


@dataclass(frozen=True)
class Death:
    seq: int
    turn: int
    agent: int
    reason: str
    energy: float


@dataclass
class Story:
    """What happened, in the order of its happening; write it within one change of the store."""

    store: Store
    tx: Transaction
    agents: list[Agent] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    critiques: list[Critique] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    deaths: list[Death] = field(default_factory=list)
    tools: list[str] = field(default_factory=list)
    energy: dict[int, float] = field(default_factory=dict)
    run_id: int = 0
    window: int = 2

    def begin(self) -> None:
        self.run_id = self.store.runs.start(
            self.tx, seed=3, window=self.window, model="offline", turns_target=99, charter_hash="c" * 64, settings={}
        ).id

    def settle(self, name: str, *, meaning: int = 0, score: float | None = 0.25) -> int:
        task = Task(name, f"do_{name}", source(meaning), (Case("visible", "1", args="(1,)"),))
        ids = self.store.tasks.settle(self.tx, task)
        seq = scored = self.tx.seq
        if score is not None:
            scored = self.store.tools.evaluate(
                self.tx, version_id=ids.version_id, tool_id=ids.tool_id, ring_set="baseline", passed="1|1",
                score=counted(score), outcome="ok", tier="none",
            ).seq  # fmt: skip
        self.tools.append(name)
        self.versions.append(Version(ids.version_id, seq, 0, ids.tool_id, 0, None, None, None, meaning, score, scored))
        return ids.tool_id

    def turn(
        self, agent: int | None, tool: int | None = None, *, activity: str = "search", tried: int = 0, tokens: int = 0,
        usd: float = 0.0, base: int | None = None, proposals: tuple[int, ...] = (), prompt: str = "",
    ) -> Turn:  # fmt: skip
        number = len(self.turns) + 1
        payload: dict[str, object] = {"activity": activity, "tried": tried, "proposals": list(proposals)}
        if base:
            payload |= {"base": base, "head": self.head(tool or 0).id}
        if tokens or usd or prompt:
            payload["talk"] = {"model": "gpt", "prompt": prompt, "calls": 1, "shared": 1, "tokens": tokens, "usd": usd,
                               "unknown": 0}  # fmt: skip
        cause = self.tx.seq
        seq = self.tx.record(
            "turn", agent_id=agent, tool_id=tool, payload=payload, run_id=self.run_id, turn=number, cause=cause
        ).seq
        taken = Turn(seq, number, agent, tool, tried, tokens, usd, base, proposals)
        self.turns.append(taken)
        if agent:
            self.pay(agent, -PER_TURN, "turn")
        return taken

    def pay(self, agent: int, amount: float, reason: str) -> None:
        now = self.turns[-1] if self.turns else None
        self.energy[agent] = self.energy.get(agent, 0.0) + amount
        self.store.ledger.enter(
            self.tx, agent, kind="energy", amount=amount, reason=reason, turn=now.turn if now else 0,
            cause=now.seq if now else None,
        )  # fmt: skip

    def spawn(self, species: str, *, model: str = "", parent: int | None = None) -> int:
        now = self.turns[-1] if parent and self.turns else None
        found = self.store.agents.spawn(
            self.tx, name=f"{species}-{len(self.agents) + 1}", species=species, genome={"model": model},
            parent_id=parent, turn=now.turn if now else 0, cause=now.seq if now else None,
        )  # fmt: skip
        prompt = "breeding" if now and now.tokens else None
        self.agents.append(
            Agent(found.id, found.seq, now.turn if now else 0, found.name, species, model, found.founder_id, parent,
                  now.agent if now else None, prompt)
        )  # fmt: skip
        self.pay(found.id, 5.0, "birth")
        return found.id

    def propose(
        self, agent: int, tool: int, *, meaning: int, score: float, comment: str = "", basis: int | None = None,
        components: tuple[int, ...] = (),
    ) -> int:  # fmt: skip
        head, now = self.head(tool), self.turns[-1]
        # A mind with a model may also act without it.
        model = next(each.model for each in self.agents if each.id == agent) if meaning % 2 else ""
        found = self.store.tools.propose(
            self.tx, tool_id=tool, parent_id=head.id, basis_id=basis or head.id, author_id=agent, family="guard",
            source=source(meaning, comment), reason=f"means {meaning}", components=components, turn=now.turn,
            cause=now.seq, model=model,
        )  # fmt: skip
        self.store.tools.evaluate(
            self.tx, proposal_id=found.id, tool_id=tool, ring_set="examine", passed="1|1", score=counted(score),
            outcome="ok", tier="none", turn=now.turn, cause=found.seq,
        )  # fmt: skip
        self.proposals.append(
            Proposal(found.id, self.tx.seq, tool, agent, head.id, basis or head.id, meaning, score, components, model)
        )
        self.proposals[-1] = replace(self.proposals[-1], seq=found.seq)
        return found.id

    def judge(self, proposal: int, **rules: str) -> None:
        now = self.turns[-1]
        rulings = [Ruling(rule, outcome, {"saw": rule}, "less") for rule, outcome in rules.items()]  # type: ignore[arg-type]
        for each in self.store.tools.judge(
            self.tx, rulings, proposal_id=proposal, stage="examine", charter_hash="c" * 64, turn=now.turn, cause=now.seq
        ):
            self.verdicts.append(Verdict(each.id, each.seq, proposal, each.rule, each.outcome))

    def criticise(self, proposal: int, agent: int, stance: str) -> int:
        now = self.turns[-1]
        found = self.store.tools.criticise(
            self.tx, proposal_id=proposal, agent_id=agent, stance=stance, kind="counterexample", evidence={"n": 1},  # type: ignore[arg-type]
            turn=now.turn, cause=now.seq,
        )  # fmt: skip
        self.critiques.append(Critique(found.id, found.seq, proposal, agent, stance))
        return found.id

    def admit(self, proposal: int, *, others: tuple[tuple[int, str], ...] = ()) -> int:
        given = next(each for each in self.proposals if each.id == proposal)
        others += ((given.basis, "basis"),) if given.basis != given.parent else ()
        others += tuple((each, "component") for each in given.components)
        comment = "as admitted"
        return self._save(
            given.tool, meaning=given.meaning, score=given.score, author=given.author, proposal=proposal, others=others,
            comment=comment, model=given.model,
        )  # fmt: skip

    def restore(self, tool: int, version: int) -> int:
        old = self.version(version)
        return self._save(tool, meaning=old.meaning, score=old.score or 0.0, author=None, proposal=None,
                          others=((version, "restored"),), comment=old.comment)  # fmt: skip

    def retire(self, agent: int, reason: str) -> None:
        now = self.turns[-1] if self.turns else None
        entry = self.store.agents.retire(
            self.tx, agent, reason=reason, turn=now.turn if now else 0, cause=now.seq if now else None
        )
        self.deaths.append(Death(entry.seq, now.turn if now else 0, agent, reason, self.energy[agent]))

    def _save(
        self, tool: int, *, meaning: int, score: float, author: int | None, proposal: int | None,
        others: tuple[tuple[int, str], ...], comment: str, model: str = "",
    ) -> int:  # fmt: skip
        head, now = self.head(tool), self.turns[-1]
        found = self.store.tools.save(
            self.tx, tool_id=tool, expected_head=head.id, source=source(meaning, comment), score=counted(score),
            reason=f"means {meaning}", author_id=author, proposal_id=proposal, parents=others, turn=now.turn,
            cause=now.seq, model=model,
        )  # fmt: skip
        self.versions.append(
            Version(found.id, found.seq, now.turn, tool, found.number, head.id, author, proposal, meaning, score,
                    found.seq, others, model, comment)
        )  # fmt: skip
        return found.id

    def head(self, tool: int) -> Version:
        return [each for each in self.versions if each.tool == tool][-1]

    def version(self, number: int) -> Version:
        return next(each for each in self.versions if each.id == number)

    def then(self, seq: int) -> Story:
        """Return the story as it stood at a seq."""
        cut: dict[str, Any] = {
            name: [each for each in getattr(self, name) if each.seq <= seq]
            for name in ("agents", "versions", "proposals", "verdicts", "critiques", "turns", "deaths")
        }
        # A version as it came has no score before its baseline trial.
        cut["versions"] = [replace(each, score=each.score if each.scored <= seq else None) for each in cut["versions"]]
        return Story(self.store, self.tx, tools=self.tools, run_id=self.run_id, window=self.window, **cut)


def source(meaning: int, comment: str = "") -> str:
    """Return code of that meaning; a comment changes the text and not the tree."""
    said = f"    # {comment}\n" if comment else ""
    return f"def f(a):\n{said}    return a + {meaning}\n"


def counted(score: float) -> Score:
    """Return a score of four gate cases."""
    return Score(1, 1, round(score * 4), 4, 40)
