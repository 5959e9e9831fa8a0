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
# How a line is drawn that is no step from a version to the one it replaced, by its role.
ROLES = {
    "basis": ("#555555", "dotted"), "component": ("#a0522d", "dashed"), "ingredient": ("#009e73", "dashdot"),
    "required": ("#0072b2", "dashed"), "restored": ("#c0392b", "dotted"),
}  # fmt: skip


def colour_of(kind: str, kinds: Sequence[str]) -> str:
    """Return the colour of a kind among all there are; grey for what came as it was, and for the rest of many."""
    if kind in (OTHERS, "as it came", ""):
        return GREY
    return PALETTE[list(kinds).index(kind) % len(PALETTE)]


def line_of(role: str) -> tuple[str, str]:
    """Return colour and style of the lines of a role."""
    return ROLES.get(role, ("#555555", "dashed"))


def legend(axes: Axes, kinds: Sequence[str], *, roles: Sequence[str] = ()) -> None:
    """Say which colour is which kind, and which line which role, beside the picture."""
    for kind in kinds:
        axes.scatter([], [], color=colour_of(kind, kinds), label=kind or "none", s=40)
    for role in roles:
        colour, style = line_of(role)
        axes.plot([], [], color=colour, linestyle=style, linewidth=1, label=role)
    if kinds or roles:
        axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8, frameon=False)


def note(axes: Axes, text: str) -> None:
    """Say below the picture what is not in it."""
    axes.annotate(text, (0, -0.13), xycoords="axes fraction", fontsize=8, color="#555555")
