"""The texts agents are given, one Markdown file each, with the values it takes named in its first line.

Promises: a text filled with too few or unknown values is refused; its digest names it in the records.
Does not promise: anything about the values. Whoever fills a text in marks what other agents wrote as data.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from string import Template

__all__ = ["Prompt", "load_prompt", "prompt_names"]

_HEAD, _TAIL = "<!-- values:", "-->"


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
        if set(values) != set(self.values):
            raise ValueError(f"prompt {self.name!r} takes {', '.join(self.values)}, not {', '.join(sorted(values))}")
        return Template(self.text).substitute(values)


def prompt_names() -> tuple[str, ...]:
    """Return the names of all prompts, sorted."""
    return tuple(
        sorted(each.name.removesuffix(".md") for each in files(__name__).iterdir() if each.name.endswith(".md"))
    )


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
