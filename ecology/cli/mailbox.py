"""`ecology mailbox DIR`: what waits in a mailbox, and answering it as the model."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from agents.models.letters import Letter, answer, find, waiting
from storage import ConfigurationError

from .console import JsonOption, print_document, print_rows, print_text, remark

_HEAD = 60
_CUT = "<!-- Write the reply above this line. It and everything below it are dropped. -->"


def mailbox(
    folder: Annotated[Path, typer.Argument(help="The folder of a model `mailbox:DIR`.")],
    show: Annotated[str | None, typer.Option(help="Show the request whose id begins so, as 2f19 or 2f19-1.")] = None,
    reply_to: Annotated[str | None, typer.Option("--answer", help="Answer the request whose id begins so.")] = None,
    file: Annotated[
        str | None, typer.Option(help="With --answer: the file that holds the reply, `-` for stdin.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the requests that wait for a reply, show one, or answer one from a file or in $EDITOR."""
    if show is not None and reply_to is not None:
        raise typer.BadParameter("give --show or --answer, not both")
    if file is not None and reply_to is None:
        raise typer.BadParameter("--file is the reply to one request; name it with --answer")
    if show is not None:
        return _show(find(folder, show), as_json=as_json)
    if reply_to is not None:
        return _answer(folder, find(folder, reply_to), file=file)
    rows = [_row(each) for each in waiting(folder)]
    if not rows and not as_json:
        return remark(f"nothing waits in {folder}")
    return print_rows(rows, ("id", "seconds", "characters", "begins"), name="waiting", as_json=as_json)


def _show(letter: Letter, *, as_json: bool) -> None:
    if as_json:
        print_document(request=dict(letter.content))
    else:
        print_text(letter.conversation)


def _answer(folder: Path, letter: Letter, *, file: str | None) -> None:
    text = _read(file) if file is not None else _edited(letter)
    path = answer(folder, letter.id, text)
    remark(f"answered {letter.id} in {path}")


def _row(letter: Letter) -> dict[str, Any]:
    last = letter.content["messages"][-1]["content"] if letter.content["messages"] else ""
    return {
        "id": letter.id,
        "seconds": int(max(0.0, time.time() - letter.asked)),
        "characters": len(letter.conversation),
        "begins": " ".join(last[: 4 * _HEAD].split())[:_HEAD],
    }


def _read(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"the reply {file} cannot be read: {error}") from None


def _edited(letter: Letter) -> str:
    """Return what the user writes in an editor above the request."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor:
        raise ConfigurationError("no editor is set; set EDITOR, or give the reply with --file")
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "reply.md"
        draft.write_text(f"\n\n{_CUT}\n\n{letter.conversation}\n", encoding="utf-8")
        try:
            subprocess.run([*shlex.split(editor), str(draft)], check=True)
        except (OSError, ValueError, subprocess.CalledProcessError) as error:
            raise ConfigurationError(f"the editor {editor!r} failed: {error}; give the reply with --file") from None
        return _read(str(draft)).partition(_CUT)[0].strip("\n")
