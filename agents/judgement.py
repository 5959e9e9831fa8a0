"""How critics judge rival rewrites of a tool: what to try them on, what speaks against one, and which to support.

Promises: an objection always carries an input that shows it; the choice depends on the sources and results alone.
Does not promise: to know the right answer; agreement of unrelated rewrites and the size of a change are all there is.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from random import Random

from governance import Call, Result, generate
from storage import Task

from .actions import Critique, Post
from .evidence import Evidence, Trials
from .view import ProposalSeen, View

# What an unrelated lineage that agrees counts for a rewrite, and a new literal and a changed word against it.
_UNRELATED, _LITERAL, _WORD = 0.25, 0.5, 0.1
_MOST_LITERALS = 2
_WORDS = re.compile(r"\w+|[^\w\s]")


def calls_to_try(task: Task, *, probes: int, rng: Random) -> tuple[Call, ...]:
    """Return the visible cases' calls and, where they have arguments, as many more as `probes` says."""
    shown = [Call(args=case.args, setup=case.setup, expression=case.call) for case in task.ring("visible")]
    made = generate(task, count=probes, rng=rng)
    return (*shown, *(Call(args=text) for text in made))


def judge(
    proposals: Sequence[ProposalSeen],
    trials: Trials,
    *,
    head: str,
    results: Sequence[Sequence[Result]],
    against: Sequence[Evidence | None],
) -> list[Critique]:
    """Support the likeliest of the sound proposals; object to the rest that differ from it.

    Likely is what unrelated lineages agree on, what brings no new literals into the `head`, and what changes little of
    it; of equals the earliest. `results` of the trials and what was found `against` each by itself come in the order of
    the proposals. Source: Xin and Reiss, 2017, "Identifying test-suite-overfitted patches through test case
    generation", for inputs that part rival patches; Le, Lo and Le Goues, 2016, "History driven program repair", for
    small ones.
    """
    objections = [objection(proposals[place], fault) for place, fault in enumerate(against) if fault]
    sound = [place for place, fault in enumerate(against) if fault is None]
    if not sound:
        return objections
    agreeing = {place: _agreeing(place, sound, trials, results=results) for place in sound}

    def likelihood(place: int) -> float:
        unrelated = len({proposals[other].lineage for other in agreeing[place]})
        source = proposals[place].source
        return _UNRELATED * unrelated - _LITERAL * new_literals(head, source) - _WORD * words_changed(head, source)

    chosen = max(sound, key=lambda place: (likelihood(place), -place))
    for place in sound:
        if place != chosen and (differs := trials.disagreement(results[place], results[chosen])):
            objections.append(objection(proposals[place], differs))
    tried: dict[str, str | int] = {
        "calls tried": len(trials.calls),
        "proposals that agree": len(agreeing[chosen]),
        "proposals": len(proposals),
    }
    support = Critique(
        proposal_id=proposals[chosen].id,
        stance="support",
        kind="no fault found",
        evidence=tried if trials.calls else {},
    )
    return [*objections, support]


def objection(proposal: ProposalSeen, found: Evidence) -> Critique:
    """Return the objection that a finding is."""
    evidence: dict[str, str | int] = {"input": found.input, "seen": found.seen}
    return Critique(proposal_id=proposal.id, stance="object", kind=found.kind, evidence=evidence)


def posts_on(view: View, critiques: Sequence[Critique]) -> list[Post]:
    """Put what was objected on the blackboard, where the authors of the next rewrites see it."""
    return [
        Post(
            topic=f"tool/{view.tool_id}",
            body=f"proposal {each.proposal_id}: {each.kind} on {each.evidence['input']}: {each.evidence['seen']}",
        )
        for each in critiques
        if each.stance == "object"
    ]


def new_literals(before: str, after: str) -> int:
    """Return how many literals a source has, two at most, that an earlier one had not; texts and numbers alike."""
    known, found = _literals(before), _literals(after)
    return min(len(found - known), _MOST_LITERALS)


def words_changed(before: str, after: str) -> int:
    """Return how many words or signs of a source differ from those of an earlier one."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return sum(max(a_end - a, b_end - b) for kind, a, a_end, b, b_end in steps if kind != "equal")


@lru_cache(maxsize=256)
def _literals(source: str) -> frozenset[tuple[str, str]]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return frozenset((type(node.value).__name__, repr(node.value)) for node in nodes)


def _agreeing(place: int, sound: Sequence[int], trials: Trials, *, results: Sequence[Sequence[Result]]) -> list[int]:
    """Return those of the sound proposals, itself included, that answer every call alike."""
    return [other for other in sound if trials.disagreement(results[place], results[other]) is None]
