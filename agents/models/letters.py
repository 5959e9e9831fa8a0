"""The files of a mailbox: requests that wait in a folder, and the replies written beside them.

A request is `<digest>-<n>.request.json`; its reply is `<digest>-<n>.reply.json` or, as plain text, `.reply.md`.
Promises: our own files appear whole or not at all, and replace no other's. Does not promise: that others write so; a
reply that is still being written is left alone until it reads whole, or has been still for a moment.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from storage import ConfigurationError, NotFound

from .message import Finish, Request

REQUEST, REPLY_JSON, REPLY_TEXT = ".request.json", ".reply.json", ".reply.md"

_SCHEMA_VERSION = 1
# What an error shows of an id, and how many of them.
_SHORT, _MOST_NAMED = 12, 5
# A text without an end mark counts as written once its file has been still for this long.
_STILL_S = 0.2


class Answered(BaseModel):
    """The content of a reply file."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    text: str
    finish: Finish = "stop"
    tokens_in: int | None = Field(default=None, ge=0)
    tokens_out: int | None = Field(default=None, ge=0)
    usd: float | None = Field(default=0.0, ge=0, allow_inf_nan=False)
    model: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A request that waits: its name, its file, when it was asked (seconds since 1970), and what it asks."""

    id: str
    path: Path
    asked: float
    content: Mapping[str, Any]

    @property
    def conversation(self) -> str:
        """The messages as text, each under the role of who said it."""
        parts = [f"## {each['role']}\n\n{each['content']}" for each in self.content["messages"]]
        if self.content.get("schema") is not None:
            parts.append(f"## schema of the reply\n\n{json.dumps(self.content['schema'], indent=2)}")
        return "\n\n".join(parts)


def post(folder: Path, letter_id: str, request: Request) -> Path:
    """Write a request into the folder, unless it is there from before, and return its file."""
    path = folder / f"{letter_id}{REQUEST}"
    if not path.exists():
        content = {
            "schema_version": _SCHEMA_VERSION,
            "id": letter_id,
            "answer_with": [f"{letter_id}{REPLY_TEXT}", f"{letter_id}{REPLY_JSON}"],
            **json.loads(request.text),
            "messages": [{"role": each.role, "content": each.content} for each in request.messages],
        }
        _write_whole(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    return path


def collect(folder: Path, letter_id: str) -> Answered | None:
    """Return the reply to a request, None where it is not there yet or not yet whole.

    Raises: ValueError: its JSON file has been still for a moment and is no reply.
    """
    if text := _text_of(folder / f"{letter_id}{REPLY_JSON}"):
        return _answered(text, folder / f"{letter_id}{REPLY_JSON}")
    path = folder / f"{letter_id}{REPLY_TEXT}"
    if (text := _text_of(path)) and _is_still(path):
        return Answered(text=text)
    return None


def waiting(folder: str | Path) -> list[Letter]:
    """Return the requests that have no reply yet, those asked first first.

    Raises: NotFound: there is no such folder.
    """
    found = _folder(folder)
    names = {each.name for each in os.scandir(found)}
    ids = sorted(name.removesuffix(REQUEST) for name in names if name.endswith(REQUEST) and not name.startswith("."))
    open_ids = [each for each in ids if not names & {f"{each}{REPLY_JSON}", f"{each}{REPLY_TEXT}"}]
    letters = (_letter(found / f"{each}{REQUEST}") for each in open_ids)
    return sorted((each for each in letters if each is not None), key=lambda each: (each.asked, each.id))


def find(folder: str | Path, start: str) -> Letter:
    """Return the request that waits and whose id begins so; a number after the beginning, as in `2f19-1`, is the id's.

    Raises: NotFound: there is none, or there are several.
    """
    letters = waiting(folder)
    found = [each for each in letters if _is_meant(each.id, start)]
    found = [each for each in found if each.id == start] or found
    if len(found) != 1:
        there = ", ".join(short_id(each.id) for each in (found or letters)[:_MOST_NAMED]) or "nothing"
        what = "several requests wait" if found else "no request waits"
        raise NotFound(f"{what} in {folder} whose id begins with {start!r:.80}; there waits {there}")
    return found[0]


def short_id(letter_id: str) -> str:
    """Return an id cut short, with its number: `find` knows it."""
    digest, dash, number = letter_id.rpartition("-")
    return f"{digest[:_SHORT]}-{number}" if dash else letter_id[:_SHORT]


def _is_meant(letter_id: str, start: str) -> bool:
    digest, dash, number = start.rpartition("-")
    numbered = bool(dash) and letter_id.startswith(digest) and letter_id.endswith(f"-{number}")
    return numbered or letter_id.startswith(start)


def answer(folder: str | Path, letter_id: str, text: str) -> Path:
    """Write the reply to a request as plain text and return its file.

    Raises: NotFound: no such request; ConfigurationError: the text is empty, or a reply is there already.
    """
    if not text.strip():
        raise ConfigurationError(f"the reply to {letter_id} is empty; write something, or leave the request waiting")
    path = _folder(folder) / f"{letter_id}{REPLY_TEXT}"
    if not (path.parent / f"{letter_id}{REQUEST}").exists():
        raise NotFound(f"no request {letter_id} in {folder}; `ecology mailbox {folder}` lists what waits")
    if path.exists() or (path.parent / f"{letter_id}{REPLY_JSON}").exists():
        raise ConfigurationError(f"{letter_id} has been answered in {folder}; a reply is never replaced")
    _write_whole(path, text)
    return path


def _folder(folder: str | Path) -> Path:
    path = Path(folder)
    if not path.is_dir():
        raise NotFound(f"no mailbox {path}; `mailbox:{path}` as a model makes it")
    return path


def _letter(path: Path) -> Letter | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        messages = [(each["role"], each["content"]) for each in content["messages"]]
        asked = path.stat().st_mtime
    except (OSError, ValueError, KeyError, TypeError):
        # Answered and tidied away meanwhile, or no request of ours.
        return None
    whole = all(isinstance(part, str) for message in messages for part in message)
    return Letter(path.name.removesuffix(REQUEST), path, asked, content) if whole else None


def _answered(text: str, path: Path) -> Answered | None:
    try:
        return Answered.model_validate_json(text)
    except ValidationError as error:
        if not _is_still(path):
            return None
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise ValueError(f"{path} is no reply: {where or 'the file'}: {first['msg']}") from None


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _is_still(path: Path) -> bool:
    with contextlib.suppress(OSError):
        return abs(time.time() - path.stat().st_mtime) > _STILL_S
    return False


def _write_whole(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8", errors="replace")
    draft.replace(path)
