"""Claims about what calls cost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.models.message import Message, Request
from agents.models.pricing import Price, Prices, tokens_at_most
from storage import ConfigurationError
from tests.agents.models.model_calls import ask


def test_models_of_openai_have_prices_and_others_have_none() -> None:
    prices = Prices.load()

    assert prices.of("gpt-4o-mini") == Price(0.15, 0.6)
    assert prices.of("gpt-4o-2024-05-13") != prices.of("gpt-4o")
    assert prices.of("gpt-4o-2099-01-01") is None
    assert prices.of("http://localhost:8000/v1") is None


def test_a_table_of_ones_own_goes_before_ours(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('gpt-4o = { usd_in = 1, usd_out = 2 }\n"ollama_chat/qwen3" = { usd_in = 0, usd_out = 0 }\n')

    prices = Prices.load(file)

    assert prices.of("gpt-4o") == Price(1, 2)
    assert prices.of("ollama_chat/qwen3") == Price(0, 0)
    assert prices.of("gpt-4o-mini") == Price(0.15, 0.6)


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("x = 3", "a price has usd_in and usd_out"),
        ("x = { usd_in = 1 }", "a price has usd_in and usd_out"),
        ("x = { usd_in = 1, usd_out = -1 }", "usd_out must be a number of at least 0, not -1"),
        ("x = { usd_in = nan, usd_out = 1 }", "usd_in must be a number"),
        ("x = { usd_in = 1, usd_out = true }", "usd_out must be a number"),
        ("x = { usd_in = 1, usd_out = 1, threshold = 5 }", "a threshold needs long_in and long_out"),
        ("x = {", "cannot be read"),
    ],
)
def test_a_malformed_table_is_refused_by_file_and_row(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)

    with pytest.raises(ConfigurationError, match=complaint) as caught:
        Prices.load(file)
    assert str(file) in str(caught.value)


def test_above_the_threshold_everything_has_the_long_price() -> None:
    price = Price(1, 2, threshold=100, long_in=10, long_out=20)

    assert price.cost(100, 50) == pytest.approx(200e-6)
    assert price.cost(101, 50) == pytest.approx(2010e-6)


@given(st.lists(st.text(max_size=200), min_size=1, max_size=5), st.integers(1, 4000), st.floats(0, 100))
def test_the_most_a_request_can_cost_is_never_below_the_bill(texts: list[str], room: int, share: float) -> None:
    """Whatever the tokenizer: a token has a byte at least, and a template adds a few to each message."""
    request = Request(tuple(Message("user", text) for text in texts), max_tokens=room)
    price = Price(3, 15)

    worst = sum(len(text.encode(errors="replace")) + 8 for text in texts) + 64

    assert price.cost(worst, room) <= price.at_most(request)
    assert tokens_at_most(ask(schema={"type": "object"})) > tokens_at_most(ask())
