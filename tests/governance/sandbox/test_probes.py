"""Every hostile probe is contained where it must be, and the weak tier is honest about what it lets through."""

from __future__ import annotations

import json
import os
import re
import struct
from pathlib import Path

import pytest

from governance.sandbox import Call, Limits, Program, Sandbox, run_probes
from governance.sandbox.attacks import INHERITED
from governance.sandbox.probes import PROBES
from governance.sandbox.raw_attacks import LIBRARY, raw_attacks
from governance.sandbox.zygote import kernel, seccomp

CORPORA = Path(__file__).parents[4] / "shared" / "data" / "guard"


def test_every_probe_is_contained(strong: Sandbox) -> None:
    rows = run_probes(strong)

    assert [row.name for row in rows] == [probe.name for probe in PROBES]
    assert {row.name for row in rows if not row.contained} == {probe.name for probe in PROBES if probe.open}
    assert not [row for row in rows if row.cell == "not run"]


def test_the_accident_guard_stops_accidents_and_admits_what_it_lets_through() -> None:
    with Sandbox("rlimit") as guard:
        escaped = {row.name for row in run_probes(guard) if row.cell == "not stopped"}

    always = {probe.name for probe in PROBES if probe.open}
    assert escaped - always <= {"read outside", "look at a file outside", "another process", "memory at once"}
    assert "look at a file outside" in escaped


def test_the_native_probe_does_reach_the_c_library(strong: Sandbox) -> None:
    source = LIBRARY + "\ndef found(victim, target):\n    return library() is not None\n"

    run = strong.run(Program(source, "found", (Call("('a', 'b')"),)))

    assert run.results[0].value is True


def test_the_descriptor_probe_tells_open_from_closed(any_tier: Sandbox) -> None:
    source = INHERITED + "\ndef found(): return [held(3), held(4), held(99)]\n"

    assert any_tier.run(Program(source, "found", (Call("()"),))).results[0].value == [True, True, False]


def test_a_raw_attack_that_the_kernel_answers_counts_as_one_that_got_through(strong: Sandbox) -> None:
    allowed = (
        raw_attacks()["signals by raw call"][0].replace("62, 'amd64': 62", "39, 'amd64': 39").replace("129", "172")
    )

    answer = strong.run(Program(allowed, "attack", (Call("('a', 'b')"),))).results[0]

    assert answer.value == ["kill"]


def test_every_call_that_bubblewrap_leaves_open_is_refused_in_the_process_that_forks_candidates_too() -> None:
    numbers = kernel.numbers(kernel.MACHINE)
    program = seccomp.outer_program(kernel.MACHINE)
    steps = [struct.unpack_from("=HBBI", program, place) for place in range(0, len(program), 8)]
    equal = {value for code, _, _, value in steps if code == 0x15}

    wanted = ("io_uring_setup", "keyctl", "add_key", "unshare", "setns", "userfaultfd", "ptrace", "mount", "clone3")
    assert {numbers[name] for name in wanted} <= equal and numbers["execve"] not in equal


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
    slow = ("endless loop in C", "memory at once", "memory by doubling")
    sources = [probe.sources[0] for probe in PROBES if probe.name not in slow]
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
