"""A rewrite beside what it replaces, both read: the matter that code rules judge.

Promises: what the parent version already did is told apart from what is new.
Does not promise: that the parent is innocent. A parent that cannot be read counts as doing nothing.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field

from storage import Task

from .library import Library
from .reading import Lines, Reading
from .source import Unreadable, builtins_reached, read
from .syntax import BUILTINS

NOTHING = Reading()


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A new source, its parent's source and the task's helper code, with what each of them says.

    `library` is the shelf: the versions that it may require, and those that its parent requires.
    """

    task: Task
    source: str
    parent_source: str
    new: Reading
    old: Reading
    helper: Reading
    library: Library = field(default_factory=dict)

    def added_names(self, banned: Container[str]) -> Lines:
        """Return which of the `banned` builtins the rewrite reaches, by name or import, that its parent does not."""
        known = _reached(self.parent_source, self.old, banned)
        return {name: line for name, line in _reached(self.source, self.new, banned).items() if name not in known}


def read_rewrite(
    task: Task, source: str, *, parent_source: str, library: Library | None = None
) -> Rewrite | Unreadable:
    """Read both versions; a parent or helper that cannot be read counts as empty."""
    new, old, helper = read(source), read(parent_source), read(task.helper)
    if isinstance(new, Unreadable):
        return new
    return Rewrite(
        task=task,
        source=source,
        parent_source=parent_source,
        new=new,
        old=NOTHING if isinstance(old, Unreadable) else old,
        helper=NOTHING if isinstance(helper, Unreadable) else helper,
        library=dict(library or {}),
    )


def _reached(source: str, reading: Reading, banned: Container[str]) -> Lines:
    found = {name: line for name, line in reading.names.items() if name in banned}
    if suspects := reading.suspects & found.keys():
        innocent = suspects - builtins_reached(source, suspects)
        found = {name: line for name, line in found.items() if name not in innocent}
    for path, line in reading.members.items():
        name = path.rpartition(".")[2]
        if path in reading.idle:
            continue
        # `re.compile` is no `compile`; what no builtin is called can only mean the module's own.
        if name in banned and name not in BUILTINS:
            found[name] = min(line, found.get(name, line))
    return found
