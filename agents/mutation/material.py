"""What edits of one source are made from: names in scope, kinds of values, constants, expressions, statements.

Promises: everything comes from the source, its helper code, the visible cases and the ingredients, in a fixed order;
nothing is tuned to a named task. Kinds are guesses that only order candidates.
Does not promise: sound types. A name that is assigned two kinds of value has the first.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from types import EllipsisType

from .code import Code, FunctionNode, is_docstring, read
from .context import Context
from .kind import Kind, KindGuesser, kind_of_value
from .syntax import Value, is_read

_SCOPES = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


class Material:
    """The stock for edits of one source in one context."""

    def __init__(self, code: Code, *, entry_point: str, context: Context) -> None:
        self.code = code
        self.entry_point = entry_point
        self.context = context
        self._locals: dict[int, tuple[str, ...]] = {}
        self._kinds: dict[int, Kind] = {}

    @cached_property
    def expressions(self) -> tuple[ast.expr, ...]:
        """Every value read in the source, in order; f-strings' insides are left out."""
        return tuple(node for node in self.code.nodes if isinstance(node, ast.expr) and self._is_value(node))

    @cached_property
    def statements(self) -> tuple[ast.stmt, ...]:
        """Every statement in the source but docstrings and imports, outer before inner."""
        return tuple(
            node
            for node in self.code.nodes
            if isinstance(node, ast.stmt)
            and not is_docstring(node)
            and not isinstance(node, ast.Import | ast.ImportFrom | ast.Global | ast.Nonlocal)
        )

    def expressions_beside(self, node: ast.AST) -> list[ast.expr]:
        """Return the values read in the same function as the node."""
        return self._expressions_by_function.get(id(self.code.function(node)), [])

    def statements_beside(self, node: ast.AST) -> list[ast.stmt]:
        """Return the statements of the same function as the node."""
        return self.statements_of(self.code.function(node))

    def statements_of(self, function: FunctionNode | None) -> list[ast.stmt]:
        """Return the statements of a function, nested blocks included and nested functions not; None: outside all."""
        return self._statements_by_function.get(id(function), [])

    @cached_property
    def _expressions_by_function(self) -> dict[int, list[ast.expr]]:
        found: dict[int, list[ast.expr]] = {}
        for node in self.expressions:
            found.setdefault(id(self.code.function(node)), []).append(node)
        return found

    @cached_property
    def _statements_by_function(self) -> dict[int, list[ast.stmt]]:
        found: dict[int, list[ast.stmt]] = {}
        for node in self.statements:
            found.setdefault(id(self.code.function(node)), []).append(node)
        return found

    @cached_property
    def blocks(self) -> tuple[tuple[ast.AST, str, tuple[ast.stmt, ...]], ...]:
        """Every block of statements inside a function: its holder, the field, and the statements."""
        found = []
        for node in self.code.nodes:
            inside = isinstance(node, FunctionNode) or self.code.function(node) is not None
            for field in ("body", "orelse", "finalbody"):
                block = getattr(node, field, None)
                if inside and isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                    found.append((node, field, tuple(block)))
        return tuple(found)

    def names(self, node: ast.AST) -> tuple[str, ...]:
        """Return the variables in scope at the node, nearest scope first, functions and modules left out."""
        found: dict[str, None] = {}
        for above in (node, *self.code.ancestors(node)):
            if isinstance(above, _SCOPES):
                for generator in above.generators:
                    found.update(dict.fromkeys(_stored(generator.target)))
            elif isinstance(above, ast.Lambda):
                found.update(dict.fromkeys(_parameters(above.args)))
            elif isinstance(above, FunctionNode | ast.Module):
                found.update(dict.fromkeys(self.locals(above)))
        # A variable that nothing reads was likely meant to be read here.
        return tuple(sorted(found, key=lambda name: name not in self._unread))

    @cached_property
    def _unread(self) -> frozenset[str]:
        names = [node for node in ast.walk(self.code.tree) if isinstance(node, ast.Name)]
        read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
        return frozenset(node.id for node in names if node.id not in read and node.id != "_")

    def locals(self, scope: FunctionNode | ast.Module) -> tuple[str, ...]:
        """Return a scope's own variables: parameters first, then in order of first assignment."""
        known = self._locals.get(id(scope))
        if known is None:
            found = dict.fromkeys(_parameters(scope.args)) if isinstance(scope, FunctionNode) else {}
            found.update(dict.fromkeys(_assigned(scope)))
            known = self._locals[id(scope)] = tuple(found)
        return known

    def parameters(self, node: ast.AST) -> tuple[str, ...]:
        """Return the parameters of the function around the node."""
        function = node if isinstance(node, FunctionNode) else self.code.function(node)
        return tuple(_parameters(function.args)) if function else ()

    @cached_property
    def functions(self) -> dict[str, FunctionNode]:
        """The functions that the source and the helper define, by name; methods are left out."""
        found: dict[str, FunctionNode] = {}
        for tree in (self.code.tree, self.helper):
            for node in ast.walk(tree):
                if isinstance(node, FunctionNode) and not any(a.arg in ("self", "cls") for a in node.args.args[:1]):
                    found.setdefault(node.name, node)
        return found

    @cached_property
    def helper(self) -> ast.Module:
        """The helper code's tree, empty where it does not parse."""
        code = read(self.context.helper)
        return code.tree if code else ast.Module(body=[], type_ignores=[])

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """Data attributes that the source or the helper reads or sets, in order; methods are left out."""
        found: dict[str, None] = {}
        for tree in (self.code.tree, self.helper):
            called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
            for node in ast.walk(tree):
                if isinstance(node, ast.Attribute) and id(node) not in called:
                    found[node.attr] = None
        return tuple(found)

    @cached_property
    def constants(self) -> tuple[Value, ...]:
        """Constant values written in the source, most frequent first; docstrings are left out."""
        values = (node.value for node in self.code.nodes if isinstance(node, ast.Constant))
        return _by_frequency(value for value in values if not isinstance(value, EllipsisType))

    @cached_property
    def arguments(self) -> tuple[tuple[object, ...], ...]:
        """The visible cases' arguments as values, for those written as a tuple literal."""
        values = (_value(text) for text in self.context.inputs)
        return tuple(value for value in values if isinstance(value, tuple))

    @cached_property
    def results(self) -> tuple[object, ...]:
        """The visible cases' expected values."""
        return tuple(value for text in self.context.outputs if (value := _value(text)) is not _NOTHING)

    @cached_property
    def atoms(self) -> tuple[Value, ...]:
        """Numbers, texts, truth values and None found in the visible expectations, most frequent first."""
        return _by_frequency(leaf for result in self.results for leaf in _leaves(result))

    @cached_property
    def fragments(self) -> tuple[tuple[int, ast.stmt], ...]:
        """The statements of the ingredients, each with the place of its ingredient from 1; expressions are some too."""
        codes = [(place, read(text)) for place, text in enumerate(self.context.ingredients, start=1)]
        return tuple((place, statement) for place, code in codes if code for statement in code.tree.body)

    @cached_property
    def _guesser(self) -> KindGuesser:
        given: dict[str, Kind] = {}
        entry = self.functions.get(self.entry_point)
        if entry and self.arguments:
            for name, value in zip(_parameters(entry.args), self.arguments[0], strict=False):
                given[name] = kind_of_value(value)
        return KindGuesser(self.code, given)

    def kind(self, expression: ast.expr) -> Kind:
        """Return a guess at the kind of value, `any` where there is none."""
        if id(expression) not in self.code.slots:
            return self._guesser.guess(expression)
        known = self._kinds.get(id(expression))
        if known is None:
            known = self._kinds[id(expression)] = self._guesser.guess(expression)
        return known

    def kind_of_name(self, name: str) -> Kind:
        """Return a guess at the kind of value that a variable holds."""
        return self._guesser.names.get(name, "any")

    @cached_property
    def result_kinds(self) -> frozenset[Kind]:
        """The kinds of the visible expectations."""
        return frozenset(kind_of_value(result) for result in self.results)

    def _is_value(self, node: ast.expr) -> bool:
        return is_read(node) and not is_docstring(self.code.parent(node) or node)


class _Nothing:
    """The mark of a text that is no literal."""


_NOTHING = _Nothing()


def _value(text: str) -> object:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return _NOTHING


def _by_frequency(values: Iterable[Value]) -> tuple[Value, ...]:
    """Return distinct values, most frequent first; 1, 1.0 and True are three."""
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], Value] = {}
    for value in values:
        key = (type(value).__name__, repr(value))
        counts[key] += 1
        first.setdefault(key, value)
    return tuple(first[key] for key, _ in counts.most_common())


def _leaves(value: object, depth: int = 3) -> Iterator[Value]:
    if isinstance(value, bool | int | float | str | None):
        yield value
    elif isinstance(value, list | tuple | set | frozenset) and depth:
        for element in sorted(value, key=repr) if isinstance(value, set | frozenset) else value:
            yield from _leaves(element, depth - 1)


def _parameters(arguments: ast.arguments) -> list[str]:
    plain = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [arg.arg for arg in (*plain, arguments.vararg, arguments.kwarg) if arg is not None]


def _stored(node: ast.AST) -> Iterator[str]:
    for child in ast.walk(node):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.id


def _assigned(scope: ast.AST) -> Iterator[str]:
    """Yield names assigned in a scope, not those of functions, classes or comprehensions within it."""
    for child in ast.iter_child_nodes(scope):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.id
        elif not isinstance(child, (FunctionNode, ast.ClassDef, ast.Lambda, *_SCOPES)):
            yield from _assigned(child)
