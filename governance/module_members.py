"""What a module of the standard library shows to the world, asked of the module itself.

Promises: only modules of the standard library are imported to ask, once each.
Does not promise: anything about other modules; of them only underscores are known.
"""

from __future__ import annotations

import importlib
import sys
from functools import lru_cache
from types import ModuleType


@lru_cache(maxsize=4096)
def is_public_member(module: str, name: str) -> bool:
    """Whether `module.name` is neither private nor another module that was merely imported there."""
    if name.startswith("_"):
        return False
    if module.partition(".")[0] not in sys.stdlib_module_names:
        return name not in sys.stdlib_module_names
    try:
        found = getattr(importlib.import_module(module), name, None)
    except ImportError:
        return False
    return not isinstance(found, ModuleType)
