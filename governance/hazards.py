"""Forms that cost without bound, or that catch what must not be caught, each told from one node of the tree.

Promises: an answer from the node alone, in bounded time; numbers are estimated, never computed.
Does not promise: to see a cost that rests on a value known only at run time. Fuel and limits see that.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterable, Iterator

# Above these a constant expression is a bomb: bits of a number, items of a sequence, steps of a loop, letters of a
# text, loops of a comprehension.
MOST_BITS = 4_000_000
MOST_ITEMS = 50_000_000
MOST_STEPS = 10**9
MOST_LETTERS = 10_000
MOST_GENERATORS = 6

_BLANKET = frozenset({"BaseException", "BaseExceptionGroup"})
_EATERS = frozenset({
    "all", "any", "bytearray", "bytes", "deque", "dict", "frozenset", "list", "max", "min", "set", "sorted", "sum",
    "tuple",
})  # fmt: skip
_ENDLESS = frozenset({"count", "cycle", "repeat"})
_ENDING = frozenset({"exit", "index", "input", "next", "pop", "popleft", "remove"})
_SIZED = frozenset({"bytearray", "bytes"})
_PADDING = frozenset({"center", "ljust", "rjust", "to_bytes", "zfill"})
_FACTORIAL = frozenset({"comb", "factorial", "perm"})
_PATTERNED = frozenset({"compile", "findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn"})
_WIDTH = re.compile(r"%[-+ #0]*\d{8,}[a-zA-Z]|\{[\w.]*:[^{}\s]{0,4}?\d{8,}[a-zA-Z%]?\}")
# One repeated atom, repeated as a whole: the matcher tries every way to share the letters out.
_DOUBLY_REPEATED = re.compile(r"\((?:\?:)?(?:\\?.|\[[^\]]*\])[+*]\)(?:[+*]|\{\d*,\})")
_PLAIN_CODECS = frozenset({
    "ascii", "cp1252", "idna", "iso88591", "iso885915", "latin1", "mbcs", "punycode", "rawunicodeescape",
    "unicodeescape", "usascii", "utf16", "utf16be", "utf16le", "utf32", "utf32be", "utf32le", "utf8", "utf8sig",
    "windows1252",
})  # fmt: skip
_ERRORS = frozenset({
    "backslashreplace", "ignore", "namereplace", "replace", "strict", "surrogateescape", "surrogatepass",
})  # fmt: skip


def bomb_in(node: ast.AST) -> str:
    """Return what costs without bound in an operation, call, text or comprehension; the empty text for nothing."""
    match node:
        case ast.BinOp():
            return _operation(node)
        case ast.Call():
            return _call(node)
        case ast.Constant(value=str() | bytes() as text):
            return _text(text)
        case ast.While() if _is_true(node.test):
            return "" if _may_end(node.body) else "a loop without an end"
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return _product([generator.iter for generator in node.generators])
    return ""


def swallowing_in(node: ast.Try | ast.TryStar, *, whole: bool = False) -> Iterator[tuple[str, ast.AST]]:
    """Yield what swallows every exception: handlers of BaseException, returns in `finally`, and a bare `except`.

    A bare one counts where it guards a loop, or where the `try` is the `whole` body of a function.
    """
    around = whole or any(isinstance(one, ast.For | ast.While) for one in node.body)
    for handler in node.handlers:
        blanket = around if handler.type is None else _is_blanket(handler.type)
        if blanket and not any(isinstance(one, ast.Raise) for one in _below(handler.body)):
            yield "except that swallows everything", handler
    for one in _below(node.finalbody):
        if isinstance(one, ast.Return):
            yield "finally that swallows everything", one


def suppresses(node: ast.Call) -> bool:
    """Whether a call is `suppress(BaseException)`."""
    return _called(node) == "suppress" and any(_is_blanket(one) for one in node.args)


def hidden_codec(node: ast.Call) -> str:
    """Return the codec, where a call decodes or encodes by one that hides text rather than writes it."""
    callee = node.func
    if not isinstance(callee, ast.Attribute) or callee.attr not in ("decode", "encode"):
        return ""
    named = [*node.args[:2], *(keyword.value for keyword in node.keywords if keyword.arg == "encoding")]
    for one in named:
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value:
            name = re.sub(r"[\W_]", "", one.value).lower()
            return "" if name in _PLAIN_CODECS or name in _ERRORS else one.value
    return ""


_ERRORS = frozenset(
    {"backslashreplace", "ignore", "namereplace", "replace", "strict", "surrogateescape", "surrogatepass"}
)


def _operation(node: ast.BinOp) -> str:
    if isinstance(node.op, ast.Pow | ast.LShift) and _bits(node) > MOST_BITS:
        return "a number of millions of digits"
    if isinstance(node.op, ast.Mult):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if _is_sequence(one) and _bits(other) > math.log2(MOST_ITEMS):
                return "a sequence of millions of items"
    return ""


def _call(node: ast.Call) -> str:
    name = _called(node)
    first = node.args[0] if node.args else None
    if name == "range" and _steps(node) > MOST_STEPS:
        return "a range of billions of steps"
    if first is None:
        return ""
    if name in _EATERS and isinstance(first, ast.Call) and _called(first) in _ENDLESS and _is_endless(first):
        return f"{name}() of something without an end"
    if name in _SIZED | _PADDING and _bits(first) > math.log2(MOST_ITEMS):
        return "a sequence of millions of items"
    if name in _FACTORIAL and _bits(first) > 20:
        return "a number of millions of digits"
    if name == "pow" and len(node.args) == 2 and _power(first, node.args[1]) > MOST_BITS:
        return "a number of millions of digits"
    if name in _PATTERNED and isinstance(first, ast.Constant) and isinstance(first.value, str):
        return "a pattern with a repeated repetition" if _DOUBLY_REPEATED.search(first.value) else ""
    return ""


def _text(text: str | bytes) -> str:
    if len(text) > MOST_LETTERS:
        return f"a text of {len(text)} letters"
    return "a format of millions of letters" if isinstance(text, str) and _WIDTH.search(text) else ""


def _bits(node: ast.expr) -> float:
    """Return about how many bits a constant number has, 0 where it is none."""
    match node:
        case ast.Constant(value=bool()):
            return 1
        case ast.Constant(value=int() | float() as value) if value == value and abs(value) < math.inf:
            return math.log2(abs(value) + 1)
        case ast.UnaryOp(operand=inner):
            return _bits(inner)
        case ast.BinOp(left=left, op=op, right=right):
            one, other = _bits(left), _bits(right)
            if not one or not other:
                return 0
            match op:
                case ast.Mult():
                    return one + other
                case ast.Add():
                    return max(one, other)
                case ast.Pow():
                    return _power(left, right)
                case ast.LShift():
                    return one + _value(other)
    return 0


def _power(base: ast.expr, exponent: ast.expr) -> float:
    one, other = _bits(base), _bits(exponent)
    return one * _value(other) if one > 1 and other else one


def _value(bits: float) -> float:
    return math.exp2(min(bits, 1000.0))


def _steps(node: ast.Call) -> float:
    """Return about how many steps a range of constants has, 0 where it is not constant."""
    end = node.args[1] if len(node.args) > 1 else node.args[0] if node.args else None
    stride = node.args[2] if len(node.args) > 2 else None
    if end is None:
        return 0
    return _value(_bits(end) - (_bits(stride) if stride else 0)) if _bits(end) else 0


def _product(iterables: Iterable[ast.expr]) -> str:
    """Return what is said of a comprehension that goes through all combinations of too much."""
    steps, many = 1.0, 0
    for iterable in iterables:
        many += 1
        if isinstance(iterable, ast.Call) and _called(iterable) == "range":
            steps *= max(_steps(iterable), 1.0)
    return "a comprehension of too many combinations" if steps > MOST_STEPS or many > MOST_GENERATORS else ""


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _is_endless(node: ast.Call) -> bool:
    return _called(node) != "repeat" or (len(node.args) == 1 and not node.keywords)


def _is_sequence(node: ast.expr) -> bool:
    if isinstance(node, ast.List | ast.Tuple):
        return True
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and bool(node.value)


def _may_end(body: list[ast.stmt]) -> bool:
    """Whether something in a loop's body may leave it: calls may too, by an exception that someone handles."""
    for node in _below(body):
        if isinstance(node, ast.Return | ast.Raise | ast.Yield | ast.YieldFrom | ast.Await | ast.Break | ast.Assert):
            return True
        # What reads on, from an iterator or a container, comes to an end by itself.
        if isinstance(node, ast.Call) and _called(node) in (
            "next",
            "pop",
            "popleft",
            "index",
            "remove",
            "exit",
            "input",
        ):
            return True
    return False


def _is_blanket(kind: ast.expr) -> bool:
    named = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(isinstance(one, ast.Name | ast.Attribute) and _last(one) in _BLANKET for one in named)


def _last(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr


def _below(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield the nodes under statements, without the bodies of functions defined there."""
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
