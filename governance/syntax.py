"""What a tool's source says, read off its syntax tree once: names, attributes, imports, bindings, size.

Promises: reading runs nothing, ends for every text, never recurses, and gives the same on every supported Python.
Does not promise: to know what a name will mean at run time. Rules therefore refuse names, not meanings.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable
from typing import Any

from .bindings import bindings, children, members_of
from .capabilities import TELLING_MODULES
from .hazards import bomb_in, hidden_codec, suppresses, swallowing_in
from .reading import Reading
from .signature import signatures
from .usage import usage

DUNDER = re.compile(r"__\w+__\Z")

BUILTINS = frozenset(dir(builtins))
_OWNERS = frozenset({"self", "cls"})
_SPELLED = re.compile(r"[\w.]{1,80}\Z")
_FIELD = re.compile(r"\{([^{}\s]*)")
_WORD = re.compile(r"\w+")


def survey(tree: ast.Module, *, characters: int) -> Reading:
    """Return what `tree` says; `characters` is the length of the text it was parsed from."""
    walk = _Walk()
    for name, node in bindings(tree):
        _note(walk.bound, name, node)
    walk.down(tree)
    patched = walk.resolve()
    used = usage(tree, walk.aliases, words=walk.names.keys() | walk.attributes.keys())
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
        tailored={**used.reaching, **walk.tailored},
        foreign=walk.foreign,
        owned=frozenset(walk.owned),
        timed=used.timed,
        building=used.building,
        bombs=walk.bombs,
        swallowing=walk.swallowing,
        hidden=walk.hidden,
        strays=walk.strays(),
        idle=walk.idle(),
        written=frozenset(walk.stored),
        adrift=walk.adrift(),
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
        self.foreign: dict[str, int] = {}
        self.bombs: dict[str, int] = {}
        self.swallowing: dict[str, int] = {}
        self.hidden: dict[str, int] = {}
        self.taken: dict[str, set[str]] = {}
        self.roots: dict[str, set[str]] = {}
        self.owned: set[str] = set()
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
                below += visit(self, node) if visit else children(node)
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

    def strays(self) -> dict[str, int]:
        """Return the known modules of which members are used though nothing binds their name."""
        known = {
            root: line for root, _, line, stored in reversed(self.chains) if root in TELLING_MODULES and not stored
        }
        return {root: line for root, line in known.items() if not self._binds(root)}

    def _binds(self, name: str) -> bool:
        return name in self.stored or name in self.aliases or name in self.bound

    def adrift(self) -> dict[str, frozenset[str]]:
        """Return the private attributes all of whose roots are names that nothing binds, with those names."""
        bound = self.all_bound() | BUILTINS | {""}
        if any(path.endswith(".*") for path in self.aliases.values()):
            return {}
        return {name: frozenset(roots) for name, roots in self.roots.items() if not roots & bound}

    def all_bound(self) -> set[str]:
        """Return every name that is bound anywhere in the source."""
        return self.stored | self.aliases.keys() | self.bound.keys()

    def idle(self) -> frozenset[str]:
        """Return the members that are imported under names that nothing reads."""
        return frozenset(path for path, names in self.taken.items() if not names & self.names.keys())

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
            if not (isinstance(inner.value, ast.Name) and inner.value.id in _OWNERS):
                _note(self.foreign, inner.attr, inner)
            inner = inner.value
        root = inner.id if isinstance(inner, ast.Name) else ""
        for name in path:
            if name[0] == "_":
                self.roots.setdefault(name, set()).add(root)
        if not isinstance(node.ctx, ast.Load):
            self.owned.add(node.attr)
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
        if isinstance(node.value, str | bytes) and (what := bomb_in(node)):
            _note(self.bombs, what, node)
        self.spelled(node)
        return []

    def spelled(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and "_" in node.value:
            for word in _spelled_in(node.value):
                _note(self.attributes, word, node)

    def costly(self, node: ast.BinOp | ast.While | ast.expr) -> list[ast.AST]:
        if what := bomb_in(node):
            _note(self.bombs, what, node)
        return children(node)

    def statement(self, node: ast.Expr) -> list[ast.AST]:
        # A text that stands alone documents, however long it is.
        if not isinstance(node.value, ast.Constant):
            return [node.value]
        self.size += 1
        self.spelled(node.value)
        return []

    def guarded(self, node: ast.Try | ast.TryStar) -> list[ast.AST]:
        for what, where in swallowing_in(node):
            _note(self.swallowing, what, where)
        return children(node)

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
        if codec := hidden_codec(node):
            _note(self.hidden, f"text in {codec}", node)
        if suppresses(node):
            _note(self.swallowing, "suppress that swallows everything", node)
        if isinstance(callee, ast.Name) and callee.id == "getattr" and (plain := _as_attribute(node)):
            # What is looked up under a literal name is an attribute like any other.
            return [plain, *node.args[2:]]
        if isinstance(callee, ast.Name | ast.Attribute) and (what := bomb_in(node)):
            _note(self.bombs, what, node)
        return children(node)

    def definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> list[ast.AST]:
        if DUNDER.match(node.name):
            _note(self.special, node.name, node)
        self.stored.add(node.name)
        if isinstance(node, ast.ClassDef):
            self.owned.update(members_of(node))
        elif (whole := _whole_body(node)) is not None:
            for what, where in swallowing_in(whole, whole=True):
                _note(self.swallowing, what, where)
        return children(node)

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
            self.taken.setdefault(f"{module}.{alias.name}", set()).add(alias.asname or alias.name)
        return []

    def global_(self, node: ast.Global) -> list[ast.AST]:
        for name in node.names:
            _note(self.bound, name, node)
        return []

    def pattern(self, node: ast.MatchClass) -> list[ast.AST]:
        for name in node.kwd_attrs:
            _note(self.attributes, name, node)
            _note(self.foreign, name, node)
            self.roots.setdefault(name, set()).add("")
            if DUNDER.match(name):
                _note(self.tailored, f"class pattern on {name}", node)
        return children(node)


_VISITS: dict[type[ast.AST], Callable[[_Walk, Any], list[ast.AST]]] = {
    ast.Name: _Walk.name,
    ast.arg: _Walk.argument,
    ast.Attribute: _Walk.attribute,
    ast.Constant: _Walk.constant,
    ast.JoinedStr: _Walk.formatted,
    ast.Expr: _Walk.statement,
    ast.BinOp: _Walk.costly,
    ast.While: _Walk.costly,
    ast.ListComp: _Walk.costly,
    ast.SetComp: _Walk.costly,
    ast.DictComp: _Walk.costly,
    ast.GeneratorExp: _Walk.costly,
    ast.Try: _Walk.guarded,
    ast.TryStar: _Walk.guarded,
    ast.Call: _Walk.call,
    ast.FunctionDef: _Walk.definition,
    ast.AsyncFunctionDef: _Walk.definition,
    ast.ClassDef: _Walk.definition,
    ast.Import: _Walk.import_,
    ast.ImportFrom: _Walk.import_from,
    ast.Global: _Walk.global_,
    ast.MatchClass: _Walk.pattern,
}


def _spelled_in(text: str) -> list[str]:
    """Return the words of a string that `getattr` or `str.format` could take for names of attributes."""
    if _SPELLED.match(text):
        return _WORD.findall(text)
    if "{" in text:
        return [word for inside in _FIELD.findall(text) for word in _WORD.findall(inside)]
    return []


def _whole_body(node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.Try | ast.TryStar | None:
    """Return the `try` that is all there is in a function but for its documentation."""
    last = node.body[-1]
    documented = len(node.body) == 2 and isinstance(node.body[0], ast.Expr)
    return last if isinstance(last, ast.Try | ast.TryStar) and (len(node.body) == 1 or documented) else None


def _as_attribute(node: ast.Call) -> ast.Attribute | None:
    """Return `x.name` for `getattr(x, "name")`, with or without a default; None where the name is no literal."""
    match node:
        case ast.Call(args=[value, ast.Constant(value=str(name)), *rest], keywords=[]) if len(rest) < 2:
            if name.isidentifier() and not isinstance(value, ast.Starred):
                return ast.copy_location(ast.Attribute(value, name, ast.Load()), node)
    return None


def _unpacks(node: ast.Call) -> bool:
    return any(isinstance(argument, ast.Starred) for argument in node.args) or bool(node.keywords)


def _is_built(base: ast.expr) -> bool:
    return not isinstance(base, ast.Constant | ast.Name | ast.Attribute)


def _note(lines: dict[str, int], text: str, node: ast.AST) -> None:
    _note_line(lines, text, node.lineno)  # type: ignore[attr-defined]


def _note_line(lines: dict[str, int], text: str, line: int) -> None:
    if line < lines.get(text, line + 1):
        lines[text] = line
