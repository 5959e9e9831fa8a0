"""Draw an agent's view out of the world, for the work it picked.

Promises: nothing of the gate or sealed rings but which versions exist; plain values only; what others wrote is kept
within its budget of characters. Does not promise: the task itself where a worker thinks; the worker adds it, with the
visible cases alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from heapq import nsmallest
from typing import TypeVar

from agents import (
    POSTED_CHARACTERS,
    SAID_CHARACTERS,
    Candidate,
    Fragment,
    Myself,
    Posted,
    ProposalSeen,
    Rival,
    Search,
    Shelved,
    VersionSeen,
    View,
    fragments,
)
from storage import Case, Task

from .conditions import Conditions
from .lore import Lore
from .pick import Pick
from .shelf import SHELF_SHOWN, Shelf, behind, shelved
from .states import ProposalState, ToolState, VersionState
from .world import World

# A breeder looks at the wealthiest only: the list travels to a worker.
_KIN_SHOWN = 32
_RIVALS_SHOWN = 6
_TESTS_SHOWN = 16
_RECORD_SHOWN = 8
_WORD = re.compile(r"[a-z]+")

Item = TypeVar("Item")
_USUAL = Conditions()


@dataclass(frozen=True, slots=True)
class Window:
    """What views are drawn from: the world, the text of a code hash, and the tasks by id with visible cases alone."""

    world: World
    source_of: Callable[[str], str]
    tasks: Mapping[int, Task]
    conditions: Conditions = _USUAL

    def view(self, pick: Pick, *, turn: int) -> View:
        """Return what the agent of a pick sees."""
        world = self.world
        agent = world.agents[pick.agent_id]
        me = Myself(id=agent.id, founder_id=agent.founder_id, genome=agent.genome, energy=agent.energy)
        if pick.tool_id is None:
            return View(turn, world.seq, pick.activity, me, kin=_kin(world, self.conditions), unmet=_unmet(pick))
        tool = world.tools[pick.tool_id]
        base = world.version(pick.base_id) if pick.base_id else tool.head
        reads = self.conditions.has("reads")
        view = View(
            turn=turn,
            seq=world.seq,
            activity=pick.activity,
            me=me,
            tool_id=tool.id,
            said=_said(tool) if reads else (),
            head=self._seen(self._compared(tool, pick)),
            base=self._seen(base),
            cursor=base.reached(pick.means).cursor,
            proposals=self._proposals(tool, pick),
            operator=self._seen(world.version(pick.operator_id)) if pick.operator_id else None,
            tests=_tests(tool),
            objections=world.tallies.objections(tool.id),
            search=self._search(tool, base, pick) if pick.activity == "search" else Search(allowance=pick.allowance),
            unseeing=not self.conditions.has("critics"),
        )
        full = view if agent.genome.is_offline else self._in_full(view, tool, pick)
        return self._linked(full, tool, base)

    @property
    def shelf(self) -> Shelf:
        """The shelf with its texts."""
        return Shelf(self.world, self.source_of, self.tasks)

    def _linked(self, view: View, tool: ToolState, base: VersionState) -> View:
        """Return the view with what stands around the tool, and for a linker with what it may build on."""
        offered: list[VersionState] = []
        if view.activity in ("link", "upgrade"):
            new = shelved(self.world, but=tool, after=view.cursor) if view.activity == "link" else []
            offered = new[: min(SHELF_SHOWN, view.search.allowance)]
            view = replace(view, shelf=tuple(self._offered(each) for each in offered))
        later = behind(self.world, tool) if view.activity == "upgrade" else {}
        offered += [self.world.version(number) for number in sorted(later.values())]
        seen = [view.head, view.base, *view.proposals, *view.rivals]
        around = self.shelf.around(tool, [each.source for each in seen if each], offered)
        return replace(view, around=around, behind=tuple(sorted(later.items())))

    def _offered(self, version: VersionState) -> Shelved:
        tool = self.world.tools[version.tool_id]
        task, source = self.tasks[tool.task_id], self.source_of(version.code_hash)
        return Shelved(version.id, tool.name, task.entry_point, task.description, source, task.ring("visible"))

    def _search(self, tool: ToolState, base: VersionState, pick: Pick) -> Search:
        """Return what a specialist's turn goes by: what the first on the version was told, if that is known by now."""
        known = bool(base.survey) and not pick.survey
        used = base.ingredients if known else pick.ingredients
        reads = self.conditions.has("reads")
        return Search(
            allowance=pick.allowance,
            floor=pick.floor,
            survey=pick.survey,
            lore=base.lore if known else pick.lore,
            ingredients=tuple(each for number in used for each in self._fragments(number)),
            dead_ends=tuple(each for each, means in tool.behaviours.items() if reads or means == pick.means),
            uniform=not self.conditions.has("priors"),
        )

    def _fragments(self, version_id: int) -> tuple[Fragment, ...]:
        """Return what the head of a solved tool has that the tool as it came had not."""
        version = self.world.version(version_id)
        root = self.world.tools[version.tool_id].versions[0]
        texts = fragments(self.source_of(root.code_hash), self.source_of(version.code_hash))
        return tuple(Fragment(version_id, text) for text in texts)

    def _compared(self, tool: ToolState, pick: Pick) -> VersionState:
        """Return the head, but the version before where a canary itself is looked at."""
        canary = tool.canary
        looks = canary is not None and pick.activity == "review" and pick.proposal_ids == (canary.proposal.id,)
        return self.world.version(canary.before_id) if canary and looks else tool.head

    def _in_full(self, view: View, tool: ToolState, pick: Pick) -> View:
        """Return the view with all that only those who think with a model look at."""
        composes = view.me.genome.species == "composer"
        return replace(
            view,
            task=self.tasks[tool.task_id],
            rivals=self._rivals(tool),
            posts=_posts(self.world, tool),
            shelf=self._shelf(tool, view.turn) if composes else (),
            record=_record(tool) if tool.is_operator else (),
        )

    def _seen(self, version: VersionState) -> VersionSeen:
        visible = version.bitmap.partition("|")[0]
        return VersionSeen(version.id, self.source_of(version.code_hash), tuple(mark == "1" for mark in visible))

    def _proposals(self, tool: ToolState, pick: Pick) -> tuple[ProposalSeen, ...]:
        known = tool.pending | tool.stale
        if tool.canary:
            known = known | {tool.canary.proposal.id: tool.canary.proposal}
        return tuple(self._proposal(known[number]) for number in pick.proposal_ids)

    def _proposal(self, proposal: ProposalState) -> ProposalSeen:
        return ProposalSeen(
            id=proposal.id,
            author=self.world.name_of(proposal.author_id),
            author_id=proposal.author_id,
            basis_id=proposal.basis_id,
            source=self.source_of(proposal.code_hash),
            reason=proposal.reason,
            lineage=self.world.founders[proposal.author_id],
        )

    def _rivals(self, tool: ToolState) -> tuple[Rival, ...]:
        """Return the tool's live sources, each once: its head, its pending proposals, then its earlier versions."""
        founders = self.world.founders
        head, *earlier = reversed(tool.versions)
        listed = [
            (head.author_id, head.code_hash, f"version {head.number}"),
            *((each.author_id, each.code_hash, f"proposal {each.id}") for each in tool.pending.values()),
            *((each.author_id, each.code_hash, f"version {each.number}") for each in earlier),
        ]
        rivals: dict[str, Rival] = {}
        for author, code, name in listed:
            if code not in rivals and len(rivals) < _RIVALS_SHOWN:
                rivals[code] = Rival(founders[author] if author else 0, self.source_of(code), name)
        return tuple(rivals.values())

    def _shelf(self, tool: ToolState, turn: int) -> tuple[Shelved, ...]:
        """Return solved tools to build on, those with a like name first, else the latest to be solved."""
        others = [
            each
            for each in self.world.tools.values()
            if each.solved and not (each.is_operator or each.quarantined) and each.id != tool.id
        ]
        wanted = _words(self.tasks[tool.task_id])
        near = sorted(others, key=lambda each: (-len(wanted & _words(self.tasks[each.task_id])), -each.head.seq))
        return tuple(self._shelved(each, turn) for each in near[:SHELF_SHOWN])

    def _shelved(self, tool: ToolState, turn: int) -> Shelved:
        task, head = self.tasks[tool.task_id], tool.served(turn)
        return Shelved(head.id, tool.name, task.entry_point, task.description, self.source_of(head.code_hash))


def _words(task: Task) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(f"{task.entry_point} {task.description}".lower()) if len(word) > 2)


def _said(tool: ToolState) -> tuple[str, ...]:
    """Return the newest of what was said of the tool's rewrites, as much as the budget of characters holds."""
    return tuple(_newest(tool.said, most=SAID_CHARACTERS, size=len))


def _posts(world: World, tool: ToolState) -> tuple[Posted, ...]:
    posts = [Posted(world.name_of(agent_id), body) for agent_id, body in tool.posts]
    return tuple(_newest(posts, most=POSTED_CHARACTERS, size=lambda post: len(post.body)))


def _newest(items: Collection[Item], *, most: int, size: Callable[[Item], int]) -> list[Item]:
    """Return the newest items, oldest first, whose sizes come to no more than `most`."""
    kept: list[Item] = []
    left = most
    for item in reversed(list(items)):
        left -= size(item)
        if left < 0:
            break
        kept.append(item)
    return kept[::-1]


def _tests(tool: ToolState) -> tuple[Case, ...]:
    return tuple(
        Case("visible", expect=expect, args=args, setup=setup, call=call)
        for args, setup, call, expect in tool.tests[-_TESTS_SHOWN:]
    )


def _record(tool: ToolState) -> tuple[str, ...]:
    return tuple(
        f"version {each.number}: {each.served} turns, {each.earned:.2f} earned"
        for each in tool.versions[-_RECORD_SHOWN:]
    )


def _kin(world: World, conditions: Conditions) -> tuple[Candidate, ...]:
    rich = nsmallest(_KIN_SHOWN, world.agents.values(), key=lambda agent: (-agent.earned, -agent.energy, agent.id))
    lore = world.searches.lore if conditions.has("learning") else Lore()
    return tuple(
        Candidate(each.id, each.genome, each.energy, each.earned, tuple(lore.learnt(each.genome.family).items()))
        for each in rich
    )


def _unmet(pick: Pick) -> tuple[str, ...]:
    kind, _, niche = pick.subject.partition(":")
    return (niche,) if kind == "niche" else ()
