"""Other futures and the same one again: fork a history at a moment, and live a history again to prove that it holds.

Promises: a fork without a seed goes on to the very history it was cut from, with another seed to one of its own; a
history is lived again in a database of its own and compared event by event.
Does not promise: to live again what minds of a user's own did; their graphs are not in the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from agents import niche_parts
from agents.population import ACTIVITIES
from storage import ConfigurationError, Difference, RunRecord, Store, first_difference, fork

from .ecology import Ecology
from .past import Past
from .run import Watch
from .settings import SandboxChoice, Settings


@dataclass(frozen=True, slots=True)
class Forked:
    """Where a fork was cut: its last seq and turn, the hash of its history, and the seed it goes on with."""

    database: Path
    seq: int
    turn: int
    history_hash: str
    seed: int


@dataclass(frozen=True, slots=True)
class Relived:
    """What came of living a history again: both hashes, and the first difference, if any."""

    turns: int
    history_hash: str
    expected: str
    difference: Difference | None

    @property
    def same(self) -> bool:
        """Whether the same history came out."""
        return self.difference is None


def fork_history(
    database: str | Path,
    target: str | Path,
    *,
    at: int | None = None,
    seed: int | None = None,
    turns: int | None = None,
) -> Forked:
    """Copy a database up to the seq `at` into a new one, where `resume` goes on.

    Args: at: where None, the end; seed: begin another future with that seed, which takes `turns` more turns (as many as
        were left, where None). Without a seed the future is the same.
    Raises: ConfigurationError: no turns are left and none are asked for; NotFound, StorageError: see `storage.fork`.
    """
    if turns is not None and (seed is None or turns < 1):
        raise ConfigurationError(f"turns is {turns}; give at least 1, and a seed for the future that takes them")
    with Store.open(database) as past:
        left = turns
        if seed is not None and left is None:
            runs = [run for run in past.runs.all() if at is None or run.seq <= at]
            left = (runs[-1].turns_target if runs else 0) - past.totals.last_turn(as_of=at)
            if left < 1:
                raise ConfigurationError(f"the run in {database} has no turns left at that moment; say how many turns")
        cut = fork(past, target, at=at)
    with Store.open(target, write=seed is not None) as copy:
        run = copy.runs.latest()
        if seed is not None and run is not None:
            run = _begun_anew(copy, run, seed=seed, turns=left or 0)
        return Forked(Path(target), cut, copy.totals.last_turn(as_of=cut), copy.history_hash(), run.seed if run else 0)


def _begun_anew(copy: Store, run: RunRecord, *, seed: int, turns: int) -> RunRecord:
    """End the run that was cut, and begin one with another seed and otherwise the same settings."""
    settings = Settings.checked(**{**run.settings, "seed": seed}).model_dump(mode="json")
    if run.ending is None:
        copy.write(lambda tx: copy.runs.end(tx, ending="forked", run_id=run.id, turn=0, cause=run.seq))
    target = copy.totals.last_turn() + turns
    return copy.write(
        lambda tx: copy.runs.start(
            tx, seed=seed, window=run.window, model=run.model, turns_target=target, charter_hash=run.charter_hash,
            settings=settings, budget=run.budget,
        )
    )  # fmt: skip


def relive(
    database: str | Path,
    *,
    keep: str | Path | None = None,
    workers: int = 2,
    sandbox: SandboxChoice = "auto",
    watch: Watch = lambda standing: None,
) -> Relived:
    """Live all runs of a database again, from their tasks and from the journal of models, and compare the histories.

    Args: keep: where to keep the history that came out; it is thrown away where None.
    Raises: ConfigurationError: it holds no run, or one that cannot be lived again from the database alone.
    """
    past = Past.of(Path(database))
    for lived in past.runs:
        strange = [
            niche for niche in lived.settings.population if niche_parts(niche)[0] not in (*ACTIVITIES, "operator")
        ]
        if strange:
            raise ConfigurationError(
                f"{database} was lived with minds of a user's own ({', '.join(sorted(strange))}), which are not in it;"
                " replay it from a script that has them: Ecology(NEW, model='replay:...', minds={...})"
            )
    with _place(keep) as path:
        with Ecology(path, model=f"replay:{database}", workers=workers, sandbox=sandbox) as again:
            report = again.run(watch=watch)
        with Store.open(path) as ours, Store.open(database) as theirs:
            found = first_difference(ours, theirs)
    return Relived(report.turns, report.history_hash, past.history_hash, found)


@contextmanager
def _place(keep: str | Path | None) -> Iterator[Path]:
    if keep is not None:
        if Path(keep).exists():
            raise ConfigurationError(f"{keep} is there already; name a new file to keep the history in")
        yield Path(keep)
        return
    with TemporaryDirectory() as folder:
        yield Path(folder) / "again.db"
