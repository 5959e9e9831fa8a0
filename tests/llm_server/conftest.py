"""One real llama.cpp server for all tests here; without what it takes they are skipped and say how to get it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.llama import LlamaMissing, ServedLlama, llama_python


@pytest.fixture(scope="session")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedLlama]:
    """A running server of a tiny random model."""
    try:
        llama_python()
    except LlamaMissing as missing:
        pytest.skip(str(missing))
    with ServedLlama.start(tmp_path_factory.mktemp("llama")) as server:
        yield server
