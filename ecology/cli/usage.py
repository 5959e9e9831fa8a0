"""What is wrong with a command as it was typed, as one sentence.

Promises: the sentence names the value where one was given, the option, and where to read more.
Does not promise: anything about what the value means; the library says that.
"""

from __future__ import annotations

from typing import cast

import typer
from pydantic import ValidationError

# Some releases of typer bring a click of their own, so its classes are reached by typer's public one.

UsageError = cast(type[typer.BadParameter], typer.BadParameter.__mro__[2])


def usage(error: typer.BadParameter) -> str:
    """Return what is wrong as one sentence with the command whose help says more."""
    said = error.format_message().strip().rstrip(".").replace("Value error, ", "")
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "ecology"
    if not said:
        return f"`{command}` needs a command; `{command} --help` lists them"
    return f"{said[0].lower()}{said[1:]}{_given(error)}; see `{command} --help`"


def _given(error: BaseException) -> str:
    """Return the value as it was typed, where the message leaves it out."""
    cause = error.__cause__
    if not isinstance(cause, ValidationError):
        return ""
    value = repr(cause.errors()[0]["input"])
    return "" if value in str(cause.errors()[0]["msg"]) else f", not {value:.60}"
