"""A folder as a model: `mailbox:DIR`. Whoever writes the reply files is the model: a person, a script, another program.

Promises: each request is one file, written whole; a reply that is there already, from before a restart too, is used; as
many requests may wait at once as there are files, and waiting costs a look at the folder's date a few times a second.
Does not promise: that anyone answers. A request unanswered in time is an error, and its file stays.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from pathlib import Path

from storage import ConfigurationError, ModelError

from .letters import Answered, collect, post, short_id
from .message import Reply, Request
from .wire import storable, tokens_about

_FASTEST_S = 0.02
_SLOWEST_S = 0.5
# Changes this close to one another may leave a folder with the same date on a coarse clock.
_COARSE_S = 2.5


class MailboxModel:
    """The model behind a folder, which is made where it is missing.

    `timeout_s`: seconds that a request waits for its reply.
    Raises: ConfigurationError: the folder cannot be made or written.
    """

    def __init__(self, folder: str | Path, *, timeout_s: float = 3600.0) -> None:
        self.name = f"mailbox:{folder}"
        self._folder = Path(folder)
        self._timeout_s = timeout_s
        self._asked: Counter[str] = Counter()
        self._waiting: dict[str, asyncio.Future[Answered]] = {}
        self._postman: asyncio.Task[None] | None = None
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(f"the mailbox {folder} cannot be made: {error.strerror}; name a folder") from None

    async def complete(self, request: Request) -> Reply:
        """Write the request, wait for its reply, and return it. What the writer says of tokens and price is believed.

        Raises: ModelError: nobody answered in time (`mailbox_timeout`), the reply file is no reply (`malformed`), or
            the request cannot be written (`refused`).
        """
        digest = request.digest
        letter_id = f"{digest}-{self._asked[digest]}"
        self._asked[digest] += 1
        began = time.monotonic()
        try:
            post(self._folder, letter_id, request)
            answered = collect(self._folder, letter_id) or await self._wait(letter_id)
        except ValueError as error:
            raise ModelError(f"{error}; mend or remove it", kind="malformed") from None
        except OSError as error:
            raise ModelError(f"the mailbox {self._folder} cannot be used: {error}", kind="refused") from None
        return _reply(request, answered, letter_id=letter_id, model=self.name, latency_s=time.monotonic() - began)

    async def close(self) -> None:
        """Stop waiting; whoever waits still is cancelled, and the files stay."""
        for each in self._waiting.values():
            each.cancel()
        if self._postman is not None:
            self._postman.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._postman

    async def _wait(self, letter_id: str) -> Answered:
        arriving: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._waiting[letter_id] = arriving
        if self._postman is None or self._postman.done():
            self._postman = asyncio.create_task(self._look_out())
        try:
            async with asyncio.timeout(self._timeout_s):
                return await arriving
        except TimeoutError:
            raise ModelError(
                f"nobody answered {letter_id} in {self._folder} within {self._timeout_s:g} seconds; let letters"
                f" wait longer, or answer sooner (`ecology mailbox {self._folder} --answer {short_id(letter_id)}`)",
                kind="mailbox_timeout",
            ) from None
        finally:
            del self._waiting[letter_id]

    async def _look_out(self) -> None:
        """Look for replies as long as anyone waits, the more seldom the longer none came."""
        pause, seen, unsettled = _FASTEST_S, 0, False
        while self._waiting:
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _SLOWEST_S)
            dated = self._date()
            if dated == seen and not unsettled and time.time() - dated / 1e9 > _COARSE_S:
                continue
            seen = dated
            came, unsettled = self._deliver()
            if came:
                pause = _FASTEST_S

    def _date(self) -> int:
        with contextlib.suppress(OSError):
            return self._folder.stat().st_mtime_ns
        return 0

    def _deliver(self) -> tuple[bool, bool]:
        """Hand out the replies that are there; return whether any came, and whether any is still being written."""
        try:
            there = {each.name.partition(".")[0] for each in self._folder.iterdir() if ".reply." in each.name}
        except OSError:
            return False, True
        begun = [each for each in there & self._waiting.keys() if not self._waiting[each].done()]
        come = [each for each in begun if self._hand_over(each)]
        return bool(come), len(come) < len(begun)

    def _hand_over(self, letter_id: str) -> bool:
        arriving = self._waiting[letter_id]
        try:
            answered = collect(self._folder, letter_id)
        except ValueError as error:
            arriving.set_exception(error)
            return True
        if answered is not None:
            arriving.set_result(answered)
        return answered is not None


def _reply(request: Request, answered: Answered, *, letter_id: str, model: str, latency_s: float) -> Reply:
    counted = answered.tokens_in is not None and answered.tokens_out is not None
    return Reply(
        text=storable(answered.text),
        tokens_in=tokens_about(request.text) if answered.tokens_in is None else answered.tokens_in,
        tokens_out=tokens_about(answered.text) if answered.tokens_out is None else answered.tokens_out,
        usd=answered.usd,
        latency_s=latency_s,
        finish=answered.finish,
        id=letter_id,
        model=answered.model or model,
        estimated=not counted,
    )
