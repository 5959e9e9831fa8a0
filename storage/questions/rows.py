"""The rows that answer a question: typed, in order, and ready for a data frame, a document or a notebook.

Promises: `to_frame` alone needs pandas; `_repr_html_` escapes every text and loads nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from html import escape
from typing import TYPE_CHECKING, Any, TypeVar, overload

from ..errors import ConfigurationError
from ..views import meanings

if TYPE_CHECKING:
    import pandas

Row = TypeVar("Row")
_SHOWN = 50
_CELL = 80


class Rows(Sequence[Row]):
    """Rows of one type, which may be none. `columns` maps their fields to what these mean."""

    def __init__(self, kind: type[Row], found: Sequence[Row]) -> None:
        self._kind = kind
        self._found = tuple(found)

    @property
    def columns(self) -> Mapping[str, str]:
        """What each field means, by its name."""
        return meanings(self._kind)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Rows[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Rows[Row]:
        """Return one row, or some of them as rows again."""
        return Rows(self._kind, self._found[place]) if isinstance(place, slice) else self._found[place]

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._found)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Rows):
            return self._found == other._found
        return isinstance(other, Sequence) and list(self._found) == list(other)

    def __hash__(self) -> int:
        return hash(self._found)

    def __repr__(self) -> str:
        return f"<{len(self)} {self._kind.__name__}: {', '.join(self.columns)}>"

    def documents(self) -> list[dict[str, Any]]:
        """Return the rows as JSON objects."""
        return [asdict(row) for row in self._found]  # type: ignore[call-overload]

    def to_frame(self) -> pandas.DataFrame:
        """Return the rows as a pandas data frame, with a column for each field even where there is no row.

        Raises: ConfigurationError: pandas is not installed.
        """
        try:
            import pandas
        except ImportError:
            raise ConfigurationError("to_frame needs pandas; install it, or `ecology[lineage]`") from None
        return pandas.DataFrame(self.documents(), columns=list(self.columns))

    def _repr_html_(self) -> str:
        """Return the first rows as a plain table."""
        heads = "".join(f'<th title="{escape(meaning)}">{escape(name)}</th>' for name, meaning in self.columns.items())
        body = "".join(f"<tr>{_cells(each)}</tr>" for each in self[:_SHOWN].documents())
        rest = len(self) - _SHOWN
        more = f"<caption>and {rest} more rows</caption>" if rest > 0 else ""
        return f"<table>{more}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def _cells(row: Mapping[str, Any]) -> str:
    return "".join(f"<td>{escape(_cell(value))}</td>" for value in row.values())


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    text = "" if value is None else str(value)
    return text if len(text) <= _CELL else f"{text[: _CELL - 1]}…"
