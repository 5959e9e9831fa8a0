"""The texts agents are given, one Markdown file each, with the values it takes named in its first line.

A text for a language model has two parts with a line `---` between them: what it is told as `system`, and as `user`.
Promises: a text filled with too few or unknown values is refused; its digest names it in the records.
Does not promise: anything about the values. Whoever fills a text in marks what other agents wrote as data.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from string import Template
from typing import NamedTuple

__all__ = ["Parts", "Prompt", "load_prompt", "prompt_names"]

_HEAD, _TAIL = "<!-- values:", "-->"
_DIVIDER = "\n---\n"
_PLACE = re.compile(r"\$\{?(\w+)")
_GAP = re.compile(r"\n{2,}")


class Parts(NamedTuple):
    """The two messages that a filled text makes; `system` is empty where the text has no line `---`."""

    system: str
    user: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A text with `$name` places and the names of the values that fill them."""

    name: str
    text: str
    values: tuple[str, ...]

    @property
    def digest(self) -> str:
        """The sha256 of the unfilled text, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def fill(self, **values: str) -> str:
        """Return the text with every place filled.

        Raises: ValueError: a value is missing, or one is given that the text does not take.
        """
        self._check(values)
        return Template(self.text).substitute(values)

    def parts(self, **values: str) -> Parts:
        """Return the two filled parts; a paragraph all of whose places get empty values is left out.

        Raises: ValueError: a value is missing, or one is given that the text does not take.
        """
        self._check(values)
        system, divider, user = self.text.partition(_DIVIDER)
        told, shown = (system, user) if divider else ("", system)
        return Parts(_filled(told, values), _filled(shown, values))

    def _check(self, values: Collection[str]) -> None:
        if set(values) != set(self.values):
            raise ValueError(f"prompt {self.name!r} takes {', '.join(self.values)}, not {', '.join(sorted(values))}")


def _filled(part: str, values: Mapping[str, str]) -> str:
    kept = [text for text, places in _paragraphs(part) if not places or any(values[place] for place in places)]
    return Template("\n\n".join(kept)).substitute(values)


@lru_cache(maxsize=256)
def _paragraphs(part: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the paragraphs of an unfilled text, each with the places in it: what a value holds must not count."""
    found = _GAP.split(part.strip())
    return tuple((paragraph, tuple(_PLACE.findall(paragraph.replace("$$", "")))) for paragraph in found)


def prompt_names() -> tuple[str, ...]:
    """Return the names of all prompts, sorted."""
    return tuple(
        sorted(each.name.removesuffix(".md") for each in files(__name__).iterdir() if each.name.endswith(".md"))
    )


@cache
def load_prompt(name: str) -> Prompt:
    """Return the prompt of that name.

    Raises: ValueError: there is none, or its first line does not name its values.
    """
    if name not in prompt_names():
        raise ValueError(f"no prompt {name!r}; there are {', '.join(prompt_names())}")
    head, _, text = (files(__name__) / f"{name}.md").read_text(encoding="utf-8").partition("\n")
    if not (head.startswith(_HEAD) and head.endswith(_TAIL)):
        raise ValueError(f"prompts/{name}.md: its first line must read `{_HEAD} a, b {_TAIL}`, not {head!r}")
    listed = head.removeprefix(_HEAD).removesuffix(_TAIL).split(",")
    return Prompt(name, text.strip(), tuple(part.strip() for part in listed if part.strip()))
