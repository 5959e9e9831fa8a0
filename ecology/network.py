"""Who requires whom among the heads, folded from history: tools built on tools.

Promises: what is required is pinned to a version, so the versions never form a cycle, though the tools may; a question
is answered from the heads alone, in the order of the tools' ids.
Does not promise: what versions before the heads required; the store has that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from storage import Entry

# Tools count as twins when they agree on so many inputs that both are shown.
_SHARED = 3


class Network:
    """The requirements of the heads, and what tools answer on the inputs they are shown."""

    def __init__(self) -> None:
        self._tools: dict[int, int] = {}
        self._heads: dict[int, int] = {}
        # Of those versions alone that require anything.
        self._pins: dict[int, dict[str, int]] = {}
        self._cases: defaultdict[int, dict[str, str]] = defaultdict(dict)
        self._tasks: dict[int, int] = {}

    def fold(self, entry: Entry) -> None:
        """Take in one entry."""
        for table, row in entry.rows:
            if table == "tool_version":
                self._tools[row["id"]] = row["tool_id"]
                self._heads[row["tool_id"]] = row["id"]
            elif table == "requirement":
                self._pins.setdefault(row["version_id"], {})[row["name"]] = row["required_id"]
            elif table == "task_case" and row["ring"] == "visible" and row["args"]:
                self._cases[row["task_id"]][row["args"]] = row["expect"]
            elif table == "tool":
                self._tasks[row["id"]] = row["task_id"]

    def tool_of(self, version_id: int) -> int | None:
        """Return the tool that a version is of, None where there is no such version."""
        return self._tools.get(version_id)

    def pins(self, tool_id: int) -> Mapping[str, int]:
        """Return what a tool's head requires: versions by the names it calls them."""
        return self.required(self._heads[tool_id])

    def required(self, version_id: int) -> Mapping[str, int]:
        """Return what a version requires, likewise."""
        return self._pins.get(version_id, {})

    def dependants(self, tool_id: int) -> list[int]:
        """Return the tools whose heads require some version of a tool, but not that tool itself."""
        using = [self._tools[each] for each, pins in self._pins.items() if self._uses(pins, tool_id)]
        heads = [each for each in dict.fromkeys(using) if each != tool_id and self._uses(self.pins(each), tool_id)]
        return sorted(heads)

    def radius(self, tool_id: int) -> list[int]:
        """Return the tools that a change of a tool reaches if everybody follows, but not that tool itself."""
        found, ahead = {tool_id}, [tool_id]
        while ahead:
            new = [each for each in self.dependants(ahead.pop()) if each not in found]
            found.update(new)
            ahead += new
        return sorted(found - {tool_id})

    def are_twins(self, tool_id: int, other_id: int) -> bool:
        """Whether two tools are to answer alike on every input that both are shown, and are shown enough of them."""
        mine, theirs = (self._cases[self._tasks[each]] for each in (tool_id, other_id))
        shared = mine.keys() & theirs.keys()
        return len(shared) >= _SHARED and all(mine[args] == theirs[args] for args in shared)

    def _uses(self, pins: Mapping[str, int], tool_id: int) -> bool:
        return any(self._tools.get(version_id) == tool_id for version_id in pins.values())
