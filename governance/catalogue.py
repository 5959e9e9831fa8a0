"""The catalogue of rules as a page, written from the rules themselves.

Promises: every rule that a charter can name, with its sentence, its question, its settings as they ship, and what would
pass; the same text for the same rules. Does not promise: each cure word for word. What a verdict fills in is left open.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from .charter import _SECTIONS, DEFAULT
from .unheard import UNHEARD

_HEAD = """# Rules

Every rule that a charter can name. This page is written from the rules: `ecology govern rules > docs/rules.md`.
A rule answers one question about a matter; where it objects, the verdict holds its name, the evidence and what would
have passed. Settings stand as they ship (`governance/charter.toml`); a charter changes them or switches a rule off.
"""
_UNHEARD = """## Acts that nothing is done with

No charter changes these. What a turn asks for in vain is told in one verdict for each reason, with how many such acts
there were, the first of them, and what would have passed; so is what limits on posts, signals and cases refuse.

"""
_ABOUT = {
    "code": "What the text of a rewrite may say. Only what is new against the parent counts.",
    "behaviour": "What a rewrite does, beside its parent, on the same cases.",
    "social": "Who may change what.",
    "limits": "How much.",
    "protection": "What people approve, set aside and freeze.",
}


def catalogue() -> str:
    """Return the page in Markdown."""
    settings = tomllib.loads(DEFAULT.read_text(encoding="utf-8"))
    parts = [_HEAD]
    for section, rules in _SECTIONS.items():
        parts.append(f"## {section.capitalize()}\n\n{_ABOUT.get(section, '')}".rstrip() + "\n")
        parts += [_entry(rule, settings.get(section, {}).get(rule.__name__, {})) for rule in rules]
    parts.append(_UNHEARD + "\n".join(f"- `{name}`: {cure}" for name, cure in UNHEARD.items()) + "\n")
    return "\n".join(parts)


def _entry(rule: type, settings: dict[str, object]) -> str:
    sentence = inspect.cleandoc(rule.__doc__ or "").split("\n\n")[0].replace("\n", " ")
    asked = inspect.cleandoc(getattr(rule, "judge").__doc__ or "").split("\n\n")[0].replace("\n", " ")  # noqa: B009
    lines = [f"### {rule.__name__}", "", sentence, "", f"- Judges: {asked}"]
    lines += [f"- Setting `{name}`: {_shown(value)}" for name, value in settings.items()]
    lines += [f"- Would pass: {text}" for text in dict.fromkeys(_cures(rule))]
    return "\n".join(lines) + "\n"


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(f"`{one}`" for one in value) or "none"
    return f"`{value}`"


def _cures(rule: type) -> Iterator[str]:
    """Yield what each objection of a rule says would pass, with `...` for what a verdict fills in."""
    space = vars(inspect.getmodule(rule))
    tree = _tree(rule)
    yield from _cures_in(tree, space)
    # A rule may leave its answer to a function that it shares with others.
    for name in dict.fromkeys(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)):
        if inspect.isfunction(space.get(name)) and name != "objection":
            yield from _cures_in(_tree(space[name]), vars(inspect.getmodule(space[name])))


def _tree(thing: Any) -> ast.Module:
    return ast.parse(textwrap.dedent(inspect.getsource(thing)))


def _cures_in(tree: ast.Module, space: Mapping[str, Any]) -> Iterator[str]:
    known = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="Objection" | "objection"), args=[_, cure, *_]):
                if isinstance(cure, ast.Name):
                    cure = known.get(cure.id) or ast.Constant(space.get(cure.id, ""))
                yield from filter(None, [_text(cure, known)])


def _text(node: ast.expr, known: dict[str, ast.expr]) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_text(one, known) for one in values)
        case ast.FormattedValue(value=ast.Name(id=name)) if isinstance(known.get(name), ast.Constant | ast.JoinedStr):
            return _text(known[name], known)
        case ast.FormattedValue():
            return "..."
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left, known) + _text(right, known)
        case ast.IfExp(body=body, orelse=orelse):
            return " or ".join(filter(None, (_text(body, known), _text(orelse, known))))
        case ast.Name(id=name) if name in known:
            return _text(known[name], {})
    return ""
