"""A server of OpenAI's chat completions protocol that can be told to fail in every way a real one does.

    python benchmarks/model_server.py [--port 0] [--latency 0.2] [--fault 429=0.1] [--schedule ok,500,reset] ...

The first line on standard output is the address to use as a model. `GET /stats` counts, `POST /control` takes the
fields of `Behaviour` as JSON and changes them while it runs.

Promises: it listens on loopback only; every request is counted, also one that is then refused, hung or cut off; the
same seed draws the same faults in the same order. Does not promise: any understanding of what it is asked.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

from aiohttp import web

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.behaviour import Behaviour, Body, Course, Stats

HUGE_BYTES = 10 * 2**20
HTML = "<!DOCTYPE html><html><head><title>Bad gateway</title></head><body><h1>502 Bad gateway</h1></body></html>"
TRICKLE_S = 0.05


class ModelServer:
    """The behaviour, the counts, and one handler for each thing that may be done to a request."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.stats = Stats()
        self._known: set[bytes] = set()
        self._peers: set[object] = set()
        self._last: Body | None = None
        self._faults: dict[str, Callable[[web.Request, Body], Awaitable[web.StreamResponse]]] = {
            "timeout": self._hang,
            "reset": self._reset,
            "truncated": self._truncated,
            "trickle": self._trickle,
            "duplicate": self._duplicate,
            "repeat": self._repeat,
            "invalid_json": lambda request, body: _said('{"id": "x", "choices": [{"mess'),
            "not_an_object": lambda request, body: _said("[1, 2, 3]"),
            "error_in_200": lambda request, body: _said('{"error": {"message": "upstream is down", "code": 502}}'),
            "no_choices": lambda request, body: _said('{"id": "x", "choices": []}'),
            "html": lambda request, body: _said(HTML, kind="text/html"),
            "html_502": lambda request, body: _said(HTML, kind="text/html", status=502),
            "content_type": lambda request, body: _said(json.dumps(body), kind="text/plain"),
            "huge": lambda request, body: _said(json.dumps(body | {"padding": "x" * HUGE_BYTES})),
        }
        self.become(behaviour)

    def become(self, behaviour: Behaviour) -> None:
        """Answer like this from now on.

        Raises: ValueError: a fault is named that this server does not know.
        """
        known = {"ok", *self._faults}
        strange = {name for name in (*behaviour.faults, *behaviour.schedule) if name not in known and not _status(name)}
        if strange:
            raise ValueError(
                f"no fault {', '.join(sorted(strange))}; there are {', '.join(sorted(known))} and 400 to 599"
            )
        self._course = Course(behaviour)

    def application(self) -> web.Application:
        """The server as an aiohttp application."""
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/v1/chat/completions", self.complete)
        app.router.add_get("/v1/models", self.models)
        app.router.add_get("/stats", self.show)
        app.router.add_post("/control", self.control)
        return app

    async def models(self, request: web.Request) -> web.Response:
        """List the one model there is."""
        return web.json_response({"object": "list", "data": [{"id": "parrot", "object": "model"}]})

    async def show(self, request: web.Request) -> web.Response:
        """Return the counts."""
        return web.json_response(asdict(self.stats))

    async def control(self, request: web.Request) -> web.Response:
        """Change some fields of the behaviour; `"reset": true` starts the counts anew and forgets the rest."""
        changes = await request.json()
        before = self._course.behaviour
        if changes.pop("reset", False):
            before, self.stats = Behaviour(), Stats()
            self._known.clear()
            self._peers.clear()
        try:
            self.become(replace(before, **changes))
        except (TypeError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response(asdict(self._course.behaviour))

    async def complete(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, or do to it what the schedule or chance says."""
        stats = self.stats
        stats.requests += 1
        stats.in_flight += 1
        stats.in_flight_max = max(stats.in_flight_max, stats.in_flight)
        self._count_peer(request)
        try:
            # Counted now, for others come while this one is kept waiting.
            return await self._complete(request, number=stats.requests)
        finally:
            stats.in_flight -= 1

    async def _complete(self, request: web.Request, *, number: int) -> web.StreamResponse:
        raw = await request.read()
        asked = json.loads(raw)
        fault = self._course.fault()
        if self._course.behaviour.latency_s:
            await asyncio.sleep(self._course.behaviour.latency_s)
        if refusal := self._refusal(request, asked):
            return refusal
        if fault == "ok":
            return await self._answer(raw, asked, number=number)
        self.stats.faults[fault] = self.stats.faults.get(fault, 0) + 1
        if status := _status(fault):
            return self._failed(status, request)
        return await self._faults[fault](request, self._course.body(asked, number=number))

    async def _answer(self, raw: bytes, asked: Body, *, number: int) -> web.Response:
        body = self._course.body(asked, number=number)
        digest = hashlib.sha256(raw).digest()
        usage = body.get("usage", {})
        self.stats.tokens_in += usage.get("prompt_tokens", 0)
        self.stats.tokens_out += usage.get("completion_tokens", 0)
        self.stats.usd += usage.get("cost", 0.0)
        self.stats.answered += 1
        self.stats.repeated += digest in self._known
        self._known.add(digest)
        self._last = body
        return await _said(json.dumps(body))

    def _count_peer(self, request: web.Request) -> None:
        peer = request.transport and request.transport.get_extra_info("peername")
        if peer not in self._peers:
            self._peers.add(peer)
            self.stats.connections += 1

    def _refusal(self, request: web.Request, asked: Body) -> web.Response | None:
        # The key comes back in the error, as it does from careless servers.
        given = request.headers.get("Authorization", "")
        if self._course.behaviour.key and given != f"Bearer {self._course.behaviour.key}":
            return _error(401, f"incorrect API key provided: {given}")
        used = {asked.get("response_format", {}).get("type", ""), "tool" if "tools" in asked else ""}
        if refused := used & set(self._course.behaviour.unsupported):
            return _error(400, f"{', '.join(refused)} is not supported by this model")
        return None

    def _failed(self, status: int, request: web.Request) -> web.Response:
        headers = (
            {"Retry-After": self._course.behaviour.retry_after}
            if status == 429 and self._course.behaviour.retry_after
            else {}
        )
        return _error(status, f"scheduled fault for {request.headers.get('Authorization', 'nobody')}", headers=headers)

    async def _hang(self, request: web.Request, body: Body) -> web.StreamResponse:
        await asyncio.sleep(3600)
        raise AssertionError("nobody waits for an hour")

    async def _reset(self, request: web.Request, body: Body) -> web.StreamResponse:
        return _cut(request)

    async def _truncated(self, request: web.Request, body: Body) -> web.StreamResponse:
        data = json.dumps(body).encode()
        _transport(request).write(_head(len(data)) + data[: len(data) // 2])
        return _cut(request, gently=True)

    async def _trickle(self, request: web.Request, body: Body) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        with suppress(ConnectionError):
            for character in json.dumps(body):
                await response.write(character.encode())
                await asyncio.sleep(TRICKLE_S)
        return response

    async def _duplicate(self, request: web.Request, body: Body) -> web.StreamResponse:
        data = json.dumps(body).encode()
        _transport(request).write((_head(len(data)) + data) * 2)
        # A cut now would hide from the client that there is a second reply.
        await asyncio.sleep(1)
        return _cut(request, gently=True)

    async def _repeat(self, request: web.Request, body: Body) -> web.StreamResponse:
        return await _said(json.dumps(self._last or body))


async def _said(text: str, *, kind: str = "application/json", status: int = 200) -> web.Response:
    return web.Response(text=text, content_type=kind, status=status)


def _error(status: int, message: str, *, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": {"message": message, "type": "fault"}}, status=status, headers=headers)


def _status(fault: str) -> int:
    return int(fault) if fault.isdigit() and 400 <= int(fault) <= 599 else 0


def _head(length: int) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n".encode()


def _transport(request: web.Request) -> asyncio.Transport:
    assert isinstance(request.transport, asyncio.Transport)
    return request.transport


def _cut(request: web.Request, *, gently: bool = False) -> web.StreamResponse:
    """End the connection; whatever is returned has nobody to go to."""
    # A client that has gone has left no transport.
    if transport := request.transport:
        transport.close() if gently else transport.abort()
    return web.Response()


async def serve(behaviour: Behaviour, *, port: int) -> None:
    """Serve on loopback until cancelled; port 0 takes a free one."""
    runner = web.AppRunner(ModelServer(behaviour).application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, backlog=4096)
    await site.start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}/v1", flush=True)
    await asyncio.Event().wait()


def main() -> int:
    """Read the behaviour from the command line and serve."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each reply")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME=SHARE")
    parser.add_argument("--schedule", default="", help="what the first requests meet: ok,500,reset")
    parser.add_argument("--replies", type=Path, help="a JSON string on each line, given in turn")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    shares = dict(pair.split("=") for pair in options.fault)
    lines = options.replies.read_text(encoding="utf-8").splitlines() if options.replies else []
    behaviour = Behaviour(
        latency_s=options.latency,
        faults={name: float(share) for name, share in shares.items()},
        schedule=[name for name in options.schedule.split(",") if name],
        replies=[json.loads(line) for line in lines],
        seed=options.seed,
    )
    try:
        asyncio.run(serve(behaviour, port=options.port))
    except ValueError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
