"""Sandboxes of every tier that this machine has, opened once for all tests here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from hypothesis import strategies as st

from governance.sandbox import Sandbox, Tier, open_sandbox
from storage import SandboxUnavailable

# The tiers that fork a zygote; Monty has claims of its own.
TIERS: tuple[Tier, ...] = ("namespaces", "zygote", "bubblewrap", "rlimit")


_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.complex_numbers(), st.text(), st.binary(), st.just(...)
)
_KEYS = st.recursive(_SCALARS, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=4)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(_KEYS, inner, max_size=4)
        | st.sets(_KEYS, max_size=4)
    ),
    max_leaves=12,
)


@pytest.fixture(scope="session")
def values() -> st.SearchStrategy[Any]:
    """Every kind of value that a sandbox gives back."""
    return _VALUES


def _open(tier: Tier) -> Sandbox:
    try:
        return open_sandbox(tier)
    except SandboxUnavailable as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session", params=TIERS)
def any_tier(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox of each tier, the accident guard included."""
    with _open(cast(Tier, request.param)) as sandbox:
        yield sandbox


@pytest.fixture(scope="session", params=TIERS[:3])
def strong(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox of each tier that must contain hostile code."""
    with _open(cast(Tier, request.param)) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """The strongest sandbox of this machine."""
    with open_sandbox(allow_rlimit=True) as opened:
        yield opened
