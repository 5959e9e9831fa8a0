"""Rules on the text of a rewrite: what it may use, and how large it may grow.

Promises: each looks only at what is new against the parent, names the lines, and runs none of the code it judges.
Does not promise: containment. That is the sandbox's work; these explain early and see what a kernel cannot.
"""

from __future__ import annotations

from dataclasses import dataclass

from .capabilities import opens
from .module_members import is_public_member
from .rewrite import Rewrite
from .source import names_in
from .special_names import CARRIED, OPEN_PRIVATE, SAFE_SPECIALS, WALKS
from .syntax import DUNDER, Lines, Reading
from .verdict import JSON, Evidence, Objection

MOST_SHOWN = 8
# Double-underscore attributes that say something about a class and change nothing in it.
_TELLING = frozenset({"__class__", "__doc__", "__init__", "__main__", "__name__", "__qualname__"})


@dataclass(frozen=True, slots=True)
class Parses:
    """A rewrite must be Python that can be read and that defines the task's entry point."""

    most_characters: int = 40_000
    most_depth: int = 150

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Object to a text too long or too deeply nested, and to a missing entry point."""
        new, entry = rewrite.new, rewrite.task.entry_point
        if new.characters > self.most_characters:
            evidence: Evidence = {"characters": new.characters, "most": self.most_characters}
            return Objection(evidence, f"a source of at most {self.most_characters} characters")
        if new.depth > self.most_depth:
            evidence = {"depth": new.depth, "most": self.most_depth}
            return Objection(evidence, f"code nested at most {self.most_depth} levels deep")
        if entry and entry not in new.bound:
            return Objection({"missing": entry}, f"a source that defines `{entry}` at module level")
        return None


@dataclass(frozen=True, slots=True)
class DeclaredImports:
    """A rewrite may import only what its parent or helper imports already, and modules without side effects.

    `pure`: modules free to use, dotted; `members`: single members free to use of other modules, as `sys.maxsize`.
    """

    pure: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Object to new modules, to new members of modules that are not pure, and to modules handed about as values."""
        new, old = rewrite.new, rewrite.old
        imported = {**rewrite.helper.imports, **old.imports}
        used = {**rewrite.helper.members, **old.members}
        declared = rewrite.task.capabilities
        found = {module: line for module, line in new.imports.items() if not self._may_import(module, imported)}
        for path, line in new.members.items():
            if path not in used and path.partition(".")[0] not in found and not self._may_use(path):
                found[path] = line
        found = {path: line for path, line in found.items() if not opens(declared, path)}
        found |= {module: line for module, line in new.bare.items() if module not in old.bare}
        found |= {f".{name}": new.attributes[name] for name in CARRIED & new.attributes.keys() - old.attributes.keys()}
        return _objection(found, "only its parent's imports, or pure modules such as math, each used by its members")

    def _may_import(self, module: str, declared: Lines) -> bool:
        opened = module in self.pure or module in declared
        return opened or any(member.startswith(f"{module}.") for member in self.members)

    def _may_use(self, path: str) -> bool:
        parts = path.split(".")
        prefixes = [".".join(parts[:end]) for end in range(len(parts), 0, -1)]
        if any(prefix in self.members for prefix in prefixes):
            return True
        module = next((prefix for prefix in prefixes if prefix in self.pure), None)
        if module is None:
            return False
        return module == path or is_public_member(module, parts[module.count(".") + 1])


@dataclass(frozen=True, slots=True)
class NoReflection:
    """A rewrite may not reach for scopes, frames, classes or attributes by name.

    `banned`: builtins and members of pure modules that look things up by name.
    """

    banned: frozenset[str] = frozenset({"getattr", "setattr", "delattr", "vars", "globals", "locals", "dir"})

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Object to the banned names, to unsafe double-underscore names, and to walks through attributes or strings."""
        new, old = rewrite.new, rewrite.old
        found = dict(rewrite.added_names(self.banned))
        found |= {name: line for name, line in _specials(new.names).items() if name not in old.names}
        found |= {name: line for name, line in _walks(new.attributes).items() if name not in old.attributes}
        found |= {name: line for name, line in _specials(new.special).items() if name not in old.special}
        found |= {what: line for what, line in new.tailored.items() if what not in old.tailored}
        found |= {name: line for name, line in _private(rewrite).items() if name not in old.foreign}
        if "dataclasses" in new.imports:
            # The annotations of a class that was built by a call become code in a dataclass.
            found |= {what: line for what, line in new.building.items() if what not in old.building}
        if "__class__" in new.special.keys() - old.special.keys():
            found["__class__"] = new.special["__class__"]
        return _objection(found, "plain attribute access, with no double-underscore attribute but the operators' own")


@dataclass(frozen=True, slots=True)
class NoDynamicCode:
    """A rewrite may not build code at run time."""

    banned: frozenset[str] = frozenset({"eval", "exec", "compile", "__import__"})

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Object to names that turn text into code, called or not."""
        return _objection(rewrite.added_names(self.banned), "a table of functions in place of code built from text")


@dataclass(frozen=True, slots=True)
class NoOutsideWorld:
    """A rewrite may not read or write anything but its arguments and its result; clock and chance are outside too.

    `unsteady`: attributes and members that tell the time or draw lots.
    """

    banned: frozenset[str] = frozenset({"open", "input", "breakpoint", "help"})
    unsteady: frozenset[str] = frozenset({"now", "today", "utcnow", "SystemRandom"})

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Object to names that reach files, the terminal, a debugger, the clock or chance."""
        new, old = rewrite.new, rewrite.old
        found = dict(rewrite.added_names(self.banned))
        found |= {name: line for name, line in self._unsteady(new).items() if name not in self._unsteady(old)}
        found |= {what: line for what, line in new.timed.items() if what not in old.timed}
        return _objection(found, "a function that takes what it needs, the time among it, as arguments")

    def _unsteady(self, reading: Reading) -> Lines:
        """Return what asks the clock or chance by name: attributes, members, and names where a star imports them."""
        found = {name: line for name, line in reading.foreign.items() if name in self.unsteady}
        found |= {path: line for path, line in reading.members.items() if path.rpartition(".")[2] in self.unsteady}
        if any(path.endswith(".*") for path in reading.members):
            found |= {name: line for name, line in reading.names.items() if name in self.unsteady}
        return found


@dataclass(frozen=True, slots=True)
class NoEarlyExit:
    """A rewrite may not end the process that runs it."""

    banned: frozenset[str] = frozenset({"exit", "quit", "SystemExit", "KeyboardInterrupt"})

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Object to names that leave the program."""
        return _objection(rewrite.added_names(self.banned), "a return, or an exception that its caller can expect")


@dataclass(frozen=True, slots=True)
class NoModulePatching:
    """A rewrite may not change modules, nor what the task's helper code defines."""

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Object to assignments and deletions on imported modules and on the helper's names."""
        new = rewrite.new
        theirs = rewrite.helper.bound.keys() | {module.partition(".")[0] for module in new.imports}
        fresh = new.patched.keys() - rewrite.old.patched.keys()
        found = {target: new.patched[target] for target in fresh if target.partition(".")[0] in theirs}
        return _objection(found, "a function of its own in place of one that is patched")


@dataclass(frozen=True, slots=True)
class NoRiggedCheck:
    """Where a case compares inside the sandbox, a rewrite may not change what its comparison means."""

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Object to new bindings of names that the cases use, and to new operators of classes."""
        cases = [case for case in rewrite.task.cases if case.call]
        if not cases:
            return None
        new, old = rewrite.new, rewrite.old
        used = frozenset().union(*(names_in(text) for case in cases for text in (case.setup, case.call)))
        rebound = (used & new.bound.keys()) - old.bound.keys() - {rewrite.task.entry_point}
        found = {name: new.bound[name] for name in rebound}
        found |= {name: line for name, line in new.special.items() if name not in old.special and name != "__init__"}
        # Operators may also be put into a class by name: `S.__eq__ = ..`, or `{"__eq__": ..}` for one that is built.
        spelled = {name: line for name, line in new.attributes.items() if DUNDER.match(name) and name not in _TELLING}
        found |= {name: line for name, line in spelled.items() if name not in old.attributes}
        found |= {what: line for what, line in new.building.items() if what not in old.building}
        return _objection(found, "plain values as results, and no redefinition of the names that its cases use")


@dataclass(frozen=True, slots=True)
class SizeGrowth:
    """A rewrite may not grow out of proportion to its parent.

    At most `factor` times the parent's syntax tree nodes plus `extra`.
    """

    factor: float = 2.0
    extra: int = 150

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Object to more nodes than that; a parent that says nothing sets no limit."""
        most = int(rewrite.old.size * self.factor + self.extra)
        if not rewrite.parent_source.strip() or rewrite.new.size <= most:
            return None
        evidence: Evidence = {"nodes": rewrite.new.size, "parent_nodes": rewrite.old.size, "most": most}
        return Objection(evidence, f"a rewrite of at most {most} syntax tree nodes")


CODE_RULES = (
    Parses,
    DeclaredImports,
    NoReflection,
    NoDynamicCode,
    NoOutsideWorld,
    NoEarlyExit,
    NoModulePatching,
    NoRiggedCheck,
    SizeGrowth,
)


def _specials(lines: Lines) -> Lines:
    return {name: line for name, line in lines.items() if DUNDER.match(name) and name not in SAFE_SPECIALS}


def _private(rewrite: Rewrite) -> Lines:
    """Return the attributes with a leading underscore that belong to somebody else than the tool and its helper."""
    own = rewrite.new.owned | rewrite.helper.owned | OPEN_PRIVATE
    lines = rewrite.new.foreign.items()
    return {name: line for name, line in lines if name[0] == "_" and name not in own and not DUNDER.match(name)}


def _walks(lines: Lines) -> Lines:
    return {**_specials(lines), **{name: line for name, line in lines.items() if name in WALKS}}


def _objection(found: Lines, would_pass: str) -> Objection | None:
    """Return an objection that shows the first uses with their lines, or None where there is none."""
    if not found:
        return None
    ordered = sorted(found.items(), key=lambda use: (use[1], use[0]))
    uses: list[JSON] = [{"use": name, "line": line} for name, line in ordered]
    return Objection({"uses": uses[:MOST_SHOWN], "count": len(uses)}, would_pass)
