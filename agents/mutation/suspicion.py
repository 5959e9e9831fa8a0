"""Spectrum-based fault localisation: how much the failing cases point at each line.

Promises: pure arithmetic on executed lines; a line that no failing case ran gets 0.
Does not promise: to see faults of omission. A missing statement has no line; its neighbours carry the blame.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import sqrt

Trace = tuple[frozenset[int], bool]


def suspicion(traces: Iterable[Trace]) -> dict[int, float]:
    """Return the Ochiai score, 0 to 1, of every line that any case executed.

    Args: traces: for each case the executed line numbers (1 is the first) and whether the case passed.
    Source: Abreu, Zoeteweij and van Gemund, 2006, "An evaluation of similarity coefficients for software fault
    localization": failed(line) / sqrt(failed * (failed(line) + passed(line))).
    """
    failed_on: Counter[int] = Counter()
    passed_on: Counter[int] = Counter()
    failures = 0
    for lines, passed in traces:
        failures += not passed
        (passed_on if passed else failed_on).update(lines)
    return {
        line: failed_on[line] / sqrt(failures * (failed_on[line] + passed_on[line])) if failed_on[line] else 0.0
        for line in sorted(failed_on.keys() | passed_on.keys())
    }
