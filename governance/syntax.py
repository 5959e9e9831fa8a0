"""What a tool's source says, read off its syntax tree once: names, attributes, imports, bindings, size.

Promises: reading runs nothing, ends for every text, never recurses, and gives the same on every supported Python.
Does not promise: to know what a name will mean at run time. Rules therefore refuse names, not meanings.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .signature import signatures

DUNDER = re.compile(r"__\w+__\Z")

BUILTINS = frozenset(dir(builtins))
_SPELLED = re.compile(r"[\w.]{1,80}\Z")
_FIELD = re.compile(r"\{([^{}\s]*)")
_WORD = re.compile(r"\w+")

Lines = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything the code rules look at; each `Lines` goes from a text to the first line it stands on.

    `size`: nodes of the tree without operators and the literal text of f-strings; `depth`: its levels, or its longest
    chain of dots.
    `names`: every name used; `attributes`: what is read by a dot, by a class pattern, or spelled in a string.
    `imports`: dotted modules; `members`: dotted paths used of them; `bare`: modules used other than by a member.
    `bound`: names bound at module level or declared global; `special`: double-underscore names that are defined.
    `patched`: dotted targets that are assigned to or deleted; `tailored`: forms that name
    classes, formats or special attributes in a roundabout way.
    `suspects`: builtin names that are also bound in some function, so that a use of them may be harmless.
    """

    size: int = 0
    depth: int = 0
    characters: int = 0
    names: Lines = field(default_factory=dict)
    attributes: Lines = field(default_factory=dict)
    imports: Lines = field(default_factory=dict)
    members: Lines = field(default_factory=dict)
    bare: Lines = field(default_factory=dict)
    bound: Lines = field(default_factory=dict)
    special: Lines = field(default_factory=dict)
    patched: Lines = field(default_factory=dict)
    tailored: Lines = field(default_factory=dict)
    suspects: frozenset[str] = frozenset()
    signatures: Mapping[str, str] = field(default_factory=dict)


def survey(tree: ast.Module, *, characters: int) -> Reading:
    """Return what `tree` says; `characters` is the length of the text it was parsed from."""
    walk = _Walk()
    for node in _module_level(tree):
        for name in _bound_by(node):
            _note(walk.bound, name, node)
    walk.down(tree)
    patched = walk.resolve()
    bare = {walk.modules[name]: line for name, line in walk.loose.items() if name in walk.modules.keys() - walk.stored}
    return Reading(
        size=walk.size,
        depth=max(walk.depth, walk.longest),
        characters=characters,
        names=walk.names,
        attributes=walk.attributes,
        imports=walk.imports,
        members=walk.members,
        bare=bare,
        bound=walk.bound,
        special=walk.special,
        patched=patched,
        tailored=walk.tailored,
        suspects=BUILTINS & walk.stored,
        signatures=signatures(tree),
    )


class _Walk:
    """Gathers what one walk over the tree finds, level by level."""

    def __init__(self) -> None:
        self.size = 0
        self.depth = 0
        self.longest = 0
        self.names: dict[str, int] = {}
        self.attributes: dict[str, int] = {}
        self.imports: dict[str, int] = {}
        self.members: dict[str, int] = {}
        self.bound: dict[str, int] = {}
        self.special: dict[str, int] = {}
        self.tailored: dict[str, int] = {}
        self.loose: dict[str, int] = {}
        self.stored: set[str] = set()
        self.aliases: dict[str, str] = {}
        self.modules: dict[str, str] = {}
        self.chains: list[tuple[str, str, int, bool]] = []

    def down(self, tree: ast.Module) -> None:
        level: list[ast.AST] = [tree]
        while level:
            self.depth += 1
            self.size += len(level)
            below: list[ast.AST] = []
            for node in level:
                visit = _VISITS.get(type(node))
                below += visit(self, node) if visit else _children(node)
            level = below

    def resolve(self) -> dict[str, int]:
        """Turn chains that start at an imported name into members; return all chains that are assigned to."""
        patched: dict[str, int] = {}
        for root, path, line, stored in self.chains:
            origin = self.aliases.get(root)
            if origin is not None:
                _note_line(self.members, f"{origin}.{path}", line)
            if stored:
                _note_line(patched, f"{origin or root}.{path}", line)
        return patched

    def name(self, node: ast.Name) -> list[ast.AST]:
        _note(self.names, node.id, node)
        if isinstance(node.ctx, ast.Load):
            _note(self.loose, node.id, node)
            return []
        self.stored.add(node.id)
        if DUNDER.match(node.id):
            _note(self.special, node.id, node)
        return []

    def argument(self, node: ast.arg) -> list[ast.AST]:
        self.stored.add(node.arg)
        return [node.annotation] if node.annotation else []

    def attribute(self, node: ast.Attribute) -> list[ast.AST]:
        path: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            _note(self.attributes, inner.attr, inner)
            path.append(inner.attr)
            inner = inner.value
        self.longest = max(self.longest, len(path))
        self.size += len(path) - 1
        if not isinstance(inner, ast.Name):
            return [inner]
        self.size += 1
        _note(self.names, inner.id, inner)
        stored = not isinstance(node.ctx, ast.Load)
        self.chains.append((inner.id, ".".join(reversed(path)), node.lineno, stored))
        return []

    def constant(self, node: ast.Constant) -> list[ast.AST]:
        if isinstance(node.value, str) and "_" in node.value:
            for word in _spelled_in(node.value):
                _note(self.attributes, word, node)
        return []

    def formatted(self, node: ast.JoinedStr) -> list[ast.AST]:
        texts = [part for part in node.values if isinstance(part, ast.Constant)]
        for text in texts:
            self.constant(text)
        return [part for part in node.values if not isinstance(part, ast.Constant)]

    def call(self, node: ast.Call) -> list[ast.AST]:
        callee = node.func
        if isinstance(callee, ast.Name) and callee.id == "type" and (len(node.args) != 1 or _unpacks(node)):
            _note(self.tailored, "type() with a name and bases", node)
        if isinstance(callee, ast.Attribute) and callee.attr in {"format", "format_map"} and _is_built(callee.value):
            _note(self.tailored, "format() of a text built from parts", node)
        return _children(node)

    def definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> list[ast.AST]:
        if DUNDER.match(node.name):
            _note(self.special, node.name, node)
        self.stored.add(node.name)
        return _children(node)

    def import_(self, node: ast.Import) -> list[ast.AST]:
        for alias in node.names:
            _note(self.imports, alias.name, node)
            top = alias.name.partition(".")[0]
            known, origin = (alias.asname, alias.name) if alias.asname else (top, top)
            self.aliases[known] = self.modules[known] = origin
        return []

    def import_from(self, node: ast.ImportFrom) -> list[ast.AST]:
        module = "." * node.level + (node.module or "")
        _note(self.imports, module, node)
        for alias in node.names:
            _note(self.members, f"{module}.{alias.name}", node)
            self.aliases[alias.asname or alias.name] = f"{module}.{alias.name}"
        return []

    def global_(self, node: ast.Global) -> list[ast.AST]:
        for name in node.names:
            _note(self.bound, name, node)
        return []

    def pattern(self, node: ast.MatchClass) -> list[ast.AST]:
        for name in node.kwd_attrs:
            _note(self.attributes, name, node)
            if DUNDER.match(name):
                _note(self.tailored, f"class pattern on {name}", node)
        return _children(node)


_VISITS: dict[type[ast.AST], Callable[[_Walk, Any], list[ast.AST]]] = {
    ast.Name: _Walk.name,
    ast.arg: _Walk.argument,
    ast.Attribute: _Walk.attribute,
    ast.Constant: _Walk.constant,
    ast.JoinedStr: _Walk.formatted,
    ast.Call: _Walk.call,
    ast.FunctionDef: _Walk.definition,
    ast.AsyncFunctionDef: _Walk.definition,
    ast.ClassDef: _Walk.definition,
    ast.Import: _Walk.import_,
    ast.ImportFrom: _Walk.import_from,
    ast.Global: _Walk.global_,
    ast.MatchClass: _Walk.pattern,
}


def _children(node: ast.AST) -> list[ast.AST]:
    """Return the nodes right below `node`, without operators and contexts, which say nothing by themselves."""
    found: list[ast.AST] = []
    for value in node.__dict__.values():
        if value.__class__ is list:
            found += [one for one in value if isinstance(one, ast.AST) and (one._fields or one._attributes)]
        elif isinstance(value, ast.AST) and value._fields:
            found.append(value)
    return found


def _module_level(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the nodes that run when the module is loaded, bodies of functions and classes left out."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            waiting += node.decorator_list
        elif not isinstance(node, ast.Lambda):
            waiting += _children(node)


def _bound_by(node: ast.AST) -> list[str]:
    """Return the names that this node itself binds."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return [name]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return [name]
        case ast.MatchMapping(rest=str(name)):
            return [name]
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return [alias.asname or alias.name.partition(".")[0] for alias in aliases]
        case _:
            return []


def _spelled_in(text: str) -> list[str]:
    """Return the words of a string that `getattr` or `str.format` could take for names of attributes."""
    if _SPELLED.match(text):
        return _WORD.findall(text)
    if "{" in text:
        return [word for inside in _FIELD.findall(text) for word in _WORD.findall(inside)]
    return []


def _unpacks(node: ast.Call) -> bool:
    return any(isinstance(argument, ast.Starred) for argument in node.args) or bool(node.keywords)


def _is_built(base: ast.expr) -> bool:
    return not isinstance(base, ast.Constant | ast.Name | ast.Attribute)


def _note(lines: dict[str, int], text: str, node: ast.AST) -> None:
    _note_line(lines, text, node.lineno)  # type: ignore[attr-defined]


def _note_line(lines: dict[str, int], text: str, line: int) -> None:
    if line < lines.get(text, line + 1):
        lines[text] = line
