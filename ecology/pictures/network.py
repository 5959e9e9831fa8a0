"""Who works with whom: agents as dots, critiques and births between them as lines.

Promises: the same history gives the same picture. Does not promise: more than the busiest forty agents.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from storage import AgentRow, CritiqueRow, ProposalRow, Rows

from .style import colour_of, legend, note

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 40
_BIRTH = {
    "arrowstyle": "-|>", "color": "#2471a3", "linestyle": "dotted", "linewidth": 1.2, "shrinkA": 6, "shrinkB": 6,
    "connectionstyle": "arc3,rad=0.2",
}  # fmt: skip


def draw_network(
    axes: Axes, agents: Rows[AgentRow], *, proposals: Rows[ProposalRow], critiques: Rows[CritiqueRow]
) -> None:
    """Draw the busiest agents; a line is as wide as critiques were many, red where objections prevail.

    A dotted arrow goes from a parent to its child.
    """
    import networkx

    authors = {each.id: each.author_id for each in proposals}
    pairs: Counter[tuple[int, int]] = Counter()
    objections: Counter[tuple[int, int]] = Counter()
    busy: Counter[int] = Counter(each.author_id for each in proposals if each.author_id is not None)
    for critique in critiques:
        author = authors.get(critique.proposal_id)
        busy[critique.critic_id] += 1
        if author is not None:
            pairs[critique.critic_id, author] += 1
            objections[critique.critic_id, author] += critique.stance == "object"
    shown = {number for number, _ in sorted(busy.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST]}
    chosen = [each for each in agents if each.id in shown]
    graph = networkx.Graph()
    graph.add_nodes_from(each.id for each in chosen)
    graph.add_edges_from(pair for pair in pairs if shown.issuperset(pair))
    places = networkx.circular_layout(graph) if graph.number_of_nodes() else {}
    most = max(pairs.values(), default=1)
    for (critic, author), count in sorted(pairs.items()):
        if {critic, author} <= shown:
            (a, b), (c, d) = places[critic], places[author]
            colour = "#c0392b" if 2 * objections[critic, author] > count else "#7f8c8d"
            axes.plot([a, c], [b, d], color=colour, linewidth=0.5 + 3 * count / most, alpha=0.6, zorder=1)
    for each in chosen:
        if each.parent_id in shown:
            axes.annotate("", places[each.id], xytext=places[each.parent_id], arrowprops=_BIRTH)
    species = sorted({each.species for each in chosen})
    for each in chosen:
        x, y = places[each.id]
        size = 30 + 12 * min(busy[each.id], 40)
        axes.scatter([x], [y], s=size, color=colour_of(each.species, species), zorder=2)
        side = "left" if x >= 0 else "right"
        axes.annotate(each.name, (x * 1.08, y * 1.08), fontsize=7, ha=side, va="center")
    legend(axes, species)
    axes.set_axis_off()
    axes.margins(0.25)
    axes.set_title("Who criticises whom (red: mostly objections; dotted: from parent to child)")
    if not chosen:
        axes.annotate("nobody has proposed or criticised anything", (0.5, 0.5), xycoords="axes fraction", ha="center")
    if len(busy) > MOST:
        note(axes, f"the busiest {MOST} of {len(busy)} agents")
