"""A question that a mind puts to its model for a structured answer, and once more where the answer cannot be used.

Promises: what is asked comes from a prompt file and the view, within the manner's budget; the number of calls is
bounded. Does not promise: that the last answer is usable throughout; whoever asked takes from it what is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from pydantic import BaseModel

from prompts import load_prompt
from storage import ModelError

from ..briefing import brief
from ..cases import case_text
from ..marks import Section
from ..models import Message, Request, Talk
from ..sections import task_of
from ..view import View
from .mind import Study

Shape = TypeVar("Shape", bound=BaseModel)

# After what was said, rival code and agreed cases; before what the tool is for.
_RANK = 6


def request_of(study: Study, name: str, **values: Section | str) -> Request:
    """Return the request that the prompt of that name makes of the turn's view; `values` as `brief` takes them."""
    prompt, manner = load_prompt(name), study.manner
    return Request(
        brief(prompt, study.view, budget_tokens=manner.prompt_tokens, **values),
        temperature=manner.temperature,
        max_tokens=manner.max_tokens,
        prompt=prompt.digest,
    )


def cases_shown(view: View) -> Section:
    """Return the visible cases, as data."""
    task = task_of(view)
    items = [case_text(task, case, number) for number, case in enumerate(task.ring("visible"), start=1)]
    return Section(tuple(items), rank=_RANK, least=1)


async def inquire(
    talk: Talk, request: Request, shape: type[Shape], *, faults: Callable[[Shape], Sequence[str]], again: int
) -> Shape:
    """Return an answer of a shape; what is wrong with one is told to the model, which may answer `again` so often.

    An answer that was had is not lost where the model then fails.
    Raises: ModelError: there never was an answer of that shape.
    """
    answer = await talk.ask(request, shape)
    for _ in range(again):
        wrong = faults(answer)
        if not wrong:
            break
        told = "\n".join(["Some of that cannot be used:", *(f"- {each}" for each in wrong), "Answer again, in full."])
        said = (Message("assistant", answer.model_dump_json()), Message("user", told))
        request = replace(request, messages=(*request.messages, *said))
        try:
            answer = await talk.ask(request, shape)
        except ModelError:
            break
    return answer
