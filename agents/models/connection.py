"""One HTTP client for one endpoint, the `openai` SDK over aiohttp, and what may go wrong on the way.

Promises: connecting, reading and the whole call have limits in seconds; no more than `REPLY_BYTES` of a reply are held;
the SDK repeats nothing and follows no redirect, and its exceptions, which hold the key, end here.
Does not promise: a second try; `retry.py` is the one place for that. It belongs to the event loop that first used it.
"""

from __future__ import annotations

import json
import sys
import time
from asyncio import timeout
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from storage import ModelError

from .address import Address
from .fault import broken, excerpt, status_fault

REPLY_BYTES = 4 * 2**20
ERROR_BYTES = 2**14
KEEPALIVE_S = 15.0


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds for a connection, for silence while reading, and for a whole call."""

    connect_s: float = 10.0
    read_s: float = 300.0
    total_s: float = 600.0


class Connection:
    """The client of one endpoint, shared by all models there; closed when the last of them lets go."""

    def __init__(self, address: Address, *, timeouts: Timeouts, concurrency: int) -> None:
        self.address = address
        self._key: SecretStr | None = address.key()
        self._timeouts = timeouts
        self._concurrency = concurrency
        self._users = 0
        self.closed = False
        self._client, response = self._open()
        # As a stream, for the SDK would hold a reply of any size before we saw it.
        self._unread: Any = {"cast_to": response, "stream": True, "stream_cls": object}

    def _open(self) -> tuple[Any, Any]:
        import openai

        # Release 2 of openai has loaded httpx and speaks through it, release 3 httpx2.
        http: Any = sys.modules["httpx" if openai.__version__.startswith("2.") else "httpx2"]
        limits = self._timeouts
        transport = openai.DefaultAioHttpClient(
            limits=http.Limits(
                max_connections=self._concurrency,
                max_keepalive_connections=self._concurrency,
                keepalive_expiry=KEEPALIVE_S,
            ),
            timeout=http.Timeout(limits.read_s, connect=limits.connect_s, pool=limits.connect_s),
            follow_redirects=False,
            event_hooks={"response": [self._refuse]},
        )
        # The SDK would show every host which organisation at OpenAI we belong to.
        unsaid: Any = (
            {} if self.address.openai else {"OpenAI-Organization": openai.Omit(), "OpenAI-Project": openai.Omit()}
        )
        client = openai.AsyncOpenAI(
            base_url=self.address.url,
            api_key=self._key.get_secret_value() if self._key else "none",
            max_retries=0,
            http_client=transport,
            default_headers=unsaid,
        )
        return client, http.Response

    def lease(self) -> Connection:
        """Count one more user."""
        self._users += 1
        return self

    async def release(self) -> None:
        """Count one user less and close the client after the last."""
        self._users -= 1
        if self._users == 0:
            self.closed = True
            await self._client.close()

    async def post(self, path: str, body: dict[str, Any]) -> bytes:
        """Send a JSON body and return the JSON that came back, undecoded.

        Raises: ModelError: rate_limit, server, timeout, connection, refused or malformed.
        """
        return await self._call(lambda: self._client.post(path, body=body, **self._unread))

    async def get(self, path: str) -> bytes:
        """Fetch JSON, undecoded.

        Raises: ModelError: as `post`.
        """
        return await self._call(lambda: self._client.get(path, **self._unread))

    async def _call(self, send: Callable[[], Awaitable[Any]]) -> bytes:
        try:
            async with timeout(self._timeouts.total_s):
                return await self._read(await send())
        except Exception as error:
            fault = self._fault(error)
        # Outside the handler, so that the SDK's exception, which knows the key, is not dragged along.
        raise fault.with_traceback(None)

    async def _read(self, response: Any) -> bytes:
        data = bytearray()
        try:
            self._expect_json(response.headers.get("content-type", ""))
            async for chunk in response.aiter_bytes():
                data += chunk
                if len(data) > REPLY_BYTES:
                    raise self._malformed(f"sent more than {REPLY_BYTES:,} bytes; a reply must be smaller")
        finally:
            await response.aclose()
        return bytes(data)

    def _expect_json(self, said: str) -> None:
        kind = said.partition(";")[0].strip().lower()
        if kind == "text/html":
            raise self._malformed("sent a web page instead of a reply; check the address and any proxy on the way")
        if kind != "application/json":
            raise self._malformed(f"sent {excerpt(said) or 'no content type'} instead of application/json")

    async def _refuse(self, response: Any) -> None:
        """Turn every status but success into a fault before the SDK reads a body of any size."""
        if 200 <= response.status_code < 300:
            return
        data = bytearray()
        async for chunk in response.aiter_raw():
            data += chunk
            if len(data) > ERROR_BYTES:
                break
        said = excerpt(_message(bytes(data[:ERROR_BYTES]), kind=response.headers.get("content-type", "")))
        variables = " or ".join(self.address.variables)
        raise status_fault(
            self.address.url, response.status_code, said=said, headers=response.headers, now=time.time(),
            cure=f"set {variables} in the environment to a key that may use this model",
        )  # fmt: skip

    def _malformed(self, what: str) -> ModelError:
        return ModelError(f"{self.address.url} {what}", kind="malformed")

    def _fault(self, error: Exception) -> ModelError:
        if known := broken(self.address.url, error):
            return known
        return self._malformed(f"did not speak HTTP as it should ({excerpt(str(error.__cause__ or error))})")


def _message(data: bytes, *, kind: str) -> str:
    """The words of an error's body: its message where it has one."""
    if "html" in kind:
        return "a web page"
    try:
        return str(json.loads(data)["error"]["message"])
    except (ValueError, TypeError, LookupError, RecursionError):
        return data.decode(errors="replace")
