"""What work is worth: the price of a kind of tool, which falls as its kind is solved.

Promises: prices depend on the world alone. Does not promise: an equilibrium; agents that earn nothing die.
"""

from __future__ import annotations

from .states import ToolState
from .world import World


def price(world: World, tool: ToolState, *, fall: float) -> float:
    """Return what an improvement of a tool is worth beside the usual: 1 - `fall` where all others of its kind work.

    Tools are of a kind where they take and give the same kinds of values.
    """
    like = world.searches.kin_of(tool)
    return 1.0 - fall * sum(each.solved for each in like) / len(like) if like else 1.0
