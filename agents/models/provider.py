"""A model that `litellm` knows how to reach: Ollama, Anthropic and some hundred more, by `provider/name`.

Promises: litellm is imported when the first such model is opened and not before; it fetches no price list, reads no
`.env`, repeats nothing, reports nothing and logs nothing. Does not promise: a bound on the memory that litellm takes
for a reply; one that is too long is refused after it was read.
"""

from __future__ import annotations

import asyncio
import difflib
import logging
import os
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from storage import ConfigurationError, ModelError

from .connection import REPLY_BYTES, Timeouts
from .fault import broken, excerpt, status_fault
from .message import Reply, Request
from .pricing import Price
from .wire import Answer, Unreadable, tokens_about, understand, written

# Ollama cuts prompts at 2,048 tokens unless told otherwise, and loads the model again whenever this changes.
NUM_CTX = 8192
OLLAMA = ("ollama", "ollama_chat")

_TIER = re.compile(r"_above_(\d+)k_tokens$")
_QUIET = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MODE": "PRODUCTION"}


def _load() -> Any:
    """Import litellm with everything off that we do not want."""
    before = {name: os.environ.get(name) for name in _QUIET}
    os.environ.update(_QUIET)
    try:
        import litellm
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)
    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.num_retries = 0
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logging.getLogger(name).disabled = True
    return litellm


def require_provider(name: str) -> Price | None:
    """Return the price of `provider/name` in litellm's map, None where it is unknown; litellm is loaded for it.

    Raises: ConfigurationError: litellm knows no such provider.
    """
    litellm = _load()
    head = name.partition("/")[0]
    known = [str(getattr(each, "value", each)) for each in litellm.provider_list]
    if head not in known:
        try:
            litellm.get_llm_provider(name)
        except Exception:
            near = difflib.get_close_matches(head, known, n=1, cutoff=0.75)
            cure = f"did you mean {near[0]}/{name.partition('/')[2]}?" if near else "an address begins with http://"
            raise ConfigurationError(f"litellm knows no provider {head!r} of the model {name!r}; {cure}") from None
    return _price(litellm, name)


class Provider:
    """One model reached through litellm; `api_base` and `price` go before what litellm has in its own settings."""

    def __init__(
        self,
        name: str,
        *,
        timeouts: Timeouts | None = None,
        num_ctx: int = NUM_CTX,
        api_base: str | None = None,
        price: Price | None = None,
    ) -> None:
        self._name = name
        self._timeouts = timeouts or Timeouts()
        self._litellm = _load()
        self._num_ctx = num_ctx if name.partition("/")[0] in OLLAMA else None
        self._api_base = api_base
        self.price = price or _price(self._litellm, name)

    @property
    def name(self) -> str:
        """The string that names this model."""
        return self._name

    async def complete(self, request: Request) -> Reply:
        """Return the model's answer to one attempt.

        Raises: ModelError: there is none.
        """
        self._refuse_what_ollama_would_cut(request)
        started = time.monotonic()
        response = await self._send(request)
        answer = self._understood(response, request)
        return Reply(
            text=answer.text, tokens_in=answer.tokens_in, tokens_out=answer.tokens_out,
            usd=self._usd(response, answer), latency_s=time.monotonic() - started, finish=answer.finish, id=answer.id,
            model=self._name, estimated=answer.estimated,
        )  # fmt: skip

    async def close(self) -> None:
        """Nothing: litellm's clients are shared by the process."""

    def _arguments(self, request: Request) -> dict[str, Any]:
        arguments = written(request, model=self._name) | {
            "timeout": self._timeouts.read_s, "num_retries": 0, "max_retries": 0, "drop_params": True,
        }  # fmt: skip
        if self._num_ctx:
            arguments["num_ctx"] = self._num_ctx
        return arguments | ({"api_base": self._api_base} if self._api_base else {})

    async def _send(self, request: Request) -> Any:
        try:
            async with asyncio.timeout(self._timeouts.total_s):
                return await self._litellm.acompletion(**self._arguments(request))
        except Exception as error:
            fault = self._fault(error)
        # Outside the handler: litellm's exceptions carry the request, and with it the key.
        raise fault.with_traceback(None)

    def _fault(self, error: Exception) -> ModelError:
        status = int(getattr(error, "status_code", None) or 0)
        # litellm answers for the transport with a status of its own, which says less than the cause.
        if (status in (0, 200, 408) or status >= 500) and (known := broken(self._name, error)):
            return known
        said = excerpt(str(getattr(error, "message", "") or error))
        if isinstance(error, self._litellm.Timeout):
            return ModelError(f"{self._name} did not answer in time ({said})", kind="timeout")
        # What litellm cannot decode it reports as a failed connection, which `broken` would have known.
        if status < 300 or isinstance(error, self._litellm.APIConnectionError):
            return ModelError(f"{self._name} sent no usable reply ({said}); check its server", kind="malformed")
        cure = "set the provider's key in the environment as litellm's documentation names it"
        return status_fault(self._name, status, said=said, headers=_headers(error), now=time.time(), cure=cure)

    def _understood(self, response: Any, request: Request) -> Answer:
        try:
            answer = understand(response.model_dump(), request)
        except Unreadable as error:
            raise ModelError(f"{self._name} {excerpt(str(error))}; check its server", kind="malformed") from None
        if len(answer.text) > REPLY_BYTES:
            raise ModelError(f"{self._name} sent more than {REPLY_BYTES:,} characters", kind="malformed")
        return answer

    def _usd(self, response: Any, answer: Answer) -> float | None:
        # Where its map knows no price litellm says 0, which is not the same.
        if self.price is None:
            return answer.usd
        with suppress(Exception):
            return float(self._litellm.completion_cost(completion_response=response, model=self._name))
        return self.price.cost(answer.tokens_in, answer.tokens_out)

    def _refuse_what_ollama_would_cut(self, request: Request) -> None:
        tokens = sum(tokens_about(message.content) for message in request.messages)
        if self._num_ctx and tokens > self._num_ctx:
            raise ModelError(
                f"a prompt of some {tokens} tokens does not fit the {self._num_ctx} that {self._name} was given, and "
                "Ollama would cut it without a word; give it a larger num_ctx",
                kind="refused",
                attempts=0,
            )


def _headers(error: Exception) -> Mapping[str, str]:
    given = getattr(error, "litellm_response_headers", None) or getattr(
        getattr(error, "response", None), "headers", None
    )
    return given or {}


def _price(litellm: Any, name: str) -> Price | None:
    """The price in litellm's map, None where it lacks one of the rates or has tiers of another shape than ours."""
    try:
        row = litellm.model_cost[litellm.get_model_info(name)["key"]]
    # Whatever litellm cannot find it says with an exception of its own for each provider.
    except Exception:
        return None
    if "tiered_pricing" in row or not {"input_cost_per_token", "output_cost_per_token"} <= row.keys():
        return None
    above = [int(found[1]) * 1000 for key in row if (found := _TIER.search(key))]
    return Price(
        _dearest(row, "input"),
        _dearest(row, "output"),
        threshold=min(above, default=None),
        long_in=_dearest(row, "input", tiers=True),
        long_out=_dearest(row, "output", tiers=True),
    )


def _dearest(row: Mapping[str, Any], side: str, *, tiers: bool = False) -> float:
    """The highest USD a million tokens that one side can cost, writing to the cache included, higher tiers if asked."""
    plain = (f"{side}_cost_per_token", f"cache_creation_{side}_token_cost")
    rates = [
        float(rate)
        for key, rate in row.items()
        if rate and (key in plain or (tiers and key.startswith(plain) and _TIER.search(key)))
    ]
    return 1e6 * max(rates, default=0.0)
