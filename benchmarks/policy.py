"""How long policy takes: one decision remembered, one asked of Cedar with its entities at hand, and one from nothing.

    python benchmarks/policy.py

Times are of the processor, in microseconds, each the median of 2,000; the bar is 60 for one decision.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

from governance import AgentSeen, Policy, Request, ToolSeen, place_of

TIMES = 2_000


def main() -> None:
    """Print a table."""
    print(f"{'action':<10}{'remembered':>12}{'asked':>12}{'from nothing':>14}")
    policy = Policy()
    for request in requests():
        policy.decide(request)
        remembered = median(lambda r=request: policy.decide(r))  # type: ignore[misc]
        asked = median(lambda r=request: policy.evaluate(r))  # type: ignore[misc]
        times = []
        for number in range(TIMES):
            other = Request(request.action, AgentSeen(number + 10, "mender"), request.on, request.context)
            times.append(timed(lambda r=other: policy.evaluate(r)))  # type: ignore[misc]
        print(f"{request.action:<10}{remembered:>12.2f}{asked:>12.1f}{statistics.median(times):>14.1f}")


def requests() -> Sequence[Request]:
    """Return one request for each action."""
    agent, tool = AgentSeen(1, "mender", lineage=1, model="gpt-5-mini", energy=40), ToolSeen(3, "slug")
    return (
        Request.of("propose", agent, tool, model=agent.model),
        Request.of("test", agent, tool),
        Request.of("critique", agent, tool, stance="support", evidence=True, own=False, kin=False),
        Request.of("admit", agent, tool, supporters=1, objectors=0, approved=False, model=agent.model),
        Request.of("spawn", agent, AgentSeen(2, "critic"), species="critic", family="", model=""),
        Request.of("post", agent, place_of("tool/3"), topic="tool/3"),
        Request.of("signal", agent, place_of("tool:3"), kind="help", subject="tool:3"),
    )


def median(act: Callable[[], object]) -> float:
    """Return the median processor time of an act in microseconds."""
    return statistics.median(timed(act) for _ in range(TIMES))


def timed(act: Callable[[], object]) -> float:
    """Return the processor time of an act in microseconds."""
    start = time.process_time_ns()
    act()
    return (time.process_time_ns() - start) / 1_000


if __name__ == "__main__":
    main()
