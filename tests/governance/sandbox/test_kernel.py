"""The system-call tables are those of the kernel's own headers, on both machines."""

from __future__ import annotations

import re
import struct
import sys
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("Linux system calls", allow_module_level=True)

from governance.sandbox.zygote import kernel, seccomp

HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_every_number_is_the_headers_number(machine: str) -> None:
    if not HEADERS[machine].exists():
        pytest.skip(f"{HEADERS[machine]} is not here")
    text = HEADERS[machine].read_text()
    known = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)) | dict(
        re.findall(r"#define __NR_(\w+)\s+(\d+)", text)
    )

    ours = kernel.numbers(machine)

    renamed = {"fstat": "fstat", "lseek": "lseek", "mmap": "mmap"}
    assert {name: number for name, number in ours.items() if int(known[renamed.get(name, name)]) != number} == {}


def decide(program: bytes, *, number: int, arch: int, arguments: tuple[int, ...] = ()) -> int:
    """Run a filter on one system call, as the kernel would, and return its answer."""
    data = struct.pack("=IIQ6Q", number, arch, 0, *(arguments + (0,) * 6)[:6])
    steps = [struct.unpack_from("=HBBI", program, at) for at in range(0, len(program), 8)]
    register, at = 0, 0
    while True:
        code, hit, miss, value = steps[at]
        at += 1
        if code == 0x06:
            return int(value)
        if code == 0x20:
            (register,) = struct.unpack_from("=I", data, value)
            continue
        holds = {0x15: register == value, 0x35: register >= value, 0x45: bool(register & value)}[code]
        at += hit if holds else miss


ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
EPERM, ENOSYS = 0x50001, 0x50026


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_allows_its_list_kills_escapes_and_refuses_the_rest(machine: str) -> None:
    program, numbers, arch = seccomp.program(machine, result_fd=3), kernel.numbers(machine), ARCH[machine]
    allowed = {numbers[name] for name in seccomp.ALLOWED if name in numbers}
    deadly = {numbers[name] for name in seccomp.DEADLY if name in numbers}
    special = {numbers[name] for name in ("write", "mmap", "mprotect", "clone3")}

    for number in set(range(500)) - special:
        expect = seccomp.ALLOW if number in allowed else seccomp.KILL if number in deadly else EPERM
        assert decide(program, number=number, arch=arch) == expect, number
    assert decide(program, number=numbers["clone3"], arch=arch) == ENOSYS


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_looks_at_arguments(machine: str) -> None:
    program, numbers, arch = seccomp.program(machine, result_fd=3), kernel.numbers(machine), ARCH[machine]

    def answer(name: str, *arguments: int) -> int:
        return decide(program, number=numbers[name], arch=arch, arguments=arguments)

    assert [answer("write", descriptor) for descriptor in (1, 3, 4)] == [EPERM, seccomp.ALLOW, EPERM]
    assert [answer(name, 0, 0, 7) for name in ("mmap", "mprotect")] == [EPERM, EPERM]
    assert [answer(name, 0, 0, 3) for name in ("mmap", "mprotect")] == [seccomp.ALLOW, seccomp.ALLOW]


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_a_foreign_architecture_or_an_x32_number_kills(machine: str) -> None:
    program = seccomp.program(machine, result_fd=3)

    assert decide(program, number=0, arch=0x40000003) == seccomp.KILL
    assert decide(program, number=0x40000001, arch=ARCH[machine]) == seccomp.KILL


def test_a_machine_without_a_table_is_refused() -> None:
    with pytest.raises(OSError, match="riscv64"):
        kernel.numbers("riscv64")
