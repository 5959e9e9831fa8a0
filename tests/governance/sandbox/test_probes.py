"""Every hostile probe is contained where it must be, and the weak tier is honest about what it lets through."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from governance.sandbox import Call, Limits, Program, Sandbox, run_probes
from governance.sandbox.attacks import INHERITED, NATIVE
from governance.sandbox.probes import PROBES

CORPORA = Path(__file__).parents[4] / "shared" / "data" / "guard"


def test_every_probe_is_contained(strong: Sandbox) -> None:
    rows = run_probes(strong)

    assert [row for row in rows if not row.contained] == []
    assert [row.name for row in rows] == [probe.name for probe in PROBES] + ["nothing was touched"]


def test_the_accident_guard_stops_accidents_and_admits_what_it_lets_through() -> None:
    with Sandbox("rlimit") as guard:
        escaped = {row.name for row in run_probes(guard) if not row.contained}

    assert escaped <= {"read outside", "another process", "4 GB"}


def test_the_native_probe_does_reach_the_c_library(strong: Sandbox) -> None:
    source = NATIVE + "\ndef found(victim, target):\n    return library() is not None\n"

    run = strong.run(Program(source, "found", (Call("('a', 'b')"),)))

    assert run.results[0].value is True


def test_the_descriptor_probe_tells_open_from_closed(any_tier: Sandbox) -> None:
    source = INHERITED + "\ndef found(): return [held(3), held(4), held(99)]\n"

    assert any_tier.run(Program(source, "found", (Call("()"),))).results[0].value == [True, True, False]


RAW = """
import sys
def library():
    frame = sys._getframe()
    while frame is not None:
        for value in list(frame.f_locals.values()):
            names = getattr(getattr(value, "__func__", value), "__globals__", {})
            if "kernel" in names:
                return names["kernel"]
        frame = frame.f_back

def f(name, *arguments):
    kernel = library()
    kernel.NUMBERS.update(prlimit64=302, x32_write=0x40000001, setuid=105, tkill=200, dup=32, memfd_create=319)
    try:
        return kernel.syscall(name, *arguments)
    except OSError as error:
        return error.args[0]
"""

EPERM, ENOSYS = 1, 38


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="system-call numbers of x86_64")
@pytest.mark.parametrize(
    ("call", "outcome", "value"),
    [
        ("('execve', b'/bin/sh', 0, 0)", "killed", None), ("('ptrace', 0, 0, 0, 0)", "killed", None),
        ("('unshare', 0x10000000)", "killed", None), ("('mount', b'a', b'/', b'tmpfs', 0, 0)", "killed", None),
        ("('bpf', 0, 0, 0)", "killed", None), ("('keyctl', 0, 0)", "killed", None),
        ("('io_uring_setup', 8, 0)", "killed", None), ("('x32_write', 3, b'a', 1)", "killed", None),
        ("('clone3', 0, 0)", "ok", ENOSYS), ("('clone', 17, 0, 0, 0, 0)", "ok", EPERM), ("('fork',)", "ok", EPERM),
        ("('vfork',)", "ok", EPERM), ("('setuid', 0)", "ok", EPERM), ("('tkill', 1, 9)", "ok", EPERM),
        ("('write', 4, b'a', 1)", "ok", EPERM), ("('write', 1, b'a', 1)", "ok", EPERM), ("('dup', 3)", "ok", EPERM),
        ("('mmap', 0, 4096, 7, 34, -1, 0)", "ok", EPERM), ("('mprotect', 0, 4096, 4)", "ok", EPERM),
        ("('memfd_create', b'a', 0)", "ok", EPERM), ("('prlimit64', 0, 0, 0, 0)", "ok", EPERM),
        ("('landlock_create_ruleset', 0, 0, 1)", "ok", EPERM), ("('getpid',)", "ok", ...),
    ],
)  # fmt: skip
def test_a_raw_system_call_is_allowed_refused_or_deadly(
    strong: Sandbox, call: str, outcome: str, value: object
) -> None:
    result = strong.run(Program(RAW, "f", (Call(call),))).results[0]

    assert result.outcome == outcome
    assert value is ... or result.value == value


def test_the_zygote_survives_a_hundred_hostile_programs(strong: Sandbox) -> None:
    sources = [probe.source for probe in PROBES if probe.name not in ("endless loop in C", "4 GB")]
    limits = Limits(fuel=10_000, cpu_s=1)
    programs = [Program(source, "attack", (Call("('/etc/hostname', '/tmp/x')"),)) for source in sources * 3]

    runs = strong.run_variants(programs, limits)

    assert len(runs) == len(programs)
    assert strong.run(Program("def f(): return 1", "f", (Call("()"),))).results[0].value == 1


@pytest.mark.parametrize("corpus", ["unsafe-escapes", "unsafe-rewardhacks", "unsafe-redcode-exec"])
def test_published_escapes_run_without_harm(sandbox: Sandbox, corpus: str) -> None:
    path = CORPORA / f"{corpus}.jsonl"
    if not path.exists():
        pytest.skip("../shared/data/guard is not here")
    codes = [json.loads(line)["code"] for line in path.read_text(encoding="utf-8").splitlines()]
    paths = {path for code in codes for path in re.findall(r"/(?:tmp|etc|home|var)/[\w./-]+", code)}
    before = {path for path in paths if os.path.lexists(path)}
    programs = [Program(code + "\n", "f", (Call(expression="1"),)) for code in codes]

    runs = sandbox.run_variants(programs, Limits(fuel=20_000, cpu_s=1, wall_s=5.0))

    assert len(runs) == len(codes) and {path for path in paths if os.path.lexists(path)} == before
