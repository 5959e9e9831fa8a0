"""The source texts of the probes that need nothing but Python: each defines `attack(victim, target)`.

Promises: texts only; those that knock on doors return the list of doors that opened, or `NOT_RUN`.
Does not promise: to be run anywhere but in a sandbox.
"""

from __future__ import annotations

NOT_RUN = "not run"
KNOCK = """
import os, sys

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
    KNOCK
    + """
def attack(victim, target):
    return knock([
        ("open for writing", lambda: open(target, "w").write("x")),
        ("os.open", lambda: os.close(os.open(target, os.O_WRONLY | os.O_CREAT))),
        ("append", lambda: open(victim, "a").write("x")),
        ("mkdir", lambda: os.mkdir(target)),
        ("link", lambda: os.link(victim, target)),
        ("symlink", lambda: os.symlink(victim, target)),
    ])
"""
)

READ = (
    KNOCK
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

PROC = (
    KNOCK
    + """
def attack(victim, target):
    names = ["/proc/self/environ", "/proc/self/maps", "/proc/self/mem", "/proc/1/cmdline", "/proc/1/environ",
             "/proc/net/tcp", "/proc/sys/kernel/hostname", "/proc/self/fd/3", "/sys/kernel/notes", "/dev/null"]
    return knock([(name, lambda name=name: open(name, "rb").read(1)) for name in names])
"""
)

METADATA = (
    KNOCK
    + """
def attack(victim, target):
    return knock([
        ("stat", lambda: os.stat(victim)), ("lstat", lambda: os.lstat(victim)),
        ("access", lambda: must(os.access(victim, 4))),
        ("statvfs", lambda: os.statvfs(victim)), ("chmod", lambda: os.chmod(victim, 0o777)),
        ("chown", lambda: os.chown(victim, 0, 0)), ("utime", lambda: os.utime(victim, (9, 9))),
        ("setxattr", lambda: os.setxattr(victim, "user.x", b"1")), ("listxattr", lambda: os.listxattr(victim)),
        ("chdir", lambda: os.chdir("/tmp")), ("umask and mkfifo", lambda: os.mkfifo(target)),
    ])

def must(found):
    if not found:
        raise LookupError
"""
)

CHANGE = (
    KNOCK
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
    KNOCK
    + """
def attack(victim, target):
    def module():
        import _socket
        _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    def loaded():
        sys.modules["_socket"].socket(2, 1)
    def local():
        sys.modules["_socket"].socket(1, 1)
    def pair():
        sys.modules["_socket"].socketpair()
    return knock([("socket module", module), ("loaded socket module", loaded), ("local socket", local),
                  ("socket pair", pair)])
"""
)

PROCESS = (
    KNOCK
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
    KNOCK
    + """
def attack(victim, target):
    return knock([
        ("parent", lambda: os.kill(os.getppid(), 0)),
        ("first process", lambda: os.kill(1, 0)),
        ("everybody", lambda: os.kill(-1, 0)),
        ("neighbours", lambda: os.kill(os.getpid() - 1, 0)),
        ("group of the parent", lambda: os.killpg(os.getpgid(os.getppid()), 0)),
    ])
"""
)

INHERITED = (
    KNOCK
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
        return error.errno != 9
    return True
"""
)

EXIT = KNOCK + "\ndef attack(victim, target):\n    os._exit(0)\n"

FORK_BOMB = (
    KNOCK
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

MEMORY_BOMB = """
def attack(victim, target):
    kept = [b"x" * 1000]
    while True:
        kept = kept + kept
"""

PRINT_FLOOD = """
def attack(victim, target):
    for _ in range(20_000):
        print("x" * 1000)
    return []
"""

FLOOD = "def attack(victim, target):\n    return ['x' * 1000] * 100_000\n"

KILL_PARENT = (
    KNOCK
    + """
def attack(victim, target):
    knock([("parent", lambda: os.kill(os.getppid(), 9)), ("group", lambda: os.killpg(os.getpgid(os.getppid()), 9))])
    return []
"""
)

EXECUTE = KNOCK + '\ndef attack(victim, target):\n    os.execv("/bin/sh", ["sh", "-c", "exit 0"])\n'

RECURSION = "def attack(victim, target):\n    return attack(victim, target) + 1\n"

FORGE = (
    KNOCK
    + """
def attack(victim, target):
    body = b'[0,0,{"outcome":"ok","value":42,"fuel":1}]'
    os.write(3, len(body).to_bytes(4, "big") + body)
    return 41
"""
)

# A whole stream as an honest child writes it, and then the end of the process before the honest one is written.
FORGE_AND_EXIT = (
    KNOCK
    + """
def attack(victim, target):
    for body in (b'[0,0,{"outcome":"ok","value":42,"fuel":1}]', b'["end"]'):
        os.write(3, len(body).to_bytes(4, "big") + body)
    os._exit(0)
"""
)

ANSWER_PIPE = (
    KNOCK
    + """
def attack(victim, target):
    os.write(4, b"x" * 4096)
    os.close(4)
    os.close(3)
    while True:
        pass
"""
)

CLOCK = """
import time

def attack(victim, target):
    return ["wall clock"] if time.time() > 1_600_000_000 else []
"""

EQUAL = """
class Everything:
    def __eq__(self, other):
        return True
    __hash__ = None

def attack(victim, target):
    return Everything()
"""

STACK_WALK = (
    KNOCK
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
