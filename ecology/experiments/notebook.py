"""What an experiment notes down beside its databases: what each session took, and how sources did on sealed cases.

Promises: lines are only appended; one that a crash cut short is passed over; nothing of it reaches an agent.
Does not promise: the cost of a session that was killed. What it took is unknown then, and said to be.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..pulse import ticks

_LOOK_S = 0.2
_PACKAGES = ("agents", "ecology", "governance", "prompts", "storage")


@dataclass(frozen=True, slots=True)
class Cost:
    """What the sessions of one database took; `cpu_s` None where one of them was killed or could not be measured.

    `releases` are the states of our own source code that they ran with.
    """

    cpu_s: float | None
    releases: tuple[str, ...]


class Notebook:
    """The notes of one folder."""

    def __init__(self, folder: Path) -> None:
        self._costs = folder / "costs.jsonl"
        self._sealed = folder / "sealed.jsonl"

    def spent(self, database: str, *, cpu_s: float | None, wall_s: float) -> None:
        """Note what a session took."""
        took = {"cpu_s": None if cpu_s is None else round(cpu_s, 2), "wall_s": round(wall_s, 2)}
        _append(self._costs, {"database": database, **took, "release": release()})

    def cost(self, database: str, *, sessions: int) -> Cost:
        """Return what all the sessions of a database took."""
        lines = [line for line in _lines(self._costs) if line["database"] == database]
        known = [line["cpu_s"] for line in lines if line["cpu_s"] is not None]
        whole = len(known) == sessions and len(lines) == sessions
        return Cost(round(sum(known), 2) if whole else None, tuple(sorted({line["release"] for line in lines})))

    def seal(self, task: str, code: str, *, passed: str) -> None:
        """Note how a source did on a task's sealed cases, both by their digests."""
        _append(self._sealed, {"task": task, "code": code, "passed": passed})

    def sealed(self) -> dict[tuple[str, str], str]:
        """Return how sources did on sealed cases, by the digests of task and source."""
        return {(line["task"], line["code"]): line["passed"] for line in _lines(self._sealed)}


class Meter:
    """Measures processor and wall time from its beginning to its end; a context manager.

    `cpu_s` is that of this process and of all below it, as last seen: workers are killed in the end, and what they took
    in the last fifth of a second may be left out. None where there is no /proc.
    """

    def __init__(self) -> None:
        self._tick_s = 1 / os.sysconf("SC_CLK_TCK")
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="meter", daemon=True)
        self._began = self._most = ticks(os.getpid())
        self._since = time.monotonic()
        self.wall_s = 0.0

    @property
    def cpu_s(self) -> float | None:
        """Processor time until now or until the end."""
        return None if self._began < 0 else (self._most - self._began) * self._tick_s

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._watcher.join()
        self.wall_s = time.monotonic() - self._since

    def _watch(self) -> None:
        while not self._over.wait(_LOOK_S):
            self._look()
        self._look()

    def _look(self) -> None:
        self._most = max(self._most, ticks(os.getpid()))


@lru_cache(maxsize=1)
def release() -> str:
    """Return a short digest of our own source code and texts."""
    root, digest = Path(__file__).resolve().parents[2], hashlib.sha256()
    files = (file for name in _PACKAGES for file in (root / name).rglob("*") if file.suffix in (".py", ".toml", ".md"))
    for file in sorted(files):
        digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _append(path: Path, line: dict[str, Any]) -> None:
    whole = not path.exists() or path.read_bytes().endswith(b"\n")
    with path.open("a", encoding="utf-8") as file:
        # What a crash cut short must not swallow the next line.
        file.write(("" if whole else "\n") + json.dumps(line) + "\n")


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict):
            yield line
