"""Exchange two names, or two constants, at every place of one statement at once."""

import ast
from itertools import combinations


def edits(source: str, entry_point: str, inputs: list[str], outputs: list[str], lines: list[list[float]]) -> list[str]:
    """Return at most 64 rewrites of the source, likeliest first: small and suspicious statements lead."""
    try:
        tree = ast.parse(source)
        plain = ast.unparse(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    blame = {line: weight for line, weight in lines}
    called: set[ast.AST] = set()
    spared: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called.add(node.func)
        elif isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            spared.update(ast.walk(node))

    def put(nodes: list[ast.Name | ast.Constant], word: str | float) -> None:
        for node in nodes:
            if isinstance(node, ast.Constant):
                node.value = word
            elif isinstance(word, str):
                node.id = word

    exchanges = []
    for region in ast.walk(tree):
        if not isinstance(region, ast.stmt | ast.Compare | ast.BinOp | ast.Call):
            continue
        found: dict[tuple[str, str | float], list[ast.Name | ast.Constant]] = {}
        for node in ast.walk(region):
            if isinstance(node, ast.Name):
                found.setdefault(("called" if node in called else "name", node.id), []).append(node)
            elif isinstance(node, ast.Constant) and isinstance(node.value, int | float | str) and node not in spared:
                found.setdefault((type(node.value).__name__, node.value), []).append(node)
        height = range(region.lineno, (region.end_lineno or region.lineno) + 1)
        weight = max(blame.get(line, 0.0) for line in height)
        for one, other in combinations(found, 2):
            if one[0] == other[0]:
                rank = (-weight, len(height), -len(found[one]) - len(found[other]))
                exchanges.append((rank, one[1], found[one], other[1], found[other]))
    rewrites: dict[str, None] = {}
    for _, word, places, another, others in sorted(exchanges, key=lambda exchange: exchange[0]):
        put(places, another)
        put(others, word)
        rewrites[ast.unparse(tree)] = None
        put(places, word)
        put(others, another)
        if len(rewrites) > 64:
            break
    return [text for text in rewrites if text != plain][:64]
