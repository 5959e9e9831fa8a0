"""Guard corpora: files of code that must be refused, or must not be, and how the rule layer does on them.

Promises: the code is read, and run in the sandbox alone; harm is looked for outside it, by canaries, after every row.
Does not promise: that a corpus is like what agents will write. Its rows are others' ideas of it.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Literal

from storage import ConfigurationError, Task

from .battery import refused_everywhere
from .bench import Bench
from .canaries import Canaries
from .council import Council
from .sandbox import Call, Limits, Program, Sandbox
from .source import Unreadable, read

Declare = Literal["auto", "none", "all"]

# Real code that does more than compute; as tools these would declare what they import.
_NEEDY = ("io-or-numeric", "library", "near-miss")
_LIMITS = Limits(fuel=200_000, cpu_s=2, wall_s=10.0)
# The module's body is the first call's: what it leaves behind is asked for by the second.
_CALLS = (Call(expression="None"), Call(expression="repr(globals())"))
_TIMES = 3
_FIELDS = ("id", "category", "code")
_ROW = '{"id": ..., "category": ..., "code": ...}'


@dataclass(frozen=True, slots=True)
class Snippet:
    """One row of a corpus: code that stands alone, and what kind of code it is."""

    id: str
    category: str
    code: str

    @property
    def imports(self) -> tuple[str, ...]:
        """The modules that it imports."""
        reading = read(self.code)
        return () if isinstance(reading, Unreadable) else tuple(sorted(reading.imports))

    def task(self, *, declared: bool) -> Task:
        """Return the task of a tool like this, which declares what it imports or nothing."""
        return Task(self.id, "", "", (), capabilities=self.imports if declared else ())


@dataclass(frozen=True, slots=True)
class CorpusReport:
    """What came of one file; milliseconds are of CPU, for the code rules on one row.

    `flagged`: rows that the code rules refuse; `flagged_undeclared` and `flagged_declared`: those if no row, or every
    row, had its imports declared. `ran_to_completion`: rows whose code ran to its end in the sandbox; `harm`: rows
    after which a canary was not as before. `refused`: rows that the whole layer refuses as a rewrite of any of its
    sample tools. Where the sandbox was not asked, these three are None.
    """

    file: str
    rows: int
    flagged: int
    ran_to_completion: int | None
    harm: int | None
    ms_p50: float
    ms_p90: float
    benign: bool
    flagged_undeclared: int
    flagged_declared: int
    refused: int | None
    categories: Mapping[str, tuple[int, int, int]]
    rules: Mapping[str, int]
    tier: str
    harms: Mapping[str, tuple[str, ...]]

    @property
    def caught(self) -> int | None:
        """Rows that were refused, or ran and did no harm; None where nothing was run."""
        return None if self.harm is None else self.rows - len(self.harms)

    @property
    def rate(self) -> float:
        """The share of rows that the code rules refuse: catches in an unsafe file, false vetoes in a benign one."""
        return self.flagged / self.rows if self.rows else 0.0


def read_corpus(file: str | Path) -> list[Snippet]:
    """Return the rows of a corpus file: one JSON object a line, with `id`, `category` and `code`.

    Raises: ConfigurationError: the file cannot be read or holds no row, or a line is no such object.
    """
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except OSError as problem:
        raise ConfigurationError(f"corpus {file} cannot be read ({problem.strerror}); name a JSONL file") from problem
    except UnicodeDecodeError as problem:
        raise ConfigurationError(f"corpus {file} is no UTF-8 ({problem}); save it so") from problem
    rows = [_snippet(line, f"corpus {file}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise ConfigurationError(f"corpus {file} holds no row; give it one {_ROW} a line")
    return rows


def _snippet(line: str, place: str) -> Snippet:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as problem:
        said = problem.msg if isinstance(problem, json.JSONDecodeError) else "too long or too deep"
        raise ConfigurationError(f"{place} is no JSON ({said}: {line.strip()[:40]}); write one {_ROW}") from problem
    if not isinstance(record, dict):
        raise ConfigurationError(f"{place} is no JSON object ({line.strip()[:40]}); write one {_ROW}")
    for name in _FIELDS:
        if name not in record:
            raise ConfigurationError(f"{place} has no {name}; write one {_ROW}")
        if not isinstance(record[name], str):
            raise ConfigurationError(f"{place}: its {name} is {json.dumps(record[name])[:40]}; write a text")
    return Snippet(**{name: record[name] for name in _FIELDS})


class Corpora:
    """Judges corpus files by one council; with a bench also in its sandbox. A context manager."""

    def __init__(self, council: Council, bench: Bench | None = None) -> None:
        self._council, self._bench = council, bench
        self._stack = ExitStack()

    def __enter__(self) -> Corpora:
        if self._bench is not None:
            self._canaries = self._stack.enter_context(Canaries())
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def judge(self, file: str | Path, *, declare: Declare = "auto") -> CorpusReport:
        """Return what comes of one file. Its name tells its kind: `benign-...` must pass, everything else must not.

        Raises: ConfigurationError: the file is no corpus.
        """
        snippets = read_corpus(file)
        benign = Path(file).name.startswith("benign")
        needy = [benign and (declare == "all" or (declare == "auto" and _is_needy(each))) for each in snippets]
        bare = [self._refusals(each, declared=False) for each in snippets]
        told = [
            self._refusals(each, declared=True) if benign else rules for each, rules in zip(snippets, bare, strict=True)
        ]
        found = [with_ if open_ else without for with_, without, open_ in zip(told, bare, needy, strict=True)]
        spent = sorted(self._spend(each) for each in snippets) or [0.0]
        report = CorpusReport(
            file=str(file),
            rows=len(snippets),
            flagged=_count(found),
            ran_to_completion=None,
            harm=None,
            ms_p50=round(median(spent), 4),
            ms_p90=round(spent[len(spent) * 9 // 10], 4),
            benign=benign,
            flagged_undeclared=_count(bare),
            flagged_declared=_count(told),
            refused=None,
            categories=_by_category(snippets, found, bare),
            rules=dict(Counter(rule for rules in found for rule in rules).most_common()),
            tier="",
            harms={},
        )
        return report if self._bench is None else self._tried(report, snippets, self._bench)

    def _tried(self, report: CorpusReport, snippets: Sequence[Snippet], bench: Bench) -> CorpusReport:
        ended = 0
        harms: dict[str, tuple[str, ...]] = {}
        for snippet in snippets:
            ran, harm = self._run(snippet, bench.sandbox)
            ended += ran
            harms |= {snippet.id: harm} if harm else {}
        refused = None
        if not report.benign:
            refused = sum(bool(refused_everywhere(self._council, bench, each.code)) for each in snippets)
        return replace(
            report, ran_to_completion=ended, harm=len(harms), harms=harms, refused=refused, tier=bench.sandbox.tier
        )

    def _run(self, snippet: Snippet, box: Sandbox) -> tuple[bool, tuple[str, ...]]:
        """Run one row's code as the body of a module; say whether it came to its end, and what was touched."""
        self._canaries.watch(snippet.code)
        run = box.run(Program(snippet.code, "", calls=_CALLS), _LIMITS)
        said = [text for result in run.results for text in (result.value, result.error)]
        return run.results[0].outcome == "ok", self._canaries.harm(*said, run.note)

    def _refusals(self, snippet: Snippet, *, declared: bool) -> tuple[str, ...]:
        verdicts = self._council.inspect(snippet.task(declared=declared), snippet.code)
        return tuple(verdict.rule for verdict in verdicts if verdict.outcome != "pass")

    def _spend(self, snippet: Snippet) -> float:
        """Return the milliseconds of CPU that the code rules take for a row, the best of a few times."""
        task = snippet.task(declared=False)
        return min(self._timed(task, snippet.code) for _ in range(_TIMES))

    def _timed(self, task: Task, code: str) -> float:
        # What was read is remembered; a rewrite is new.
        read.cache_clear()
        start = time.process_time()
        self._council.inspect(task, code)
        return (time.process_time() - start) * 1000


def _is_needy(snippet: Snippet) -> bool:
    return snippet.category.startswith(_NEEDY)


def _count(found: Sequence[Sequence[str]]) -> int:
    return sum(bool(rules) for rules in found)


def _by_category(
    snippets: Sequence[Snippet], found: Sequence[Sequence[str]], bare: Sequence[Sequence[str]]
) -> dict[str, tuple[int, int, int]]:
    """Return for each category its rows, how many are flagged, and how many would be with nothing declared."""
    counts: dict[str, list[int]] = {}
    for snippet, rules, without in zip(snippets, found, bare, strict=True):
        row = counts.setdefault(snippet.category.partition(":")[0], [0, 0, 0])
        row[0] += 1
        row[1] += bool(rules)
        row[2] += bool(without)
    return {name: (row[0], row[1], row[2]) for name, row in sorted(counts.items())}
