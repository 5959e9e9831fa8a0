"""A run to be lived again from its journal, without a model.

Promises: the same settings, so that the same history comes out, or a sentence that says what differs.
Does not promise: that every reply was kept; a run that was killed is replayed as far as it got.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast

from governance import Charter, load_charter, read_charter
from storage import ConfigurationError, RunRecord, Store

from .report import Ending
from .settings import Settings


@dataclass(frozen=True, slots=True)
class Past:
    """The latest run of a database; `cut` is its last turn and how it ended where it did not reach its end."""

    path: Path
    run: RunRecord
    settings: Settings
    charter: Charter
    cut: tuple[int, Ending] | None

    @classmethod
    def of(cls, path: Path, *, charter: str | Path | None, given: Mapping[str, Any]) -> Self:
        """Read the latest run of a database, to be lived again with what is `given` besides.

        Raises: ConfigurationError: it holds no run, or something is given that the run had otherwise; StorageError.
        """
        with Store.open(path) as store:
            run, last = store.runs.latest(), store.totals.last_turn()
        if run is None:
            raise ConfigurationError(f"{path} holds no run to replay")
        settings = Settings.checked(**run.settings)
        for name, value in given.items():
            if Settings.checked(**{**run.settings, name: value}) != settings:
                was = run.settings.get(name)
                raise ConfigurationError(f"the run in {path} had {name} {was!r}, not {value!r}; a replay leaves it out")
        ours = read_charter(settings.charter, where=f"of run {run.id} in {path}")
        if charter is not None and load_charter(charter).digest != ours.digest:
            raise ConfigurationError(f"the run in {path} had another charter than {charter}; a replay leaves it out")
        if run.ending in ("settled", "extinct", "turns"):
            return cls(path, run, settings, ours, cut=None)
        return cls(path, run, settings, ours, cut=(last, cast(Ending, run.ending or "stopped")))
