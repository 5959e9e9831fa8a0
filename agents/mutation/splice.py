"""From a changed tree back to text: only the spans that differ are written anew.

Promises: formatting and comments outside the changed spans stay byte for byte, tabs and CRLF included; what cannot be
spliced (one-line compound statements, `a; b`) is written anew from the smallest statement on lines of its own.
Does not promise: to keep comments inside a span that is written anew.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from .code import Code, FunctionNode
from .writing import expression_text, needs_parentheses, statement_text


@dataclass(frozen=True, slots=True)
class Splice:
    """Bytes `start` to `start + len(old)` of the UTF-8 source, which read `old`, become `new`."""

    start: int
    old: bytes
    new: bytes


class _Rewrite(Exception):
    """This node cannot be spliced in parts: whoever holds it must write it anew."""


_DEFINED = re.compile(rb"(?:async\s+)?def\s+(\w+)")
_WORD = re.compile(rb"\w")
_QUIET_LINE_END = re.compile(rb"[ \t\f]*(#[^\r\n]*)?(\r\n|\r|\n|$)")


def splices(code: Code, tree: ast.Module) -> tuple[Splice, ...]:
    """Return the changes of text that turn the code's source into one whose tree is `tree`, in order of place."""
    splicer = _Splicer(code)
    try:
        splicer.fields(code.tree, tree)
    except _Rewrite:
        text = ast.unparse(tree).replace("\n", code.newline) + code.newline
        return (Splice(0, code.raw, text.encode()),)
    return tuple(sorted(splicer.found, key=lambda splice: (splice.start, len(splice.old))))


class _Splicer:
    def __init__(self, code: Code) -> None:
        self.code = code
        self.found: list[Splice] = []

    def fields(self, old: ast.AST, new: ast.AST) -> None:
        for name in old._fields:
            a, b = getattr(old, name, None), getattr(new, name, None)
            if a is b:
                continue
            if isinstance(a, list) and isinstance(b, list):
                self.items(old, name, a, b)
            else:
                self.item(old, name, a, b)

    def item(self, owner: ast.AST, name: str, a: object, b: object) -> None:
        if a is b:
            return
        if isinstance(owner, FunctionNode) and name == "name" and isinstance(b, str):
            self.function_name(owner, b)
            return
        if isinstance(a, ast.expr) and isinstance(b, ast.expr):
            self.expression(owner, name, a, b)
        elif isinstance(a, ast.AST) and type(a) is type(b):
            assert isinstance(b, ast.AST)
            self.fields(a, b)
        elif type(a) is not type(b) or a != b:
            raise _Rewrite

    def items(self, owner: ast.AST, name: str, a: list[ast.AST], b: list[ast.AST]) -> None:
        if any(isinstance(item, ast.stmt) for item in (*a, *b)):
            self.block(a, b)  # type: ignore[arg-type]  # a list that holds one statement holds only statements
            return
        if len(a) != len(b):
            raise _Rewrite
        for left, right in zip(a, b, strict=True):
            self.item(owner, name, left, right)

    def function_name(self, function: FunctionNode, new: str) -> None:
        """Write another name behind the `def` of a function."""
        start, _ = self.code.span(function)
        found = _DEFINED.match(self.code.raw, start)
        if not found:
            raise _Rewrite
        self.found.append(Splice(found.start(1), found.group(1), new.encode()))

    def expression(self, owner: ast.AST, name: str, a: ast.expr, b: ast.expr) -> None:
        mark = len(self.found)
        if _kin(a, b) and not isinstance(a, ast.JoinedStr):
            try:
                self.fields(a, b)
                return
            except _Rewrite:
                del self.found[mark:]
        text = expression_text(self.code, b)
        if needs_parentheses(owner, name, old=a, new=b):
            text = f"({text})"
        self.replace(*self.code.span(a), text.replace("\n", self.code.newline).encode())

    def replace(self, start: int, end: int, text: bytes) -> None:
        raw = self.code.raw
        if start and _WORD.match(raw[start - 1 : start]) and text[:1] not in b"([{-~":
            text = b" " + text
        if _WORD.match(raw[end : end + 1]) and text[-1:] not in b")]}":
            text += b" "
        self.found.append(Splice(start, raw[start:end], text))

    def block(self, a: Sequence[ast.stmt], b: Sequence[ast.stmt]) -> None:
        if not a or not b:
            raise _Rewrite
        head = 0
        while head < min(len(a), len(b)) and _kin(a[head], b[head]):
            head += 1
        tail = 0
        while tail < min(len(a), len(b)) - head and _kin(a[-1 - tail], b[-1 - tail]):
            tail += 1
        pairs = [*zip(a[:head], b[:head], strict=True)]
        pairs += zip(a[len(a) - tail :], b[len(b) - tail :], strict=True)
        for old, new in pairs:
            self.statement(old, new)
        gone, come = a[head : len(a) - tail], b[head : len(b) - tail]
        if gone:
            self.lines(gone, come)
        elif come:
            self.insert(a, head, come)

    def statement(self, old: ast.stmt, new: ast.stmt) -> None:
        mark = len(self.found)
        try:
            self.fields(old, new)
        except _Rewrite:
            del self.found[mark:]
            self.lines([old], [new])

    def lines(self, gone: Sequence[ast.stmt], come: Sequence[ast.stmt]) -> None:
        start, end = self.line_start(gone[0]), self.line_end(gone[-1])
        indent = self.indent(gone[0])
        text = b"".join(self.rendered(statement, indent) for statement in come)
        self.found.append(Splice(start, self.code.raw[start:end], text))

    def insert(self, block: Sequence[ast.stmt], at: int, come: Sequence[ast.stmt]) -> None:
        if at < len(block):
            place, indent = self.line_start(block[at]), self.indent(block[at])
        else:
            self.line_start(block[-1])
            place, indent = self.line_end(block[-1]), self.indent(block[-1])
        text = b"".join(self.rendered(statement, indent) for statement in come)
        if place == len(self.code.raw) and not self.code.raw.endswith((b"\n", b"\r")):
            text = self.code.newline.encode() + text
        self.found.append(Splice(place, b"", text))

    def first_line(self, statement: ast.stmt) -> int:
        decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
        return min([statement.lineno, *(decorator.lineno for decorator in decorators)])

    def line_start(self, statement: ast.stmt) -> int:
        """Return where the statement's first line starts; it must have no neighbour before it on that line."""
        code = self.code
        line = self.first_line(statement)
        start = code.starts[line - 1]
        before = code.raw[start : self.code.span(statement)[0]] if line == statement.lineno else b""
        elif_ = isinstance(statement, ast.If) and code.raw[code.span(statement)[0] :].startswith(b"elif")
        continued = code.raw[:start].rstrip(b"\r\n").endswith(b"\\")
        if before.strip(b" \t\f") or elif_ or continued:
            raise _Rewrite
        return start

    def line_end(self, statement: ast.stmt) -> int:
        quiet = _QUIET_LINE_END.match(self.code.raw, self.code.span(statement)[1])
        if not quiet:
            raise _Rewrite
        return quiet.end()

    def indent(self, statement: ast.stmt) -> bytes:
        start = self.code.starts[self.first_line(statement) - 1]
        line = self.code.raw[start:]
        return line[: len(line) - len(line.lstrip(b" \t\f"))]

    def rendered(self, statement: ast.stmt, indent: bytes) -> bytes:
        newline = self.code.newline.encode()
        lines = self.kept_lines(statement)
        if lines is None:
            lines = statement_text(self.code, statement).encode().split(b"\n")
        return b"".join((indent + line if line else line) + newline for line in lines)

    def kept_lines(self, statement: ast.stmt) -> list[bytes] | None:
        """Return an original statement's own lines without their indent, None where they cannot be moved."""
        if id(statement) not in self.code.slots or _spans_lines(statement):
            return None
        try:
            start, end = self.line_start(statement), self.line_end(statement)
        except _Rewrite:
            return None
        indent = self.indent(statement)
        lines = [line.rstrip(b"\r\n") for line in self.code.raw[start:end].splitlines()]
        if not all(line.startswith(indent) or not line.strip() for line in lines):
            return None
        return [line[len(indent) :] for line in lines]


def _kin(old: ast.AST, new: ast.AST) -> bool:
    """Return whether `new` is `old` or a copy of it with changed fields: copies keep the original's place."""
    return old is new or (
        type(old) is type(new)
        and getattr(new, "lineno", None) == getattr(old, "lineno", None)
        and getattr(new, "col_offset", None) == getattr(old, "col_offset", None)
        and getattr(new, "end_lineno", None) == getattr(old, "end_lineno", None)
        and getattr(new, "end_col_offset", None) == getattr(old, "end_col_offset", None)
    )


def _spans_lines(statement: ast.stmt) -> bool:
    """Return whether a string of several lines stands in the statement: moving it would change its value."""
    return any(
        isinstance(node, ast.Constant | ast.JoinedStr) and node.lineno != node.end_lineno
        for node in ast.walk(statement)
    )
