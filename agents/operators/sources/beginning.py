"""Let a variable that a loop works on begin with another value: an element, an infinity, another empty thing."""

import ast


def edits(source: str, entry_point: str, inputs: list[str], outputs: list[str], lines: list[list[float]]) -> list[str]:
    """Return at most 64 rewrites of the source, likeliest first: each variable's likeliest values lead."""
    try:
        tree = ast.parse(source)
        plain = ast.unparse(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    blame = {line: weight for line, weight in lines}

    def values(value: ast.expr, names: list[str]) -> list[str]:
        first = [f"{name}[0]" for name in names]
        copies = [text for name in names for text in (f"list({name})", f"[{name}]", f"[{name}[0]]", name)]
        if isinstance(value, ast.List | ast.ListComp):
            return ["[0]", "[1]", "[[]]", "['']", *copies, "{}", "set()", "''", "0"]
        if isinstance(value, ast.Dict | ast.Set | ast.Call):
            return ["[]", "{}", "set()", "{0: 1}", "{0: 0}", "{'': 0}", *copies, "0"]
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return ["''", "' '", *first, *names, "[]", "None", "0"]
        return [
            *first[:1],
            "float('-inf')",
            "float('inf')",
            "0",
            "1",
            *first[1:],
            *names,
            "None",
            "-1",
            "2",
            "[]",
            "''",
        ]

    beginnings = []
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        loops = [node for node in ast.walk(function) if isinstance(node, ast.For | ast.While)]
        walked = [loop.iter.id for loop in loops if isinstance(loop, ast.For) and isinstance(loop.iter, ast.Name)]
        names = list(dict.fromkeys([*walked, *(argument.arg for argument in function.args.args)]))[:3]
        for node in ast.walk(function):
            if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
                continue
            word = node.targets[0].id
            after = [loop for loop in loops if loop.lineno > node.lineno]
            used = [loop for loop in after if any(isinstance(n, ast.Name) and n.id == word for n in ast.walk(loop))]
            weight = max(blame.get(line, 0.0) for line in (node.lineno, *(loop.lineno for loop in used)))
            for order, text in enumerate(values(node.value, names) if used else []):
                beginnings.append(((order, -weight), node, text))
    rewrites: dict[str, None] = {}
    for _, node, text in sorted(beginnings, key=lambda beginning: beginning[0])[:128]:
        was = node.value
        node.value = ast.parse(text, mode="eval").body
        rewrites[ast.unparse(tree)] = None
        node.value = was
    return [text for text in rewrites if text != plain][:64]
