"""What all who write code with a language model do alike: ask, read the reply, try it, say what came of it, ask again.

Promises: what came of a reply is fed back at most `reflections` times; only what passes more visible cases than the
code it replaces and loses none is proposed, or, where that passes them all, other code that passes them all; a reply
that was cut off is never used.
Does not promise: that the hidden cases agree. The rule layer runs those.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from langgraph.graph import START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command

from prompts import Prompt, load_prompt
from storage import ModelError

from ..actions import AnyAction, Compose, Pass, Propose
from ..briefing import brief
from ..edits import EditProblem, Form, edit_from_reply
from ..marks import Section
from ..models.message import Message, Reply, Request
from ..sections import case_sections, most_lines, source_of, task_of
from ..view import View
from ..workbench import Rehearsal
from .again import offered_again
from .mind import Study, ThinkingMind, Thought
from .reason import reason_in

Values = Mapping[str, Section | str]
# One step of the graph. A command costs nothing, where a conditional edge costs half as much as the whole graph.
Step = Command[Literal["work", "__end__"]]


@dataclass(frozen=True, slots=True)
class Draft:
    """Code read from a reply: `source` is what runs; a composition also keeps what was `written` and its components."""

    source: str
    ignored: tuple[str, ...] = ()
    written: str = ""
    components: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Weighed:
    """How good a draft is: 0 is not worth proposing, `best` needs no other; and what to tell the model otherwise.

    `verdict` is in our own words, `problem` may quote code and values.
    """

    worth: int
    best: bool
    verdict: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Craft:
    """What one species does in its own way.

    `prompt` chooses its text and `values` fill it in beside the standard sections; `read` turns a reply into a draft,
    or passes, and `weigh` says what a draft is worth; `default` is the reason where the model gave none; `idle` says
    why there is nothing to do, if so. Only with `any_form`, and a prompt that takes a `form`, may a reply come in
    another form than the whole function.
    """

    prompt: Callable[[Study], Prompt]
    values: Callable[[Study, Rehearsal], Values]
    read: Callable[[Study, Reply, Form], Draft | EditProblem | Pass]
    weigh: Callable[[Study, Draft, Rehearsal, Rehearsal], Awaitable[Weighed]]
    default: str
    idle: Callable[[Study], str] = lambda study: ""
    any_form: bool = False


@dataclass(frozen=True, slots=True)
class Writing:
    """A conversation under way: what was said, how the code to replace does, and the best draft so far."""

    messages: tuple[Message, ...]
    prompt: str
    form: Form
    base: Rehearsal
    asked: int = 0
    worth: int = 0
    kept: AnyAction | None = None


class Rewriting(Thought, total=False):
    """The state of a turn in which code is written."""

    writing: Writing


def writer(craft: Craft) -> ThinkingMind:
    """Return the compiled mind of a craft: one node that asks and tries until there is something to do."""

    async def work(state: Rewriting, runtime: Runtime[Study]) -> Step:
        study = runtime.context
        if study.view.activity == "repropose":
            return _end(*offered_again(study.view))
        if reason := craft.idle(study):
            return _end(Pass(reason=reason))
        return await _asked(craft, study, state.get("writing") or await _opened(craft, study))

    graph = StateGraph(Rewriting, context_schema=Study)
    graph.add_node("work", work)
    graph.add_edge(START, "work")
    return graph.compile()


def _end(*actions: AnyAction, tried: int = 0) -> Step:
    return Command(update=Rewriting(actions=list(actions), tried=tried), goto="__end__")


async def _opened(craft: Craft, study: Study) -> Writing:
    """Begin the conversation."""
    base = await study.bench.rehearse(source_of(study.view))
    prompt = craft.prompt(study)
    form: Form = study.talk.form if craft.any_form and "form" in prompt.values else "whole"
    values = {
        **case_sections(task_of(study.view), base),
        "form": answer_form(study.view, form),
        "lines": most_lines(study.view),
        **craft.values(study, base),
    }
    messages = brief(prompt, study.view, budget_tokens=study.manner.prompt_tokens, **values)
    return Writing(messages, prompt.digest, form, base)


async def _asked(craft: Craft, study: Study, writing: Writing) -> Step:
    """Ask once, and end the turn or go on with what came of it."""
    manner = study.manner
    request = Request(
        writing.messages, temperature=manner.temperature, max_tokens=manner.max_tokens, prompt=writing.prompt
    )
    try:
        reply = await study.talk.say(request)
    except ModelError as error:
        return _end(writing.kept or Pass(reason=f"no reply: {error.kind}"))
    draft = craft.read(study, reply, writing.form)
    if isinstance(draft, Pass):
        return _end(writing.kept or draft)
    if isinstance(draft, EditProblem):
        told: Values = {"verdict": "Your reply could not be used.", "problem": _quoted(draft.message)}
        return _continued(study, writing, reply, outcome=f"unusable ({draft.flaw})", told=told)
    return await _tried(craft, study, writing, reply, draft)


async def _tried(craft: Craft, study: Study, writing: Writing, reply: Reply, draft: Draft) -> Step:
    """Run a draft, and propose it or go on with what it did."""
    found = await study.bench.rehearse(draft.source)
    weighed = await craft.weigh(study, draft, writing.base, found)
    if weighed.worth > writing.worth:
        reason = reason_in(reply.text) or craft.default
        writing = replace(writing, worth=weighed.worth, kept=_action(study.view, draft, reason))
    if weighed.best and writing.kept:
        return _end(writing.kept, tried=1)
    told: Values = {
        "problem": _quoted(weighed.problem),
        "verdict": " ".join(filter(None, [weighed.verdict, _left_out(draft)])),
        "failing": case_sections(task_of(study.view), found)["failing"],
    }
    return _continued(study, writing, reply, outcome="not better", told=told, tried=1)


def _continued(study: Study, writing: Writing, reply: Reply, *, outcome: str, told: Values, tried: int = 0) -> Step:
    """Feed back what came of a reply, or end the turn where that was done often enough."""
    asked = writing.asked + 1
    if asked > study.view.me.genome.reflections:
        replies = "1 reply" if asked == 1 else f"{asked} replies"
        return _end(writing.kept or Pass(reason=f"{replies}, the last one {outcome}"), tried=tried)
    values = {"failing": Section(()), **told}
    again = brief(load_prompt("again"), study.view, budget_tokens=study.manner.prompt_tokens, **values)
    # What was cut off is not shown again: it would be continued.
    said = "(a reply that was cut off)" if reply.truncated else reply.text or "(nothing)"
    messages = (*writing.messages, Message("assistant", said), *again)
    return Command(update=Rewriting(writing=replace(writing, messages=messages, asked=asked), tried=tried), goto="work")


def _action(view: View, draft: Draft, reason: str) -> AnyAction:
    basis = view.base or view.head
    if basis is None:
        raise ValueError(f"turn {view.turn}: agent {view.me.id} was given no version to work from")
    if draft.components:
        return Compose(source=draft.written, basis_id=basis.id, components=draft.components, reason=reason)
    return Propose(source=draft.source, basis_id=basis.id, reason=reason)


def _quoted(text: str) -> Section:
    return Section((text,) if text else (), least=1)


def _left_out(draft: Draft) -> str:
    if not draft.ignored:
        return ""
    names = ", ".join(f"`{name}`" for name in draft.ignored)
    return f"Your block also defines {names}, which the module has already, so that was left out; use new names."


def answer_form(view: View, form: Form) -> str:
    """Return our own words on how the answer must be written."""
    return load_prompt(f"answer-{form}").fill(entry_point=task_of(view).entry_point).strip()


def read_edit(study: Study, reply: Reply, form: Form) -> Draft | EditProblem:
    """Read a new entry point into the code at hand, and note how well the form was kept."""
    view = study.view
    outcome = edit_from_reply(source_of(view), task_of(view).entry_point, reply, form)
    if form == study.talk.form:
        study.talk.note(outcome)
    if isinstance(outcome, EditProblem):
        return outcome
    if any(outcome.source == each.source for each in view.rivals):
        return EditProblem("unchanged", "That is, letter for letter, a version which there is already. Write another.")
    return Draft(outcome.source, outcome.ignored)


async def weigh_gain(study: Study, draft: Draft, base: Rehearsal, found: Rehearsal) -> Weighed:
    """Weigh a draft by the visible cases it wins; one that loses any is worth nothing."""
    name, many = task_of(study.view).entry_point, len(found.passed)
    lost = [
        number for number, pair in enumerate(zip(base.passed, found.passed, strict=True), 1) if pair == (True, False)
    ]
    perfect = found.score == many
    better = perfect if base.score == many else found.score > base.score
    parts = [
        f"Your `{name}` passes {found.score} of the {many} cases shown; the code it is to replace passes {base.score}."
    ]
    if lost:
        listed = ", ".join(map(str, lost))
        parts.append(f"What passed before must still pass: {'case' if len(lost) == 1 else 'cases'} {listed}.")
    worth = found.score + 1 if better and not lost else 0
    return Weighed(worth, best=perfect and worth > 0, verdict=" ".join(parts))


def standing(base: Rehearsal) -> str:
    """Say, in our own words, what the cases shown leave open; nothing where they show how the code to replace fails."""
    many = len(base.passed)
    if not many:
        return "No case is shown; others, which are hidden, fail."
    if base.score < many:
        return ""
    return (
        f"The present code passes {'the one case' if many == 1 else f'all {many} cases'} shown, but other cases, which"
        " are hidden, fail. Look for what no shown case asks: empty or single inputs, equal items, zero and negative"
        " numbers, bounds, large values."
    )
