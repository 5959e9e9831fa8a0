"""Claims about naming a model."""

from __future__ import annotations

import pytest

from agents import MODELS, require_model
from storage import ConfigurationError


@pytest.mark.parametrize("name", MODELS)
def test_a_known_model_is_taken_as_it_is(name: str) -> None:
    assert require_model(name) == name


@pytest.mark.parametrize("name", ["", "gpt-nothing", "Offline", "offline "])
def test_an_unknown_model_is_named_with_those_there_are(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"no model {name!r}.*offline"):
        require_model(name)
