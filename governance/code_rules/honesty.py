"""Rules against code that is paid without doing the work, or that cannot be stopped.

Promises: each looks only at what is new against the parent; of cases it looks at visible ones alone.
Does not promise: to see every such trick. Gate cases, fuel and limits see what these do not.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..answers import answers_in, inputs_of, text_of
from ..rewrite import Rewrite
from ..source import names_in
from ..syntax import DUNDER
from ..verdict import Evidence, Objection
from .uses import objection

# Double-underscore attributes that say something about a class and change nothing in it.
_TELLING = frozenset({"__class__", "__doc__", "__init__", "__main__", "__name__", "__qualname__"})


@dataclass(frozen=True, slots=True)
class NoRiggedCheck:
    """Where a case compares inside the sandbox, a rewrite may not change what its comparison means."""

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Object to new bindings of names that the cases use, and to new operators of classes."""
        cases = [case for case in rewrite.task.cases if case.call]
        if not cases:
            return None
        new, old = rewrite.new, rewrite.old
        used = frozenset().union(*(names_in(text) for case in cases for text in (case.setup, case.call)))
        rebound = (used & new.bound.keys()) - old.bound.keys() - {rewrite.task.entry_point}
        found = {name: new.bound[name] for name in rebound}
        found |= {name: line for name, line in new.special.items() if name not in old.special and name != "__init__"}
        # Operators may also be put into a class by name: `S.__eq__ = ..`, or `{"__eq__": ..}` for one that is built.
        spelled = {name: line for name, line in new.attributes.items() if DUNDER.match(name) and name not in _TELLING}
        found |= {name: line for name, line in spelled.items() if name not in old.attributes}
        found |= {what: line for what, line in new.building.items() if what not in old.building}
        return objection(found, "plain values as results, and no redefinition of the names that its cases use")


@dataclass(frozen=True, slots=True)
class NoAnswerTable:
    """A rewrite may not spell out the answers to the visible cases.

    More than `most` of them, and at least the `share` of all, spelled out anew as an input beside its output, are a
    table of answers; fewer are the plain cases that many a function begins with.
    """

    most: int = 2
    share: float = 0.5

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Object to new pairs of literals that are pairs of a visible case's input and output."""
        visible = rewrite.task.ring("visible")
        if len(visible) <= self.most:
            return None
        spelled = answers_in(rewrite.source)
        if not spelled or not (spelled := spelled - answers_in(rewrite.parent_source)):
            return None
        told = [
            number
            for number, case in enumerate(visible, 1)
            if case.args and any((given, text_of(case.expect)) in spelled for given in inputs_of(case.args))
        ]
        if len(told) <= self.most or len(told) < self.share * len(visible):
            return None
        evidence: Evidence = {"visible": told, "of": len(visible)}
        return Objection(evidence, "code that computes its answers from the input")


@dataclass(frozen=True, slots=True)
class NoSwallowing:
    """A rewrite may not catch everything: not what ends the program, nor what tells that its fuel is spent."""

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Object to a bare `except`, or one of BaseException, that does not raise, and to a return in `finally`."""
        found = {what: line for what, line in rewrite.new.swallowing.items() if what not in rewrite.old.swallowing}
        return objection(found, "`except` with the exceptions that are expected there, or one that raises again")


@dataclass(frozen=True, slots=True)
class NoBombs:
    """A rewrite may not hold an expression that costs without bound, whatever it is given."""

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Object to numbers, sequences and loops of such a size, and to loops without an end."""
        found = {what: line for what, line in rewrite.new.bombs.items() if what not in rewrite.old.bombs}
        return objection(found, "amounts that follow from the input, and loops that it brings to an end")
