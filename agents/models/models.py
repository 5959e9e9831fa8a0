"""The models of a run, each opened once by its name.

Promises: a model is opened when it is first wanted, and what it holds is let go by `close`, whatever else fails there;
openai and litellm are loaded by those models alone that speak through them.
Does not promise: more than one event loop; models belong to the one in which they are first asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from storage import ConfigurationError

from .connection import Timeouts
from .discipline import Discipline, Rules
from .exchange import Exchange, Heard
from .mailbox import MailboxModel
from .message import Model
from .naming import Kind, kind_of
from .pricing import FREE, Price, Prices
from .provider import NUM_CTX
from .scripted import ScriptedModel
from .simulated import Chances, SimulatedModel

_NO_REFERENCES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Opened:
    """A model ready to be asked.

    `price` is None where it is unknown; `discipline` is that of its endpoint, None where none is needed; `asks` says
    that an answer is waited for, or paid, so that equal questions had better be asked once.
    """

    name: str
    model: Model
    price: Price | None
    discipline: Discipline | None = None
    asks: bool = True


class Models:
    """Opens models; `seed` draws simulated replies and the jitter of waits.

    `references` are right sources by entry point, which only a simulated model is shown; `num_ctx` is the context that
    Ollama is told to keep; `heard` is told of each attempt at an endpoint; the rest is as in `Exchange`.
    """

    def __init__(
        self,
        *,
        seed: int,
        rules: Rules | None = None,
        timeouts: Timeouts | None = None,
        prices: Prices | None = None,
        references: Mapping[str, str] = _NO_REFERENCES,
        mailbox_timeout_s: float = 3600.0,
        num_ctx: int = NUM_CTX,
        heard: Heard | None = None,
    ) -> None:
        self._seed = seed
        self._references = references
        self._mailbox_timeout_s = mailbox_timeout_s
        self._prices = prices or Prices.load()
        self._exchange = Exchange(
            rng=Random(seed), rules=rules, timeouts=timeouts, prices=self._prices, num_ctx=num_ctx, heard=heard
        )
        self._opened: dict[str, Opened] = {}

    def open(self, name: str) -> Opened:
        """Return the model of that name, opened now or before.

        Raises: ConfigurationError: it is none that can be asked, its key is missing, or its file cannot be used.
        """
        if (known := self._opened.get(name)) is not None:
            return known
        opened = self._opened[name] = self._open(name, kind_of(name))
        return opened

    async def close(self) -> None:
        """Close every model, even where closing one of them fails; the first failure is raised at the end."""
        failures: list[Exception] = []
        while self._opened:
            _, opened = self._opened.popitem()
            try:
                await opened.model.close()
            except Exception as error:
                failures.append(error)
        if failures:
            raise failures[0]

    def _open(self, name: str, kind: Kind) -> Opened:
        argument = name.partition(":")[2]
        match kind:
            case "scripted":
                return Opened(name, ScriptedModel.from_file(argument), FREE, asks=False)
            case "simulated":
                model = SimulatedModel(Chances.read(argument), seed=self._seed, references=self._references)
                return Opened(name, model, FREE, asks=False)
            case "mailbox":
                price = self._prices.of(name) or FREE
                return Opened(name, MailboxModel(argument, timeout_s=self._mailbox_timeout_s), price)
            case "endpoint":
                found = self._exchange.endpoint(name)
            case "openai":
                found = self._exchange.openai(name)
            case "provider":
                found = self._exchange.provider(name)
            case "offline" | "replay":
                raise ConfigurationError(f"{name!r} is no model that can be asked; name one that answers requests")
        return Opened(name, found.model, found.price, found.discipline)
