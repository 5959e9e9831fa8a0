"""What the code rules look at: a source, read.

Promises: frozen and plain; equal sources have equal readings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .signature import Signature

Lines = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything the code rules look at; each `Lines` goes from a text to the first line it stands on.

    `size`: nodes of the tree without operators and the literal text of f-strings; `depth`: its levels, or its longest
    chain of dots.
    `names`: every name used; `attributes`: what is read by a dot, by a class pattern, or spelled in a string.
    `imports`: dotted modules; `members`: dotted paths used of them; `bare`: modules used other than by a member.
    `bound`: names bound at module level or declared global; `special`: double-underscore names that are defined.
    `patched`: dotted targets that are assigned to or deleted; `tailored`: forms that name
    classes, formats or special attributes in a roundabout way.
    `foreign`: attributes of anything but `self` and `cls`; `owned`: attributes that the source itself defines;
    `timed` and `building`: forms that ask the clock or chance, or make classes by calls (`usage`).
    `bombs`, `swallowing` and `hidden`: forms that cost without bound, catch everything, decode hidden text (`hazards`).
    `strays`: modules used by name that nothing imports; `idle`: imported members that nothing reads;
    `adrift`: private attributes that hang on nothing but names that nobody binds, with those names;
    `written`: names of parameters, functions and classes.
    `suspects`: builtin names that are also bound in some function, so that a use of them may be harmless.
    """

    size: int = 0
    depth: int = 0
    characters: int = 0
    names: Lines = field(default_factory=dict)
    attributes: Lines = field(default_factory=dict)
    imports: Lines = field(default_factory=dict)
    members: Lines = field(default_factory=dict)
    bare: Lines = field(default_factory=dict)
    bound: Lines = field(default_factory=dict)
    special: Lines = field(default_factory=dict)
    patched: Lines = field(default_factory=dict)
    tailored: Lines = field(default_factory=dict)
    foreign: Lines = field(default_factory=dict)
    owned: frozenset[str] = frozenset()
    timed: Lines = field(default_factory=dict)
    building: Lines = field(default_factory=dict)
    bombs: Lines = field(default_factory=dict)
    swallowing: Lines = field(default_factory=dict)
    hidden: Lines = field(default_factory=dict)
    strays: Lines = field(default_factory=dict)
    idle: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()
    adrift: Mapping[str, frozenset[str]] = field(default_factory=dict)
    suspects: frozenset[str] = frozenset()
    signatures: Mapping[str, Signature] = field(default_factory=dict)
