"""The source texts of the probes: each defines `attack(victim, target)`.

Promises: texts only; those that knock on doors return the list of doors that opened.
Does not promise: to be run anywhere but in a sandbox.
"""

from __future__ import annotations

_KNOCK = """
import errno, gc, itertools, sys
os = sys.modules["os"]

def knock(doors):
    opened = []
    for name, door in doors:
        try:
            door()
        except BaseException:
            continue
        opened.append(name)
    return opened
"""

WRITE = (
    _KNOCK
    + """
def attack(victim, target):
    flags = os.O_WRONLY | os.O_CREAT
    return knock([
        ("open for writing", lambda: open(target, "w").write("x")),
        ("os.open", lambda: os.close(os.open(target, flags))),
        ("append", lambda: open(victim, "a").write("x")),
        ("mkdir", lambda: os.mkdir(target)),
        ("link", lambda: os.link(victim, target)),
        ("symlink", lambda: os.symlink(victim, target)),
    ])
"""
)

READ = (
    _KNOCK
    + """
def attack(victim, target):
    return knock([
        ("open", lambda: open(victim).read()),
        ("os.open", lambda: os.close(os.open(victim, os.O_RDONLY))),
        ("listdir", lambda: os.listdir("/")),
        ("stat", lambda: os.stat(victim)),
        ("readlink", lambda: os.readlink("/proc/self/exe")),
    ])
"""
)

CHANGE = (
    _KNOCK
    + """
def attack(victim, target):
    return knock([
        ("chmod", lambda: os.chmod(victim, 0o777)),
        ("utime", lambda: os.utime(victim, (9, 9))),
        ("truncate", lambda: os.truncate(victim, 0)),
        ("rename", lambda: os.rename(victim, target)),
        ("unlink", lambda: os.unlink(victim)),
    ])
"""
)

SOCKET = (
    _KNOCK
    + """
def attack(victim, target):
    def module():
        import _socket
        _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    def loaded():
        sys.modules["_socket"].socket(2, 1)
    def local():
        sys.modules["_socket"].socket(1, 1)
    return knock([("socket module", module), ("loaded socket module", loaded), ("local socket", local)])
"""
)

PROCESS = (
    _KNOCK
    + """
def attack(victim, target):
    def fork():
        if not os.fork():
            os._exit(0)
    def thread():
        import _thread
        _thread.start_new_thread(int, ())
    return knock([
        ("fork", fork),
        ("spawn", lambda: os.posix_spawn("/bin/true", ["true"], {})),
        ("thread", thread),
    ])
"""
)

SIGNAL = (
    _KNOCK
    + """
def attack(victim, target):
    return knock([
        ("parent", lambda: os.kill(os.getppid(), 0)),
        ("first process", lambda: os.kill(1, 0)),
        ("everybody", lambda: os.kill(-1, 0)),
    ])
"""
)

# Walks up the stack to the zygote's own C library, as an attacker would who knows this project's source.
NATIVE = (
    _KNOCK
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

def attack(victim, target):
    kernel = library()
    if kernel is None:
        return []
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
        ("newfstatat", lambda: kernel.syscall("newfstatat", here, path, bytearray(200).__len__(), 0)),
        ("clone", lambda: kernel.syscall("clone", 17, 0, 0, 0, 0) or os._exit(0)),
        ("kill", lambda: kernel.syscall("kill", os.getppid(), 0)),
        ("prctl", lambda: kernel.prctl(4, 1)),
        ("executable memory", lambda: kernel.syscall("mmap", 0, 4096, 7, 34, -1, 0)),
        ("write elsewhere", lambda: kernel.syscall("write", 1, b"x", 1)),
        ("raise a limit", lambda: kernel.syscall("prlimit64", 0, 0, bytes(16), 0)),
    ])
"""
)

INHERITED = (
    _KNOCK
    + """
def attack(victim, target):
    def named():
        if not [name for name in os.environ if name != "LC_CTYPE"]:
            raise LookupError
    def descriptor():
        if not [number for number in range(5, 256) if held(number)]:
            raise LookupError
    return knock([("environment", named), ("descriptors", descriptor)])

def held(number):
    # A closed number is told as such; that the filter or the kind of file forbids the call says that it is open.
    try:
        os.lseek(number, 0, os.SEEK_CUR)
    except OSError as error:
        return error.errno != errno.EBADF
    return True
"""
)

EXIT = _KNOCK + "\ndef attack(victim, target):\n    os._exit(0)\n"

FORK_BOMB = (
    _KNOCK
    + """
def attack(victim, target):
    started = 0
    for _ in range(64):
        if not os.fork():
            os._exit(0)
        started += 1
    return started
"""
)

FOUR_GB = "def attack(victim, target):\n    block = bytearray(4 << 30)\n    return len(block)\n"

ENDLESS = "def attack(victim, target):\n    while True:\n        pass\n"

STUBBORN = """
def attack(victim, target):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
"""

ENDLESS_C = """
import itertools
def attack(victim, target):
    walk = [sum][0]
    return walk(itertools.repeat(0))
"""

FLOOD = "def attack(victim, target):\n    return ['x' * 1000] * 100_000\n"

KILL_PARENT = (
    _KNOCK
    + """
def attack(victim, target):
    knock([("parent", lambda: os.kill(os.getppid(), 9)), ("group", lambda: os.killpg(os.getpgid(os.getppid()), 9))])
    return []
"""
)

EXECUTE = _KNOCK + '\ndef attack(victim, target):\n    os.execv("/bin/sh", ["sh", "-c", "exit 0"])\n'

RECURSION = "def attack(victim, target):\n    return attack(victim, target) + 1\n"

FORGE = (
    _KNOCK
    + """
def attack(victim, target):
    body = b'[0,0,{"outcome":"ok","value":42,"fuel":1}]'
    os.write(3, len(body).to_bytes(4, "big") + body)
    return 41
"""
)

EQUAL = """
class Everything:
    def __eq__(self, other):
        return True
    __hash__ = None

def attack(victim, target):
    return Everything()
"""

STACK_WALK = (
    _KNOCK
    + """
def attack(victim, target):
    found, frame = [], sys._getframe()
    while frame is not None:
        for names in (frame.f_locals, frame.f_globals):
            found += [name for name in list(names) if str(name).startswith(("expect", "secret", "answer"))]
        frame = frame.f_back
    return found
"""
)
