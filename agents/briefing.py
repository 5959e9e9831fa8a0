"""How a view becomes the messages of a request: our own words, and what others wrote inside marks.

Promises: the system message holds nothing of a view but the entry point's name and a count of lines; what does not fit
the budget is left out, the least needed first, and the prompt says how much.
Does not promise: to cut our own words. A budget smaller than those is overrun.
"""

from __future__ import annotations

from collections.abc import Mapping

from prompts import Parts, Prompt

from .marks import Section
from .models.message import Message
from .models.wire import tokens_about
from .sections import STANDARD, entry_point_of
from .view import View

_BYTES_A_TOKEN = 4


def brief(prompt: Prompt, view: View, *, budget_tokens: int, **values: Section | str) -> tuple[Message, ...]:
    """Return the system and the user message that a prompt makes of a view.

    Each value that the prompt takes comes from `values`, else from `sections.STANDARD`, else it is `entry_point`; those
    it does not take are passed over. A plain text among `values` must be our own words: it is put in unmarked.
    Raises: ValueError: the prompt takes a value that there is not, or the entry point is no identifier.
    """
    taken: dict[str, Section | str] = {}
    for name in prompt.values:
        if name == "entry_point":
            taken[name] = entry_point_of(view)
        elif name in values:
            taken[name] = values[name]
        elif name in STANDARD:
            taken[name] = STANDARD[name](view)
        else:
            raise ValueError(f"prompt {prompt.name!r} takes a value {name!r} that no section is for")
    parts = _filled(prompt, taken)
    excess = _size(parts) - budget_tokens * _BYTES_A_TOKEN
    if excess > 0:
        parts = _filled(prompt, _fitted(taken, excess))
    said = [Message("system", parts.system)] if parts.system else []
    return (*said, Message("user", parts.user))


def _filled(prompt: Prompt, values: Mapping[str, Section | str]) -> Parts:
    return prompt.parts(**{name: each if isinstance(each, str) else each.text for name, each in values.items()})


def _size(parts: Parts) -> int:
    return sum(tokens_about(part) for part in parts) * _BYTES_A_TOKEN


def _fitted(values: Mapping[str, Section | str], excess: int) -> dict[str, Section | str]:
    """Return the values with the sections of lowest rank shrunk, then clipped, until the excess is made up for."""
    fitted = dict(values)
    ranked = sorted((each.rank, name) for name, each in values.items() if isinstance(each, Section))
    for way in (Section.shrunk, Section.clipped):
        for _, name in ranked:
            section = fitted[name]
            if excess > 0 and isinstance(section, Section):
                fitted[name], excess = way(section, excess)
    return fitted
