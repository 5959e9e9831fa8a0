"""Turns a second and processor time a turn of agents that think with a model server, beside a bare client's calls.

    python benchmarks/model_turns.py [--kind talk] [--kind edit] [--agents 100,1000] [--at-once 32] [--rounds 3] ...

`talk`: replies in which there is no edit to read, so that a turn is words alone. `edit`: each reply is a rewrite,
another each time, which is rehearsed and then examined in the sandbox.
Promises: rounds of the bare client and of ours take turns, and medians of rounds are shown; the server is a process
whose time counts for nobody, each round has a process of its own, and ours counts its workers and sandboxes.
Does not promise: figures that can be compared with those of a machine that was busy with something else.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any, get_args

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.model_load import Borne, Kind, Load, answers, bare, ours
from benchmarks.served import ServedModel

LATENCY_S = 0.2
HEAD = (
    f"{'':<26}{'bare/s':>8}{'aiohttp/s':>10}{'turns/s':>9}{'calls/s':>9}{'% bare':>8}{'% aio':>7}{'bare ms':>9}"
    f"{'aio ms':>8}{'turn ms':>9}{'calls':>7}{'- bare':>8}{'- aio':>7}{'MB':>6}"
)


@dataclass
class Row:
    """The rounds of one line of the table; `calls` is how many calls a turn of ours took."""

    name: str
    default: list[Borne] = field(default_factory=list)
    aiohttp: list[Borne] = field(default_factory=list)
    ours: list[Borne] = field(default_factory=list)
    calls: list[float] = field(default_factory=list)

    def shown(self) -> str:
        """Return the line.

        Rates, our calls as a share of each bare client's; processor milliseconds of a bare call and of a turn, the
        calls in a turn, and what a turn takes beyond as many bare calls.
        """
        calls, turns, turn_ms = median(self.calls), _rate(self.ours), _cpu(self.ours)
        bare, fast, bare_ms, fast_ms = _rate(self.default), _rate(self.aiohttp), _cpu(self.default), _cpu(self.aiohttp)
        peak = max(each.peak_mb for each in self.ours)
        return (
            f"{self.name:<26}{bare:>8.1f}{fast:>10.1f}{turns:>9.1f}{turns * calls:>9.1f}"
            f"{turns * calls / bare:>8.1%}{turns * calls / fast:>7.1%}{bare_ms:>9.2f}{fast_ms:>8.2f}{turn_ms:>9.2f}"
            f"{calls:>7.2f}{turn_ms - calls * bare_ms:>8.2f}{turn_ms - calls * fast_ms:>7.2f}{peak:>6.0f}"
        )


def _rate(rounds: Sequence[Borne]) -> float:
    return median(each.rate for each in rounds)


def _cpu(rounds: Sequence[Borne]) -> float:
    return median(each.cpu_ms for each in rounds)


def apart(work: Callable[..., Borne], *arguments: Any) -> Borne:
    """Return what a function returns in a process of its own.

    Raises: RuntimeError: that process failed; it has said why.
    """
    context = multiprocessing.get_context("spawn")
    answer, send = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(send, work, arguments))
    process.start()
    send.close()
    try:
        borne: Borne = answer.recv()
    except EOFError:
        raise RuntimeError(f"{work.__name__} came to nothing; see above") from None
    finally:
        process.join()
    return borne


def _work(send: Any, work: Callable[..., Borne], arguments: tuple[Any, ...]) -> None:
    send.send(work(*arguments))


def measured(server: ServedModel, load: Load, *, kind: Kind, latency_s: float, rounds: int) -> Row:
    """Return the line of one kind of reply, one latency and one number of agents."""
    row = Row(f"{kind}, {load.agents:,} agents, {latency_s * 1000:.0f} ms")
    says = answers(kind)
    for _ in range(rounds):
        server.become(latency_s=latency_s, answers=says)
        row.ours.append(apart(ours, load))
        stats = server.stats()
        row.calls.append(stats["requests"] / (load.warm + load.count))
        # So long are our requests, by the server's own count of four characters a token.
        same = replace(load, prompt=4 * stats["tokens_in"] // max(1, stats["answered"]))
        for transport, found in (("default", row.default), ("aiohttp", row.aiohttp)):
            server.become(latency_s=latency_s, answers=says)
            found.append(apart(bare, same, transport))
    return row


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kind", action="append", choices=get_args(Kind), help="talk and edit, where none is given")
    parser.add_argument("--agents", default="100,1000")
    parser.add_argument("--latency", default=f"{LATENCY_S},0", help="seconds, one line of the table for each")
    parser.add_argument("--at-once", type=int, default=32, help="calls under way")
    parser.add_argument("--turns", type=int, default=2_000, help="turns, and calls, of a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    print(
        f"{options.at_once} calls at once, {options.turns} turns a round, medians of {options.rounds}; ms are CPU time"
    )
    print(HEAD, flush=True)
    with ServedModel.start() as server:
        for latency_s in map(float, options.latency.split(",")):
            for agents in map(int, options.agents.split(",")):
                load = Load(
                    server.address, at_once=options.at_once, count=options.turns, warm=4 * options.at_once,
                    agents=agents, workers=options.workers,
                )  # fmt: skip
                for kind in options.kind or get_args(Kind):
                    row = measured(server, load, kind=kind, latency_s=latency_s, rounds=options.rounds)
                    print(row.shown(), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
