"""Make one change of a number, a sign or a word at all its places in a statement at once."""

import ast
from typing import Any


def edits(source: str, entry_point: str, inputs: list[str], outputs: list[str], lines: list[list[float]]) -> list[str]:
    """Return at most 64 rewrites of the source, likeliest first: small and suspicious statements lead."""
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
        "Mult": (ast.Add(), ast.FloorDiv()), "Div": (ast.FloorDiv(),), "FloorDiv": (ast.Div(), ast.Mod()),
        "Mod": (ast.FloorDiv(),), "min": ("max",), "max": ("min",), "any": ("all",), "all": ("any",),
        "append": ("extend",), "extend": ("append",), "lower": ("upper",), "upper": ("lower",), "find": ("rfind",),
    }  # fmt: skip

    def put(node: Any, at: int, other: Any) -> None:
        if isinstance(node, ast.Constant):
            node.value = other
        elif isinstance(node, ast.Name):
            node.id = other
        elif isinstance(node, ast.Attribute):
            node.attr = other
        elif isinstance(node, ast.Compare):
            node.ops[at] = other
        else:
            node.op = other

    changes: list[Any] = []
    for region in [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]:
        places: dict[Any, list[tuple[Any, int, Any]]] = {}
        for node in ast.walk(region):
            if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
                places.setdefault(node.value, []).append((node, 0, node.value))
            elif isinstance(node, ast.Name | ast.Attribute):
                word = node.id if isinstance(node, ast.Name) else node.attr
                places.setdefault(word.lower(), []).append((node, 0, word))
            elif isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign):
                places.setdefault(type(node.op).__name__, []).append((node, 0, node.op))
            for at, sign in enumerate(node.ops if isinstance(node, ast.Compare) else []):
                places.setdefault(type(sign).__name__, []).append((node, at, sign))
        height = range(region.lineno, (region.end_lineno or region.lineno) + 1)
        weight = max(blame.get(line, 0.0) for line in height)
        for key, found in places.items():
            choices = others.get(key, ()) if isinstance(key, str) else (key + 1, key - 1)
            for order, other in enumerate(choices if len(found) > 1 else ()):
                changes.append(((-weight, len(height), order), found, other))
    rewrites: dict[str, None] = {}
    for _, found, other in sorted(changes, key=lambda change: change[0])[:128]:
        for node, at, _ in found:
            put(node, at, other)
        rewrites[ast.unparse(tree)] = None
        for node, at, was in found:
            put(node, at, was)
    return [text for text in rewrites if text != plain][:64]
