"""A worker process: it does jobs, one after another, with a sandbox of its own.

Promises: it holds no key and no database; it ends when the engine does. Started by `ecology.executors`.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import NoReturn

from governance import Bench, Council
from storage import EcologyError

from .turn import Job, Kit
from .work import Station

# Objects made before the young are looked at, and how many such looks before the older are.
_GARBAGE = (50_000, 20, 100)


def main(descriptor: int) -> None:
    """Serve the engine at the other end of a connected socket: first a kit, then jobs until it closes."""
    with Connection(descriptor) as connection, suppress(EOFError, BrokenPipeError, ConnectionResetError):
        kit: Kit = connection.recv()
        try:
            charter = kit.charter
            bench = Bench.open(kit.sandbox, limits=charter.limits, allow_rlimit=kit.allow_rlimit, demanded=charter.tier)
        except EcologyError as error:
            _refuse(connection, error)
        _let_garbage_lie()
        with bench:
            shadow = Council(kit.shadow) if kit.shadow else None
            _serve(connection, Station(kit, bench, Council(kit.charter), shadow))


def _let_garbage_lie() -> None:
    """Look for cycles seldom: edits come by the ten thousand and live long, so that looking takes three times the work.

    What was imported is looked at no more.
    """
    gc.freeze()
    gc.set_threshold(*_GARBAGE)


def _serve(connection: Connection, station: Station) -> NoReturn:
    while True:
        job: Job = connection.recv()
        try:
            answer: tuple[bool, object] = (True, station.do(job))
        except Exception as error:
            answer = (False, error)
        connection.send(answer)


def _refuse(connection: Connection, error: EcologyError) -> NoReturn:
    """Answer every job with the reason why this worker cannot work."""
    while True:
        connection.recv()
        connection.send((False, error))


if __name__ == "__main__":
    # Nothing a worker prints by mistake may reach the data on stdout.
    os.dup2(2, 1)
    main(int(sys.argv[1]))
