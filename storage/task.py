"""A task as the whole project passes it around: a tool to repair and the cases that judge it.

Promises: frozen values that say nothing about databases; every text is kept exactly as it was given.
Does not promise: that the texts parse. Loaders (`ecology.tasks`) check them before a task reaches anyone.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal, get_args

Ring = Literal["visible", "gate", "sealed"]
Comparison = Literal["exact", "close"]
Judged = Literal["cases", "earnings"]
PropertyKind = Literal["permutation_invariant", "idempotent", "length_preserved", "monotone", "symmetric", "inverse_of"]

RINGS: tuple[Ring, ...] = get_args(Ring)
PROPERTIES: tuple[PropertyKind, ...] = get_args(PropertyKind)


@dataclass(frozen=True, slots=True)
class Case:
    """One call and what it should give, all as Python source text.

    Either `args` is a tuple literal for the entry point, or `call` is an expression evaluated after the statements
    in `setup`. `expect` is a Python literal (`ast.literal_eval`); it never enters the sandbox.
    """

    ring: Ring
    expect: str
    args: str = ""
    setup: str = ""
    call: str = ""


@dataclass(frozen=True, slots=True)
class Property:
    """Something that holds of a tool on every input, so that it can be tested without an expected value.

    `argument` is the place, from 0, of the argument it is about: any order of it gives the same result
    (`permutation_invariant`); the result put in its place gives the same again (`idempotent`); the result is as long
    (`length_preserved`); one more of it never gives less (`monotone`); it may be swapped with the next (`symmetric`).
    `inverse_of`: a `function` of the helper code or the tool's own gives the first argument back from the result.
    """

    kind: PropertyKind
    argument: int = 0
    function: str = ""

    @property
    def name(self) -> str:
        """What evidence calls it."""
        return f"{self.kind} {self.function}" if self.function else f"{self.kind} in argument {self.argument + 1}"


@dataclass(frozen=True, slots=True)
class Task:
    """A tool as it stands, what it is for, and three rings of cases.

    `compare` is `exact` (equal values of equal types) or `close` (floats within 1e-6, relative and absolute);
    `lists` lets tuples equal lists and reads a generator into a list; `helper` is code run before the tool's;
    `judged` is how a rewrite shows its worth: by the `cases`, or in use, by the `earnings` of the turns it serves;
    `capabilities` names what the tool may reach beyond computing: `clock`, `files` and so on, or modules; `properties`
    hold on every input.
    """

    name: str
    entry_point: str
    code: str
    cases: tuple[Case, ...]
    description: str = ""
    helper: str = ""
    compare: Comparison = "exact"
    lists: bool = False
    source: str = ""
    licence: str = ""
    judged: Judged = "cases"
    capabilities: tuple[str, ...] = ()
    properties: tuple[Property, ...] = ()

    def ring(self, ring: Ring) -> tuple[Case, ...]:
        """Return the cases of one ring, in their given order."""
        return tuple(case for case in self.cases if case.ring == ring)

    @property
    def digest(self) -> str:
        """The sha256 of everything in the task, in hexadecimal: equal tasks have equal digests."""
        content = asdict(self)
        for name in ("capabilities", "properties"):
            # A task that has none has the digest that it had before there were any.
            if not content[name]:
                del content[name]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
