"""How an operator tool is asked for edits of another tool, and which of its answers are used.

Promises: an operator sees no case but visible ones; what it returns is checked out here, text by text.
Does not promise: that a rewrite is any good. It is tried like every other edit, and judged by the rule layer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.resources import files

from governance import Call, Program, Unreadable, read
from storage import Task

ENTRY_POINT = "edits"
# Runs before every operator: the checks that its cases call, and the parts of `ast` that rewrites may use.
HELPER = (files(__package__) / "sources" / "helper.py").read_text(encoding="utf-8")
MOST_REWRITES = 64
MOST_CHARACTERS = 40_000
# So many characters of visible cases are shown to an operator at most: they are copied into each run.
_SHOWN = 20_000


def question(
    operator_source: str, *, source: str, entry_point: str, task: Task, lines: Iterable[Sequence[float]]
) -> Program:
    """Return the sandbox program that asks an operator for edits of `source`, a tool of `task`.

    Args: lines: pairs of a line number (1 is the first) and how suspicious it is, 0 to 1.
    """
    inputs, outputs, left = [], [], _SHOWN
    for case in task.ring("visible"):
        given = case.args or case.call
        left -= len(given) + len(case.expect)
        if left < 0:
            break
        inputs.append(given)
        outputs.append(case.expect)
    pairs = [[int(line), float(weight)] for line, weight in lines]
    arguments = repr((source, entry_point, inputs, outputs, pairs))
    return Program(operator_source, ENTRY_POINT, (Call(args=arguments),), helper=HELPER)


def fitting(found: object, *, source: str, entry_point: str) -> tuple[str, ...]:
    """Return what can be used of an operator's answer: new texts that parse and define the entry point, each once.

    Of an answer that is no list nothing is used, of a longer one the first `MOST_REWRITES`.
    """
    if not isinstance(found, list):
        return ()
    texts = [each for each in found[:MOST_REWRITES] if isinstance(each, str) and each != source]
    return tuple(each for each in dict.fromkeys(texts) if _defines(each, entry_point))


def _defines(text: str, entry_point: str) -> bool:
    if len(text) > MOST_CHARACTERS:
        return False
    reading = read(text)
    return not isinstance(reading, Unreadable) and entry_point in reading.bound
