"""`ecology govern replay`: an old history under another charter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from governance import Bench, load_charter

from ..hindsight import Flip, judge_again
from .console import AsOfOption, JsonOption, print_document, print_table, print_text
from .reading import DatabaseArgument
from .running import SandboxOption

_SHOWN = 12


def judge_history(
    database: DatabaseArgument,
    charter: Annotated[Path, typer.Option(help="The charter, in TOML, to judge the history under.")],
    sandbox: SandboxOption = "auto",
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge an old history under another charter: which rewrites and births would fare otherwise, and by which rule."""
    new = load_charter(charter)
    with ExitStack() as stack:

        def bench() -> Bench:
            return stack.enter_context(Bench.open(sandbox, limits=new.limits, allow_rlimit=True))

        found = judge_again(database, new, open_bench=bench, as_of=as_of)
    if as_json:
        print_document(
            charter=found.charter, judged=found.judged, tried=found.tried, flips=[asdict(flip) for flip in found.flips]
        )
        return
    judged = ", ".join(f"{count} at {stage}" for stage, count in found.judged.items()) or "nothing"
    print_text(
        f"judged under {found.charter[:16]}: {judged}; {found.tried} tried in the sandbox; {len(found.flips)} flips"
    )
    if found.flips:
        print_table(("rule", "stage", "was", "would be", "times", "proposals"), _by_rule(found.flips))


def _by_rule(flips: Iterable[Flip]) -> list[Sequence[object]]:
    """Return a row for each rule, stage and pair of outcomes, with the first of the proposals."""
    sorts: dict[tuple[str, str, str, str], list[Flip]] = {}
    for flip in flips:
        for rule in flip.rules:
            sorts.setdefault((rule, flip.stage, flip.old, flip.new), []).append(flip)
    return [(*sort, len(found), _numbers(found)) for sort, found in sorted(sorts.items())]


def _numbers(flips: Sequence[Flip]) -> str:
    numbers = [str(flip.proposal_id) if flip.proposal_id else f"birth at {flip.seq}" for flip in flips]
    return ", ".join(numbers[:_SHOWN]) + (f" and {len(numbers) - _SHOWN} more" if len(numbers) > _SHOWN else "")
