"""The model server as a process of its own, for tests and benchmarks.

    with ServedModel.start() as server:
        server.become(schedule=["429", "ok"])

Promises: a free port of loopback, and no process left behind. Does not promise: anything to two who share one server.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.request import Request, urlopen

SERVER = Path(__file__).with_name("model_server.py")


class ServedModel:
    """A running model server; `address` is what to use as a model."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self._process = process
        self.address = address

    @classmethod
    def start(cls, *arguments: str) -> Self:
        """Start a server with these command line arguments and wait until it listens."""
        process = subprocess.Popen([sys.executable, str(SERVER), *arguments], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        if not address:
            raise RuntimeError(f"the model server ended with {process.wait()} before it listened")
        return cls(process, address)

    def become(self, **behaviour: Any) -> None:
        """Forget everything, counts too, and behave like this (the fields of `Behaviour`)."""
        self._ask("/control", {**behaviour, "reset": True})

    def change(self, **behaviour: Any) -> None:
        """Behave otherwise in these fields and keep the counts."""
        self._ask("/control", behaviour)

    def stats(self) -> dict[str, Any]:
        """Return the counts (the fields of `Stats`)."""
        return self._ask("/stats", None)

    def _ask(self, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.address.removesuffix("/v1") + path, data, {"Content-Type": "application/json"})
        with urlopen(request, timeout=30) as response:
            answer: dict[str, Any] = json.load(response)
        return answer

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
