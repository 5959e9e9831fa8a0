"""Where every question to a model passes: it is answered from the journal, or asked, paid, kept and then handed on.

Promises: what the journal holds is never asked again; what comes back, or finally fails, is on the disk before anyone
uses it, so that a crash never pays twice; no purse is overdrawn; at temperature 0 equal questions under way are asked
once. Does not promise: a trace of a question that was cancelled, or that the run's own purse would not pay.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from storage import BudgetReached, CallKey, Journal, ModelCall, ModelError, ModelFault

from .attempts import Attempts, in_time
from .budget import Purse
from .message import Reply
from .models import Models
from .outcome import Asked, Outcome

RUN = "run"


class Switchboard:
    """Between agents and models, for one run in one event loop.

    `past` is what the journal kept of the turns to come; with `replay_only` nothing else is ever answered. `troubles`
    are the words with which calls failed last, by model and kind of failure.
    """

    def __init__(
        self,
        models: Models,
        journal: Journal,
        *,
        run_id: int | None,
        past: Mapping[CallKey, ModelCall],
        replay_only: bool = False,
    ) -> None:
        self._models = models
        self._journal = journal
        self._run_id = run_id
        self._past = past
        self._replay_only = replay_only
        self.troubles: dict[tuple[str, ModelFault], str] = {}
        # None tells those who wait that nothing came of it and they must ask themselves.
        self._under_way: dict[str, asyncio.Future[Outcome | None]] = {}

    async def call(self, asked: Asked, *, purse: Purse) -> Reply:
        """Return the reply to a question.

        The refusal of any purse but the one named `run` is a failure like others, kept and of the kind `budget`.
        Raises: ModelError: there is none, now or in the journal; BudgetReached: the run's own purse is used up;
            ConfigurationError: the model cannot be opened; StorageError: the reply cannot be kept.
        """
        if (kept := self._past.get(asked.key)) is not None:
            return Outcome.kept(kept).given()
        if self._replay_only:
            raise _missing(asked)
        opened = self._models.open(asked.model)
        attempts = Attempts(opened, asked.request, purse)
        sharing = opened.asks and asked.request.temperature == 0
        try:
            outcome = await in_time(purse, self._once(asked, attempts) if sharing else attempts.outcome())
        except BudgetReached as reached:
            if reached.purse == RUN:
                raise
            outcome = attempts.refused(reached)
        await self._journal.submit(outcome.call(asked, run_id=self._run_id)).saved()
        if isinstance(outcome.answer, ModelError):
            self.troubles[asked.model, outcome.answer.kind] = str(outcome.answer)
        return outcome.given()

    async def close(self) -> None:
        """Close the models."""
        await self._models.close()

    async def _once(self, asked: Asked, attempts: Attempts) -> Outcome:
        """Ask, or wait for the answer to the same question where another is asking it."""
        while (other := self._under_way.get(asked.digest)) is not None:
            # Shielded, for whoever gives up waiting must not end it for the others.
            if (found := await asyncio.shield(other)) is not None:
                return found.as_shared()
        mine = self._under_way[asked.digest] = asyncio.get_running_loop().create_future()
        outcome = None
        try:
            outcome = await attempts.outcome()
        finally:
            del self._under_way[asked.digest]
            mine.set_result(outcome)
        return outcome


def _missing(asked: Asked) -> ModelError:
    prompt = f" with prompt {asked.request.prompt[:12]}" if asked.request.prompt else ""
    return ModelError(
        f"the journal that is replayed holds no reply of {asked.model} for turn {asked.turn}{prompt} (request"
        f" {asked.digest[:12]}, number {asked.nth}); replay it with the settings, tasks and release of its run",
        kind="exhausted",
        attempts=0,
    )
