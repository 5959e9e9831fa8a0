"""Uses of harmless names in forms that are not: arguments too many or too few, classes built by calls.

Promises: nothing is run; a source that names none of these is not walked a second time.
Does not promise: to follow a name through variables of the source. Whatever could be handed on is refused as a value.
"""

from __future__ import annotations

import ast
from collections.abc import Container, Mapping
from dataclasses import dataclass, field

# What reads or writes attributes under names of the caller's choosing, or hands out what it found on its way.
_NEVER = frozenset({"functools.update_wrapper", "dataclasses.Field", "enum.global_enum"})
# How many arguments make the use independent of clock and chance.
_TIMED = {
    "time.asctime": 1, "time.ctime": 1, "time.gmtime": 1, "time.localtime": 1, "time.strftime": 2,
    "random.Random": 1, "random.seed": 1,
}  # fmt: skip
_METACLASSES = frozenset({"type", "abc.ABCMeta", "enum.EnumMeta", "enum.EnumType"})
_ENUMS = frozenset({
    "enum.Enum", "enum.Flag", "enum.IntEnum", "enum.IntFlag", "enum.ReprEnum", "enum.StrEnum", "typing.TypedDict",
})  # fmt: skip
_CAREFUL = _NEVER | _TIMED.keys() | _METACLASSES | _ENUMS | {"copy.deepcopy", "functools.wraps"}
_MODULES = frozenset(path.partition(".")[0] for path in _CAREFUL)
_OWNERS = frozenset({"self", "cls"})


@dataclass(slots=True)
class Usage:
    """Lines of what was found: `reaching` for attributes, `timed` for clock or chance, `building` classes by calls."""

    reaching: dict[str, int] = field(default_factory=dict)
    timed: dict[str, int] = field(default_factory=dict)
    building: dict[str, int] = field(default_factory=dict)


def usage(tree: ast.Module, aliases: Mapping[str, str], *, words: Container[str]) -> Usage:
    """Return the doubtful uses in `tree`; `aliases` tells what its imports call things, `words` what it names."""
    concerned = "type" in words or "__class__" in words
    if not concerned and not _MODULES & {origin.partition(".")[0] for origin in aliases.values()}:
        return Usage()
    walk = _Walk(tree, aliases)
    walk.down()
    return walk.found


class _Walk:
    def __init__(self, tree: ast.Module, aliases: Mapping[str, str]) -> None:
        self.found = Usage()
        self._tree, self._aliases = tree, aliases
        self._starred = frozenset(path[:-2] for path in aliases.values() if path.endswith(".*"))
        self._decorators: set[int] = set()
        # The source's own classes that make classes when they are called.
        self._metaclasses, self._enums = set(_METACLASSES), set(_ENUMS)

    def down(self) -> None:
        nodes = list(ast.walk(self._tree))
        for node in nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self._decorators.update(map(id, node.decorator_list))
            elif isinstance(node, ast.ClassDef):
                self._inherit(node)
        for parent in nodes:
            for child in ast.iter_child_nodes(parent):
                self._look(child, parent)

    def _inherit(self, node: ast.ClassDef) -> None:
        bases = {self._path(base) for base in node.bases}
        if bases & self._metaclasses:
            self._metaclasses.add(node.name)
        # An enumeration with members makes no other when it is called.
        if bases & self._enums and not any(isinstance(one, ast.Assign) for one in node.body):
            self._enums.add(node.name)

    def _path(self, node: ast.AST) -> str:
        """Return the dotted name that a node stands for, the empty text where it is none."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        root = self._aliases.get(node.id, node.id)
        if not parts and root == node.id:
            root = next((f"{one}.{root}" for one in self._starred if f"{one}.{root}" in _CAREFUL), root)
        return ".".join([root, *reversed(parts)])

    def _look(self, child: ast.AST, parent: ast.AST) -> None:
        if isinstance(child, ast.Attribute) and isinstance(child.ctx, ast.Store):
            self._stored(child)
        if isinstance(child, ast.Call) and self._path(child.func) == "type" and not _is_shown(child, parent):
            _note(self.found.building, "type() as a value", child)
        if isinstance(child, ast.Attribute) and child.attr == "__class__" and not _is_shown(child, parent):
            _note(self.found.building, "__class__ as a value", child)
        path = self._path(child) if isinstance(child, ast.Name | ast.Attribute) else ""
        if path in _CAREFUL or path in self._metaclasses or path in self._enums:
            self._judge(path, child, parent)

    def _stored(self, node: ast.Attribute) -> None:
        """Note a new name for a field of a dataclass, which becomes code."""
        owned = isinstance(node.value, ast.Name) and node.value.id in _OWNERS
        if node.attr == "name" and not owned and any(one.startswith("dataclasses") for one in self._aliases.values()):
            _note(self.found.reaching, "a new name for a field", node)

    def _judge(self, path: str, node: ast.AST, parent: ast.AST) -> None:
        call = parent if isinstance(parent, ast.Call) and parent.func is node else None
        if path in _NEVER:
            _note(self.found.reaching, path, node)
        elif path == "functools.wraps" and not (call and _counts(call) == 1 and id(call) in self._decorators):
            _note(self.found.reaching, "functools.wraps other than as a decorator with one argument", node)
        elif path == "copy.deepcopy" and not (call and _counts(call) == 1) and not _is_mapped(parent, node):
            _note(self.found.reaching, "copy.deepcopy other than with one argument", node)
        elif path in _TIMED:
            self._judge_timed(path, node, call)
        elif path in self._metaclasses | self._enums and not self._is_plain(path, node, parent):
            _note(self.found.building, f"{path} other than as a base or metaclass", node)

    def _judge_timed(self, path: str, node: ast.AST, call: ast.Call | None) -> None:
        if call is None and path == "random.Random":
            return
        given = call.args[_TIMED[path] - 1 :] if call else []
        nothing = bool(given) and isinstance(given[0], ast.Constant) and given[0].value is None
        if not given or nothing:
            _note(self.found.timed, f"{path} left to the clock or to chance", node)

    def _is_plain(self, path: str, node: ast.AST, parent: ast.AST) -> bool:
        match parent:
            case ast.keyword(arg="metaclass"):
                return True
            case ast.ClassDef(bases=bases) if node in bases:
                return True
            case ast.Call(func=func) if func is node:
                return _counts(parent) == 1
            case ast.Call(func=ast.Name(id="isinstance")) | ast.Compare():
                return True
            case ast.Attribute():
                return path in self._enums
        return False


def _is_shown(node: ast.AST, parent: ast.AST) -> bool:
    """Whether a class that was asked for is only compared, named, or called as no metaclass is."""
    match parent:
        case ast.Compare() | ast.FormattedValue():
            return True
        case ast.Attribute(attr=name):
            return name != "__class__"
        case ast.Call(func=func) if func is node:
            return _counts(parent) in (0, 1, 2)
        case ast.Call(func=ast.Name(id="isinstance" | "issubclass" | "str" | "repr" | "print")):
            return True
    return False


def _is_mapped(parent: ast.AST, node: ast.AST) -> bool:
    match parent:
        case ast.Call(func=ast.Name(id="map"), args=[first, second]):
            return first is node and not isinstance(second, ast.Starred)
    return False


def _counts(call: ast.Call) -> int:
    """Return how many arguments a call has, -1 where some are named or unpacked."""
    if call.keywords or any(isinstance(one, ast.Starred) for one in call.args):
        return -1
    return len(call.args)


def _note(lines: dict[str, int], text: str, node: ast.AST) -> None:
    line: int = node.lineno  # type: ignore[attr-defined]
    lines[text] = min(line, lines.get(text, line))
