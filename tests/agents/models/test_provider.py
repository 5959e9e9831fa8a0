"""Claims about models reached through litellm, each held to in a process of its own, for litellm is heavy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.served import ServedModel

ROOT = Path(__file__).resolve().parents[3]
FAULTS = {"429": "rate_limit", "500": "server", "404": "refused", "timeout": "timeout", "reset": "connection",
          "truncated": "malformed", "invalid_json": "malformed", "not_an_object": "malformed", "html": "malformed",
          "no_choices": "malformed", "html_502": "server"}  # fmt: skip
ASKING = """
import asyncio, json, sys
from urllib.request import Request as Post, urlopen
from agents.models.connection import Timeouts
from agents.models.message import Message, Request
from agents.models.provider import Provider
from storage import ModelError

address, faults = sys.argv[1], json.loads(sys.argv[2])

def become(**behaviour):
    data = json.dumps(behaviour | {"reset": True}).encode()
    urlopen(Post(address.replace("/v1", "/control"), data, {"Content-Type": "application/json"})).read()

def requests():
    return json.load(urlopen(address.replace("/v1", "/stats")))["requests"]

async def main():
    model = Provider("hosted_vllm/x", timeouts=Timeouts(1, 1, 2), api_base=address)
    request = Request((Message("user", "hi"),), seed=3)
    reply = await model.complete(request)
    said = {"reply": [reply.text, reply.tokens_in, reply.usd, reply.finish, reply.model], "faults": {}}
    for fault in faults:
        become(schedule=[fault], retry_after="7")
        try:
            await model.complete(request)
        except ModelError as error:
            said["faults"][fault] = [error.kind, str(error), requests(), error.retry_after_s]
    said["prices"] = {name: price and [price.usd_in, price.usd_out] for name in ("anthropic/claude-sonnet-4-5", "foo/x")
                      for price in [Provider(name).price]}
    long = Request((Message("user", "word " * 9_000),))
    for model, name in ((Provider("ollama_chat/x", api_base="http://127.0.0.1:9"), "absent"),
                        (Provider("ollama_chat/x", num_ctx=64), "too_long")):
        try:
            await model.complete(request if name == "absent" else long)
        except ModelError as error:
            said[name] = [error.kind, str(error)]
    print(json.dumps(said))

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def said(running_server: ServedModel) -> dict[str, Any]:
    """What a process that thinks through litellm has found."""
    running_server.become()
    environment = {**os.environ, "HOSTED_VLLM_API_KEY": "private-12345678"}
    command = [sys.executable, "-c", ASKING, running_server.address, json.dumps(list(FAULTS))]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_a_reply_comes_through_litellm_with_an_unknown_price(said: dict[str, Any]) -> None:
    assert said["reply"] == ["hi", 1, None, "stop", "hosted_vllm/x"]


@pytest.mark.parametrize("fault", FAULTS)
def test_litellm_repeats_nothing_and_its_faults_have_our_kinds(said: dict[str, Any], fault: str) -> None:
    kind, text, requests, _ = said["faults"][fault]

    assert (kind, requests) == (FAULTS[fault], 1)
    assert "12345678" not in text and "\n" not in text


def test_litellm_passes_retry_after_on(said: dict[str, Any]) -> None:
    assert said["faults"]["429"][3] == 7


def test_a_price_is_that_of_the_public_map_or_none(said: dict[str, Any]) -> None:
    known, unknown = said["prices"].values()

    assert known is not None and known[1] == 15
    assert unknown is None


def test_an_ollama_that_does_not_run_is_a_failed_connection(said: dict[str, Any]) -> None:
    assert said["absent"][0] == "connection"


def test_a_prompt_that_ollama_would_cut_is_refused(said: dict[str, Any]) -> None:
    kind, text = said["too_long"]

    assert kind == "refused"
    assert "does not fit the 64" in text and "larger num_ctx" in text


@pytest.mark.parametrize("module", ["agents", "agents.models.exchange", "agents.models.provider"])
def test_openai_and_litellm_are_loaded_only_by_those_who_use_them(module: str) -> None:
    heavy = ("openai", "litellm", "aiohttp", "httpx")
    code = f"import sys, {module}; print([name for name in {heavy!r} if name in sys.modules])"

    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


def test_litellm_fetches_no_prices_and_reads_no_settings_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FROM_DOTENV=1\n")
    code = (
        "import os, socket\n"
        "def refuse(*what): raise SystemExit(f'tried to reach {what}')\n"
        "socket.getaddrinfo = socket.socket.connect = refuse\n"
        "from agents.models.provider import Provider\n"
        "Provider('anthropic/claude-sonnet-4-5')\n"
        "print('FROM_DOTENV' in os.environ, 'LITELLM_MODE' in os.environ)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)

    assert ran.stdout.strip() == "False False", ran.stderr
