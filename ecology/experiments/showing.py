"""The pieces of an experiment as a person reads them: a table of arms, one of pairs, one of critique, the gains.

Promises: nothing that the values do not hold. Does not promise: all of that.
"""

from __future__ import annotations

from collections.abc import Sequence

from .parts import SEALED, ArmResult, Critique, Gain, Pair, Synergy

_ARMS = ("arm", "solved", "95 %", "sealed-correct", "95 %", "candidates", "CPU s", "to first plausible")
_PAIRS = ("beside", "difference", "95 %", "ratio", "only it", "only other", "p", "to first plausible")
_CRITIQUE = ("arm", "with a plausible one", "first right", "admitted right", "perfect choice", "share of the gain")


def arms_shown(arms: Sequence[ArmResult]) -> list[str]:
    """Return a table of the arms."""
    rows = [
        (arm.name, _number(arm.solved), _span(arm.solved_interval), _number(arm.sealed_correct),
         _span(arm.sealed_correct_interval), _number(arm.candidates), _number(arm.cpu_s), _number(arm.first_plausible))
        for arm in arms
    ]  # fmt: skip
    return ["", *_table(_ARMS, rows)]


def pairs_shown(reference: str, pairs: Sequence[Pair]) -> list[str]:
    """Return a table of the pairs by tasks sealed-correct, nothing where there are none."""
    rows = [_paired(pair) for pair in pairs if pair.measure == SEALED]
    return ["", f"sealed-correct by {reference}", *_table(_PAIRS, rows)] if rows else []


def critique_shown(critique: Sequence[Critique]) -> list[str]:
    """Return a table of what critique won, nothing where no arm had critics."""
    rows = [
        (each.arm, *map(_number, (each.tasks, each.first, each.admitted, each.perfect)), _percent(each.share))
        for each in critique
    ]
    return ["", *_table(_CRITIQUE, rows), ""] if rows else []


def gain_shown(gain: Gain) -> str:
    """Return the emergence gain in a line."""
    low, high = gain.interval
    return (
        f"emergence gain G = {gain.value:+.3f} ({low:+.3f} to {high:+.3f}) of the tasks sealed-correct: population"
        f" {gain.population:.3f}, best single {gain.best_single:.3f} ({gain.best_single_name}), union {gain.union:.3f}"
    )


def synergy_shown(strict: Synergy) -> list[str]:
    """Return the strict synergy in two lines."""
    return [
        f"strict synergy {_percent(strict.share)} (McNemar p {strict.p:.2g}), right by the population in most seeds and"
        f" by no lone specialist of 13 times its budget: {', '.join(strict.most) or 'nothing'}",
        f"of these in every seed: {', '.join(strict.every) or 'nothing'}",
    ]


def _paired(pair: Pair) -> Sequence[str]:
    mine, theirs = pair.first_plausible
    firsts = f"{_number(mine)} : {_number(theirs)} ({pair.shared})" if pair.shared else "-"
    return (
        pair.other, f"{pair.difference:+.1f}", f"{pair.interval[0]:+.1f} to {pair.interval[1]:+.1f}",
        _number(pair.ratio), str(pair.only_reference), str(pair.only_other), f"{pair.p:.2g}", firsts,
    )  # fmt: skip


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows under their columns, the first to the left and the others to the right."""
    widths = [max(len(row[place]) for row in (columns, *rows)) for place in range(len(columns))]
    return [
        "  ".join(cell.rjust(width) if place else cell.ljust(width)
                  for place, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip()
        for row in (columns, *rows)
    ]  # fmt: skip


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if value == int(value) else f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def _span(interval: tuple[float, float]) -> str:
    return f"{_number(interval[0])} to {_number(interval[1])}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"
