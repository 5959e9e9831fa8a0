"""The thirteen families of edit operators, and the list of edits that one of them offers for a source.

Promises: the same arguments give the same edits in the same order, on every run.
Does not promise: edits of a source that does not parse or nests deeper than a hundred levels; its list is empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from types import MappingProxyType

from . import (
    arithmetic,
    call_arguments,
    comparison,
    condition,
    constant,
    guard,
    ingredient,
    name,
    off_by_one,
    returning,
    statement_delete,
    statement_insert,
    wrap,
)
from .code import read
from .context import Context
from .edit import Draft, EditList
from .material import Material
from .rates import RATES

_NO_SUSPICION: Mapping[int, float] = MappingProxyType({})
_NO_CONTEXT = Context()
_NO_LORE: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Family:
    purpose: str
    drafts: Callable[[Material], Iterator[Draft]]
    priors: Mapping[str, float]


_FAMILIES: Mapping[str, _Family] = MappingProxyType(
    {
        "comparison": _Family(
            "Swaps, negates or turns round the operators of comparisons.", comparison.drafts, comparison.PRIORS
        ),
        "arithmetic": _Family(
            "Changes operators and operands of calculations and of augmented assignments.",
            arithmetic.drafts,
            arithmetic.PRIORS,
        ),
        "constant": _Family(
            "Changes numbers, texts, truth values and literal containers.", constant.drafts, constant.PRIORS
        ),
        "off-by-one": _Family(
            "Moves bounds of ranges, indices, slices and compared values by one.", off_by_one.drafts, off_by_one.PRIORS
        ),
        "name": _Family(
            "Puts another variable, function, method or attribute in the place of a name.", name.drafts, name.PRIORS
        ),
        "call-arguments": _Family(
            "Swaps, drops, adds or replaces arguments of calls.", call_arguments.drafts, call_arguments.PRIORS
        ),
        "condition": _Family(
            "Negates, widens, narrows or replaces conditions and reshapes branches.", condition.drafts, condition.PRIORS
        ),
        "guard": _Family(
            "Inserts an early return, continue or break, or an if around a statement.", guard.drafts, guard.PRIORS
        ),
        "wrap": _Family(
            "Wraps an expression in a builtin, method or bracket, or unwraps it.", wrap.drafts, wrap.PRIORS
        ),
        "statement-insert": _Family(
            "Inserts a copy or variant of a statement, or a usual update of a variable.",
            statement_insert.drafts,
            statement_insert.PRIORS,
        ),
        "statement-delete": _Family(
            "Deletes, unwraps, swaps or moves statements.", statement_delete.drafts, statement_delete.PRIORS
        ),
        "return": _Family(
            "Changes what is returned or yielded, and where, or adds a missing return.",
            returning.drafts,
            returning.PRIORS,
        ),
        "ingredient": _Family(
            "Copies expressions and statements from elsewhere in the source or from other tools.",
            ingredient.drafts,
            ingredient.PRIORS,
        ),
    }
)

FAMILIES: tuple[str, ...] = tuple(_FAMILIES)


def describe(family: str) -> str:
    """Return what the family's edits do, in one sentence.

    Raises: ValueError: there is no such family.
    """
    return _family(family).purpose


def edits(
    source: str,
    entry_point: str,
    family: str,
    *,
    suspicion: Mapping[int, float] = _NO_SUSPICION,
    context: Context = _NO_CONTEXT,
    lore: Mapping[str, float] = _NO_LORE,
    chance: Random | None = None,
) -> EditList:
    """Return a family's edits of a source, most promising first, built only as far as they are asked for.

    Args: suspicion: a weight, 0 to 1, for each line (1 is the first); lines left out count as 0, an empty mapping
    makes all lines equal; context: what else is known of the tool; lore: by how much more often than usual edits of a
    kind (`guard/early-return`), or of a whole family (`guard`), have proved right; chance: draw the order from it
    instead.
    Raises: ValueError: there is no such family.
    """
    chosen = _family(family)
    rates = rates_of(family, lore)
    if read(source) is None:
        return EditList(None, family, drafts=(), rates=rates, suspicion=suspicion)
    # The material may remember a code that was read before: its drafts are of that one's nodes.
    material = _material(source, entry_point, context)
    drafts = chosen.drafts(material)
    return EditList(material.code, family, drafts=drafts, rates=rates, suspicion=suspicion, chance=chance)


def rates_of(family: str, lore: Mapping[str, float] = _NO_LORE) -> dict[str, float]:
    """Return how likely an edit of each kind of a family is to repair where it fits: as shipped, times what was learnt.

    Raises: ValueError: there is no such family.
    """
    of_family = lore.get(family, 1.0)
    return {
        kind: prior * RATES[family] * of_family * lore.get(f"{family}/{kind}", 1.0)
        for kind, prior in _family(family).priors.items()
    }


@lru_cache(maxsize=64)
def _material(source: str, entry_point: str, context: Context) -> Material:
    code = read(source)
    assert code is not None  # the caller read it
    return Material(code, entry_point=entry_point, context=context)


def _family(family: str) -> _Family:
    if (found := _FAMILIES.get(family)) is not None:
        return found
    raise ValueError(f"no family {family!r} of edits; there are {', '.join(FAMILIES)}")
