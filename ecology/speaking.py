"""How a run reaches its models: the journal that remembers replies, the purses that pay, and who answers a turn.

Promises: a reply that was kept is never asked for again; a run that is replayed reaches no model at all.
Does not promise: to open a model before it is needed; a run that needs none opens none.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from agents import Learned, niche_parts
from agents.edits import Tried
from agents.models import WAYS, Bandit, Models, Prices, Rules, Switchboard, Tally, Timeouts, drawn, members
from agents.models import require_ready as ready
from storage import CallKey, ModelCall, RunRecord, Store, Task

from .budget import Budget, Purses
from .settings import Resources, Settings
from .states import ModelState
from .tasks import load_references
from .thinking import Telephone
from .world import World

_BUDGET, _BREAKER = "budget", "breaker"


@dataclass(frozen=True, slots=True)
class Speaking:
    """What one run speaks to its models with; `connect` is called in the thinking loop."""

    store: Store
    run: RunRecord
    settings: Settings
    resources: Resources
    purses: Purses
    past: Mapping[CallKey, ModelCall]

    @classmethod
    def of(cls, store: Store, run: RunRecord, settings: Settings, resources: Resources) -> Speaking:
        """Return how a run speaks, with what it spent and was told before it was taken up again."""
        continued = _continued(store, run)
        spent = [each for number in continued for each in store.journal.spent(number)]
        purses = Purses(Budget.checked(run.budget), spent=spent, lived_s=_lived_s(store, continued))
        if resources.replay:
            with Store.open(resources.replay) as old:
                return cls(store, run, settings, resources, purses, old.journal.past())
        calls = store.journal.past(store.totals.last_turn())
        # What an earlier run was refused for want of money, this one may be able to pay.
        past = {key: call for key, call in calls.items() if call.run_id == run.id or call.fault != _BUDGET}
        return cls(store, run, settings, resources, purses, past)

    def connect(self) -> Telephone:
        """Open the models' side of the run."""
        resources = self.resources
        models = Models(
            seed=self.settings.seed,
            rules=Rules(concurrency=resources.calls_at_once),
            timeouts=Timeouts(read_s=resources.reply_s, total_s=resources.reply_s),
            prices=_prices(resources),
            references=self._references(),
            mailbox_timeout_s=resources.mailbox_s,
        )
        switchboard = Switchboard(
            models, self.store.journal, run_id=self.run.id, past=self.past, replay_only=resources.replay is not None
        )
        return Telephone(switchboard, self.purses.of)

    def _references(self) -> dict[str, str]:
        if self.resources.references is None:
            return {}
        return load_references(self.resources.references, [each.task for each in self.store.tasks.all()])


def model_for(world: World, settings: Settings, spelled: str, *, turn: int) -> str:
    """Return which of an agent's models answers a turn: drawn by weight, or by what each has brought for its cost."""
    listed = members(spelled) if spelled else ()
    if len(listed) < 2:
        return listed[0][0] if listed else ""
    if not settings.bandit:
        return drawn(listed, seed=settings.seed, digest=str(turn))
    known = {name: world.models.get(name) or ModelState() for name, _ in listed}
    # Dollars compare only where all of them are known.
    by_tokens = any(each.unknown for each in known.values())
    tallies = [
        Tally(name, rewards=each.turns, gain=each.gain, cost=each.tokens if by_tokens else each.usd)
        for name, each in known.items()
    ]
    return Bandit(list(known), seed=settings.seed, tallies=tallies).choose(str(turn))


def learned(world: World, model: str) -> Learned:
    """Return what has been learned of a model as the world stands."""
    known = world.models.get(model)
    if known is None:
        return Learned({}, {})
    proved = next((way for way in WAYS if way == known.way), None)
    return Learned({model: proved} if proved else {}, {model: Tried(known.replies, known.parsed)})


def require_ready(settings: Settings, resources: Resources, tasks: Sequence[Task]) -> tuple[str, ...]:
    """Find out whether the models of a run could be asked; return those whose price is unknown.

    Raises: ConfigurationError: one could not, or the prices or the references cannot be read.
    """
    prices = _prices(resources)
    if resources.references is not None:
        load_references(resources.references, tasks)
    return tuple(name for name in models_of(settings) if ready(name, prices=prices) is None)


def models_of(settings: Settings) -> tuple[str, ...]:
    """Return the models that the population of a run thinks with, each once."""
    named = (niche_parts(niche)[2] for niche in settings.population)
    return tuple(dict.fromkeys(name for each in named if each for name, _ in members(each)))


def _prices(resources: Resources) -> Prices:
    return Prices.load(*([resources.prices] if resources.prices else []))


def _continued(store: Store, run: RunRecord) -> tuple[int, ...]:
    """Return a run and those it goes on with, which budget or breaker ended; budgets are for all of them."""
    found = [run]
    for before in reversed([each for each in store.runs.all() if each.id < run.id]):
        same = (before.turns_target, before.settings) == (run.turns_target, run.settings)
        if before.ending not in (_BUDGET, _BREAKER) or not same:
            break
        found.append(before)
    return tuple(each.id for each in found)


def _lived_s(store: Store, runs: Collection[int]) -> float:
    """Return the seconds that sessions of some runs took; one that was killed is counted up to its last write."""
    sessions = store.sessions.all()
    following = [*(each.began_at for each in sessions[1:]), math.inf]
    return sum(
        max(0.0, (each.ended_at or store.totals.last_write(before=before)) - each.began_at)
        for each, before in zip(sessions, following, strict=False)
        if each.run_id in runs
    )
