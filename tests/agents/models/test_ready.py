"""Claims about finding out, before anything is begun, whether a model could be asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from agents.models import Price, Prices, require_ready
from storage import ConfigurationError

ROOT = Path(__file__).resolve().parents[3]
# In a process of its own, for litellm is heavy.
ASKING = """
from agents.models import Prices, require_ready
from storage import ConfigurationError

for name in ("olama/x", "nosuch/thing"):
    try:
        require_ready(name, prices=Prices.load())
    except ConfigurationError as error:
        print(error)
for name in ("hosted_vllm/x", "anthropic/claude-sonnet-4-5"):
    print(require_ready(name, prices=Prices.load()) is not None)
"""
OURS = Prices({"http://127.0.0.1:9/v1": Price(1.0, 2.0), "gpt-5": Price(3.0, 4.0)})


def test_what_costs_nothing_is_free_and_a_mailbox_is_made(tmp_path: Path) -> None:
    (tmp_path / "replies.jsonl").write_text('{"text": "hello"}\n')

    for name in (f"scripted:{tmp_path / 'replies.jsonl'}", "simulated:1,0,0", f"mailbox:{tmp_path / 'letters'}"):
        assert require_ready(name, prices=OURS) == Price(0.0, 0.0)
    assert (tmp_path / "letters").is_dir()


def test_an_endpoint_has_the_price_of_the_table_or_an_unknown_one() -> None:
    assert require_ready("http://127.0.0.1:9/v1", prices=OURS) == Price(1.0, 2.0)
    assert require_ready("http://127.0.0.1:9/v1#other", prices=OURS) is None


def test_a_model_of_openai_needs_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="gpt-5 needs a key; set OPENAI_API_KEY in the environment"):
        require_ready("gpt-5", prices=OURS)

    monkeypatch.setenv("OPENAI_API_KEY", "sk-something")
    assert require_ready("gpt-5", prices=OURS) == Price(3.0, 4.0)


def test_a_provider_that_litellm_does_not_know_is_refused_and_a_known_one_has_its_price() -> None:
    done = subprocess.run([sys.executable, "-c", ASKING], cwd=ROOT, capture_output=True, text=True, check=True)

    olama, nosuch, *rest = done.stdout.splitlines()
    assert olama == "litellm knows no provider 'olama' of the model 'olama/x'; did you mean ollama/x?"
    assert nosuch.endswith("'nosuch/thing'; an address begins with http://")
    assert rest == ["False", "True"]


@pytest.mark.parametrize("name", ["offline", "replay:run.db", "gpt5", "scripted:nowhere.jsonl"])
def test_what_cannot_be_asked_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError):
        require_ready(name, prices=OURS)
