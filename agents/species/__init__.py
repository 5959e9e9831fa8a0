"""The minds of the species, each a compiled LangGraph graph; importing this loads LangGraph.

Promises: one graph a species, compiled once a process. Does not promise: to be cheap to import; only those who think
(the workers) do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from storage import ConfigurationError

from .breeder import breeder
from .critic import critic
from .mind import Desk, Mind, Thought
from .specialist import specialist

__all__ = ["Desk", "Mind", "Thought", "mind_of"]

_MINDS: Mapping[str, Callable[[], Mind]] = {"specialist": specialist, "critic": critic, "breeder": breeder}


@cache
def mind_of(species: str) -> Mind:
    """Return the compiled mind of a species.

    Raises: ConfigurationError: no species of that name.
    """
    if species not in _MINDS:
        raise ConfigurationError(f"no species {species!r}; there are {', '.join(_MINDS)}")
    return _MINDS[species]()
