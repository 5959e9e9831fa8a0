"""The shelf of the present world: what can be required, what stands around a tool, and who lags behind.

Promises: the same answers for the same world, in the order of ids; sources in plain text, so that all of it can travel.
Does not promise: that a solved tool is right; its cases say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from governance import Dependant, Part, Surroundings
from storage import Task, pins_in

from .states import ToolState, VersionState
from .world import World

# So many dependants of a tool are tried with each rewrite of it.
DEPENDANTS_TRIED = 8
# So many tools of the shelf are shown at once.
SHELF_SHOWN = 12


def proven(world: World, tool: ToolState) -> VersionState:
    """Return a tool's newest version that is no canary."""
    return world.version(tool.canary.before_id) if tool.canary else tool.head


def shelved(world: World, *, but: ToolState, after: int = 0) -> list[VersionState]:
    """Return the versions that another tool could require: of solved tools that nobody set aside, oldest first.

    Args: but: the tool that would require them; after: only versions with a greater number.
    """
    found = [proven(world, tool) for tool in world.tools.values() if tool.id != but.id and _can_be_required(tool)]
    return sorted((each for each in found if each.id > after), key=lambda each: each.id)


def is_new_on_shelf(world: World, tool: ToolState, after: int) -> bool:
    """Whether a tool could require a version with a greater number."""
    tools = world.tools.values()
    return any(proven(world, each).id > after and each.id != tool.id and _can_be_required(each) for each in tools)


def behind(world: World, tool: ToolState) -> dict[int, int]:
    """Return the versions that a tool's head is pinned to for which a later one is there to follow, with that."""
    later: dict[int, int] = {}
    for version_id in world.tallies.network.pins(tool.id).values():
        required = world.tool_of(version_id)
        newest = proven(world, required)
        if _can_be_required(required) and newest.id > version_id and not newest.taken_back:
            later[version_id] = newest.id
    return later


def _can_be_required(tool: ToolState) -> bool:
    return tool.solved and not (tool.is_operator or tool.quarantined or tool.is_bait)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The shelf with the texts on it: the world, the text of a code hash, and the tasks by id."""

    world: World
    source_of: Callable[[str], str]
    tasks: Mapping[int, Task]

    def around(self, tool: ToolState, sources: Iterable[str], offered: Iterable[VersionState] = ()) -> Surroundings:
        """Return what stands around a tool, with all that some sources require and what they are `offered` to."""
        dependants = self._dependants(tool)
        texts = [*sources, *(each.source for each in dependants)]
        radius = self.world.tallies.network.radius(tool.id) if dependants else ()
        names = tuple(self.world.tools[each].name for each in radius)
        return Surroundings(self.parts(texts, offered), dependants, names)

    def parts(self, sources: Iterable[str], offered: Iterable[VersionState] = ()) -> tuple[Part, ...]:
        """Return the versions that sources require, those that these require, and those on offer likewise."""
        found: dict[int, Part] = {}
        waiting = [each.id for each in offered] + [pin.version_id for text in sources for pin in pins_in(text)]
        while waiting:
            number = waiting.pop()
            if number not in found and self.world.tallies.network.tool_of(number) is not None:
                found[number] = part = self._part(self.world.version(number))
                waiting += [pin.version_id for pin in pins_in(part.source)]
        return tuple(found[number] for number in sorted(found))

    def _part(self, version: VersionState) -> Part:
        tool = self.world.tools[version.tool_id]
        task = self.tasks[tool.task_id]
        source = self.source_of(version.code_hash)
        return Part(version.id, task.entry_point, source, task.helper, tool_id=tool.id, tool=tool.name)

    def _dependants(self, tool: ToolState) -> tuple[Dependant, ...]:
        network = self.world.tallies.network
        tools = [self.world.tools[each] for each in network.dependants(tool.id)]
        return tuple(self._dependant(each, tool) for each in tools[:DEPENDANTS_TRIED])

    def _dependant(self, tool: ToolState, required: ToolState) -> Dependant:
        network = self.world.tallies.network
        pinned = [each for each in network.pins(tool.id).values() if network.tool_of(each) == required.id]
        source = self.source_of(tool.head.code_hash)
        return Dependant(tool.name, tool.head.id, tool.task_id, source, tuple(sorted(pinned)))
