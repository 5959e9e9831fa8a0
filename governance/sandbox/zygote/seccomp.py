"""The system calls a candidate may make, as a seccomp filter.

Promises: an allow-list; `write` only to one descriptor, no executable memory; escapes kill, the rest gives EPERM.
Does not promise: that `read` finds nothing: the descriptors a child holds are the zygote's business.
"""

from __future__ import annotations

import ctypes
import errno
import struct

from . import kernel

ALLOWED = (
    "read", "close", "fstat", "poll", "lseek", "munmap", "brk", "rt_sigaction", "rt_sigprocmask",
    "rt_sigreturn", "readv", "select", "sched_yield", "mremap", "madvise", "nanosleep", "getpid", "gettid",
    "exit", "exit_group", "uname", "gettimeofday", "getrlimit", "getrusage", "times", "getuid", "getgid",
    "geteuid", "getegid", "getppid", "sigaltstack", "futex", "time", "sched_getaffinity", "restart_syscall",
    "clock_gettime", "clock_getres", "clock_nanosleep", "set_robust_list", "pselect6", "ppoll", "getcpu",
    "getrandom", "membarrier", "rseq", "getcwd",
)  # fmt: skip
DEADLY = (
    "ptrace", "bpf", "io_uring_setup", "io_uring_enter", "io_uring_register", "keyctl", "add_key",
    "request_key", "mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "execve", "execveat",
    "init_module", "finit_module", "delete_module", "kexec_load", "perf_event_open", "open_by_handle_at",
    "process_vm_readv", "process_vm_writev", "userfaultfd", "seccomp",
)  # fmt: skip
NO_EXECUTION = ("mmap", "mprotect")
# Bubblewrap starts our process under the outer filter.
_NEEDED_OUTSIDE = frozenset({"execve", "execveat", "seccomp"})
# Every CLONE_NEW* flag but CLONE_NEWTIME, whose bit `clone` reads as an exit signal.
NEW_NAMESPACES = 0x7E020000

PROT_EXEC = 4
X32_BIT = 0x40000000
SECCOMP_MODE_FILTER = 2
ALLOW, KILL = 0x7FFF0000, 0x80000000
REFUSE = 0x00050000

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH = 0, 4


def _argument(index: int) -> int:
    return 16 + 8 * index


def _step(code: int, value: int, *, hit: int = 0, miss: int = 0) -> bytes:
    return struct.pack("=HBBI", code, hit, miss, value)


def _answer(number: int, action: int) -> bytes:
    return _step(_EQUAL, number, miss=1) + _step(_RETURN, action)


def program(machine: str, *, result_fd: int) -> bytes:
    """Return the filter for `machine` as BPF instructions of 8 bytes each."""
    numbers = kernel.numbers(machine)
    steps = [_step(_LOAD, _ARCH), _step(_EQUAL, kernel.audit_arch(machine), hit=1), _step(_RETURN, KILL)]
    steps += [_step(_LOAD, _NUMBER), _step(_AT_LEAST, X32_BIT, miss=1), _step(_RETURN, KILL)]
    steps += [_step(_EQUAL, numbers["write"], miss=4), _step(_LOAD, _argument(0)), _step(_EQUAL, result_fd, miss=1)]
    steps += [_step(_RETURN, ALLOW), _step(_RETURN, REFUSE | errno.EPERM)]
    for name in NO_EXECUTION:
        steps += [_step(_EQUAL, numbers[name], miss=4), _step(_LOAD, _argument(2)), _step(_ANY_BIT, PROT_EXEC, miss=1)]
        steps += [_step(_RETURN, REFUSE | errno.EPERM), _step(_RETURN, ALLOW)]
    steps += [_answer(numbers[name], ALLOW) for name in ALLOWED if name in numbers]
    steps += [_answer(numbers[name], KILL) for name in DEADLY if name in numbers]
    steps += [_answer(numbers["clone3"], REFUSE | errno.ENOSYS), _step(_RETURN, REFUSE | errno.EPERM)]
    return b"".join(steps)


def outer_program(machine: str) -> bytes:
    """Return the filter of the process that forks candidates inside bubblewrap: what it never needs, it may not call.

    It refuses io_uring, keys, tracing, mounting and new namespaces, by `unshare`, `clone` or `clone3` alike; running a
    program stays allowed, for bubblewrap itself still has to start one.
    """
    numbers = kernel.numbers(machine)
    refuse = REFUSE | errno.EPERM
    steps = [_step(_LOAD, _ARCH), _step(_EQUAL, kernel.audit_arch(machine), hit=1), _step(_RETURN, KILL)]
    steps += [_step(_LOAD, _NUMBER), _step(_AT_LEAST, X32_BIT, miss=1), _step(_RETURN, KILL)]
    steps += [_answer(numbers[name], refuse) for name in DEADLY if name in numbers and name not in _NEEDED_OUTSIDE]
    steps += [_answer(numbers["clone3"], REFUSE | errno.ENOSYS)]
    steps += [_step(_EQUAL, numbers["clone"], miss=3), _step(_LOAD, _argument(0))]
    steps += [_step(_ANY_BIT, NEW_NAMESPACES, miss=1), _step(_RETURN, refuse)]
    return b"".join([*steps, _step(_RETURN, ALLOW)])


class Filter:
    """One filter, built once in the zygote and installed in every child."""

    def __init__(self, *, result_fd: int) -> None:
        self._code = ctypes.create_string_buffer(program(kernel.MACHINE, result_fd=result_fd))
        length = (len(self._code) - 1) // 8
        self._header = ctypes.create_string_buffer(struct.pack("@HxxxxxxQ", length, ctypes.addressof(self._code)))

    def install(self) -> None:
        """Bind this process for good; raises OSError where the kernel refuses."""
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        kernel.prctl(kernel.PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(self._header))


def try_filtering() -> None:
    """Raise OSError where this kernel takes no filter; the process itself is left as it was."""
    answer = kernel.LIBC.prctl(kernel.PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.c_ulong(0), 0, 0)
    code = ctypes.get_errno()
    if answer < 0 and code != errno.EFAULT:
        raise OSError(code, "seccomp filters are not to be had here")
