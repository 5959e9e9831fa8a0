"""Edit operators of the offline specialists, and the fault localisation that aims them.

Ask `suspicion` which lines the failing cases point at, `edits` for one family's small changes of a source, most
promising first, and `Edit.apply` for the changed text; `difference` makes an edit out of a rewritten text.
"""

from __future__ import annotations

from .context import Context
from .difference import difference
from .edit import Edit, EditList, apply
from .families import FAMILIES, describe, edits
from .fragments import fragments
from .splice import Splice
from .suspicion import suspicion

__all__ = [
    "FAMILIES",
    "Context",
    "Edit",
    "EditList",
    "Splice",
    "apply",
    "describe",
    "difference",
    "edits",
    "fragments",
    "suspicion",
]
