"""The fifteen answers, each computed from a story by loops, without SQL: what the store's answers are compared with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.storage.questions.story import PER_TURN, Agent, Proposal, Story, Version

Edge = tuple[int, int, str]


def edges(story: Story) -> list[Edge]:
    """Every (child, parent, role)."""
    found: list[Edge] = []
    for each in story.versions:
        found += [(each.id, each.parent, "parent")] if each.parent else []
        found += [(each.id, other, role) for other, role in each.others]
    return found


def reach(story: Story, start: int, *, up: bool) -> set[int]:
    """The version and all that it came from, or all that came from it."""
    found = {start}
    while True:
        more = {parent if up else child for child, parent, _ in edges(story) if (child if up else parent) in found}
        if more <= found:
            return found
        found |= more


def line(story: Story, start: int) -> list[Version]:
    """The version, its parent, and so on."""
    here = [story.version(start)]
    while here[-1].parent:
        here.append(story.version(here[-1].parent))
    return here


def outcome(story: Story, proposal: int) -> str:
    if any(each.proposal == proposal for each in story.versions):
        return "admitted"
    return "vetoed" if any(v.proposal == proposal and v.outcome == "veto" for v in story.verdicts) else "open"


def gain(story: Story, version: Version) -> float | None:
    if version.parent is None or version.score is None:
        return None
    before = story.version(version.parent).score
    return None if before is None else version.score - before


def origin(story: Story, start: int) -> set[tuple[int, str | None, int | None]]:
    above = reach(story, start, up=True)
    rows: set[tuple[int, str | None, int | None]] = {
        (parent, role, child) for child, parent, role in edges(story) if child in above
    }
    return rows | {(start, None, None)}


def descendants(story: Story, start: int) -> set[tuple[str, int, str, int]]:
    below = reach(story, start, up=False)
    rows = {("version", child, role, parent) for child, parent, role in edges(story) if parent in below}
    for each in story.proposals:
        uses = [(each.parent, "parent"), *[(each.basis, "basis")] * (each.basis != each.parent)]
        uses += [(component, "component") for component in each.components]
        rows |= {("proposal", each.id, role, used) for used, role in uses if used in below}
    return rows


def change(story: Story, a: int, b: int) -> list[tuple[str, int]]:
    one, two = ([each.id for each in line(story, start)] for start in (a, b))
    undone = [("undone", each) for each in one if each not in two]
    return undone + [("done", each) for each in reversed(two) if each not in one]


def common(story: Story, a: int, b: int) -> list[tuple[int, int, int, int]]:
    one, two = (list(reversed(line(story, start))) for start in (a, b))
    shared = [each for each in one if each in two]
    if not shared:
        met = reach(story, a, up=True) & reach(story, b, up=True)
        return [(0, max(met), max(met), 0)] if met else []
    one, two = one[len(shared) - 1 :], two[len(shared) - 1 :]
    rows, parted = [], False
    for step in range(max(len(one), len(two))):
        left, right = one[min(step, len(one) - 1)], two[min(step, len(two) - 1)]
        first = left.score != right.score and not parted
        parted |= first
        rows.append((step, left.id, right.id, int(first)))
    return rows


def kin(story: Story, agent: int) -> set[tuple[str, int]]:
    by_id = {each.id: each for each in story.agents}
    rows, here = {("self", agent)}, by_id[agent].parent
    while here:
        rows.add(("ancestor", here))
        here = by_id[here].parent
    rows |= {("child", each.id) for each in story.agents if each.parent == agent}
    return rows | {
        ("bred", each.id) for each in story.agents if each.spawned_by == agent and each.parent not in (agent, None)
    }


def _first(found: Iterable[Proposal]) -> Proposal | None:
    return min(found, key=lambda each: each.id, default=None)


def vetoes(story: Story) -> list[tuple[int, str, int | None, str | None, int | None]]:
    rows: list[tuple[int, str, int | None, str | None, int | None]] = []
    for each in story.verdicts:
        if each.outcome != "veto":
            continue
        about = next(one for one in story.proposals if one.id == each.proposal)
        again = _first(
            one for one in story.proposals
            if (one.tool, one.author) == (about.tool, about.author) and one.seq > each.seq
        )  # fmt: skip
        accepted = [
            one.id for one in story.versions
            if (one.tool, one.meaning) == (about.tool, about.meaning) and one.seq > each.seq and one.proposal
        ]  # fmt: skip
        last = min(accepted, default=None)
        rows.append(
            (each.id, each.rule, again.id if again else None, outcome(story, again.id) if again else None, last)
        )
    return rows


def rules(story: Story) -> dict[str, tuple[int, int, int]]:
    doubtful = Counter(rule for _, rule, _, _, accepted in vetoes(story) if accepted)
    judged = Counter(each.rule for each in story.verdicts)
    vetoed = Counter(each.rule for each in story.verdicts if each.outcome == "veto")
    return {rule: (count, vetoed[rule], doubtful[rule]) for rule, count in judged.items()}


def critiques(story: Story) -> list[tuple[int, int | None, int]]:
    rows: list[tuple[int, int | None, int]] = []
    for each in story.critiques:
        about: Proposal | None = next(one for one in story.proposals if one.id == each.proposal)
        assert about is not None
        tool = about.tool
        if each.stance == "object":
            about = _first(one for one in story.proposals if one.tool == tool and one.seq > each.seq)
        became = [one for one in story.versions if about and one.proposal == about.id]
        helped = bool(became) and (gain(story, became[0]) or 0) > 0
        rows.append((each.id, about.id if about else None, int(helped)))
    return rows


def gains(story: Story) -> dict[int, tuple[int, int, float, float | None]]:
    founder = {each.id: each.founder for each in story.agents}
    rows = {}
    for each in story.agents:
        if each.parent is None:
            own = [one for one in story.versions if one.author and founder[one.author] == each.id]
            found = [value for one in own if (value := gain(story, one)) is not None]
            heads = sum(one == story.head(one.tool) for one in own)
            rows[each.id] = (len(own), heads, sum(found), max(found, default=None))
    return rows


def marks(last: int, buckets: int) -> list[int]:
    return [last * n // buckets for n in range(1, buckets + 1)]


def alive(story: Story, last: int, buckets: int, by: str) -> dict[tuple[int, str], int]:
    names = {each.id: each for each in story.agents}
    rows: Counter[tuple[int, str]] = Counter()
    for n, seq in enumerate(marks(last, buckets), 1):
        then = story.then(seq)
        for tool in {each.tool for each in then.versions}:
            head = writer(then, then.head(tool))
            trait = head.model if by == "model" else kind(names[head.author], names, by) if head.author else ""
            rows[n, trait if head.author else "as it came"] += 1
    return dict(rows)


def writer(story: Story, version: Version) -> Version:
    """The version as which its code was first there, where no agent wrote it anew."""
    if version.author or version.parent is None:
        return version
    same = [one for one in story.versions
            if (one.tool, one.meaning, one.comment) == (version.tool, version.meaning, version.comment)]  # fmt: skip
    return same[0]


def kind(agent: Agent, names: dict[int, Agent], by: str) -> str:
    one = names[agent.founder] if by == "founder" else agent
    return str(getattr(one, {"founder": "name", "author": "name"}.get(by, by)))


def effective(counts: Counter[str]) -> float:
    return sum(counts.values()) ** 2 / sum(each**2 for each in counts.values()) if counts else 0.0


def diversity(story: Story, last: int, buckets: int, by: str) -> list[tuple[int, int, float, int, float, int]]:
    names = {each.id: each for each in story.agents}
    rows: list[tuple[int, int, float, int, float, int]] = []
    code = alive(story, last, buckets, by)
    for n, seq in enumerate(marks(last, buckets), 1):
        then = story.then(seq)
        gone = {each.agent for each in then.deaths}
        living = Counter(kind(each, names, by) for each in then.agents if each.id not in gone)
        heads = Counter({name: count for (bucket, name), count in code.items() if bucket == n})
        now = (effective(living), effective(heads))
        fell = any(2 * now[side] < max(row[2 + 2 * side] for row in rows) for side in (0, 1)) if rows else False
        rows.append((n, living.total(), now[0], heads.total(), now[1], int(fell)))
    return rows


def moment(story: Story) -> set[tuple[str, int]]:
    gone = {each.agent for each in story.deaths}
    rows = {("agent", each.id) for each in story.agents if each.id not in gone}
    rows |= {("tool", each.tool) for each in story.versions}
    return rows | {("proposal", each.id) for each in story.proposals if outcome(story, each.id) == "open"}


def cost(story: Story, start: int) -> list[tuple[int, int, int, int, float]]:
    rows, below = [], (0, 0, 0.0)
    for number in sorted(reach(story, start, up=True)):
        own = story.version(number)
        since = story.version(own.parent).seq if own.parent else own.seq
        spent = [each for each in story.turns if each.tool == own.tool and since < each.seq <= own.seq]
        tried, energy = sum(each.tried for each in spent), PER_TURN * sum(each.agent is not None for each in spent)
        below = (below[0] + len(spent), below[1] + tried, below[2] + energy)
        rows.append((number, len(spent), *below))
    return rows[::-1]


def turn(story: Story, number: int) -> set[tuple[str, int]]:
    taken = story.turns[number - 1]
    rows = {("turn", number), ("run", story.run_id), ("cause", taken.seq - 1)}
    rows |= {("agent", taken.agent)} if taken.agent else set()
    return (
        rows | {("proposal", each) for each in taken.proposals} | ({("version", taken.base)} if taken.base else set())
    )


def deaths(story: Story) -> list[tuple[int, int, str, float]]:
    return [(each.agent, each.turn, each.reason, each.energy) for each in story.deaths]
