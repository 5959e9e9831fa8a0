"""What a run has learnt of edits: which proved right more often than hoped, by kind, family and feature of the tool.

Promises: folded from history alone; what is learnt is a factor on what ships, near 1 as long as little is known.
Does not promise: causes. What a rewrite was made of gets the credit for it.
Source: a Gamma prior on the rate of a Poisson process, as in Gelman et al., 2013, "Bayesian data analysis", chapter 2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

# The shape of the prior: so many successes must speak against it before it gives way by half.
_CAUTION = 3.0
_PLACES = 3
# A hope is a sum of estimates; what it comes to in successes is learnt too, from so many at least.
_SCALE = 4.0


class Lore:
    """Hopes and successes, by kind of edit (`guard/early`), family (`guard`), and family by feature (`guard@loops`)."""

    def __init__(self) -> None:
        self._hoped: dict[str, float] = {}
        self._won: dict[str, int] = {}
        self._hoped_in_all = 0.0
        self._won_in_all = 0

    def tried(self, family: str, hopes: Iterable[tuple[str, float]], features: Iterable[str]) -> None:
        """Take in the hopes set in edits that were run."""
        in_all = 0.0
        for kind, hope in hopes:
            self._hope(f"{family}/{kind}", hope)
            in_all += hope
        for key in (family, *(f"{family}@{feature}" for feature in features)):
            self._hope(key, in_all)
        self._hoped_in_all = round(self._hoped_in_all + in_all, 9)

    def won(self, family: str, kind: str, features: Iterable[str]) -> None:
        """Take in that an edit became a version."""
        for key in (f"{family}/{kind}", family, *(f"{family}@{feature}" for feature in features)):
            self._won[key] = self._won.get(key, 0) + 1
        self._won_in_all += 1

    def factor(self, key: str, *, beside: float = 1.0) -> float:
        """Return by how much more often than hoped what a key stands for proved right.

        Args: beside: the factor of its family, where only what the key adds to that is asked.
        """
        scale = (self._won_in_all + _SCALE) / (self._hoped_in_all + _SCALE)
        expected = self._hoped.get(key, 0.0) * scale * beside
        return (_CAUTION + self._won.get(key, 0)) / (_CAUTION + expected)

    def on(self, features: Iterable[str], born_with: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
        """Return the factors for a tool of some features: what was learnt here times what was inherited.

        Factors so near 1 that they change nothing are left out.
        """
        shared = tuple(features)
        families = {key.partition("/")[0].partition("@")[0] for key in (*self._hoped, *born_with)}
        found: dict[str, float] = {}
        for family in families:
            own = self.factor(family)
            factor = own * born_with.get(family, 1.0)
            for feature in shared:
                key = f"{family}@{feature}"
                # What a feature adds to what is known of the family as a whole.
                factor *= self.factor(key, beside=own) * born_with.get(key, 1.0)
            found[family] = factor
        for key in (*self._hoped, *born_with):
            family, _, kind = key.partition("/")
            if kind:
                found[key] = self.factor(key, beside=self.factor(family)) * born_with.get(key, 1.0)
        rounded = ((key, round(found[key], _PLACES)) for key in sorted(found))
        return tuple((key, factor) for key, factor in rounded if factor != 1.0)

    def learnt(self, family: str) -> dict[str, float]:
        """Return the factors of one family, as an agent of it may hand them on.

        Those of its kinds and features are beside its own, as `on` takes them.
        """
        own = self.factor(family)
        found = {
            key: round(own if key == family else self.factor(key, beside=own), _PLACES)
            for key in sorted(self._hoped)
            if key.partition("/")[0].partition("@")[0] == family
        }
        return {key: factor for key, factor in found.items() if factor != 1.0}

    def _hope(self, key: str, hope: float) -> None:
        self._hoped[key] = round(self._hoped.get(key, 0.0) + hope, 9)
