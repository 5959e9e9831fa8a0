"""Rules on what a rewrite reaches for: modules, attributes by name, code from text, the world outside, its own process.

Promises: each looks only at what is new against the parent, names the lines, and runs none of the code it judges.
Does not promise: containment. That is the sandbox's work; these explain early and see what a kernel cannot.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from storage import pins_in

from ..capabilities import HOOKS, capabilities_of, may, opens
from ..module_members import is_public_member
from ..reading import Lines, Reading
from ..rewrite import Rewrite
from ..special_names import CARRIED, OPEN_PRIVATE, SAFE_SPECIALS, WALKS
from ..syntax import DUNDER
from ..verdict import Evidence, Objection
from .uses import listed, objection


@dataclass(frozen=True, slots=True)
class DeclaredImports:
    """A rewrite may import only harmless modules, and what its task declares or its parent or helper imports.

    `pure`: modules free to use, dotted; `members`: single members free to use of other modules, as `sys.maxsize`;
    `granted`: capabilities that every tool has; `ask`: those that a person may grant to a rewrite beyond what its task
    declares.
    """

    pure: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    granted: frozenset[str] = frozenset()
    ask: frozenset[str] = frozenset({"clock", "random"})

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Object to new modules, to new members of modules that are not pure, and to modules handed about as values.

        Where all of it is a capability that may be asked for, a person's approval contents the rule.
        """
        new, old = rewrite.new, rewrite.old
        declared = rewrite.task.capabilities
        imported = {**rewrite.helper.imports, **old.imports}
        used = {**rewrite.helper.members, **old.members}
        required = _required(rewrite)
        imported = {**imported, **dict.fromkeys(required, 0)}
        used = {**used, **dict.fromkeys(required, 0)}
        found = {module: line for module, line in new.imports.items() if not self._may_import(module, imported)}
        strays = new.strays.keys() - old.strays.keys() - rewrite.helper.bound.keys()
        found |= {name: new.strays[name] for name in strays if not self._may_import(name, imported)}
        closed = {module.partition(".")[0] for module in found if not opens(declared, module)}
        for path, line in new.members.items():
            # The members of a module that is refused as a whole say no more, but for private ones.
            if path not in used and not self._may_use(path) and (_is_private(path) or path.split(".")[0] not in closed):
                found[path] = line
        grantable = all(opens(self.ask, path) for path in found if not opens(declared, path))
        found |= {module: line for module, line in new.bare.items() if module not in old.bare}
        found = {path: line for path, line in found.items() if not opens(declared, path)}
        # A module that is handed about may be asked for anything.
        grantable = grantable and found.keys().isdisjoint(new.bare)
        if not may(declared, "introspection"):
            carried = CARRIED & new.attributes.keys() - old.attributes.keys()
            carried = frozenset(name for name in carried if not opens(declared, name))
            found |= {f".{name}": new.attributes[name] for name in carried}
            grantable = grantable and not carried
        return self._answer(found, declared, grantable=grantable)

    def _answer(self, found: Lines, declared: Collection[str], *, grantable: bool) -> Objection | None:
        if not found:
            return None
        serving = {path: capabilities_of(path) for path in found}
        wanted = sorted(set().union(*serving.values()))
        evidence: Evidence = {**listed(found), "wanted": wanted, "declared": sorted(declared)}
        passing = "only its parent's imports, or pure modules such as math, each used by its members"
        if grantable:
            asked = sorted({min(names & self.ask) for names in serving.values()})
            growth = f"capability {', '.join(asked)}"
            return Objection(evidence, f"{passing}; or the same with a person's approval of the {growth}", growth)
        known = f"; or a task that declares {', '.join(wanted)}" if wanted else ""
        return Objection(evidence, passing + known)

    def _may_import(self, module: str, declared: Lines) -> bool:
        opened = module in self.pure or module in declared or opens(self.granted, module)
        return opened or any(member.startswith(f"{module}.") for member in self.members)

    def _may_use(self, path: str) -> bool:
        parts = path.split(".")
        prefixes = [".".join(parts[:end]) for end in range(len(parts), 0, -1)]
        if any(prefix in self.members for prefix in prefixes) or opens(self.granted, path):
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
        if may(rewrite.task.capabilities, "introspection"):
            return None
        found = dict(rewrite.added_names(self.banned))
        found = {name: line for name, line in found.items() if not _is_declared(rewrite, name)}
        found |= {name: line for name, line in _specials(new.names).items() if name not in old.names}
        found |= {name: line for name, line in _walks(new.attributes).items() if name not in old.attributes}
        copied = "copy" in rewrite.helper.imports.keys() | old.imports.keys() | new.imports.keys()
        special = {name: line for name, line in _specials(new.special).items() if copied or name not in _COPIED}
        found |= {name: line for name, line in special.items() if name not in old.special}
        found |= {what: line for what, line in new.tailored.items() if what not in old.tailored}
        found |= {name: line for name, line in _private(rewrite).items() if name not in old.foreign}
        if "dataclasses" in new.imports:
            # The annotations of a class that was built by a call become code in a dataclass.
            found |= {what: line for what, line in new.building.items() if what not in old.building}
        if "__class__" in new.special.keys() - old.special.keys():
            found["__class__"] = new.special["__class__"]
        return objection(found, "plain attribute access, with no double-underscore attribute but the operators' own")


@dataclass(frozen=True, slots=True)
class NoDynamicCode:
    """A rewrite may not build code at run time."""

    banned: frozenset[str] = frozenset({"eval", "exec", "compile", "__import__"})

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Object to names that turn text into code, called or not."""
        return objection(rewrite.added_names(self.banned), "a table of functions in place of code built from text")


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
        declared = rewrite.task.capabilities
        found = {} if may(declared, "files") else dict(rewrite.added_names(self.banned))
        if may(declared, "clock") and may(declared, "random"):
            return objection(found, _GIVEN)
        found |= {name: line for name, line in self._unsteady(new).items() if name not in self._unsteady(old)}
        found |= {what: line for what, line in new.timed.items() if what not in old.timed}
        steady = {name: line for name, line in found.items() if not self._is_granted(name, declared)}
        return objection(steady, _GIVEN)

    def _is_granted(self, name: str, declared: Collection[str]) -> bool:
        """Whether what a name asks, the clock or chance, is declared."""
        if name in self.banned:
            return False
        chance = name.startswith("random.") or name.endswith("SystemRandom")
        return may(declared, "random" if chance else "clock")

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
        return objection(rewrite.added_names(self.banned), "a return, or an exception that its caller can expect")


@dataclass(frozen=True, slots=True)
class NoModulePatching:
    """A rewrite may not change modules, nor what the task's helper code defines."""

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Object to assignments and deletions on imported modules and on the helper's names."""
        new = rewrite.new
        theirs = rewrite.helper.bound.keys() | {module.partition(".")[0] for module in new.imports}
        theirs |= {pin.name for pin in pins_in(rewrite.source)}
        fresh = new.patched.keys() - rewrite.old.patched.keys()
        declared = rewrite.task.capabilities
        hooks = {target for target in HOOKS if opens(declared, target)}
        found = {target: new.patched[target] for target in fresh - hooks if target.partition(".")[0] in theirs}
        return objection(found, "a function of its own in place of one that is patched")


# Defined in a class, these do something only when an object of it is copied.
_COPIED = frozenset({"__getstate__", "__setstate__"})
_GIVEN = "a function that takes what it needs, the time among it, as arguments"


def _required(rewrite: Rewrite) -> frozenset[str]:
    """Return the dotted modules and members by which a rewrite requires tools, which is for `RequirementsShelved`."""
    pins = [pin for pin in pins_in(rewrite.source) if not pin.name.startswith("_")]
    return frozenset(path for pin in pins for path in (pin.module, f"{pin.module}.{pin.name}"))


def _is_private(path: str) -> bool:
    return any(part.startswith("_") for part in path.split(".")[1:])


def _is_declared(rewrite: Rewrite, name: str) -> bool:
    """Whether a banned name is a member of a module that the task declares."""
    paths = [path for path in rewrite.new.members if path.rpartition(".")[2] == name]
    return bool(paths) and all(opens(rewrite.task.capabilities, path) for path in paths)


def _specials(lines: Lines) -> Lines:
    return {name: line for name, line in lines.items() if DUNDER.match(name) and name not in SAFE_SPECIALS}


def _private(rewrite: Rewrite) -> Lines:
    """Return the attributes with a leading underscore that belong to somebody else than the tool and its helper."""
    own = rewrite.new.owned | rewrite.helper.owned | OPEN_PRIVATE
    # What hangs on a name that nothing binds cannot be read; the helper may bind it.
    adrift = {name for name, roots in rewrite.new.adrift.items() if not roots & rewrite.helper.bound.keys()}
    lines = [(name, line) for name, line in rewrite.new.foreign.items() if name not in adrift]
    return {name: line for name, line in lines if name[0] == "_" and name not in own and not DUNDER.match(name)}


def _walks(lines: Lines) -> Lines:
    return {**_specials(lines), **{name: line for name, line in lines.items() if name in WALKS}}
