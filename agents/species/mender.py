"""The mind of the mender: it shows a model the code of another's tool with the cases it fails, and has it repaired.

Promises: the code is shown in full, and only the entry point is replaced. Does not promise: to find a fault in a helper
of the tool; the model may write another under a new name.
"""

from __future__ import annotations

from prompts import Prompt, load_prompt, prompt_names

from ..sections import task_of
from ..workbench import Rehearsal
from .mind import Study, ThinkingMind
from .rewriting import Craft, Values, read_edit, standing, weigh_gain, writer

_OPERATOR = "operator"


def mender() -> ThinkingMind:
    """Return the compiled graph."""
    default = "a repair by a language model"
    return writer(Craft(_prompt, _values, read_edit, weigh_gain, default=default, any_form=True))


def _prompt(study: Study) -> Prompt:
    return operator_prompt(study) or load_prompt("mender")


def _values(study: Study, base: Rehearsal) -> Values:
    return {"standing": standing(base)}


def operator_prompt(study: Study) -> Prompt | None:
    """Return the prompt for a tool that earns by the edits it makes, None where the task is no such tool."""
    judged = task_of(study.view).judged
    return load_prompt(_OPERATOR) if judged == "earnings" and _OPERATOR in prompt_names() else None
