"""The command line as a user runs it, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples" / "everyday.jsonl"
RUN = ("--turns", "24", "--seed", "1", "--quiet")


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    def document(self) -> dict[str, Any]:
        """Return the one JSON document on stdout."""
        found: dict[str, Any] = json.loads(self.out)
        assert next(iter(found)) == "schema_version" and found["schema_version"] == 1
        return found

    def complaint(self, code: int) -> str:
        """Return the one sentence on stderr of a command that printed nothing else and ended with that code."""
        assert (self.code, self.out) == (code, ""), self.err
        assert self.err.startswith("error: ") and self.err.count("\n") == 1, self.err
        return self.err.removeprefix("error: ").rstrip("\n")


@dataclass(frozen=True, slots=True)
class Shell:
    """Runs commands in a folder."""

    folder: Path

    def __call__(
        self, *words: str | Path, limit: Callable[[], None] | None = None, prefix: tuple[str, ...] = ()
    ) -> Said:
        """Run `ecology` with these words; `limit` is called in the child before it starts."""
        done = subprocess.run(
            [*prefix, *self.command(*words)], cwd=self.folder, env=environment(), preexec_fn=limit, capture_output=True,
            text=True, timeout=240, check=False,
        )  # fmt: skip
        return Said(done.returncode, done.stdout, done.stderr)

    def command(self, *words: str | Path) -> list[str]:
        """Return the command's full list of words."""
        return [sys.executable, "-m", "ecology", *map(str, words)]

    def start(self, *words: str | Path) -> subprocess.Popen[str]:
        """Start `ecology` in a process group of its own and let it run."""
        return subprocess.Popen(
            self.command(*words), cwd=self.folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, start_new_session=True,
        )  # fmt: skip

    def files(self) -> set[str]:
        """Return the names of all files in the folder."""
        return {each.name for each in self.folder.iterdir()}


def environment() -> dict[str, str]:
    """Return the environment of a user: no colours, no width of a terminal."""
    dropped = ("COLUMNS", "LINES", "FORCE_COLOR", "PYTHONWARNINGS")
    return {name: value for name, value in os.environ.items() if name not in dropped} | {"PYTHONPATH": str(ROOT)}


@dataclass(frozen=True, slots=True)
class Zoo:
    """A finished run: its database and what `run --json` said."""

    database: Path
    said: Said
