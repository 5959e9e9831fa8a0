"""Claims about addresses and the keys that belong to them."""

from __future__ import annotations

import pytest

from agents.models.address import Address
from storage import ConfigurationError


def test_an_address_is_taken_apart() -> None:
    address = Address.parse("http://localhost:8000/v1/#qwen/3:8b")

    assert (address.url, address.model, address.host) == ("http://localhost:8000/v1", "qwen/3:8b", "localhost")


@pytest.mark.parametrize(
    "text", ["localhost:8000", "ftp://host/v1", "http://", "http://host:x/v1", "http://[::1/v1", "http://a b/v1", ""]
)
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigurationError, match="write it as http://localhost:8000/v1#name"):
        Address.parse(text)


@pytest.mark.parametrize(
    "text", ["http://me:secret99@host/v1", "http://secret99@host/v1", "https://host/v1?key=secret99"]
)
def test_an_address_that_would_store_a_key_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(ConfigurationError, match="set ECOLOGY_API_KEY") as caught:
        Address.parse(text)
    assert "secret99" not in str(caught.value)


def test_each_host_has_a_variable_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "openai-1")
    monkeypatch.setenv("ECOLOGY_API_KEY", "any-1")
    monkeypatch.setenv("ECOLOGY_API_KEY_OPENROUTER_AI", "router-1")

    keys = [
        Address.parse(url).key()
        for url in ("https://api.openai.com/v1", "https://openrouter.ai/api/v1", "http://api.openai.com.evil.org/v1")
    ]

    assert [key and key.get_secret_value() for key in keys] == ["openai-1", "router-1", "any-1"]
    assert "router-1" not in repr(keys)


def test_an_empty_variable_is_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECOLOGY_API_KEY", "  ")

    assert Address.parse("http://localhost/v1").key() is None
