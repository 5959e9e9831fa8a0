"""The mind of the composer: it has a tool built by calling other tools that are solved already.

Promises: what was rehearsed is what the engine links from its own records; only tools on the view's shelf are used.
Does not promise: that what is built is small. The rule on size looks at the linked source.
"""

from __future__ import annotations

from prompts import Prompt, load_prompt

from ..actions import Pass
from ..edits import EditProblem, Form, edit_from_reply
from ..linking import link, mentioned
from ..models.message import Reply
from ..sections import shelved, task_of
from ..view import Shelved, View
from ..workbench import Rehearsal
from .mind import Study, ThinkingMind
from .reason import reason_in
from .rewriting import Craft, Draft, Values, standing, weigh_gain, writer

_MOST_PARTS = 8


def composer() -> ThinkingMind:
    """Return the compiled graph."""
    default = "built from other tools by a language model"
    return writer(Craft(_prompt, _values, _read, weigh_gain, default=default, idle=_idle))


def _idle(study: Study) -> str:
    return "" if _usable(study.view) else "no tool on the shelf to build on"


def _prompt(study: Study) -> Prompt:
    return load_prompt("composer")


def _values(study: Study, base: Rehearsal) -> Values:
    return {"standing": standing(base), "shelf": shelved(_usable(study.view))}


def _usable(view: View) -> tuple[Shelved, ...]:
    """Return the tools on the shelf that can be called by a name of their own."""
    found: dict[str, Shelved] = {}
    for each in view.shelf:
        if each.entry_point != task_of(view).entry_point:
            found.setdefault(each.entry_point, each)
    return tuple(found.values())


def _read(study: Study, reply: Reply, form: Form) -> Draft | EditProblem | Pass:
    """Read the function that calls others, and put their code in front of it; words alone decline."""
    view = study.view
    name = task_of(view).entry_point
    # It replaces all of the old code, so it is read as if there were none.
    outcome = edit_from_reply("", name, reply, form)
    if isinstance(outcome, EditProblem):
        declined = outcome.flaw == "no-block"
        return Pass(reason=reason_in(reply.text) or "the model wrote nothing") if declined else outcome
    shelf = {each.entry_point: each for each in _usable(view)}
    parts = [shelf[each] for each in mentioned(outcome.source, tuple(shelf))]
    if not parts:
        return EditProblem("missing-function", f"Your `{name}` calls none of the tools. Build it on at least one.")
    if len(parts) > _MOST_PARTS:
        return EditProblem("too-long", f"Your `{name}` calls {len(parts)} tools; use at most {_MOST_PARTS} of them.")
    linked = link(outcome.source, name, parts)
    if isinstance(linked, EditProblem):
        return linked
    components = tuple(each.version_id for each in parts)
    return Draft(linked.source, written=outcome.source, components=components)
