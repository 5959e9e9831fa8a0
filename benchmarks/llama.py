"""A real llama.cpp server with a tiny random model, as a process of its own, for tests that ask for it.

    python = llama_python()                    # the interpreter that has llama-cpp-python, or a sentence why none
    with ServedLlama.start(folder) as server:
        ...                                    # server.address is what to use as a model

Promises: the model is made on the spot, nothing is fetched; a free port of loopback; no process left behind, and what
the server said is in `server.log` in the folder. Does not promise: replies that mean anything.
The environment variable `ECOLOGY_LLAMA_PYTHON` names an interpreter that has `llama-cpp-python[server]` and `gguf`
where the running one has not; `ECOLOGY_LLAMA_SERVER` names a `llama-server` of llama.cpp itself to start instead.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import URLError
from urllib.request import urlopen

PYTHON, BINARY = "ECOLOGY_LLAMA_PYTHON", "ECOLOGY_LLAMA_SERVER"
NAME = "tiny"
# Long, for each character is a token.
CONTEXT = 32_768
READY_S = 120.0
MAKER = Path(__file__).with_name("tiny_gguf.py")
# What llama-cpp-python, and what llama.cpp itself, logs of each request it takes.
ASKED = re.compile(r"POST /v1/chat/completions|launch_slot_: .* processing task")
NEEDED = "import gguf, numpy, llama_cpp.server.app"


class LlamaMissing(RuntimeError):
    """No interpreter here can make or serve a model; the text says how to get one that can."""


class LlamaDied(RuntimeError):
    """The server ended, or never listened; the text holds the end of what it said."""


def llama_python() -> str:
    """Return the interpreter that makes and serves the model.

    Raises: LlamaMissing: what is needed cannot be imported there.
    """
    python = os.environ.get(PYTHON) or sys.executable
    needed = NEEDED.removesuffix(", llama_cpp.server.app") if os.environ.get(BINARY) else NEEDED
    try:
        tried = subprocess.run([python, "-c", needed], capture_output=True, text=True, check=False)
    except OSError as error:
        raise LlamaMissing(f"{PYTHON} is {python!r}, which cannot be started ({error}); name an interpreter") from None
    if tried.returncode:
        last = (tried.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise LlamaMissing(
            f"{python} has no llama.cpp server ({last}); run `pip install '.[llm-server]'` here, which builds for some"
            f" ten minutes, or set {PYTHON} to an interpreter that has llama-cpp-python[server] and gguf"
        )
    return python


class ServedLlama:
    """A running server; `address` is what to use as a model, `log` the file in which it tells of each request."""

    def __init__(self, process: subprocess.Popen[bytes], *, port: int, log: Path) -> None:
        self._process = process
        self.address = f"http://127.0.0.1:{port}/v1"
        self.log = log

    @classmethod
    def start(cls, folder: Path, *, seed: int = 0) -> Self:
        """Make a model in the folder, start a server of it, and wait until it answers.

        Raises: LlamaMissing: what is needed is not installed; LlamaDied: it is, and does not work.
        """
        python, model, port = llama_python(), folder / f"{NAME}.gguf", _free_port()
        made = subprocess.run([python, str(MAKER), str(model), "--seed", str(seed)], stderr=subprocess.PIPE, text=True)
        if made.returncode:
            raise LlamaDied(f"no model could be made: {made.stderr[-2000:]}")
        log = folder / "server.log"
        with log.open("wb") as said:
            process = subprocess.Popen(_command(python, model, port), stdout=said, stderr=subprocess.STDOUT)
        server = cls(process, port=port, log=log)
        try:
            server._await()
        except BaseException:
            server.stop()
            raise
        return server

    def requests(self) -> int:
        """Return how many chat completions were asked for, by the server's own log."""
        return len(ASKED.findall(self.log.read_text(errors="replace")))

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()

    def _await(self) -> None:
        end = time.monotonic() + READY_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise LlamaDied(f"the server never listened: {self.log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.address}/models", timeout=5) as response:
                return bool(response.status == 200)
        except (URLError, OSError):
            return False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _command(python: str, model: Path, port: int) -> list[str]:
    context, where = str(CONTEXT), ["--host", "127.0.0.1", "--port", str(port), "--model", str(model)]
    if binary := os.environ.get(BINARY):
        return [binary, *where, "--alias", NAME, "--ctx-size", context, "--parallel", "1", "--threads", "1"]
    return [
        python, "-m", "llama_cpp.server", *where, "--model_alias", NAME, "--n_ctx", context, "--n_threads", "1",
        "--n_threads_batch", "1", "--verbose", "false",
    ]  # fmt: skip


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
