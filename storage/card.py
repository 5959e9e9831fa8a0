"""How records show themselves in a notebook: a small table of their fields.

Promises: every text is escaped, long ones are cut, nothing is loaded and nothing runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from html import escape
from typing import Any

_LONGEST = 120


def card(title: str, values: Mapping[str, object]) -> str:
    """Return a titled table with a row for each value that is known."""
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(_short(value))}</td></tr>"
        for name, value in values.items()
        if value is not None and value != ""
    )
    return f"<table><caption>{escape(_short(title))}</caption><tbody>{rows}</tbody></table>"


class Shown:
    """A dataclass that shows its fields in a notebook; `_title` names the ones that make up the heading."""

    __slots__ = ()
    _title: tuple[str, ...] = ("id",)

    def _repr_html_(self) -> str:
        record: Any = self
        values = {each.name: getattr(self, each.name) for each in fields(record)}
        title = " ".join(str(values[name]) for name in self._title)
        return card(f"{type(self).__name__.removesuffix('Record')} {title}", values)


def _short(value: object) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
