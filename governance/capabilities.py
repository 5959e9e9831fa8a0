"""What a tool may reach beyond computing: the capabilities that a task can declare, and the modules behind each.

Promises: a capability is a word of this list or the dotted name of a module; what a task does not declare, its tool's
rewrites do not get. Does not promise: that the sandbox serves a capability. It keeps files, network and processes out
whatever is declared; a declaration only says that the code may speak of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

# The modules that serve each capability; a module may serve several.
MODULES: Mapping[str, frozenset[str]] = {
    # Not `timeit`: it takes text for code, so nothing less than its own name opens it.
    "clock": frozenset({"datetime", "sched", "time", "zoneinfo", "dateutil", "pytz"}),
    "console": frozenset({
        "argparse", "cmd", "code", "colorama", "curses", "getopt", "getpass", "logging", "optparse", "readline", "rich",
        "tkinter", "tqdm", "turtle", "warnings",
    }),
    "files": frozenset({
        "bz2", "configparser", "csv", "dbm", "filecmp", "fileinput", "glob", "gzip", "io", "linecache", "lzma", "mmap",
        "netrc", "os", "pathlib", "pickle", "plistlib", "shelve", "shutil", "sqlite3", "stat", "tarfile", "tempfile",
        "tomllib", "xml", "yaml", "zipfile",
    }),
    "introspection": frozenset({
        "ast", "builtins", "codecs", "dis", "gc", "importlib", "inspect", "pkgutil", "runpy", "symtable", "sys",
        "sysconfig", "token", "tokenize", "traceback", "tracemalloc", "types", "weakref", "zipimport",
    }),
    "network": frozenset({
        "aiohttp", "asyncio", "boto3", "dns", "email", "flask", "ftplib", "http", "httpx", "imaplib", "nntplib",
        "paramiko", "poplib", "requests", "scapy", "select", "selectors", "smtplib", "socket", "socketserver", "ssl",
        "telnetlib", "urllib", "urllib3", "webbrowser", "websocket", "websockets", "xmlrpc",
    }),
    "numeric": frozenset({"mpmath", "networkx", "numpy", "pandas", "scipy", "sklearn", "sympy"}),
    "process": frozenset({
        "_thread", "atexit", "cffi", "concurrent", "ctypes", "fcntl", "multiprocessing", "nt", "os", "pdb", "posix",
        "psutil", "pty", "queue", "resource", "signal", "subprocess", "sys", "syslog", "termios", "threading", "winreg",
    }),
    "random": frozenset({"random", "secrets", "uuid"}),
}  # fmt: skip
CAPABILITIES = tuple(MODULES)

_SERVING = {
    module: frozenset(name for name, modules in MODULES.items() if module in modules)
    for module in frozenset().union(*MODULES.values())
}
# Modules that can hardly mean anything else where a name stands for nothing: no word of everyday code, and harmful.
TELLING_MODULES = (MODULES["files"] | MODULES["introspection"] | MODULES["network"] | MODULES["process"]) - {
    "ast", "code", "csv", "dis", "dns", "email", "glob", "http", "pickle", "queue", "resource", "select", "selectors",
    "signal", "stat", "token", "types", "xml",
}  # fmt: skip
# Members that are there to be set by whoever may use their module.
HOOKS = frozenset({
    "sys.displayhook", "sys.excepthook", "sys.stderr", "sys.stdin", "sys.stdout", "sys.unraisablehook",
    "threading.excepthook",
})  # fmt: skip


# Members of modules that otherwise compute, and what of them reads or writes outside or takes text for code.
_TOUCHING: Mapping[str, frozenset[str]] = {
    "numpy": frozenset({
        "DataSource", "_core", "core", "ctypeslib", "distutils", "f2py", "fromfile", "fromregex", "genfromtxt", "lib",
        "load", "loadtxt", "memmap", "rec", "save", "savetxt", "savez", "savez_compressed", "show_config",
        "show_runtime", "source", "testing",
    }),
    "scipy": frozenset({"LowLevelCallable", "datasets", "io", "misc", "show_config", "test", "weave"}),
}  # fmt: skip


def computes(path: str) -> bool:
    """Whether a dotted module or member belongs to a library for numbers, and computes as most of that does."""
    top, *members = path.split(".")
    return top in _TOUCHING and not any(name in _TOUCHING[top] or name.startswith("_") for name in members)


def capabilities_of(path: str) -> frozenset[str]:
    """Return the capabilities any of which lets a tool use a dotted module or member; none where nobody knows it."""
    return _SERVING.get(path.partition(".")[0], frozenset())


def may(declared: Iterable[str], capability: str) -> bool:
    """Whether what is declared covers a capability, by its word or by a whole module that gives as much."""
    return any(name == capability or name in MODULES[capability] for name in declared)


def opens(declared: Iterable[str], path: str) -> bool:
    """Whether what is declared lets a tool use a dotted module or public member.

    A module that is declared by its own name is open as a whole; what a capability opens of a library for numbers is
    what computes.
    """
    names = frozenset(declared)
    top, *members = path.split(".")
    if any(member.startswith("_") for member in members):
        # Who may look into frames and modules needs no underscore to reach everything.
        return top in MODULES["introspection"] and not names.isdisjoint({top, "introspection"})
    if any(path == name or path.startswith(f"{name}.") for name in names - MODULES.keys()):
        return True
    serving = capabilities_of(path) & names
    return bool(serving) and ("numeric" not in serving or computes(path))
