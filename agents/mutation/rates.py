"""How often each kind of edit has repaired a tool, for each unit of fit and suspicion tried.

Promises: measured on the development tasks alone (`benchmarks/rates.py` makes the table anew), drawn towards each
family's hand-set order where little was seen. Does not promise: to suit other tasks; a run goes on learning.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# What a kind of edit that was never measured counts for, times its prior within the family.
UNKNOWN = 0.001

RATES: Mapping[str, float] = MappingProxyType({})
