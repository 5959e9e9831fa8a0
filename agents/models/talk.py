"""One turn's conversation of an agent with its model.

Promises: what it says depends on the view it began with and on the replies, on nothing learned meanwhile elsewhere;
what was said and what it took can be read off at the end, the same when it is replayed.
Does not promise: memory; the next turn begins with what the engine has learned of this one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from pydantic import BaseModel

from storage import ModelError, ModelFault

from ..edits.edited import Edited, EditProblem
from ..edits.form import Form
from ..edits.parse_rate import ParseRates, Tried, well_formed
from .budget import Purse
from .message import Reply, Request
from .outcome import Asked, unpriced
from .structured import Way, Ways, ask
from .switchboard import Switchboard

Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Learned:
    """What was known of models when a turn began, by name: how each gives structured replies, and writes blocks."""

    ways: Mapping[str, Way] = field(default_factory=dict)
    rates: Mapping[str, Tried] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said in a turn and what it took.

    `calls` are replies, `shared` of them cost nothing because another's equal call brought them; `usd` is what is known
    of the cost and `unknown` the requests whose cost is not; `faults` are the kinds of failed attempts, in order;
    `prompt` is the digest of the last prompt; `way` is how structured replies were proved to come, "" where none did;
    `parses` says of each SEARCH/REPLACE reply that was read whether it was well-formed.
    """

    model: str
    calls: int = 0
    tokens: int = 0
    usd: float = 0.0
    unknown: int = 0
    shared: int = 0
    faults: tuple[ModelFault, ...] = ()
    prompt: str = ""
    way: Way | Literal[""] = ""
    parses: tuple[bool, ...] = ()


class Talk:
    """The conversation; `draw`, from 0 up to 1, decides whether its model is tried with SEARCH/REPLACE blocks."""

    def __init__(
        self,
        switchboard: Switchboard,
        model: str,
        *,
        turn: int,
        agent_id: int,
        purse: Purse,
        learned: Learned,
        draw: float,
    ) -> None:
        self.name = model
        self._switchboard = switchboard
        self._turn = turn
        self._agent_id = agent_id
        self._purse = purse
        self._ways = Ways(learned.ways)
        self._form: Form = ParseRates(learned.rates).form(model, draw=draw)
        self._asked: Counter[str] = Counter()
        self._spoken = Spoken(model)

    @property
    def form(self) -> Form:
        """The form in which this turn's edits are to be written."""
        return self._form

    @property
    def spoken(self) -> Spoken:
        """What was said so far."""
        return self._spoken

    async def say(self, request: Request) -> Reply:
        """Return the model's reply.

        Raises: ModelError: there is none, or the agent thinks without a model; BudgetReached: the run's purse is empty.
        """
        if not self.name:
            raise ModelError(f"agent {self._agent_id} thinks without a model", kind="refused", attempts=0)
        if request.temperature > 0:
            # Asked again in another turn, a model that draws lots draws anew; without lots it says the same.
            request = replace(request, salt=str(self._turn))
        asked = self._counted(Asked.of(self.name, request, turn=self._turn, agent_id=self._agent_id))
        try:
            reply = await self._switchboard.call(asked, purse=self._purse)
        except ModelError as error:
            self._heard(error, request)
            raise
        self._heard(reply, request)
        return reply

    async def ask(self, request: Request, shape: type[Shape], *, rounds: int = 2) -> Shape:
        """Return a reply of a shape, in the strictest way that the model has proved to know.

        Raises: as `say`; ModelError: nothing fitted after `rounds` of feedback (`malformed`).
        """
        found = await ask(_Voice(self), request, shape, ways=self._ways, rounds=rounds)
        self._spoken = replace(self._spoken, way=found.way)
        return found.value

    def note(self, outcome: Edited | EditProblem) -> None:
        """Count an edit that was read off a reply; only SEARCH/REPLACE has to be proved."""
        well = well_formed(outcome)
        if self._form == "search-replace" and well is not None:
            self._spoken = replace(self._spoken, parses=(*self._spoken.parses, well))

    def _counted(self, asked: Asked) -> Asked:
        nth = self._asked[asked.digest]
        self._asked[asked.digest] += 1
        return replace(asked, nth=nth) if nth else asked

    def _heard(self, answer: Reply | ModelError, request: Request) -> None:
        spoken = replace(
            self._spoken,
            unknown=self._spoken.unknown + unpriced(answer),
            faults=(*self._spoken.faults, *answer.faults),
            prompt=request.prompt,
        )
        if isinstance(answer, Reply):
            spoken = replace(
                spoken,
                calls=spoken.calls + 1,
                tokens=spoken.tokens + answer.tokens_in + answer.tokens_out,
                usd=spoken.usd + (answer.usd or 0.0),
                shared=spoken.shared + answer.shared,
            )
        self._spoken = spoken


class _Voice:
    """A talk as a model, so that structured replies pass through it like all others."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    @property
    def name(self) -> str:
        return self._talk.name

    async def complete(self, request: Request) -> Reply:
        return await self._talk.say(request)

    async def close(self) -> None:
        """Nothing is held."""
