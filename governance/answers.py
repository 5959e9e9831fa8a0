"""Answers that a source spells out: for this literal input, that literal output.

Promises: pairs of a mapping, of a test for equality with what it returns, and of a case of a match; nothing is run.
Does not promise: to find answers that are computed from spelled-out parts.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from functools import lru_cache

from .fingerprint import canonical

Pair = tuple[str, str]

_NO_LITERAL = (ValueError, SyntaxError, TypeError, OverflowError, MemoryError, RecursionError)


@lru_cache(maxsize=512)
def answers_in(source: str) -> frozenset[Pair]:
    """Return the pairs of input and output that a source spells out, in canonical texts."""
    # What holds neither a mapping nor a comparison holds no answers, and most rewrites need no second walk.
    if not any(mark in source for mark in ("{", "==", "match ", "dict")):
        return frozenset()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nodes = list(ast.walk(ast.parse(source)))
    except _NO_LITERAL:
        return frozenset()
    found: set[Pair] = set()
    for node in nodes:
        for key, value in _pairs(node):
            texts = _text(key), _text(value)
            if texts[0] and texts[1]:
                found.add(texts)
    return frozenset(found)


@lru_cache(maxsize=4096)
def inputs_of(args: str) -> frozenset[str]:
    """Return the canonical texts by which code may know a tuple of arguments: the whole, or one of its members."""
    try:
        value = ast.literal_eval(args)
    except _NO_LITERAL:
        return frozenset()
    return frozenset(canonical(one) for one in (value, *value)) if isinstance(value, tuple) else frozenset()


@lru_cache(maxsize=4096)
def text_of(literal: str) -> str:
    """Return the canonical text of a literal, empty where it is none."""
    try:
        return canonical(ast.literal_eval(literal))
    except _NO_LITERAL:
        return ""


def _pairs(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    match node:
        case ast.Dict(keys=keys, values=values):
            yield from ((key, value) for key, value in zip(keys, values, strict=True) if key is not None)
        case ast.If(test=test, body=[ast.Return(value=ast.expr() as value)]):
            yield from ((key, value) for key in _compared(test))
        case ast.IfExp(test=test, body=value):
            yield from ((key, value) for key in _compared(test))
        case ast.match_case(pattern=ast.MatchValue(value=key), body=[ast.Return(value=ast.expr() as value)]):
            yield key, value
        case ast.Call(func=ast.Name(id="dict"), keywords=keywords):
            yield from ((ast.Constant(one.arg), one.value) for one in keywords if one.arg)
        case ast.Tuple(elts=[key, value]) | ast.List(elts=[key, value]):
            yield key, value


def _compared(test: ast.expr) -> Iterator[ast.expr]:
    """Yield what a test compares with: the literals in `x == 1`, `x == 1 and y == 2`, `x in (1, 2)`."""
    match test:
        case ast.BoolOp(values=values):
            for value in values:
                yield from _compared(value)
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[right]):
            yield from (left, right)
        case ast.Compare(ops=[ast.In()], comparators=[ast.Tuple(elts=elts) | ast.List(elts=elts) | ast.Set(elts=elts)]):
            yield from elts


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Name | ast.Call | ast.Attribute | ast.Subscript):
        return ""
    try:
        return canonical(ast.literal_eval(node))
    except _NO_LITERAL:
        return ""
