"""Which versions of a tool the next rewrites are made from: small strategies behind one protocol.

`strategy_of` gives one by its name: `newest`, `score-novelty`, `ucb`, `pareto`, `random`, or `map-elites`, which needs
pyribs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from storage import ConfigurationError

from .lot import Lot
from .map_elites import MapElites
from .newest import Newest
from .pareto import Pareto
from .score_novelty import ScoreAndNovelty
from .strategy import Strategy
from .ucb import UpperConfidence

__all__ = ["STRATEGIES", "Strategy", "strategy_of"]

_MAKERS: Mapping[str, Callable[[], Strategy]] = MappingProxyType(
    {
        "newest": Newest,
        "score-novelty": ScoreAndNovelty,
        "ucb": UpperConfidence,
        "pareto": Pareto,
        "map-elites": MapElites,
        "random": Lot,
    }
)

STRATEGIES: tuple[str, ...] = tuple(_MAKERS)


def strategy_of(name: str) -> Strategy:
    """Return the strategy of a name. Raises: ConfigurationError: there is none, or what it needs is not installed."""
    if name not in _MAKERS:
        raise ConfigurationError(f"no selection {name!r}; there are {', '.join(STRATEGIES)}")
    return _MAKERS[name]()
