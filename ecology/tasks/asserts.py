"""Cases read out of Python test code as data: what `assert` lines and doctest examples put in and expect.

Promises: nothing is run; what cannot be read as an input and a literal expectation gives no case.
Does not promise: to understand loops, fixtures, random inputs or `pytest.raises`.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Sequence

from storage import Case

from .literal import literal_source, names_in, parse, write_literal

TOLERANCE = 1e-6

_EXAMPLE = re.compile(r"^[ \t]*>>>[ \t]*(?P<call>\S.*)\n[ \t]*(?P<expect>[^\s>].*)$", re.MULTILINE)


def case_of_assert(test: ast.expr, entry_point: str, *, within: Sequence[ast.stmt] = ()) -> Case | None:
    """Return the case that an asserted expression describes, or None where it describes none.

    Understood are `f(..) == literal`, `f(..) is literal`, `f(..)`, `not f(..)` and `abs(f(..) - literal) < 1e-6`, where
    `f(..)` may stand within a larger expression. `within` are the statements before it, which become the case's setup.
    """
    try:
        asked, expect = _asked_and_expected(test, entry_point)
        call, setup = _inlined(asked, within, entry_point=entry_point)
        if entry_point not in names_in(call) | names_in(ast.Module(setup, [])):
            return None
        if not setup and names_in(call) - {entry_point} - set(dir(builtins)):
            return None
        return _case(call, setup, expect=expect, entry_point=entry_point)
    except ValueError:
        return None


def examples_of(description: str, entry_point: str) -> Iterator[Case]:
    """Yield the doctest examples (`>>> f(1)` with its one-line result below) of a description."""
    for found in _EXAMPLE.finditer(description):
        try:
            call = parse(found["call"], "eval")
            expect = literal_source(parse(found["expect"], "eval").body)  # type: ignore[arg-type]
        except ValueError:
            continue
        if isinstance(call, ast.Expression) and names_in(call) - set(dir(builtins)) == {entry_point}:
            yield _case(call.body, [], expect=expect, entry_point=entry_point)


def case_of_values(arguments: Sequence[object], expect: object) -> Case:
    """Return the case of a call with these argument values.

    Raises: ValueError: a value has no literal.
    """
    return Case(ring="sealed", args=write_literal(tuple(arguments)), expect=write_literal(expect))


def _asked_and_expected(test: ast.expr, entry_point: str) -> tuple[ast.expr, str]:
    match test:
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[right]):
            return left, literal_source(right)
        case ast.Compare(
            left=ast.Call(func=ast.Name(id="abs"), args=[ast.BinOp(left=left, op=ast.Sub(), right=right)]),
            ops=[ast.Lt() | ast.LtE()],
            comparators=[ast.Constant(value=float(bound))],
        ) if bound <= TOLERANCE:
            return left, literal_source(right)
        case ast.UnaryOp(op=ast.Not(), operand=asked):
            return _as_bool(asked), "False"
        case ast.Call() | ast.Name():
            return _as_bool(test), "True"
        case _:
            raise ValueError(f"no case for {entry_point}")


def _as_bool(asked: ast.expr) -> ast.expr:
    return ast.Call(func=ast.Name("bool", ast.Load()), args=[asked], keywords=[])


def _inlined(asked: ast.expr, within: Sequence[ast.stmt], *, entry_point: str) -> tuple[ast.expr, list[ast.stmt]]:
    """Put the tool's call in the place of the name that it was just assigned to, so that the call is what is asked."""
    match within:
        case [*before, ast.Assign(targets=[ast.Name(id=name)], value=value)] if entry_point in names_in(value):
            return _Replace(name, value).visit(ast.parse(ast.unparse(asked), mode="eval").body), list(before)
    return asked, list(within)


class _Replace(ast.NodeTransformer):
    def __init__(self, name: str, value: ast.expr) -> None:
        self.name, self.value = name, value

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.value if node.id == self.name else node


def _case(call: ast.expr, setup: Sequence[ast.stmt], *, expect: str, entry_point: str) -> Case:
    if not setup and (args := _plain_args(call, entry_point)) is not None:
        return Case(ring="sealed", args=args, expect=expect)
    text = "\n".join(ast.unparse(statement) for statement in setup)
    return Case(ring="sealed", setup=text, call=ast.unparse(call), expect=expect)


def _plain_args(call: ast.expr, entry_point: str) -> str | None:
    """Return the tuple literal of a call of the entry point with nothing but literal positional arguments."""
    match call:
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name == entry_point:
            try:
                return literal_source(ast.Tuple(args, ast.Load()))
            except ValueError:
                return None
    return None
