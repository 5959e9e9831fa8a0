"""The code rules: what a rewrite's text may say.

Promises: each looks only at what is new against the parent, names the lines, and runs none of the code it judges.
Does not promise: containment. That is the sandbox's work; these explain early and see what a kernel cannot.
"""

from __future__ import annotations

from .honesty import NoAnswerTable, NoBombs, NoRiggedCheck, NoSwallowing
from .reach import (
    DeclaredImports,
    NoDynamicCode,
    NoEarlyExit,
    NoModulePatching,
    NoOutsideWorld,
    NoReflection,
)
from .shape import Parses, PlainText, SizeGrowth

CODE_RULES = (
    Parses,
    PlainText,
    DeclaredImports,
    NoReflection,
    NoDynamicCode,
    NoOutsideWorld,
    NoEarlyExit,
    NoModulePatching,
    NoSwallowing,
    NoBombs,
    NoRiggedCheck,
    NoAnswerTable,
    SizeGrowth,
)

__all__ = [
    "CODE_RULES",
    "DeclaredImports",
    "NoAnswerTable",
    "NoBombs",
    "NoDynamicCode",
    "NoEarlyExit",
    "NoModulePatching",
    "NoOutsideWorld",
    "NoReflection",
    "NoRiggedCheck",
    "NoSwallowing",
    "Parses",
    "PlainText",
    "SizeGrowth",
]
