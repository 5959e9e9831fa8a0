"""One small change of a source text, and the lazily built list of a family's changes.

Promises: an `Edit` is plain data (picklable) and touches nothing outside its splices; a list's order depends on
nothing but its arguments, and no two of its edits say the same program, nor the original one.
Does not promise: a cheap `len`: it builds every edit. Take slices instead.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import NamedTuple, overload

from .code import Code
from .splice import Splice, splices
from .tree import Census, graft

# A line that no failing case ran can still be at fault (a missing statement beside it), but seldom.
_FLOOR = 0.25
_WORDS = re.compile(r"\w+|\s+|[<>=!*/]+|.")
_NOTE_WIDTH = 60


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of the text: what was done (`kind`), where (`line`, 1 is the first), and how promising it looked.

    `score` estimates how likely it is to repair the tool; `origin` is which ingredient it was copied from, counted from
    1, 0 for none.
    """

    family: str
    kind: str
    line: int
    score: float
    note: str
    splices: tuple[Splice, ...]
    origin: int = 0

    def apply(self, source: str) -> str:
        """Return the source with this edit made.

        Raises: ValueError: the source is not the one that the edit was drawn from.
        """
        raw = source.encode()
        pieces: list[bytes] = []
        done = 0
        for splice in self.splices:
            end = splice.start + len(splice.old)
            if raw[splice.start : end] != splice.old:
                raise ValueError(
                    f"{self.note}: line {self.line} reads otherwise; apply it to the source it was drawn from"
                )
            pieces += (raw[done : splice.start], splice.new)
            done = end
        return b"".join((*pieces, raw[done:])).decode()


def apply(source: str, edit: Edit) -> str:
    """Return the source with the edit made; see `Edit.apply`."""
    return edit.apply(source)


class Draft(NamedTuple):
    """An edit not yet made: `build()` gives what stands in place of `old`; `at` is the node whose line is to blame.

    `origin` is which ingredient it is copied from, counted from 1, 0 for none.
    """

    kind: str
    fit: float
    at: ast.AST
    old: ast.AST
    build: Callable[[], ast.AST]
    origin: int = 0


class EditList(Sequence[Edit]):
    """A family's edits, most promising first, built only as far as they are asked for; `mass` is the sum of all scores.

    Args: rates: how likely an edit of each kind is to repair, where it fits and stands at the line to blame; chance:
    where it is given, the order is drawn from it and no edit looks better than another.
    """

    def __init__(
        self,
        code: Code | None,
        family: str,
        *,
        drafts: Iterable[Draft],
        rates: Mapping[str, float],
        suspicion: Mapping[int, float],
        chance: Random | None = None,
    ) -> None:
        self._family = family
        self._built: list[Edit] = []
        self._pending: Iterator[tuple[float, Draft]] = iter(())
        self.mass = 0.0
        if code is not None:
            self._code = code
            self._census = _census(code).fork()
            self._seen = {self._census.number(code.tree)}
            ranked = _ordered(code, drafts, rates=rates, suspicion=suspicion)
            if chance is not None:
                chance.shuffle(ranked)
                ranked = [(1.0, draft) for _, draft in ranked]
            self.mass = sum(score for score, _ in ranked)
            self._pending = iter(ranked)

    @overload
    def __getitem__(self, index: int) -> Edit: ...
    @overload
    def __getitem__(self, index: slice) -> list[Edit]: ...
    def __getitem__(self, index: int | slice) -> Edit | list[Edit]:
        """Return one edit, or a list of them; building goes just as far as the index."""
        last = index.stop if isinstance(index, slice) else index + 1
        from_end = last is None or last < 0 or (isinstance(index, int) and index < 0)
        self._build(None if from_end or (isinstance(index, slice) and (index.start or 0) < 0) else last)
        return self._built[index]

    def __len__(self) -> int:
        self._build(None)
        return len(self._built)

    def __iter__(self) -> Iterator[Edit]:
        at = 0
        while True:
            self._build(at + 1)
            if at >= len(self._built):
                return
            yield self._built[at]
            at += 1

    def _build(self, count: int | None) -> None:
        while count is None or len(self._built) < count:
            draft = next(self._pending, None)
            if draft is None:
                return
            if (edit := self._made(*draft)) is not None:
                self._built.append(edit)

    def _made(self, score: float, draft: Draft) -> Edit | None:
        tree = graft(self._code, draft.old, draft.build())
        number = self._census.number(tree)
        if number in self._seen:
            return None
        self._seen.add(number)
        changes = splices(self._code, tree)
        line = _place(self._code, draft.at)[0]
        return Edit(
            family=self._family,
            kind=draft.kind,
            line=line,
            score=round(score, 9),
            note=summary(line, changes),
            splices=changes,
            origin=draft.origin,
        )


@lru_cache(maxsize=64)
def _census(code: Code) -> Census:
    return Census(code.tree)


def _ordered(
    code: Code, drafts: Iterable[Draft], *, rates: Mapping[str, float], suspicion: Mapping[int, float]
) -> list[tuple[float, Draft]]:
    blame = _Blame(code, suspicion)
    # Thousands of drafts stand at a few hundred nodes.
    known: dict[int, tuple[float, int, int]] = {}
    ranked = []
    for ordinal, draft in enumerate(drafts):
        at = known.get(id(draft.at))
        if at is None:
            at = known[id(draft.at)] = (blame.of(draft.at), *_place(code, draft.at))
        weight, line, column = at
        ranked.append((-rates[draft.kind] * draft.fit * weight, line, column, ordinal, draft))
    # Ordinals differ, so drafts are never compared.
    ranked.sort()
    return [(-entry[0], entry[-1]) for entry in ranked]


class _Blame:
    """The weight of each node: the floor for lines without suspicion, up to 1."""

    def __init__(self, code: Code, suspicion: Mapping[int, float]) -> None:
        self._code = code
        self._suspicion = suspicion

    def of(self, node: ast.AST) -> float:
        if not self._suspicion:
            return 1.0
        statement = self._code.statement(node)
        if statement is None:
            return _FLOOR
        lines = {statement.lineno}
        if isinstance(node, ast.expr):
            lines.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        return _FLOOR + (1 - _FLOOR) * max(self._suspicion.get(line, 0.0) for line in lines)


def _place(code: Code, node: ast.AST) -> tuple[int, int]:
    while not isinstance(node, ast.expr | ast.stmt | ast.arg | ast.keyword | ast.ExceptHandler):
        slot = code.slots.get(id(node))
        if slot is None:
            return 1, 0
        node = slot[0]
    return node.lineno, node.col_offset


def summary(line: int, changes: tuple[Splice, ...]) -> str:
    """Return in a few words what changes of the text do on a line."""
    old = _brief(b" ".join(change.old for change in changes))
    new = _brief(b" ".join(change.new for change in changes))
    before, after = _differing(_WORDS.findall(old), _WORDS.findall(new))
    if not before:
        return f"line {line}: insert `{after}`"
    return f"line {line}: `{after}` for `{before}`" if after else f"line {line}: delete `{before}`"


def _brief(text: bytes) -> str:
    return " ".join(text.decode().split())


def _differing(old: list[str], new: list[str]) -> tuple[str, str]:
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return _short(old[head : len(old) - tail]), _short(new[head : len(new) - tail])


def _short(words: list[str]) -> str:
    text = "".join(words).strip()
    return text if len(text) <= _NOTE_WIDTH else text[: _NOTE_WIDTH - 3] + "..."
