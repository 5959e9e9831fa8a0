"""A real model server and a real database for all tests here; each test says how the server behaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.served import ServedModel
from storage import Store
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


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new database."""
    with Store.create(tmp_path / "run.db") as opened:
        yield opened


@pytest.fixture
def ann(store: Store) -> int:
    """The id of an agent in that database."""
    return store.write(lambda tx: store.agents.spawn(tx, name="ann", species="mender", genome={})).id
