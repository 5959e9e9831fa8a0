"""Make two small changes at once, each of a number, a sign or a word, at two suspicious places."""

import ast
from itertools import combinations
from typing import Any


def edits(source: str, entry_point: str, inputs: list[str], outputs: list[str], lines: list[list[float]]) -> list[str]:
    """Return at most 64 rewrites of the source, likeliest first: pairs of the most suspicious changes lead."""
    try:
        tree = ast.parse(source)
        plain = ast.unparse(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    blame = {line: weight for line, weight in lines}
    others: dict[str, tuple[Any, ...]] = {
        "Lt": (ast.LtE(), ast.Gt()), "LtE": (ast.Lt(), ast.GtE()), "Gt": (ast.GtE(), ast.Lt()), "Eq": (ast.NotEq(),),
        "GtE": (ast.Gt(), ast.LtE()), "NotEq": (ast.Eq(),), "In": (ast.NotIn(),), "NotIn": (ast.In(),),
        "And": (ast.Or(),), "Or": (ast.And(),), "Add": (ast.Sub(), ast.Mult()), "Sub": (ast.Add(),),
        "Mult": (ast.Add(),), "Div": (ast.FloorDiv(),), "FloorDiv": (ast.Div(),), "Mod": (ast.FloorDiv(),),
        "min": ("max",), "max": ("min",), "any": ("all",), "all": ("any",),
    }  # fmt: skip

    def put(node: Any, at: int, other: Any) -> None:
        if isinstance(node, ast.Constant):
            node.value = other
        elif isinstance(node, ast.Name):
            node.id = other
        elif isinstance(node, ast.Compare):
            node.ops[at] = other
        else:
            node.op = other

    slips: list[Any] = []
    nodes: list[Any] = list(ast.walk(tree))
    for node in nodes:
        places: list[tuple[int, Any, tuple[Any, ...]]] = []
        if isinstance(node, ast.Constant) and isinstance(node.value, bool):
            places.append((0, node.value, (not node.value,)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, int):
            places.append((0, node.value, (node.value + 1, node.value - 1)))
        elif isinstance(node, ast.Name):
            places.append((0, node.id, others.get(node.id.lower(), ())))
        elif isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign):
            places.append((0, node.op, others.get(type(node.op).__name__, ())))
        for at, sign in enumerate(node.ops if isinstance(node, ast.Compare) else []):
            places.append((at, sign, others.get(type(sign).__name__, ())))
        for at, was, choices in places:
            for order, other in enumerate(choices):
                slips.append(((-blame.get(node.lineno, 0.0), order), node, at, was, other))
    slips = sorted(slips, key=lambda slip: slip[0])[:16]
    rewrites: dict[str, None] = {}
    for first, second in sorted(combinations(range(len(slips)), 2), key=lambda pair: (sum(pair), pair))[:80]:
        (_, one, at, was, other), (_, two, place, before, after) = slips[first], slips[second]
        if (one, at) != (two, place):
            put(one, at, other)
            put(two, place, after)
            rewrites[ast.unparse(tree)] = None
            put(two, place, before)
            put(one, at, was)
    return [text for text in rewrites if text != plain][:64]
