"""What Monty is given to run: a tool's source with fuel counted in its tree, or the reason why Monty cannot run it.

Promises: the same loop iterations, comprehension steps and function entries are counted as in the other tiers; what
Monty is known to read otherwise than Python is refused, not run.
Does not promise: that work inside built-in functions is counted, nor that every difference to Python is known: an
attribute, a name or a module that Monty lacks is told by `lacking` once it is run.
"""

from __future__ import annotations

import ast
import builtins
import secrets
from dataclasses import dataclass, field
from typing import Any, Literal

UNSUPPORTED = "unsupported here"
# They give a list in Monty and an iterator in Python: the same only where they are walked through at once.
_LAZY = frozenset({"map", "filter", "zip", "enumerate", "reversed"})
_WALKERS = frozenset({
    "list", "tuple", "set", "frozenset", "dict", "sorted", "sum", "max", "min", "any", "all", "join",
})  # fmt: skip
# What a candidate cannot have raised by a slip of its own alone: it may be Monty that lacks something.
_AMBIGUOUS = ("NotImplementedError", "AttributeError", "ModuleNotFoundError", "ImportError")


_REFUSED: dict[type[ast.AST], str] = {
    ast.Yield: "a generator",
    ast.YieldFrom: "a generator",
    ast.GeneratorExp: "a generator expression that is not walked through at once",
    ast.AsyncFunctionDef: "an asynchronous function",
    ast.Await: "an asynchronous function",
    ast.Delete: "the del statement",
}


class Unsupported(Exception):
    """Monty would run this otherwise than Python does, or not at all."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names that counted code uses, which no source text can know: they are drawn anew for each program."""

    stem: str = field(default_factory=lambda: f"_{secrets.token_hex(8)}")

    @property
    def left(self) -> str:
        """The units left."""
        return f"{self.stem}_left"

    @property
    def tick(self) -> str:
        """The function that counts one unit; it gives True."""
        return f"{self.stem}_tick"

    @property
    def plain(self) -> str:
        """The function that tells whether a value is plain data."""
        return f"{self.stem}_plain"

    @property
    def arguments(self) -> str:
        """The argument tuple of a call."""
        return f"{self.stem}_arguments"

    @property
    def value(self) -> str:
        """What a call returned."""
        return f"{self.stem}_value"

    def prelude(self) -> str:
        """Return what is run before a program: built-ins are kept by names that it cannot shadow."""
        scalars = "bool, int, float, complex, str, bytes, type(None), type(...)"
        return f"""
{self.left} = 0
{self.stem}_type = type
{self.stem}_scalars = [{scalars}]
{self.stem}_sequences = [list, tuple, set, frozenset]
{self.stem}_dict = dict
{self.stem}_text = str
{self.stem}_dry = BaseException
def {self.stem}_name(value):
    return {self.stem}_text({self.stem}_type(value))
def {self.tick}():
    global {self.left}
    {self.left} -= 1
    if {self.left} < 0:
        raise {self.stem}_dry("out of fuel")
    return True
def {self.plain}(value):
    kind = {self.stem}_type(value)
    if kind in {self.stem}_scalars:
        return True
    if kind in {self.stem}_sequences:
        for item in value:
            if not {self.plain}(item):
                return False
        return True
    if kind == {self.stem}_dict:
        for key in value:
            if not {self.plain}(key) or not {self.plain}(value[key]):
                return False
        return True
    return False
"""


@dataclass(frozen=True, slots=True)
class Translation:
    """Counted text, and whether Monty walks through something to its end where Python might stop before."""

    text: str
    eager: bool = False


def translate(text: str, names: Names, *, mode: Literal["exec", "eval"] = "exec") -> Translation:
    """Return `text` with fuel counted.

    Raises: Unsupported: Monty reads it otherwise than Python. SyntaxError, RecursionError: it cannot be parsed.
    """
    if "\0" in text:
        raise SyntaxError("source code string cannot contain null bytes")
    if names.stem in text:
        raise Unsupported(f"{UNSUPPORTED}: the source names the counter")
    counting = _Counting(names)
    tree = counting.visit(ast.parse(text.strip() if mode == "eval" else text, mode=mode))
    return Translation(ast.unparse(ast.fix_missing_locations(tree)), counting.eager)


def lacking(kind: str, message: str) -> str:
    """Say why an error may be Monty's own lack rather than the candidate's; empty where it is not."""
    named = message.split("'")[1] if kind == "NameError" and message.count("'") >= 2 else ""
    internal = kind == "RuntimeError" and ("in monty" in message or "not supported" in message)
    if kind in _AMBIGUOUS or internal or (named and hasattr(builtins, named)):
        return f"{UNSUPPORTED}: {message}"[:200]
    return ""


class _Counting(ast.NodeTransformer):
    """Puts a tick into every loop, comprehension step and function; refuses what would be lazy in Python."""

    def __init__(self, names: Names) -> None:
        self.eager = False
        self._names = names
        self._walked: set[int] = set()

    def visit(self, node: ast.AST) -> Any:
        """Rewrite a node and all below it. Raises Unsupported."""
        kind = node.__class__
        if kind in _REFUSED:
            raise Unsupported(f"{UNSUPPORTED}: {_REFUSED[kind]}")
        if isinstance(node, ast.ClassDef) and (node.bases or node.keywords or node.decorator_list):
            raise Unsupported(f"{UNSUPPORTED}: a class with a base or a decorator")
        if isinstance(node, ast.Name) and node.id in _LAZY and id(node) not in self._walked:
            raise Unsupported(f"{UNSUPPORTED}: {node.id} where its result is not walked through at once")
        self._walk_operands(node)
        self.generic_visit(node)
        return self._counted(node)

    def _walk_operands(self, node: Any) -> None:
        """Let the operands that a node walks through be lists; Python may stop before their end where it is eager."""
        if isinstance(node, ast.For | ast.comprehension):
            node.iter = self._walk(node.iter, eager=True)
        elif isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if called in _WALKERS:
                node.args = [self._walk(each, eager=called in ("any", "all")) for each in node.args]

    def _walk(self, node: ast.expr, *, eager: bool) -> ast.expr:
        lazy = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _LAZY
        if lazy:
            self._walked.add(id(node.func))  # type: ignore[attr-defined]
        if isinstance(node, ast.GeneratorExp):
            node = ast.ListComp(node.elt, node.generators)
            lazy = True
        self.eager = self.eager or (lazy and eager)
        return node

    def _counted(self, node: Any) -> ast.AST:
        tick = ast.Call(ast.Name(self._names.tick, ast.Load()), [], [])
        if isinstance(node, ast.For | ast.While | ast.FunctionDef):
            node.body.insert(0, ast.Expr(tick))
        elif isinstance(node, ast.comprehension):
            node.ifs.insert(0, tick)
        elif isinstance(node, ast.Lambda):
            node.body = ast.BoolOp(ast.And(), [tick, node.body])
        return node  # type: ignore[no-any-return]
