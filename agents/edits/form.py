"""The forms in which a model may write an edit, and reading a reply in one of them.

Promises: a new source that parses, or a problem whose text can be fed back; a reply that was cut off is never read.
Does not promise: that the edit makes anything better. Cases and rules decide that.
"""

from __future__ import annotations

from typing import Literal

from ..models.message import Reply
from .edited import Edited, EditProblem
from .search_replace import search_replace
from .whole import whole

Form = Literal["whole", "search-replace"]


def edit_from_text(source: str, entry_point: str, text: str, form: Form = "whole") -> Edited | EditProblem:
    """Return the source as the text would have it, or what to tell the model.

    Args: source: the module as it stands; entry_point: the function in it that is under work.
    """
    return whole(source, entry_point, text) if form == "whole" else search_replace(source, entry_point, text)


def edit_from_reply(source: str, entry_point: str, reply: Reply, form: Form = "whole") -> Edited | EditProblem:
    """Return the same for a reply; one that ran out of room is a problem even where what is left would parse."""
    if reply.truncated:
        return EditProblem("cut-off", "Your reply was cut off before its end. Answer in full, with fewer words around.")
    return edit_from_text(source, entry_point, reply.text, form)
