"""What a model wrote, turned into a new source of a tool, or into words that tell the model what was wrong.

Ask `edit_from_reply` (or `edit_from_text`) for the new source; ask `ParseRates` in which form to have it written.
"""

from __future__ import annotations

from .edited import Edited, EditProblem, Flaw
from .form import Form, edit_from_reply, edit_from_text
from .parse_rate import ParseRates, Tried
from .search_replace import search_replace
from .whole import whole

__all__ = [  # noqa: RUF022 - in an order that teaches
    "edit_from_reply",
    "edit_from_text",
    "Form",
    "Edited",
    "EditProblem",
    "Flaw",
    "ParseRates",
    "Tried",
    "whole",
    "search_replace",
]
