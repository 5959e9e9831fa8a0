"""Operator tools: edit operators that are tools themselves, run in the sandbox, open to rewriting by the agents.

An operator is a function `edits(source, entry_point, inputs, outputs, lines)` that returns rewritten sources. It comes
as a task like any other (`operator_tasks`), whose cases say what every operator must keep to; a specialist of the
family `operator/NAME` searches with the head of the tool of that name. What a rewrite of an operator is worth shows in
what its edits earn.

Promises: what an operator returns is doubted text by text before it is used. Does not promise: that an operator helps.
"""

from __future__ import annotations

from .contract import HELPER, MOST_CHARACTERS, MOST_REWRITES, fitting, question
from .shipped import OPERATORS, is_operator, operator_tasks, purpose_of

__all__ = [
    "HELPER",
    "MOST_CHARACTERS",
    "MOST_REWRITES",
    "OPERATORS",
    "fitting",
    "is_operator",
    "operator_tasks",
    "purpose_of",
    "question",
]
