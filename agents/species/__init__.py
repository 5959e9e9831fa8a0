"""The minds of the species, each a compiled LangGraph graph; importing this loads LangGraph.

Promises: one graph a species, compiled once a process. Does not promise: to be cheap to import. It is imported by
the workers for offline minds, and by the engine for those with a model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeVar

from storage import ConfigurationError

from .breeder import breeder
from .composer import composer
from .critic import critic
from .linker import linker
from .mender import mender
from .mind import Desk, Mind, Study, ThinkingMind, Thought
from .model_breeder import model_breeder
from .model_critic import model_critic
from .optimiser import optimiser
from .specialist import specialist
from .tester import tester
from .toolsmith import toolsmith

Made = TypeVar("Made")

__all__ = ["Desk", "Mind", "Study", "ThinkingMind", "Thought", "mind_of", "thinking_mind_of"]

_MINDS: Mapping[str, Callable[[], Mind]] = {
    "specialist": specialist,
    "linker": linker,
    "critic": critic,
    "breeder": breeder,
}
_THINKING: Mapping[str, Callable[[], ThinkingMind]] = {
    "toolsmith": toolsmith,
    "mender": mender,
    "composer": composer,
    "optimiser": optimiser,
    "tester": tester,
    "critic": model_critic,
    "breeder": model_breeder,
}


@cache
def mind_of(species: str) -> Mind:
    """Return the compiled mind of a species that thinks without a model.

    Raises: ConfigurationError: no such species.
    """
    return _found(_MINDS, species)()


@cache
def thinking_mind_of(species: str) -> ThinkingMind:
    """Return the compiled mind of a species that thinks with a language model.

    Raises: ConfigurationError: no such species; one that a user registers must be registered in every process.
    """
    return _found(_THINKING, species)()


def _found(minds: Mapping[str, Made], species: str) -> Made:
    if species not in minds:
        raise ConfigurationError(
            f"no mind for the species {species!r}; there are {', '.join(minds)}, and those given as `minds=`"
        )
    return minds[species]
