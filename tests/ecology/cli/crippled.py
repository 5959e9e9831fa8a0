"""Run the command line where system calls are missing: `crippled.py unshare,mount,... WORD ...`.

The calls are taken away from this process and all below it by a seccomp filter that answers "not implemented";
`filter` stands for seccomp itself, `monty` for the interpreter of that tier, here and in the workers.
"""

from __future__ import annotations

import ctypes
import struct
import sys
import tempfile
from pathlib import Path

from ecology.cli import main
from governance.sandbox.zygote import kernel

_REFUSE, _ALLOW, _ENOSYS = 0x50000, 0x7FFF0000, 38
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06


def hide_monty(folder: Path) -> None:
    """Let pydantic_monty seem not to be installed: a module of that name, found first, that cannot be imported."""
    (folder / "pydantic_monty.py").write_text("raise ImportError('not installed')\n", encoding="utf-8")
    sys.path.insert(0, str(folder))


def forbid(names: list[str]) -> None:
    """Take these system calls away for good."""
    code = _step(_LOAD, 0)
    for name in names:
        number = kernel.NUMBERS["seccomp" if name == "filter" else name]
        code += _step(_EQUAL, number, miss=1) + _step(_RETURN, _REFUSE | _ENOSYS)
        if name == "filter":
            prctl = {"x86_64": 157, "aarch64": 167}[kernel.MACHINE]
            code += _step(_EQUAL, prctl, miss=4) + _step(_LOAD, 16)
            code += _step(_EQUAL, 22, miss=1) + _step(_RETURN, _REFUSE | 22) + _step(_RETURN, _ALLOW)
    code += _step(_RETURN, _ALLOW)
    text = ctypes.create_string_buffer(code)
    header = ctypes.create_string_buffer(struct.pack("@HxxxxxxQ", len(code) // 8, ctypes.addressof(text)))
    kernel.prctl(38, 1)
    kernel.prctl(22, 2, ctypes.addressof(header))


def _step(code: int, value: int, *, miss: int = 0) -> bytes:
    return struct.pack("=HBBI", code, 0, miss, value)


if __name__ == "__main__":
    gone = sys.argv.pop(1).split(",")
    with tempfile.TemporaryDirectory() as folder:
        if "monty" in gone:
            gone.remove("monty")
            hide_monty(Path(folder))
        forbid(gone)
        main()
