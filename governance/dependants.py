"""What builds on a tool under rewrite, and how it would fare if it followed the rewrite.

Promises: a dependant is run as it is, and once more with its pins moved to the rewrite; both in the sandbox, on its own
visible and gate cases; equal matters give equal answers.
Does not promise: all dependants. Whoever asks chooses which, the same ones for the same world.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from storage import Task, repinned

from .bench import Bench
from .proposal import Dependant, Followed, Proposal
from .sandbox.run import Part


def follow(proposal: Proposal, bench: Bench) -> tuple[Followed, ...]:
    """Run the dependants of a proposal, with what they require and with what they would.

    Raises: SandboxError: the sandbox broke down.
    """
    judged = [(each, each.task) for each in proposal.around.dependants]
    return tuple(_follow(each, task, proposal, bench) for each, task in judged if task is not None)


def _follow(dependant: Dependant, task: Task, proposal: Proposal, bench: Bench) -> Followed:
    now = bench.score(task, dependant.source).scorecard
    with _offered(proposal, bench) as number:
        moved = repinned(dependant.source, dict.fromkeys(dependant.pinned, number))
        return Followed(dependant, now, bench.score(task, moved).scorecard)


@contextmanager
def _offered(proposal: Proposal, bench: Bench) -> Iterator[int]:
    """Have the rewrite on the shelf for a while, under a number that no version has yet; yield it."""
    number = 1 + max([0, *bench.library, *(each.version_id for each in proposal.around.dependants)])
    task = proposal.task
    bench.library[number] = Part(number, task.entry_point, proposal.source, task.helper, tool_id=proposal.tool_id)
    try:
        yield number
    finally:
        del bench.library[number]
