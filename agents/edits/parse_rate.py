"""Which form of edit each endpoint has proved to write well.

Promises: whole functions by default; SEARCH/REPLACE only for an endpoint of whose replies in that form enough were read
and at least 95 % were well-formed. Does not promise: that a proof lasts; every reply counts on.
Source of the threshold: aider's leaderboards, where edit formats cost weak models more than they save.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .edited import Edited, EditProblem
from .form import Form

_NOTHING_KNOWN: Mapping[str, Tried] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Tried:
    """How many SEARCH/REPLACE replies of an endpoint were read, and how many of them were well-formed."""

    replies: int = 0
    parsed: int = 0


class ParseRates:
    """The proofs of all endpoints.

    `known` is what was learned before; `rate` must be reached over at least `least` replies; while an endpoint can
    still reach it with `least` replies, a `share` of its requests is spent on the trial.
    """

    def __init__(
        self,
        known: Mapping[str, Tried] = _NOTHING_KNOWN,
        *,
        rate: float = 0.95,
        least: int = 20,
        share: float = 0.1,
    ) -> None:
        if not (0 < rate <= 1 and least >= 1 and 0 <= share <= 1):
            raise ValueError(f"rate {rate} and share {share} must be within 0 to 1, and least {least} at least 1")
        self._known = dict(known)
        self._rate = rate
        self._least = least
        self._share = share

    @property
    def known(self) -> Mapping[str, Tried]:
        """What was learned of each endpoint, to be kept for the next run."""
        return MappingProxyType(self._known)

    def note(self, endpoint: str, outcome: Edited | EditProblem) -> None:
        """Count a reply in SEARCH/REPLACE form. One that was cut off tells nothing."""
        well = well_formed(outcome)
        if well is None:
            return
        tried = self._known.get(endpoint, Tried())
        self._known[endpoint] = Tried(tried.replies + 1, tried.parsed + well)

    def has_proved(self, endpoint: str) -> bool:
        """Whether the endpoint writes SEARCH/REPLACE blocks well enough."""
        tried = self._known.get(endpoint, Tried())
        return tried.replies >= self._least and tried.parsed >= self._rate * tried.replies

    def form(self, endpoint: str, *, draw: float) -> Form:
        """Return the form to ask for; `draw`, from 0 up to 1, decides whether this request goes to the trial."""
        if self.has_proved(endpoint):
            return "search-replace"
        return "search-replace" if self._is_on_trial(endpoint) and draw < self._share else "whole"

    def _is_on_trial(self, endpoint: str) -> bool:
        tried = self._known.get(endpoint, Tried())
        flaws = tried.replies - tried.parsed
        return flaws <= (1 - self._rate) * max(self._least, tried.replies) + 1e-9


def well_formed(outcome: Edited | EditProblem) -> bool | None:
    """Return whether a reply kept to the form, None for one that was cut off, which does not tell."""
    if isinstance(outcome, Edited):
        return True
    return None if outcome.flaw == "cut-off" else not outcome.malformed
