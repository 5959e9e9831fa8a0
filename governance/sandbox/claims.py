"""Read what a child sent as the results of its programs, in order, and say why any are missing.

Promises: as many results as calls for every program that is reported; a stream with one wrong frame is `malformed`.
Does not promise: that a well-formed claim is true: values, fuel and the arguments left behind are all the child's word.
Values are compared with expectations that nobody in the child knows; for the rest there is no such check.
"""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast, get_args

from .decode import ClaimError, Colliding, decode, parse
from .process import Conversation
from .run import Limits, Outcome, Program, Result, Run, Tier

_OUTCOMES = frozenset(get_args(Outcome))
_NOT_SENT = frozenset({"killed", "refused"})
_ERROR_CHARACTERS = 200
# The kernel limits CPU seconds by ticks and reports them exactly: a run killed this close to its limit was ended by it.
_CPU_SHARE = 0.8
_WROTE = "the program wrote to its result stream"
# An honest child says that it ended and exits with code 0 at once.
_ENDED_ITSELF = "the program's process did not end as its result stream says"


@dataclass(frozen=True, slots=True)
class Fork:
    """What one child made of a list of programs.

    `runs` are the programs that came to their end; `culprit` is the one in which the child ended early, if any;
    `malformed` says that nothing in it can be relied on.
    """

    runs: list[Run]
    culprit: Run | None
    malformed: bool


def read_fork(talk: Conversation, programs: Sequence[Program], *, limits: Limits, tier: Tier) -> Fork:
    """Sort a child's frames into runs."""
    claims = _Claims(talk)
    found = claims.read(programs)
    cpu_s = talk.cpu_s / max(1, len(found))
    runs: list[Run] = []
    for program, results in zip(programs, found, strict=False):
        if len(results) < len(program.calls):
            break
        runs.append(Run(tuple(results), tier, cpu_s=cpu_s, machine_dependent=claims.unsure(len(runs))))
    complete = runs and len(runs) == len(found)
    if claims.ended and complete and not claims.malformed and talk.code == 0:
        return Fork(runs, None, malformed=False)
    if claims.ended or claims.malformed:
        note = claims.note or (_ENDED_ITSELF if claims.ended and talk.code else _WROTE)
        return Fork([], _spoilt(programs[0], talk, tier=tier, note=note), malformed=True)
    if len(runs) == len(programs):
        # All results were sent; what ended the child afterwards is held against its last program.
        runs.pop()
    outcome, note = _ending(talk, limits, ready=claims.ready)
    present = found[len(runs)] if len(runs) < len(found) else []
    calls = len(programs[len(runs)].calls)
    results = present[:calls] + [Result(outcome, error=note)] * (calls - len(present))
    culprit = Run(tuple(results), tier, cpu_s=talk.cpu_s, machine_dependent=outcome != "output", note=note)
    return Fork(runs, culprit, malformed=False)


def _spoilt(program: Program, talk: Conversation, *, tier: Tier, note: str) -> Run:
    results = (Result("killed", error=note),) * len(program.calls)
    return Run(results, tier, cpu_s=talk.cpu_s, machine_dependent=True, note=note)


def _ending(talk: Conversation, limits: Limits, *, ready: bool) -> tuple[Outcome, str]:
    """Return the outcome of the calls that were never answered, and a phrase about it."""
    if talk.flooded:
        return "output", f"more than {limits.output_bytes} bytes of results"
    if talk.late:
        return "timeout", f"more than {limits.wall_s:g} s of wall time"
    if _hit_cpu_limit(talk, limits):
        return "timeout", f"more than {limits.cpu_s} s of CPU time"
    if not ready:
        return "refused", f"the sandbox could not be set up for this run (exit code {talk.code})"
    if talk.code < 0:
        return "killed", f"killed by {_signal_name(-talk.code)}"
    return "killed", f"the program ended its process with exit code {talk.code}"


def _hit_cpu_limit(talk: Conversation, limits: Limits) -> bool:
    if talk.code == -signal.SIGXCPU:
        return True
    return talk.code == -signal.SIGKILL and talk.cpu_s >= limits.cpu_s * _CPU_SHARE


def _signal_name(number: int) -> str:
    return signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"


class _Claims:
    """Walks through the frames of one child."""

    def __init__(self, talk: Conversation) -> None:
        self.ready = self.ended = False
        self.malformed = False
        # Why it is malformed, where that is not the program's writing.
        self.note = ""
        self._talk = talk
        self._unsure: set[int] = set()

    def unsure(self, number: int) -> bool:
        """Whether the program ran into the machine's memory limit rather than a counted one."""
        return number in self._unsure

    def read(self, programs: Sequence[Program]) -> list[list[Result]]:
        """Return the results of each program that was begun; the last list may be short."""
        found: list[list[Result]] = []
        order = (
            (number, position) for number, program in enumerate(programs) for position in range(len(program.calls))
        )
        expected = iter(order)
        try:
            for frame in self._talk.frames:
                self._take(parse(frame), expected, found)
        except Colliding as error:
            self.malformed, self.note = True, str(error)
        except ClaimError:
            self.malformed = True
        if self.ended and self._talk.leftover:
            self.malformed = True
        # A program without calls is done when a later one, or the end, was reached.
        while self.ended and len(found) < len(programs) and not programs[len(found)].calls:
            found.append([])
        return found

    def _take(self, frame: Any, expected: Any, found: list[list[Result]]) -> None:
        if not isinstance(frame, list) or self.ended:
            raise ClaimError("the child sent a frame out of turn")
        if frame == ["ready"] and not self.ready:
            self.ready = True
        elif frame == ["end"] and self.ready:
            self.ended = True
        else:
            self._take_result(frame, expected, found)

    def _take_result(self, frame: list[Any], expected: Any, found: list[list[Result]]) -> None:
        place = next(expected, None)
        if not self.ready or place is None or len(frame) != 3 or frame[:2] != list(place):
            raise ClaimError("the child sent a result out of turn")
        number, _ = place
        while len(found) <= number:
            found.append([])
        claim = frame[2]
        result = _result(claim)
        if result.outcome == "memory" and claim.get("counted") is not True:
            self._unsure.add(number)
        found[number].append(result)


def _result(claim: Any) -> Result:
    """Return the result that a claim describes. Raises ClaimError."""
    if not isinstance(claim, dict):
        raise ClaimError("the child sent a result that is no object")
    outcome, fuel, error = claim.get("outcome"), claim.get("fuel", 0), claim.get("error", "")
    if not isinstance(outcome, str) or outcome not in _OUTCOMES or outcome in _NOT_SENT:
        raise ClaimError("the child sent an unknown outcome")
    if type(fuel) is not int or not 0 <= fuel < 1 << 53 or not isinstance(error, str):
        raise ClaimError("the child sent odd fuel or an odd error")
    arguments = decode(claim["args"]) if "args" in claim else None
    if arguments is not None and not isinstance(arguments, tuple):
        raise ClaimError("the child sent arguments that are no tuple")
    value = decode(claim.get("value")) if outcome == "ok" else None
    return Result(
        outcome=cast(Outcome, outcome),
        value=value,
        error=error[:_ERROR_CHARACTERS],
        args_after=arguments,
        fuel=fuel,
        lines=_lines(claim.get("lines", [])),
    )


def _lines(claim: Any) -> frozenset[int]:
    if not isinstance(claim, list) or any(type(line) is not int for line in claim):
        raise ClaimError("the child sent odd line numbers")
    return frozenset(claim)
