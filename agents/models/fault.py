"""What went wrong with a call, in one sentence that holds no key.

Promises: a key that a server or a library put into its words is struck out; text from outside is one short line.
Does not promise: that a library's exception, before it came here, was as careful.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from math import isfinite

from storage import ModelError, ModelFault

EXCERPT = 200
SHORTEST_KEY = 8

_KEYLIKE = re.compile(r"(?i)\b(?:bearer\s+\S+|(?:sk|pk|rk|gsk|xai|hf)[-_][\w*.-]{6,})")
_KEY_NAME = re.compile(r"(?i)key|token|secret|password")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\u00a0-\ud7ff\ue000-\uffff]+|\s+")
# A quota that is used up is answered with 429 too, but waiting does not refill it.
_USED_UP = ("insufficient_quota", "billing_hard_limit")
# How FastAPI names a part of the request that it cannot read; llama-cpp-python says that with 500, not 422.
_UNREAD = "'loc': ('body'"


def excerpt(text: str) -> str:
    """Return the beginning of foreign text as one line, without the keys of the environment and what looks like one."""
    text = text[: 20 * EXCERPT]
    for key in _keys():
        text = text.replace(key, "[key]")
    line = _UNPRINTABLE.sub(" ", _KEYLIKE.sub("[key]", text)).strip()
    return line if len(line) <= EXCERPT else f"{line[: EXCERPT - 3]}..."


def _keys() -> list[str]:
    """The values in the environment that are keys by their names, longest first."""
    found = {value for name, value in os.environ.items() if _KEY_NAME.search(name) and len(value) >= SHORTEST_KEY}
    return sorted(found, key=len, reverse=True)


def broken(name: str, error: BaseException) -> ModelError | None:
    """Return what an exception on the way to a server or back means, None if it is none of the usual ones."""
    import aiohttp

    causes = tuple(_chain(error))
    for cause in causes:
        if isinstance(cause, ModelError):
            return cause
    if any(isinstance(cause, aiohttp.ClientPayloadError) for cause in causes):
        return ModelError(f"{name} broke off in the middle of a reply; it may have crashed", kind="malformed")
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return ModelError(f"{name} did not answer in time; it may be overloaded, or need longer limits", kind="timeout")
    if any(isinstance(cause, aiohttp.ClientConnectionError | OSError) for cause in causes):
        said = excerpt(str(causes[-1]) or type(causes[-1]).__name__)
        return ModelError(f"the connection to {name} failed ({said}); is the server running?", kind="connection")
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and those behind it, the first cause last."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def status_fault(name: str, status: int, *, said: str, headers: Mapping[str, str], now: float, cure: str) -> ModelError:
    """Return what an HTTP status that is no success means.

    `said` is an excerpt of the body, `now` the seconds of the wall clock, `cure` what to do about a wrong key.
    """
    kind = _kind(status, said)
    words = f"{name} answered {status}" + (f": {said}" if said else "")
    wait = retry_after(headers, now=now)
    return ModelError(f"{words}; {_cure(status, kind, cure)}", kind=kind, status=status, retry_after_s=wait)


def _kind(status: int, said: str) -> ModelFault:
    if status == 429:
        return "refused" if any(sign in said for sign in _USED_UP) else "rate_limit"
    return "server" if status >= 500 and _UNREAD not in said else "refused"


def _cure(status: int, kind: ModelFault, cure: str) -> str:
    if kind == "rate_limit":
        return "ask less often or with fewer workers"
    if kind == "server":
        return "the server is in trouble, try again later"
    if status in (401, 403):
        return cure
    if status == 404:
        return "check the address (it mostly ends in /v1) and the model's name"
    if status < 400:
        return "it has moved, use its new address"
    return "the request cannot succeed as it is and was not repeated"


def retry_after(headers: Mapping[str, str], *, now: float) -> float | None:
    """Return the seconds a server asks us to wait, None where it says nothing that can be understood."""
    for name, scale in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        seconds = _seconds(headers.get(name, "").strip(), now=now)
        if seconds is not None:
            return max(0.0, seconds * scale)
    return None


def _seconds(text: str, *, now: float) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return _until(text, now=now)
    return value if isfinite(value) else None


def _until(date: str, *, now: float) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp() - now
    except (ValueError, OverflowError):
        return None
