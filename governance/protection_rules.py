"""Rules on what nobody may touch: the rule layer itself, its files and tables, and tools planted as canaries.

Promises: a rewrite of a guarded tool is refused when it is proposed, before anybody looks at it.
Does not promise: that the words it looks for are all there are. Code cannot import or open anything by the code rules,
and reaches nothing by the sandbox; these rules say what the matter is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from storage import table_names

from .rewrite import Rewrite
from .standing import Motion, Standing
from .verdict import Evidence, Objection

CANARY = "canary/"
# Only a whole statement counts: "update tool" is English too.
_NAME = r"\s+[\"'`\[]?(\w+)[\"'`\]]?"
_WRITES = (
    rf"\binsert\s+(?:or\s+\w+\s+)?into{_NAME}\s*(?:\(|values|select|default)",
    rf"\breplace\s+into{_NAME}\s*(?:\(|values|select)",
    rf"\bupdate{_NAME}\s+set\s+[\w\"]+\s*=",
    rf"\bdelete\s+from{_NAME}\s*(?:where|;|[\"']|\Z)",
    rf"\b(?:drop|alter)\s+table\s+(?:if\s+exists)?{_NAME}",
)


@dataclass(frozen=True, slots=True)
class NotCanary:
    """A tool planted as a canary (its name starts with `canary/`) may not be rewritten, by anybody, ever."""

    def judge(self, motion: Motion, standing: Standing) -> Objection | None:
        """Object to every rewrite of such a tool; the author is named."""
        if not motion.tool.startswith(CANARY):
            return None
        evidence: Evidence = {"canary": motion.tool, "author": motion.author_id, "lineage": motion.author_lineage}
        return Objection(evidence, "nothing: this tool is there to show who touches it")


@dataclass(frozen=True, slots=True)
class NotRuleLayerTool:
    """A tool that bears a name of the rule layer or the store may not be rewritten by agents.

    `tools`: patterns of such names.
    """

    tools: frozenset[str] = frozenset()

    def judge(self, motion: Motion, standing: Standing) -> Objection | None:
        """Object to a rewrite of a tool of such a name."""
        found = sorted(each for each in self.tools if fnmatchcase(motion.tool, each))
        if not found:
            return None
        return Objection(
            {"tool": motion.tool, "patterns": found}, "a rewrite of a tool that is none of the rule layer's"
        )


@dataclass(frozen=True, slots=True)
class RuleLayerUntouched:
    """A rewrite may not reach for the rule layer: its modules, the files it is written in, or the tables of the store.

    `modules` that no tool may import; `files` that none may name.
    """

    modules: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Object to such imports, names of files and statements on tables, where the parent has none."""
        known = rewrite.old.imports
        found = {f"module {one}": line for one, line in rewrite.new.imports.items() if self._ours(one)}
        found = {one: line for one, line in found.items() if one.partition(" ")[2] not in known}
        for name in sorted(self.files):
            if name in rewrite.source and name not in rewrite.parent_source:
                found[f"file {name}"] = _line_of(name, rewrite.source)
        for name in sorted(_written(rewrite.source) - _written(rewrite.parent_source)):
            found[f"table {name}"] = _line_of(name, rewrite.source)
        if not found:
            return None
        return Objection({"reached": found}, "a rewrite that does not reach for the rule layer or the store")

    def _ours(self, module: str) -> bool:
        return module.partition(".")[0] in self.modules


GUARDS = (NotCanary, NotRuleLayerTool)
CODE_GUARDS = (RuleLayerUntouched,)


@lru_cache(maxsize=1)
def _statements() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(each, re.IGNORECASE) for each in _WRITES)


def _written(source: str) -> frozenset[str]:
    """Return the tables of ours that statements in a source would change."""
    found = (name.lower() for statement in _statements() for name in statement.findall(source))
    return table_names().intersection(found)


def _line_of(word: str, source: str) -> int:
    return source.lower().partition(word.lower())[0].count("\n") + 1
