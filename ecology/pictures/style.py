"""Colours, legends and notes that all pictures share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Wong, 2011, "Points of view: Color blindness", then lighter ones of the same.
PALETTE = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#6a7b8c", "#88c0a8", "#b39ddb",
    "#c5a880", "#a0522d",
)  # fmt: skip
GREY = "#b8bec4"
OTHERS = "others"


def colour_of(kind: str, kinds: Sequence[str]) -> str:
    """Return the colour of a kind among all there are; grey for what came as it was, and for the rest of many."""
    if kind in (OTHERS, "as it came", ""):
        return GREY
    return PALETTE[list(kinds).index(kind) % len(PALETTE)]


def legend(axes: Axes, kinds: Sequence[str]) -> None:
    """Say which colour is which, beside the picture."""
    for kind in kinds:
        axes.scatter([], [], color=colour_of(kind, kinds), label=kind or "none", s=40)
    if kinds:
        axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8, frameon=False)


def note(axes: Axes, text: str) -> None:
    """Say below the picture what is not in it."""
    axes.annotate(text, (0, -0.13), xycoords="axes fraction", fontsize=8, color="#555555")
