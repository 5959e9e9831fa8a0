"""`ecology tasks breed`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from governance import Bench
from storage import AsOf, ConfigurationError, Store, Task, TaskError

from ..tasks import breed as bred_from
from ..tasks import load_references, load_tasks, repaired, write_tasks
from .console import AsOfOption, JsonOption, print_document, print_text, remark
from .running import SandboxOption


def breed(
    tasks: Annotated[Path, typer.Argument(help="The task file whose cases judge the bred tasks, too.")],
    out: Annotated[Path, typer.Option(help="The new task file.")],
    source: Annotated[Path | None, typer.Option("--from", help="The database of a run that repaired them.")] = None,
    references: Annotated[Path | None, typer.Option(help="Right programs in JSONL instead (id, reference).")] = None,
    faults: Annotated[int, typer.Option(min=1, max=4, help="Faults in each task, of different families.")] = 2,
    each: Annotated[int, typer.Option(min=1, help="Tasks bred from one program at most.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed breeds the same tasks.")] = 0,
    sandbox: SandboxOption = "auto",
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make harder tasks: put several faults into programs that are right. Each fault alone shows in a visible case."""
    if out.exists():
        raise ConfigurationError(f"--out {out} is there already; name a new file")
    loaded = load_tasks(tasks)
    right = _right(loaded, source, references, as_of)
    with Bench.open(sandbox, allow_rlimit=True) as bench:
        found = bred_from(loaded, right, bench=bench, faults=faults, each=each, seed=seed)
    for skipped in found.skipped:
        remark(f"nothing bred from {skipped}")
    if not found.tasks:
        raise TaskError(f"{tasks}: no task could be bred; see the reasons above, or give other right programs")
    write_tasks(found.tasks, out)
    if as_json:
        print_document(
            out=str(out), tasks=[task.name for task in found.tasks], skipped=[str(one) for one in found.skipped]
        )
    else:
        print_text(f"{out}: {len(found.tasks)} tasks of {faults} faults each, from {len(right)} right programs")


def _right(tasks: Sequence[Task], source: Path | None, references: Path | None, as_of: AsOf | None) -> dict[str, str]:
    if (source is None) == (references is None):
        raise ConfigurationError("give the right programs either by --from DB or by --references FILE")
    if references is not None:
        if as_of is not None:
            raise ConfigurationError("--as-of is about --from DB; a file of references has no past")
        return load_references(references, tasks)
    assert source is not None  # one of the two is given
    with Store.open(source) as store:
        return repaired(store, as_of=as_of)
