"""The mind of the toolsmith: it has a model write a tool anew, from what it is for and from its cases.

Promises: of the code as it stands the model sees what it defines and its first lines, so it is not led by its faults.
Does not promise: another algorithm. The model may well write the same one.
"""

from __future__ import annotations

from prompts import Prompt, load_prompt

from ..workbench import Rehearsal
from .mender import operator_prompt
from .mind import Study, ThinkingMind
from .rewriting import Craft, Values, read_edit, standing, weigh_gain, writer


def toolsmith() -> ThinkingMind:
    """Return the compiled graph."""
    return writer(Craft(_prompt, _values, read_edit, weigh_gain, default="written anew by a language model"))


def _prompt(study: Study) -> Prompt:
    return operator_prompt(study) or load_prompt("toolsmith")


def _values(study: Study, base: Rehearsal) -> Values:
    return {"standing": standing(base)}
