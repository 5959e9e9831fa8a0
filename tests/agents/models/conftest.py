"""A real model server for all tests here; each test says how it behaves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.served import ServedModel
from tests.agents.models.model_calls import Clock


@pytest.fixture(scope="session")
def running_server() -> Iterator[ServedModel]:
    """One server process for the whole session."""
    with ServedModel.start() as server:
        yield server


@pytest.fixture
def server(running_server: ServedModel) -> ServedModel:
    """The server, well-behaved and with counts at zero."""
    running_server.become()
    return running_server


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()
