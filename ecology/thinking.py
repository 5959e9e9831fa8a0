"""Where minds with language models think: one event loop in the engine's process, many turns at once.

Promises: keys, budgets and the journal never leave this process; what a mind runs, a worker's sandbox runs; a mind that
fails costs its agent the turn and nothing else. Does not promise: an order among turns; the engine sees to that.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from agents import AnyAction, Compose, Learned, Pass, Propose, Spoken, Talk, Test, View, checked
from agents.claim import Said, read_claim
from agents.edits import EditProblem
from agents.linking import link
from storage import Case, EcologyError, ModelError, ModelFault

from .distant import Answers, TaskBench, examination
from .executors import Pool
from .settings import Settings
from .turn import Corroborate, Deed, Examine, Examined, proposal_of

if TYPE_CHECKING:
    from agents.models import Purse, Switchboard
    from agents.species import ThinkingMind

_MOST_ACTIONS = 64
_MOST_REWRITES = 8
_MOST_TRIED = 100_000
_GRACE_S = 30.0
_CLOSING_S = 45.0


@dataclass(frozen=True, slots=True)
class Think:
    """A turn to be thought through: what the agent sees, with the task's visible cases, and its model for the turn."""

    view: View
    task_id: int | None
    seed: str
    model: str
    learned: Learned


class Telephone:
    """What minds speak through: the switchboard, and the purse of each agent under its lineage's and the run's."""

    def __init__(self, switchboard: Switchboard, purse: Callable[[int, int], Purse]) -> None:
        self.switchboard = switchboard
        self._purse = purse

    def talk(self, think: Think) -> Talk:
        """Return the conversation of one turn."""
        me = think.view.me
        return Talk(
            self.switchboard,
            think.model,
            turn=think.view.turn,
            agent_id=me.id,
            purse=self._purse(me.founder_id, me.id),
            learned=think.learned,
            draw=Random(f"{think.seed}:form").random(),
        )


class Thinker:
    """The loop and its thread; a context manager. `minds` are a user's own, by species.

    `connect` makes the telephone, in the loop, when the first turn needs it; so a run without models opens none.
    """

    def __init__(
        self,
        pool: Pool,
        settings: Settings,
        *,
        connect: Callable[[], Telephone],
        minds: Mapping[str, ThinkingMind],
    ) -> None:
        self._settings = settings
        self._answers = Answers(pool)
        self._connect = connect
        self._minds = minds
        self._telephone: Telephone | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def submit(self, think: Think) -> Future[Deed]:
        """Begin a turn; the future gives what came of it.

        Raises (from the future): BudgetReached: the run's budget is used up; WorkerLost, StorageError.
        """
        return asyncio.run_coroutine_threadsafe(self._turn(think), self._running())

    @property
    def troubles(self) -> Mapping[tuple[str, ModelFault], str]:
        """The words with which calls failed last, by model and kind of failure."""
        return dict(self._telephone.switchboard.troubles) if self._telephone else {}

    def close(self, *, at_once: bool = False) -> None:
        """Stop thinking, let go of the models, and end the loop; unless `at_once`, replies under way are waited for."""
        if self._loop is None or self._thread is None:
            return
        with suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(self._end(0.0 if at_once else _GRACE_S), self._loop).result(_CLOSING_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSING_S)
        if not self._thread.is_alive():
            # One that a mind blocks cannot be closed; its thread dies with the process.
            self._loop.close()
        self._loop = self._thread = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(at_once=kind is not None)

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=_run, args=(self._loop,), name="thinking", daemon=True)
            self._thread.start()
        return self._loop

    async def _end(self, grace_s: float) -> None:
        others = [each for each in asyncio.all_tasks() if each is not asyncio.current_task()]
        if others:
            # What has been asked will be paid, so its reply is waited for and kept, unless it takes long.
            await asyncio.wait(others, timeout=grace_s)
        for each in others:
            each.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        if self._telephone:
            await self._telephone.switchboard.close()

    async def _turn(self, think: Think) -> Deed:
        if self._telephone is None:
            self._telephone = self._connect()
        talk = self._telephone.talk(think)
        parent = think.view.head.source if think.view.head else ""
        bench = TaskBench(
            self._answers, think.task_id, parent, objections=think.view.objections, around=think.view.around
        )
        thought = await self._think(think, bench, talk)
        actions = [_whole(each, think.view) for each in thought["actions"]]
        task = think.view.task
        toolless = [] if task else [each.act for each in actions if isinstance(each, Propose | Compose | Test)]
        rewrites = [each for each in actions if isinstance(each, Propose | Compose)] if task else []
        examined = await asyncio.gather(*(self._examine(think, each) for each in rewrites))
        offered = [each for each in actions if isinstance(each, Test)] if task else []
        backing = await asyncio.gather(*(self._corroborate(think, each) for each in offered))
        return Deed(
            actions=tuple(each for each in actions if task or not isinstance(each, Propose | Compose | Test)),
            examined=tuple(examined),
            backing=tuple(backing),
            tried=thought.get("tried", 0),
            spoken=_said(talk),
            dropped=(
                *thought.get("dropped", ()),
                *(("ToolAtHand", act, toolless.count(act)) for act in dict.fromkeys(toolless)),
            ),
        )

    async def _think(self, think: Think, bench: TaskBench, talk: Talk) -> Mapping[str, Any]:
        """Run the mind; whatever goes wrong in one, a user's own too, is the end of its turn only."""
        from agents.species import Study

        study = Study(think.view, bench, Random(think.seed), talk, self._settings.manner)
        try:
            thought: Mapping[str, Any] = await self._mind(think).ainvoke({"actions": [], "tried": 0}, context=study)
            return _taken(thought)
        except ModelError as error:
            return {"actions": [Pass(reason=f"the mind failed: {error}"[:200])]}
        except EcologyError:
            # A used up budget, a failing disk, a sandbox that broke down: these are the run's, not the mind's.
            raise
        except BaseException as error:
            # A mind may call sys.exit or cancel itself; only when we are told to stop is that the end.
            task = asyncio.current_task()
            if task and task.cancelling():
                raise
            said = f"the mind failed: {type(error).__name__}: {error}".encode(errors="replace").decode()
            return {"actions": [Pass(reason=said[:200])]}

    def _mind(self, think: Think) -> ThinkingMind:
        from agents.species import thinking_mind_of

        species = think.view.me.genome.species
        return self._minds.get(species) or thinking_mind_of(species)

    async def _examine(self, think: Think, action: Propose | Compose) -> Examined:
        proposal = proposal_of(think.view, action)
        assert think.task_id is not None and think.view.task is not None
        bare = replace(proposal, task=replace(think.view.task, cases=()))
        key = examination(
            think.task_id, proposal.source, proposal.parent_source, proposal.objections, around=proposal.around
        )
        found: Examined = await self._answers.of(key, Examine(think.task_id, bare))
        return found

    async def _corroborate(self, think: Think, action: Test) -> tuple[int, ...]:
        """Return the lineages, without that of the code as it came, one of whose sources answers as expected."""
        assert think.task_id is not None
        case = Case("visible", expect=action.expect, args=action.args, setup=action.setup, call=action.call)
        rivals = think.view.rivals
        sources = tuple(each.source for each in rivals)
        job = Corroborate(think.task_id, case, sources, think.view.around)
        agreed = await self._answers.of(job, job)
        return tuple(sorted({each.lineage for each, right in zip(rivals, agreed, strict=True) if right} - {0}))


def _run(loop: asyncio.AbstractEventLoop) -> None:
    """Run a loop until it is stopped: a task in it that calls sys.exit ends neither the loop nor the others."""
    asyncio.set_event_loop(loop)
    stopped = False
    while not stopped:
        try:
            loop.run_forever()
            stopped = True
        except (SystemExit, KeyboardInterrupt):
            # The task that raised it has kept it, and whoever awaits that task is told.
            continue


def _taken(thought: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a mind gave back as it may be used: bounded, and every action sound.

    Raises: ValueError, TypeError: it is none of that.
    """
    actions = [checked(each) for each in thought["actions"][:_MOST_ACTIONS]]
    rewrites = [each for each in actions if isinstance(each, Propose | Compose)]
    dropped = {id(each) for each in rewrites[_MOST_REWRITES:]}
    tried = thought.get("tried", 0)
    if not isinstance(tried, int) or not 0 <= tried <= _MOST_TRIED:
        raise ValueError(f"it says that it tried {tried!r:.40} candidates")
    beyond = {"acts": len(thought["actions"]) - _MOST_ACTIONS, "rewrites": len(dropped)}
    return {
        "actions": [each for each in actions if id(each) not in dropped],
        "tried": int(tried),
        "dropped": [("ActsPerTurn", what, count) for what, count in beyond.items() if count > 0],
    }


def _whole(action: AnyAction, view: View) -> AnyAction:
    """Return an action as it may be acted on, whoever thought of it; a Pass where it may not.

    A composed rewrite has the code of its components, as the view shows them, put in; a case must be a plain call.
    """
    if view.task is None:
        return action
    if isinstance(action, Test):
        said = Said(
            args=action.args, setup=action.setup, call=action.call, expected=action.expect, reason=action.reason
        )
        try:
            read_claim(view.task, said)
        except ValueError as error:
            return Pass(reason=f"no case of this tool: {error}"[:200])
    if not isinstance(action, Compose):
        return action
    parts = [each for each in view.shelf if each.version_id in action.components]
    if len(parts) < len(set(action.components)):
        return Pass(reason="composed of a tool that is not on the shelf")
    edited = link(action.source, view.task.entry_point, parts)
    if isinstance(edited, EditProblem):
        return Pass(reason=f"the parts do not fit together: {edited.message}"[:200])
    return action.model_copy(update={"source": edited.source})


def _said(talk: Talk) -> Spoken | None:
    return talk.spoken if talk.spoken.calls or talk.spoken.faults else None
