"""The mind of the optimiser: it has a solved tool made faster or simpler, and proves that it does the same.

Promises: what is proposed agreed with the code it replaces on every visible case and on every input that was generated
from them, and took less fuel by 5 % or as much in less code.
Does not promise: that it agrees on all inputs; those generated are as many as the genome has probes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from governance import Call, Reading, Result, read
from prompts import Prompt, load_prompt
from storage import Task

from ..cases import call_text
from ..evidence import Trials, told
from ..judgement import calls_to_try
from ..sections import source_of, task_of
from ..workbench import Rehearsal
from .mind import Study, ThinkingMind
from .rewriting import Craft, Draft, Values, Weighed, read_edit, weigh_gain, writer

# As the charter that ships has it; the rule layer knows the one in force.
_LESS_FUEL = 0.05


def optimiser() -> ThinkingMind:
    """Return the compiled graph."""
    default = "the same results for less, by a language model"
    return writer(Craft(_prompt, _values, read_edit, _weigh, default=default, any_form=True))


def _prompt(study: Study) -> Prompt:
    return load_prompt("optimiser")


def _values(study: Study, base: Rehearsal) -> Values:
    steps = "1 step" if base.fuel == 1 else f"{base.fuel} steps"
    size = _size(source_of(study.view))
    return {"cost": f"On the cases below the present code takes {steps} in all; it has {size} syntax tree nodes."}


async def _weigh(study: Study, draft: Draft, base: Rehearsal, found: Rehearsal) -> Weighed:
    """Weigh a draft by what it saves, once it is shown to do the same."""
    gain = await weigh_gain(study, draft, base, found)
    if not gain.worth:
        return gain
    view, task = study.view, task_of(study.view)
    calls = calls_to_try(task, probes=view.me.genome.probes, rng=study.rng)
    old, new = await study.bench.compare([source_of(view), draft.source], calls=calls)
    if differs := next(filter(None, map(partial(_difference, task), calls, old, new)), ""):
        verdict = f"Your `{task.entry_point}` does not do the same as the present code."
        return Weighed(0, best=False, verdict=verdict, problem=differs)
    return _saving(study, draft, fuel=_fuel(old, new))


def _difference(task: Task, call: Call, was: Result, now: Result) -> str:
    """Say how two results of a call differ, where they do or where that cannot be told of the new one alone."""
    alone = Trials(task, (call,))
    unknown = now.outcome == "refused" != was.outcome
    if not (unknown or alone.disagreement([now], [was]) or alone.mutation([now], [was])):
        return ""
    changed = (
        "\nyours changed its arguments, which the present code leaves alone" if alone.mutation([now], [was]) else ""
    )
    asked = call_text(task.entry_point, call.args) if call.args else f"{call.setup}\n{call.expression}".strip()
    return f"call: {asked}\nthe present code gave: {told(was)}\nyours gave: {told(now)}{changed}"


def _fuel(old: Sequence[Result], new: Sequence[Result]) -> tuple[int, int]:
    """Return the fuel of both over the calls that both answered."""
    pairs = [(was.fuel, now.fuel) for was, now in zip(old, new, strict=True) if was.outcome == now.outcome == "ok"]
    return sum(was for was, _ in pairs), sum(now for _, now in pairs)


def _saving(study: Study, draft: Draft, *, fuel: tuple[int, int]) -> Weighed:
    was, now = fuel
    size, smaller = (_size(source) for source in (source_of(study.view), draft.source))
    saves = now < was and now <= was * (1 - _LESS_FUEL)
    better = saves or (now == was and smaller < size)
    verdict = (
        f"Your `{task_of(study.view).entry_point}` does the same on all inputs tried, but it saves too little: it takes"
        f" {now} steps there and the present code {was}; its syntax tree has {smaller} nodes and the other's {size}."
    )
    return Weighed(1 if better else 0, best=better, verdict=verdict)


def _size(source: str) -> int:
    """Return the size of a source as the rule layer counts it."""
    found = read(source)
    return found.size if isinstance(found, Reading) else len(source)
