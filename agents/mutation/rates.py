"""How often an edit of each family has repaired a tool, for each unit of prior, fit and suspicion tried.

Promises: measured on the development tasks alone (`benchmarks/rates.py` makes the table anew), each drawn half-way, on
a logarithmic scale, to what is usual among families: more would trust one set of tasks too far.
Does not promise: to suit other tasks; a run goes on learning.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

RATES: Mapping[str, float] = MappingProxyType(
    {
        "comparison": 0.00232,
        "arithmetic": 0.00227,
        "constant": 0.00249,
        "off-by-one": 0.0023,
        "name": 0.00165,
        "call-arguments": 0.00154,
        "condition": 0.00168,
        "guard": 0.00085,
        "wrap": 0.00113,
        "statement-insert": 0.00101,
        "statement-delete": 0.0014,
        "return": 0.00202,
        "ingredient": 0.00109,
    }
)
