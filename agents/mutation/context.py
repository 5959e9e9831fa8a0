"""What an edit operator may know about a task besides the source.

Promises: frozen texts, all of them visible to agents; nothing here comes from the gate or sealed rings.
Does not promise: that the texts parse. What does not parse is passed over.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of a tool, as texts.

    `helper` is code run before the tool's; `inputs` and `outputs` are the visible cases' arguments (tuple literals or
    calls) and expected literals, in step; `ingredients` are fragments of other tools: expressions or statements.
    """

    helper: str = ""
    description: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    ingredients: tuple[str, ...] = ()
