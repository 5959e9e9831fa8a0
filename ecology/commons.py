"""What is owed and offered among tools that are built on tools: royalties, the price of redundancy, later versions.

Promises: who is paid and who is called follows from the world alone; a setting of nothing switches a payment off.
Does not promise: that anybody follows a call.
"""

from __future__ import annotations

from .minutes import Minutes
from .settings import Settings
from .shelf import behind
from .states import ToolState
from .world import World

# Strength and half-life in turns of the call to follow a later version: after reviews, before other work.
_UPGRADE = (16.0, 80.0)


def pay_royalties(turn: Minutes, tool: ToolState, *, before_id: int, royalty: float) -> None:
    """Pay the authors of those versions that a tool's new head requires and the version before it did not.

    Nobody earns by requiring what is their own.
    """
    if not royalty:
        return
    world = turn.world
    network = world.tallies.network
    known = network.required(before_id).values()
    for version_id in dict.fromkeys(network.pins(tool.id).values()):
        author = world.version(version_id).author_id
        if author and author != tool.head.author_id and version_id not in known:
            turn.pay(author, royalty, reason=f"royalty for version {version_id}")


def redundancy_share(world: World, tool: ToolState, settings: Settings) -> float:
    """Return the part of its reward that an improvement earns: less where a solved tool answers alike already."""
    if settings.redundant_share == 1 or not tool.solved:
        return 1.0
    return settings.redundant_share if redundant(world, tool) else 1.0


def redundant(world: World, tool: ToolState) -> list[int]:
    """Return the other solved tools that answer as a tool does on the inputs that both are shown.

    Those that build on it, and those that it builds on, are none.
    """
    network = world.tallies.network
    others = [each for each in world.tools.values() if each.id != tool.id and each.solved and not each.is_operator]
    alike = [each.id for each in others if network.are_twins(tool.id, each.id)]
    return [each for each in alike if each not in network.radius(tool.id) and tool.id not in network.radius(each)]


def call_dependants(turn: Minutes, tool: ToolState) -> None:
    """Call upon the tools that require an earlier version of a tool to follow its new head."""
    for tool_id in turn.world.tallies.network.dependants(tool.id):
        if behind(turn.world, turn.world.tools[tool_id]):
            turn.signal("upgrade", f"upgrade:{tool_id}", strength=_UPGRADE)
