"""Claims about the specialists that are born to use an operator tool."""

from __future__ import annotations

import pytest

from agents import Genome, founders, introduce
from agents.operators import OPERATORS, purpose_of
from agents.population import operator_founders


def test_every_operator_that_ships_has_a_founding_specialist() -> None:
    assert tuple(genome.family for genome in operator_founders()) == OPERATORS
    assert {genome.species for genome in operator_founders()} == {"specialist"}
    assert founders({"operator": 1}) == operator_founders()


@pytest.mark.parametrize("family", OPERATORS)
def test_a_specialist_says_which_operator_it_uses_and_what_that_does(family: str) -> None:
    words = introduce(Genome(species="specialist", family=family))

    assert family in words and purpose_of(family) in words and "calls no model" in words and "$" not in words
