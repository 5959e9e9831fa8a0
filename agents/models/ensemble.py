"""Several models as one: a seeded draw by weight, or a bandit's choice, decides who answers a request.

Promises: the same request goes to the same model, as long as the bandit's rewards are the same. Does not promise: that
another model steps in where one fails; whoever asked may ask again in other words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from storage import ConfigurationError

from .bandit import Bandit, draw
from .message import Model, Reply, Request


@dataclass(frozen=True, slots=True)
class Member:
    """A model and its share of the requests, in proportion to the others' weights."""

    model: Model
    weight: float = 1.0


class Ensemble:
    """Models that share the requests. With a bandit the weights matter no more, and `reward` teaches it.

    Raises: ConfigurationError: no member, two of one name, or a weight that is not above 0.
    """

    def __init__(self, members: Sequence[Member], *, seed: int = 0, bandit: Bandit | None = None) -> None:
        names = [each.model.name for each in members]
        if not members or len(set(names)) < len(names):
            raise ConfigurationError(f"an ensemble takes different models, not {names}; give one a higher weight")
        for each in members:
            if not 0 < each.weight < float("inf"):
                raise ConfigurationError(f"the weight of {each.model.name} is {each.weight}; it must be above 0")
        self._members = tuple(members)
        self._seed = seed
        self._bandit = bandit
        if bandit is not None and {each.name for each in bandit.tallies} != set(names):
            raise ConfigurationError(f"the bandit chooses among {[each.name for each in bandit.tallies]}, not {names}")

    @property
    def name(self) -> str:
        """The models and their weights, as on the command line."""
        return ",".join(f"{each.model.name}*{each.weight:g}" for each in self._members)

    @property
    def models(self) -> tuple[Model, ...]:
        """The models, in the order given."""
        return tuple(each.model for each in self._members)

    def pick(self, request: Request) -> Model:
        """Return the model that a request goes to."""
        digest = request.digest
        if self._bandit is not None:
            chosen = self._bandit.choose(digest)
            return next(each for each in self.models if each.name == chosen)
        weights = [each.weight for each in self._members]
        return draw(self._seed, digest).choices(self.models, weights)[0]

    def reward(self, model: str, *, gain: float, cost: float) -> None:
        """Tell the bandit what a call of `model` brought and cost; without one it changes nothing."""
        if self._bandit is not None:
            self._bandit.reward(model, gain=gain, cost=cost)

    async def complete(self, request: Request) -> Reply:
        """Return the answer of the model that the request goes to.

        Raises: ModelError: that model gave none.
        """
        return await self.pick(request).complete(request)

    async def close(self) -> None:
        """Close every model, even where closing one of them fails; the first failure is raised at the end."""
        failures: list[Exception] = []
        for each in self.models:
            try:
                await each.close()
            except Exception as error:
                failures.append(error)
        if failures:
            raise failures[0]
