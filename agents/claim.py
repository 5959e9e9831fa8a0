"""A case as a model claims it: an input, what the tool should give on it, and why; read with suspicion.

Promises: what is read is short, parses, and calls the tool without looking into it or changing what it uses; nothing is
run. Does not promise: that the claim is true. Where it is tried, the sandbox says.
"""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from dataclasses import dataclass

from pydantic import BaseModel, Field, field_validator

from governance import Question, Reading, Unreadable, ask, literal, read
from prompts import load_prompt
from storage import Case, Task

from .actions import Test

_LONGEST = 2_000
_LONGEST_REASON = 300
# With these a call could tell sources apart by more than what they do.
_LOOKING_IN = frozenset({
    "breakpoint", "compile", "delattr", "dir", "eval", "exec", "getattr", "globals", "hasattr", "help", "id", "input",
    "locals", "open", "setattr", "type", "vars",
})  # fmt: skip
_LEADING_IN = re.compile(r"_.|(?:ag|co|cr|f|func|gi|tb)_")
_BUILTINS = frozenset(dir(builtins))


class Said(BaseModel):
    """A case in a model's words: `args`, or `setup` and `call` where the tool is called so; texts of Python all.

    A value that comes as JSON in place of a text is taken as the literal it stands for.
    """

    args: str = Field(default="", description="the arguments as a Python tuple literal, such as (1, 'a')")
    setup: str = Field(default="", description="Python statements before the call; empty where args is given")
    call: str = Field(default="", description="a Python expression that calls the tool; empty where args is given")
    expected: str = Field(default="", description="the right result as a Python literal")
    reason: str = Field(default="", description="why, in one sentence")

    @field_validator("args", mode="before")
    @classmethod
    def _arguments_as_text(cls, value: object) -> object:
        if isinstance(value, list):
            return literal(tuple(value))
        return "" if value is None else value

    @field_validator("expected", mode="before")
    @classmethod
    def _value_as_text(cls, value: object) -> object:
        return value if isinstance(value, str) else literal(value)

    @field_validator("setup", "call", "reason", mode="before")
    @classmethod
    def _nothing_as_text(cls, value: object) -> object:
        return "" if value is None else value


@dataclass(frozen=True, slots=True)
class Claim:
    """A case that is claimed to hold, written as one of the task's, and the reason given for it."""

    task: Task
    case: Case
    reason: str

    @property
    def question(self) -> Question:
        """The call to make, which knows what its result is held against."""
        return ask(self.task, self.case)

    @property
    def input(self) -> tuple[str, str, str]:
        """What tells its input from those of other cases."""
        return input_of(self.task, self.case)

    @property
    def test(self) -> Test:
        """The action that offers it as a case for the tool."""
        case = self.case
        return Test(args=case.args, setup=case.setup, call=case.call, expect=case.expect, reason=self.reason)


def read_claim(task: Task, said: Said) -> Claim:
    """Return what a model said as a claim about a task's tool.

    Raises: ValueError: it is no case of that tool; the sentence says what to write.
    """
    expect = _literal("expected", said.expected)
    if said.call.strip():
        case = Case("visible", expect, setup=said.setup.strip(), call=said.call.strip())
        _require_plain_call(task, case)
    else:
        case = Case("visible", expect, args=_arguments(task, said.args))
    return Claim(task, case, one_line(said.reason)[:_LONGEST_REASON])


def form_of(task: Task) -> str:
    """Return our own words on how a case for a task's tool is written: with arguments, or as a call where none has."""
    if any(known.args for known in task.cases):
        return load_prompt("case-arguments").fill()
    return load_prompt("case-calls").fill(entry_point=task.entry_point)


def input_of(task: Task, case: Case) -> tuple[str, str, str]:
    """Return what tells a case's input from others, whatever its spacing and quotes, and however it is compared."""
    call = ask(task, case).call
    try:
        args = _literal("args", call.args) if call.args else ""
    except ValueError:
        args = call.args
    return args, call.setup.strip(), call.expression.strip()


def one_line(text: str) -> str:
    """Return a text as one line of visible characters."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _arguments(task: Task, text: str) -> str:
    if not any(known.args for known in task.cases):
        raise ValueError("this tool's cases are calls; give `setup` and `call`, as its cases do")
    found = _literal("args", text)
    if not isinstance(ast.literal_eval(found), tuple):
        raise ValueError(f"`args` is {found[:60]}, which is no tuple; write one argument as `(value,)`")
    return found


def _literal(name: str, text: str) -> str:
    """Return a literal as `ast.unparse` writes it. Raises ValueError: it is none."""
    if len(text) > _LONGEST:
        raise ValueError(f"`{name}` has {len(text)} characters; at most {_LONGEST} are taken")
    try:
        tree = _expression(text)
        ast.literal_eval(tree)
        return ast.unparse(tree)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        shown = one_line(text)[:60]
        raise ValueError(f"`{name}` is {shown!r}, which is no Python literal; write it as `repr` would") from None


def _require_plain_call(task: Task, case: Case) -> None:
    """Raise ValueError where a set-up and call do anything but build an input and call the tool."""
    if not any(known.call for known in task.cases):
        raise ValueError("this tool's cases have arguments; give `args`, as its cases do")
    if len(case.setup) + len(case.call) > _LONGEST:
        raise ValueError(f"`setup` and `call` have more than {_LONGEST} characters together")
    try:
        _expression(case.call)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise ValueError("`call` is no Python expression; write one that calls the tool") from None
    code = read(f"{case.setup}\n_ = (\n{case.call}\n)")
    if isinstance(code, Unreadable):
        raise ValueError(f"`setup` is no Python ({code.problem}); write statements")
    if task.entry_point not in code.names:
        raise ValueError(f"`call` never uses `{task.entry_point}`; call the tool in it")
    if odd := _more_than_a_call(task, code):
        raise ValueError(f"`setup` and `call` may not use or bind {', '.join(odd)}; build an input and call the tool")


def _more_than_a_call(task: Task, code: Reading) -> list[str]:
    """Return what in a call looks into the tool, binds what the tool uses, or brings modules no known case brings."""
    known = [each for case in task.cases if isinstance(each := read(case.setup), Reading)]
    given = [each for each in (read(task.helper), read(task.code)) if isinstance(each, Reading)]
    theirs = _BUILTINS.union(*(each.bound for each in given))
    return sorted({
        *(_LOOKING_IN & code.names.keys()),
        *(name for name in (*code.names, *code.attributes) if _LEADING_IN.match(name)),
        *code.tailored,
        *(code.imports.keys() - {name for each in known for name in each.imports}),
        *(theirs & code.bound.keys()),
        *(path for path in code.patched if path.partition(".")[0] in theirs),
    })  # fmt: skip


def _expression(text: str) -> ast.Expression:
    with warnings.catch_warnings():
        # A doubtful escape in a model's words is no business of the user's.
        warnings.simplefilter("ignore")
        return ast.parse(text.strip(), mode="eval")
