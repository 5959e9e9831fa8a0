"""Run programs in a forked child: read the request, make the calls, send one frame for each result.

Promises: nothing but sources and inputs is here to be found; each call gets freshly evaluated arguments; a frame is
sent for every call that came to an end.
Does not promise: that what it sends is true: the candidate runs in the same process.
"""

from __future__ import annotations

import ast
import builtins
import io
import itertools
import json
import os
import random
import sys
import time
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import encode, meter, preload, wire
from .closure import Closure, Pins, Required, unpin
from .instrument import instrument
from .sender import Sender

TOOL = "<tool>"
GENERATED_ITEMS = 5_000
ERROR_CHARACTERS = 200
RECURSION = 1_000
# Above this even a large C stack can overflow where Python calls C calls Python.
DEEPEST_RECURSION = 5_000
_LAZY = (types.GeneratorType, map, filter, zip, enumerate, reversed)
_set_recursion_limit = sys.setrecursionlimit
_METER = meter.Meter()
_RANDOM_STATE = random.Random(preload.SEED).getstate()
# How often Python 3.11 to 3.13 must see code before it has adapted it.
_WARMING = 20
_WARM = """
def f(items):
    total = [str(item) + "." for item in sorted(items, key=lambda item: str(item)) if item != 2]
    while total and len(total) > 3:
        total.pop()
    return {"total": tuple(total), "n": 2 ** len(total) * 1.5}
"""


class Sink(io.TextIOBase):
    """Where prints of a candidate go: nowhere."""

    def write(self, text: str, /) -> int:
        """Forget the text."""
        return len(text)

    def writable(self) -> bool:
        """Say yes, as a real standard output does."""
        return True


def _bounded_recursion_limit(limit: int, /) -> None:
    _set_recursion_limit(min(limit, DEEPEST_RECURSION) + _OVERHEAD)


# Frames of ours below the candidate's.
_OVERHEAD = 20


def prepare() -> None:
    """Make the interpreter quiet, bounded and warm, once, in the zygote: a child copies less of what is warm."""
    quiet: Any = Sink()
    silent: Any = io.StringIO("")
    for name in ("stdout", "stderr", "__stdout__", "__stderr__"):
        setattr(sys, name, quiet)
    sys.stdin = silent
    sys.setrecursionlimit = _bounded_recursion_limit
    sys.dont_write_bytecode = True
    _METER.lend(vars(builtins))
    runner = Runner(Sender(-1), fuel=1000, output=1000)
    job = Job("f", [["([1, 'a'],)", "", ""], ["", "x = 1", "f([x])"]], "", True, False, [])
    for number in range(_WARMING):
        runner.run(number, job, source=_WARM)


@dataclass(frozen=True, slots=True)
class Job:
    """What one program needs besides its source; many programs may share one.

    `parts` are the tools it requires, each after those that it requires itself.
    """

    entry_point: str
    calls: list[list[str]]
    helper: str
    generators_as_lists: bool
    trace: bool
    parts: list[Required]
    hasty: bool = False

    @classmethod
    def read(cls, sent: dict[str, Any]) -> Job:
        """Return the job that a request holds."""
        return cls(**{**sent, "parts": [Required(*each) for each in sent["parts"]]})


def serve_child(descriptor: int, *, confine: Callable[[], None]) -> None:
    """Read the request from the socket, give up every right, run, and send the frames."""
    request = json.loads(_read_frame(descriptor))
    jobs = [Job.read(job) for job in request["jobs"]]
    confine()
    sender = Sender(descriptor)
    sender.send(["ready"])
    sender.flush()
    _METER.largest = request["largest"]
    runner = Runner(sender, fuel=request["fuel"], output=request["output"])
    pause_at = time.monotonic() + request["pause_wall_s"]
    for number, (job, source) in enumerate(request["programs"]):
        if number and (time.process_time() > request["pause_cpu_s"] or time.monotonic() > pause_at):
            break
        runner.run(number, jobs[job], source=source)
        sender.flush()
        sender.patient = True
    sender.send(["end"])
    sender.flush()


def _read_frame(descriptor: int) -> bytes:
    (length,) = wire.LENGTH.unpack(_read_exactly(descriptor, wire.LENGTH.size))
    return _read_exactly(descriptor, length)


def _read_exactly(descriptor: int, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = os.read(descriptor, min(size - len(parts), 1 << 18))
        if not part:
            raise EOFError("the request was cut short")
        parts += part
    return bytes(parts)


class Runner:
    """Makes the calls of one program after another, each program in a namespace of its own."""

    def __init__(self, sender: Sender, *, fuel: int, output: int) -> None:
        self._sender, self._fuel, self._output = sender, fuel, output
        self._output_left = output
        self._meter = _METER
        self._compiled: dict[tuple[str, str], types.CodeType] = {}
        self._shelved: dict[Required, tuple[types.CodeType, types.CodeType, Pins]] = {}

    def run(self, number: int, job: Job, *, source: str) -> None:
        """Load one program and send a frame for each of its calls."""
        self._output_left = self._output
        scope, failure, load_fuel = self._load(job, source)
        for position, call in enumerate(job.calls):
            claim = dict(failure) if failure else self._call(scope, job, call=call)
            claim["fuel"] = claim.get("fuel", 0) + load_fuel
            load_fuel = 0
            self._send(number, position, claim)
            if job.hasty and claim["outcome"] == "timeout":
                failure = {"outcome": "timeout"}
        scope.clear()

    def _send(self, number: int, position: int, claim: dict[str, Any]) -> None:
        try:
            text = json.dumps([number, position, claim], separators=(",", ":"))
        except (ValueError, RecursionError, MemoryError):
            text = ""
        if not text or len(text) > self._output_left:
            text = json.dumps([number, position, {"outcome": "output", "fuel": claim["fuel"]}])
        self._output_left -= len(text)
        self._sender.send_text(text)

    def _load(self, job: Job, source: str) -> tuple[dict[str, Any], dict[str, Any] | None, int]:
        """Execute helper and source in a fresh module; the fuel is the source's own and of what it requires."""
        # Python seeds `random` anew in every fork.
        random.setstate(_RANDOM_STATE)
        _bounded_recursion_limit(RECURSION)
        module = types.ModuleType("tool")
        sys.modules["tool"] = module
        scope = vars(module)
        fuel = 0
        try:
            self._meter.refill(self._fuel)
            exec(self._compile(job.helper, "exec", "<helper>"), scope)
            self._meter.refill(self._fuel)
            code, pins = _compile_pinned(source, TOOL)
            scope.update(Closure(job.parts, compiled=self._required).bound(pins))
            exec(code, scope)
            fuel = self._meter.used
            scope[job.entry_point] if job.calls and any(call[0] for call in job.calls) else None
        except KeyError:
            return scope, {"outcome": "error", "error": f"NameError: the source defines no {job.entry_point!r}"}, fuel
        except BaseException as error:
            return scope, self._describe(error), 0
        return scope, {"outcome": "timeout"} if self._meter.dry else None, fuel

    def _required(self, required: Required) -> tuple[types.CodeType, types.CodeType, Pins]:
        """Return the code of a required tool, which is compiled once; its modules are every program's own."""
        if required not in self._shelved:
            helper = self._compile(required.helper, "exec", "<helper>")
            code, pins = _compile_pinned(required.source, f"<shelf v{required.version_id}>")
            self._shelved[required] = (helper, code, pins)
        return self._shelved[required]

    def _call(self, scope: dict[str, Any], job: Job, *, call: list[str]) -> dict[str, Any]:
        args, setup, expression = call
        lines: set[int] = set()
        self._meter.refill(self._fuel)
        try:
            arguments = self._arguments(args, scope)
            with_trace = Trace(lines) if job.trace else None
            value = self._value(scope, job, arguments=arguments, setup=setup, expression=expression, trace=with_trace)
        except BaseException as error:
            sys.settrace(None)
            claim = self._describe(error)
        else:
            claim = self._claim(value, arguments)
        claim["fuel"] = self._meter.used
        if self._meter.dry:
            claim = {"outcome": "timeout", "fuel": self._fuel}
        if lines:
            claim["lines"] = sorted(lines)
        return claim

    def _arguments(self, text: str, scope: dict[str, Any]) -> tuple[Any, ...] | None:
        if not text:
            return None
        arguments = eval(self._compile(text, "eval", "<args>"), scope)
        if type(arguments) is not tuple:
            raise TypeError(f"args must be a tuple, not {encode.type_name(type(arguments))}")
        return arguments

    def _value(
        self,
        scope: dict[str, Any],
        job: Job,
        *,
        arguments: tuple[Any, ...] | None,
        setup: str,
        expression: str,
        trace: Trace | None,
    ) -> Any:
        if trace is not None:
            sys.settrace(trace)
        if arguments is not None:
            value = scope[job.entry_point](*arguments)
        else:
            local = dict(scope)
            exec(self._compile(setup, "exec", "<setup>"), local)
            value = eval(self._compile(expression, "eval", "<call>"), local)
        if job.generators_as_lists and type(value) in _LAZY:
            value = list(itertools.islice(value, GENERATED_ITEMS))
        sys.settrace(None)
        return value

    def _claim(self, value: Any, arguments: tuple[Any, ...] | None) -> dict[str, Any]:
        try:
            claim: dict[str, Any] = {"outcome": "ok", "value": encode.Encoder().encode(value)}
            if arguments is not None:
                claim["args"] = encode.Encoder().encode(arguments)
        except encode.TooLarge:
            return {"outcome": "output"}
        except BaseException as error:
            return self._describe(error)
        return claim

    def _describe(self, error: BaseException) -> dict[str, Any]:
        """Say what went wrong; the error's own text is the candidate's code, so it may fail again."""
        if self._meter.dry or isinstance(error, meter.OutOfFuel):
            return {"outcome": "timeout"}
        if isinstance(error, MemoryError):
            return {"outcome": "memory", "counted": self._meter.too_large}
        try:
            text = str(error)
        except BaseException:
            text = ""
        return {"outcome": "error", "error": f"{encode.type_name(type(error))}: {text}"[:ERROR_CHARACTERS]}

    def _compile(self, text: str, mode: str, name: str) -> types.CodeType:
        code = self._compiled.get((mode, text))
        if code is None:
            code = self._compiled[mode, text] = _compile_metered(text, mode, name)
        return code


def _compile_pinned(source: str, name: str) -> tuple[types.CodeType, Pins]:
    """Return a tool's code without its pins, and these."""
    tree = _parse(source, "exec", name)
    pins = unpin(tree)
    return _metered(tree, "exec", name), pins


def _compile_metered(text: str, mode: str, name: str) -> types.CodeType:
    return _metered(_parse(text, mode, name), mode, name)


def _parse(text: str, mode: str, name: str) -> Any:
    if "\0" in text:
        # Releases before 3.11.4 raise ValueError here.
        raise SyntaxError("source code string cannot contain null bytes")
    return ast.parse(text.strip() if mode == "eval" else text, name, mode)


def _metered(tree: Any, mode: str, name: str) -> types.CodeType:
    instrument(tree)
    code = compile(tree, name, mode, dont_inherit=True)
    assert isinstance(code, types.CodeType)
    return code


class Trace:
    """Notes the executed lines of the tool's own source."""

    def __init__(self, lines: set[int]) -> None:
        self._lines = lines

    def __call__(self, frame: types.FrameType, event: str, argument: object) -> Any:
        """Follow frames of the tool and no others."""
        return self._line if frame.f_code.co_filename == TOOL else None

    def _line(self, frame: types.FrameType, event: str, argument: object) -> Any:
        if event == "line":
            self._lines.add(frame.f_lineno)
        return self._line
