"""A hearing of rival proposals: they are tried as every critic tries them, and everybody is tried on what was claimed.

Promises: code runs in the sandbox alone; a claimed input that breaks a run spoils no other result. Does not promise: a
judgement; it gives what speaks against a proposal and the results to judge the others by.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from governance import Call, Result, ask
from storage import Task

from ..actions import Test
from ..claim import Claim
from ..evidence import Evidence, Trials
from ..judgement import calls_to_try
from ..view import ProposalSeen
from ..witnesses import Witnesses, known_cases, live_sources
from ..workbench import DistantBench
from .mind import Study

Results = Mapping[str, Sequence[Result]]


@dataclass(frozen=True, slots=True)
class Hearing:
    """What came of the calls that critics try, and of those that were claimed, for each source.

    `tried` holds the head's results (of the source `head`) and the proposals' on the calls of `trials`.
    """

    bench: DistantBench
    head: str
    trials: Trials
    tried: Results
    claimed: Trials
    witnesses: Witnesses

    @property
    def size(self) -> int:
        """How many sources were run."""
        return len(self.tried.keys() | self.witnesses.claimed.keys())

    async def fault(self, proposal: ProposalSeen, claims: Sequence[int]) -> Evidence | None:
        """Return the first thing that shows a proposal to be wrong, or None.

        Args: proposal: one of those tried; claims: the places of the claims made against it.
        """
        for trials, results in ((self.claimed, self.witnesses.claimed), (self.trials, self.tried)):
            if found := await self._fault(trials, results, proposal.source):
                return found
        return next(filter(None, (self.witnesses.evidence(each, proposal) for each in claims)), None)

    async def _fault(self, trials: Trials, results: Results, source: str) -> Evidence | None:
        if not trials.calls:
            return None
        mine, head = results[source], results[self.head]
        if found := trials.crash(mine, head) or trials.mutation(mine, head):
            return found
        return trials.nondeterminism(mine, await self.bench.repeat(source, calls=trials.calls))

    def tests(self) -> list[Test]:
        """Return the claims that some live source bears out as new cases for the tool."""
        heard = self.witnesses
        return [
            claim.test for number, claim in enumerate(heard.claims) if heard.gives(number) and not heard.is_known(claim)
        ]


async def hear(study: Study, task: Task, head: str, claims: Sequence[Claim]) -> Hearing:
    """Run the head and the proposals on what critics try, and all live sources on the known cases and the claims."""
    view, bench = study.view, study.bench
    trials = Trials(task, calls_to_try(task, probes=view.me.genome.probes, rng=study.rng))
    claimed = Trials(task, tuple(claim.question.call for claim in claims))
    sources, cases = live_sources(view), known_cases(view, task)
    texts = [each.source for each in sources] if claims else []
    tried, known, heard = await asyncio.gather(
        _compared(bench, [head, *(each.source for each in view.proposals)], trials.calls),
        _compared(bench, texts, [ask(task, case).call for case in cases]),
        _compared(bench, texts, claimed.calls),
    )
    return Hearing(bench, head, trials, tried, claimed, Witnesses(task, sources, cases, known, claims, heard))


async def _compared(bench: DistantBench, sources: Sequence[str], calls: Sequence[Call]) -> Results:
    distinct = list(dict.fromkeys(sources))
    return dict(zip(distinct, await bench.compare(distinct, calls=calls), strict=True)) if distinct else {}
