"""The modules a candidate may import, loaded once before any fork; nothing else can be imported afterwards.

Promises: pure or harmless standard-library modules; the same list in every tier; `time.sleep` does not sleep.
Does not promise: that a module's own Python loops are counted as fuel.
"""

from __future__ import annotations

import importlib
import sys
import time

MODULES = (
    "abc", "array", "ast", "base64", "binascii", "bisect", "calendar", "cmath", "codecs", "collections",
    "collections.abc", "colorsys", "contextlib", "copy", "copyreg", "csv", "dataclasses", "datetime", "decimal",
    "difflib", "enum", "errno", "fnmatch", "fractions", "functools", "gc", "graphlib", "hashlib", "heapq",
    "html", "io", "ipaddress", "itertools", "json", "keyword", "locale", "math", "numbers", "operator",
    "pprint", "random", "re", "reprlib", "secrets", "string", "stringprep", "struct", "statistics", "textwrap",
    "time", "types", "typing", "unicodedata", "warnings", "weakref", "zlib", "_ast_unparse", "_strptime",
)  # fmt: skip
ENCODINGS = (
    "ascii", "latin_1", "utf_8", "utf_8_sig", "utf_16", "utf_16_le", "utf_16_be", "utf_32", "utf_32_le",
    "utf_32_be", "cp1252", "hex_codec", "base64_codec", "rot_13", "unicode_escape", "raw_unicode_escape",
    "punycode", "idna", "charmap",
)  # fmt: skip
# OpenSSL's wrapper would double the zygote; hashlib falls back to the interpreter's own digests.
UNWANTED = ("_hashlib", "_ssl", "_blake2s_openssl")
SEED = 0
# What the zygote itself works with; candidates are better off without it, and get the same in every tier.
HIDDEN = frozenset({"ctypes", "_ctypes", "socket", "_socket", "select", "selectors", "signal", "importlib", "zygote"})


def load() -> None:
    """Import everything a candidate may import, then close the door behind it."""
    for name in UNWANTED:
        sys.modules[name] = None  # type: ignore[assignment]
    for name in MODULES:
        _load(name)
    for name in ENCODINGS:
        _load(f"encodings.{name}")
    for name in UNWANTED:
        del sys.modules[name]
    time.sleep = _sleep  # type: ignore[assignment]


def _load(name: str) -> None:
    try:
        importlib.import_module(name)
    except ImportError:
        # A build without one optional module still makes a good sandbox.
        return


def close_door() -> None:
    """Make every import of something not loaded yet an ImportError, in every tier alike."""
    for name in [name for name in sys.modules if name.partition(".")[0] in HIDDEN]:
        del sys.modules[name]
    sys.path.clear()
    sys.meta_path.clear()
    sys.path_hooks.clear()
    sys.path_importer_cache.clear()


def _sleep(seconds: float, /) -> None:
    """Check the argument as `time.sleep` does and return at once: waiting would be the machine's time, not fuel."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
