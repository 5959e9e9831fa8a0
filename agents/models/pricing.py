"""What tokens cost, and the most that a request can cost.

Promises: a price is known or it is None, never a guess; `at_most` is never below the bill, for no text has more tokens
than bytes. Does not promise: today's prices. The table says whose it is; a TOML file of one's own goes before it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from storage import ConfigurationError, canonical

from .message import Request

TABLE = Path(__file__).with_name("prices.toml")

# What a chat template and a forced tool add around a message and around a conversation, with room to spare.
_PER_MESSAGE = 16
_PER_REQUEST = 512


@dataclass(frozen=True, slots=True)
class Price:
    """USD a million tokens, in and out; above `threshold` prompt tokens the `long` prices hold for all of them."""

    usd_in: float
    usd_out: float
    threshold: int | None = None
    long_in: float = 0.0
    long_out: float = 0.0

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        """Return the USD that so many tokens cost."""
        if self.threshold is not None and tokens_in > self.threshold:
            return (tokens_in * self.long_in + tokens_out * self.long_out) / 1e6
        return (tokens_in * self.usd_in + tokens_out * self.usd_out) / 1e6

    def at_most(self, request: Request) -> float:
        """Return USD that one attempt at a request cannot exceed, whatever the reply."""
        return self.cost(tokens_at_most(request), request.max_tokens)


FREE = Price(0.0, 0.0)


def tokens_at_most(request: Request) -> int:
    """Return a number of tokens that a prompt cannot exceed: its bytes and what templates add."""
    texts = sum(len(message.content.encode(errors="replace")) for message in request.messages)
    schema = len(canonical(request.schema)) if request.schema is not None else 0
    return texts + schema + _PER_MESSAGE * len(request.messages) + _PER_REQUEST


class Prices:
    """A table of prices by model name."""

    def __init__(self, table: Mapping[str, Price]) -> None:
        self._table = dict(table)

    @classmethod
    def load(cls, *files: Path) -> Prices:
        """Read our own table and then one's own files, later ones first.

        Raises: ConfigurationError: a file is missing or malformed.
        """
        table: dict[str, Price] = {}
        for file in (TABLE, *files):
            table |= _read(file)
        return cls(table)

    @property
    def names(self) -> tuple[str, ...]:
        """The models whose price is known."""
        return tuple(self._table)

    def of(self, model: str) -> Price | None:
        """Return the price of a model by its whole name; a snapshot may cost otherwise than its family."""
        return self._table.get(model)


def _read(file: Path) -> dict[str, Price]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"the price table {file} cannot be read: {error}") from error
    return {name: _price(row, f"{file}, [{name!r}]") for name, row in content.items()}


def _price(row: Any, where: str) -> Price:
    fields = set(Price.__dataclass_fields__)
    if not isinstance(row, dict) or not {"usd_in", "usd_out"} <= row.keys() <= fields:
        raise ConfigurationError(f"{where}: a price has usd_in and usd_out, USD a million tokens, not {row!r}")
    for name, value in row.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value < 0:
            raise ConfigurationError(f"{where}: {name} must be a number of at least 0, not {value!r}")
    if "threshold" in row and not {"long_in", "long_out"} <= row.keys():
        raise ConfigurationError(f"{where}: a threshold needs long_in and long_out, the prices above it")
    return Price(**row)
