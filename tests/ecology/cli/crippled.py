"""Run the command line where system calls are missing: `crippled.py unshare,mount,... WORD ...`.

The calls are taken away from this process and all below it by a seccomp filter that answers "not implemented";
`filter` stands for seccomp itself.
"""

from __future__ import annotations

import ctypes
import struct
import sys

from ecology.cli import main
from governance.sandbox.zygote import kernel

_REFUSE, _ALLOW, _ENOSYS = 0x50000, 0x7FFF0000, 38
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06


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
    forbid(sys.argv[1].split(","))
    del sys.argv[1]
    main()
