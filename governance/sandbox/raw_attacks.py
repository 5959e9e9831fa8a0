"""The source texts of the probes that make system calls of their own, past everything that Python would say.

Promises: one call a text, so that a call which kills the process hides none after it; a call that is answered with
"not permitted", "no access" or "no such call" counts as stopped, any other answer as reached.
Does not promise: to find a way to native code in every tier: where the C library is out of reach, `NOT_RUN` comes back.
"""

from __future__ import annotations

from .attacks import KNOCK, NOT_RUN

# Walks up the stack to the zygote's own C library, as an attacker would who knows this project's source.
LIBRARY = (
    KNOCK
    + """
def library():
    frame = sys._getframe()
    while frame is not None:
        for value in list(frame.f_locals.values()):
            names = getattr(getattr(value, "__func__", value), "__globals__", {})
            if "kernel" in names:
                return names["kernel"]
        frame = frame.f_back
    return None
"""
)

# Calls that are answered, one after the other in one process.
NATIVE = (
    LIBRARY
    + f"NOT_RUN = {NOT_RUN!r}\n"
    + """
def attack(victim, target):
    kernel = library()
    if kernel is None:
        return NOT_RUN
    number = {"x86_64": {"socket": 41, "openat": 257, "kill": 62, "fchmodat": 268, "newfstatat": 262, "prlimit64": 302},
              "aarch64": {"socket": 198, "openat": 56, "kill": 129, "fchmodat": 53, "newfstatat": 79, "prlimit64": 261},
              }[kernel.MACHINE]
    kernel.NUMBERS.update(number)
    path, here = victim.encode() + bytes(1), -100
    return knock([
        ("socket", lambda: kernel.syscall("socket", 2, 1, 0)),
        ("local socket", lambda: kernel.syscall("socket", 1, 1, 0)),
        ("openat", lambda: kernel.syscall("openat", here, path, 0, 0)),
        ("fchmodat", lambda: kernel.syscall("fchmodat", here, path, 0o777)),
        ("newfstatat", lambda: kernel.syscall("newfstatat", here, path, bytes(256), 0)),
        ("clone", lambda: kernel.syscall("clone", 17, 0, 0, 0, 0) or os._exit(0)),
        ("kill", lambda: kernel.syscall("kill", os.getppid(), 0)),
        ("prctl", lambda: kernel.prctl(4, 1)),
        ("executable memory", lambda: kernel.syscall("mmap", 0, 4096, 7, 34, -1, 0)),
        ("write elsewhere", lambda: kernel.syscall("write", 1, b"x", 1)),
        ("raise a limit", lambda: kernel.syscall("prlimit64", 0, 0, bytes(16), 0)),
    ])
"""
)

_ATTACK = """
def attack(victim, target):
    kernel = library()
    if kernel is None:
        return NOT_RUN
    kernel.NUMBERS["tried"] = NUMBERS[kernel.MACHINE]
    path, other, here, parent = victim.encode() + bytes(1), target.encode() + bytes(1), -100, os.getppid()
    try:
        answer = kernel.syscall("tried", ARGUMENTS)
    except OSError as error:
        return [] if error.errno in (1, 13, 38) else [f"NAME reached the kernel ({error.errno})"]
    if FORKS and not answer:
        os._exit(0)
    return ["NAME"]
"""

# Row, call, its numbers on x86_64 and aarch64 (-1: it has none), arguments as the source text of the attack.
_CALLS: tuple[tuple[str, str, int, int, str], ...] = (
    ("io_uring", "io_uring_setup", 425, 425, "8, bytes(256)"),
    ("io_uring", "io_uring_register", 427, 427, "-1, 0, 0, 0"),
    ("kernel keys", "keyctl", 250, 219, "0, -3, 1"),
    ("kernel keys", "add_key", 248, 217, "b'user', b'probe', b'x', 1, -3"),
    ("kernel keys", "request_key", 249, 218, "b'user', b'probe', 0, -3"),
    ("userfaultfd", "userfaultfd", 323, 282, "0"),
    ("memory file and execution", "memfd_create", 319, 279, "b'probe', 0"),
    ("memory file and execution", "memfd_secret", 447, 447, "0"),
    ("memory file and execution", "execveat", 322, 281, "3, b'', 0, 0, 0x1000"),
    ("memory file and execution", "execve", 59, 221, "b'/bin/true', 0, 0"),
    ("nested namespaces", "unshare", 272, 97, "0x10000000"),
    ("nested namespaces", "clone", 56, 220, "0x10000011, 0, 0, 0, 0"),
    ("nested namespaces", "clone3", 435, 435, "bytes(88), 88"),
    ("nested namespaces", "setns", 308, 268, "3, 0"),
    ("another process by raw call", "fork", 57, -1, ""),
    ("another process by raw call", "clone", 56, 220, "17, 0, 0, 0, 0"),
    ("tracing", "ptrace", 101, 117, "0, 0, 0, 0"),
    ("tracing", "ptrace (attach)", 101, 117, "16, parent, 0, 0"),
    ("memory of others", "process_vm_readv", 310, 270, "parent, 0, 0, 0, 0, 0"),
    ("memory of others", "process_vm_writev", 311, 271, "parent, 0, 0, 0, 0, 0"),
    ("memory of others", "pidfd_open", 434, 434, "parent, 0"),
    ("memory of others", "kcmp", 312, 272, "parent, parent, 0, 3, 3"),
    ("sockets by raw call", "socket (internet)", 41, 198, "2, 1, 0"),
    ("sockets by raw call", "socket (abstract)", 41, 198, "1, 1, 0"),
    ("sockets by raw call", "socket (netlink)", 41, 198, "16, 3, 0"),
    ("sockets by raw call", "socket (vsock)", 41, 198, "40, 1, 0"),
    ("sockets by raw call", "socket (alg)", 41, 198, "38, 5, 0"),
    ("sockets by raw call", "bind", 49, 200, "3, bytes([1, 0, 0, 120]), 4"),
    ("sockets by raw call", "connect", 42, 203, "3, bytes([1, 0, 0, 120]), 4"),
    ("sockets by raw call", "sendmsg", 46, 211, "3, bytes(56), 0"),
    ("signals by raw call", "kill", 62, 129, "parent, 0"),
    ("signals by raw call", "kill (everybody)", 62, 129, "-1, 0"),
    ("signals by raw call", "tkill", 200, 130, "parent, 0"),
    ("signals by raw call", "tgkill", 234, 131, "parent, parent, 0"),
    ("signals by raw call", "rt_sigqueueinfo", 129, 138, "parent, 0, bytes(128)"),
    ("signals by raw call", "fcntl (owner)", 72, 25, "3, 8, parent"),
    ("files by raw call", "openat", 257, 56, "here, path, 0, 0"),
    ("files by raw call", "openat (create)", 257, 56, "here, other, 0o101, 0o600"),
    ("files by raw call", "openat2", 437, 437, "here, path, bytes(24), 24"),
    ("files by raw call", "open_by_handle_at", 304, 265, "3, bytes(16), 0"),
    ("files by raw call", "name_to_handle_at", 303, 264, "here, path, bytes(128), bytes(8), 0"),
    ("files by raw call", "getdents64", 217, 61, "3, bytes(64), 64"),
    ("metadata by raw call", "fchmodat", 268, 53, "here, path, 0o777"),
    ("metadata by raw call", "fchmodat2", 452, 452, "here, path, 0o777, 0"),
    ("metadata by raw call", "fchownat", 260, 54, "here, path, 0, 0, 0"),
    ("metadata by raw call", "utimensat", 280, 88, "here, path, 0, 0"),
    ("metadata by raw call", "newfstatat", 262, 79, "here, path, bytes(256), 0"),
    ("metadata by raw call", "statx", 332, 291, "here, path, 0, 0xFFF, bytes(256)"),
    ("metadata by raw call", "setxattr", 188, 5, "path, b'user.x', b'1', 1, 0"),
    ("metadata by raw call", "truncate", 76, 45, "path, 0"),
    ("mounts", "mount", 165, 40, "b'x', b'/', b'tmpfs', 0, 0"),
    ("mounts", "chroot", 161, 51, "b'/'"),
    ("mounts", "fsopen", 430, 430, "b'tmpfs', 0"),
    ("mounts", "open_tree", 428, 428, "here, b'/', 1"),
    ("kernel programs", "bpf", 321, 280, "0, bytes(128), 128"),
    ("kernel programs", "perf_event_open", 298, 241, "bytes(128), 0, -1, -1, 0"),
    ("kernel programs", "finit_module", 313, 273, "3, b'', 0"),
    ("kernel programs", "kexec_load", 246, 104, "0, 0, 0, 0"),
    ("executable memory", "mmap", 9, 222, "0, 4096, 7, 34, -1, 0"),
    ("executable memory", "mprotect", 10, 226, "0, 4096, 4"),
    ("executable memory", "pkey_mprotect", 329, 288, "0, 4096, 4, -1"),
    ("executable memory", "shmat", 30, 196, "0, 0, 0o100000"),
    ("shared memory", "shmget", 29, 194, "0, 4096, 0o1600"),
    ("shared memory", "msgget", 68, 186, "0, 0o1600"),
    ("shared memory", "mq_open", 240, 180, "b'probe', 0o102, 0o600, 0"),
    ("write elsewhere", "write", 1, 64, "1, b'x', 1"),
    ("write elsewhere", "writev", 20, 66, "3, bytes(16), 1"),
    ("write elsewhere", "dup", 32, 23, "3"),
    ("write elsewhere", "sendfile", 40, 71, "3, 3, 0, 1"),
    ("write elsewhere", "splice", 275, 76, "3, 0, 3, 0, 1, 0"),
    ("write elsewhere", "vmsplice", 278, 75, "3, 0, 0, 0"),
    ("write elsewhere", "ioctl (terminal)", 16, 29, "0, 0x5412, b'x'"),
    ("loosen limits", "prlimit64", 302, 261, "0, 0, bytes(16), 0"),
    ("loosen limits", "setrlimit", 160, 164, "0, bytes(16)"),
    ("loosen limits", "prctl (dumpable)", 157, 167, "4, 1, 0, 0, 0"),
    ("loosen limits", "prctl (death signal)", 157, 167, "1, 0, 0, 0, 0"),
    ("loosen limits", "seccomp", 317, 277, "1, 0, 0"),
    ("loosen limits", "capset", 126, 91, "bytes(8), bytes(24)"),
    ("loosen limits", "setuid", 105, 146, "0"),
    ("loosen limits", "setsid", 112, 157, ""),
    ("loosen limits", "setpgid", 109, 154, "0, 0"),
    ("loosen limits", "personality", 135, 92, "0"),
    ("loosen limits", "setpriority", 141, 140, "0, 0, -5"),
    ("loosen limits", "sched_setaffinity", 203, 122, "0, 8, bytes([255] * 8)"),
    ("machine", "reboot", 169, 142, "0, 0, 0, 0"),
    ("machine", "clock_settime", 227, 112, "0, bytes(16)"),
    ("machine", "sethostname", 170, 161, "b'probe', 5"),
    ("machine", "syslog", 103, 116, "3, bytes(64), 64"),
    ("foreign calls", "write (x32)", 0x40000001, -1, "3, b'x', 1"),
)  # fmt: skip


def _source(call: str, x86_64: int, aarch64: int, arguments: str) -> str:
    numbers = {"x86_64": x86_64, "amd64": x86_64, "aarch64": aarch64, "arm64": aarch64}
    attack = _ATTACK.replace('"tried", ARGUMENTS', f'"tried", {arguments}' if arguments else '"tried"')
    attack = attack.replace("NAME", call).replace("FORKS", str(call in ("fork", "clone", "clone3")))
    return f"{LIBRARY}NOT_RUN = {NOT_RUN!r}\nNUMBERS = {numbers!r}\n{attack}"


def raw_attacks() -> dict[str, tuple[str, ...]]:
    """Return the attacks of each row, in the order of the rows."""
    rows: dict[str, tuple[str, ...]] = {}
    for row, call, x86_64, aarch64, arguments in _CALLS:
        rows[row] = (*rows.get(row, ()), _source(call, x86_64, aarch64, arguments))
    return rows
