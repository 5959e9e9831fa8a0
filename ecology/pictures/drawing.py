"""The five pictures of a history, drawn on one pair of axes each.

Promises: sane for ten versions and for a hundred thousand: few kinds have a colour of their own, the rest are `others`;
extinct clades are counted instead of drawn. Does not promise: a look that is the same in every release of matplotlib.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from storage import EdgeRow, Share, Store, Trait, VersionRow

from .network import draw_network
from .style import OTHERS, colour_of, legend, line_of, note
from .tree import Drawn, drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BUCKETS = 80
KINDS = 10
LABELLED = 45


def draw_lineage(axes: Axes, store: Store, *, as_of: int | None) -> None:
    """Draw versions as a tree along the turns, coloured by the species of their authors, and further edges by role."""
    versions = store.ask.view("v_version", as_of=as_of)
    others = [each for each in store.ask.view("v_edge", as_of=as_of) if each.role != "parent"]
    shown = drawn(versions)
    places = {each.version.id: each for each in shown}
    species = sorted({each.version.species for each in shown if each.version.species})
    for each in shown:
        if each.above_id is not None:
            _edge(axes, places[each.above_id], each)
    further = [each for each in others if each.child_id in places and each.parent_id in places]
    for edge in further:
        _further_edge(axes, places[edge.parent_id], places[edge.child_id], edge)
    for each in shown:
        version = each.version
        colour = colour_of(version.species or "", species)
        size = 18 + 60 * (version.score or 0.0)
        living = version.replaced_seq is None
        axes.scatter(
            [version.turn], [-each.row], s=size, color=colour, zorder=3, edgecolors="black" if living else "none"
        )
        if each.hidden:
            axes.annotate(f"+{each.hidden}", (version.turn, -each.row), fontsize=6, color="#999999", xytext=(0, -9),
                          textcoords="offset points", ha="center")  # fmt: skip
        if living and sum(each.version.replaced_seq is None for each in shown) <= LABELLED:
            axes.annotate(
                version.tool, (version.turn, -each.row), fontsize=7, xytext=(7, -2), textcoords="offset points"
            )
    legend(axes, species, roles=sorted({each.role for each in further}))
    axes.margins(x=0.14 if len(shown) <= 2 * LABELLED else 0.05)
    axes.set_yticks([])
    axes.set_xlabel("turn")
    axes.set_title("Versions of the tools (size: score; outlined: alive; grey: as it came)")
    if len(shown) < len(versions):
        left = f"; {len(others) - len(further)} edges to what is not drawn" if len(further) < len(others) else ""
        note(axes, f"{len(shown)} of {len(versions)} versions; +n counts what is not drawn below, ·n what an edge"
                   f" passes{left}")  # fmt: skip


def _further_edge(axes: Axes, above: Drawn, below: Drawn, edge: EdgeRow) -> None:
    """Draw how a version came from another than the one it replaced, as an arrow that points to the later one."""
    colour, style = line_of(edge.role)
    arrow = {
        "arrowstyle": "-|>", "color": colour, "linestyle": style, "linewidth": 0.9, "alpha": 0.75, "shrinkA": 4,
        "shrinkB": 4, "mutation_scale": 7, "connectionstyle": "arc3,rad=0.12",
    }  # fmt: skip
    axes.annotate("", (below.version.turn, -below.row), xytext=(above.version.turn, -above.row), arrowprops=arrow)


def _edge(axes: Axes, above: Drawn, below: Drawn) -> None:
    a, b = above.version.turn, below.version.turn
    axes.plot([a, a, b], [-above.row, -below.row, -below.row], color="#c8cdd2", linewidth=1, zorder=1)
    if below.passed:
        axes.annotate(
            f"·{below.passed}", ((a + b) / 2, -below.row), fontsize=6, color="#999999", va="bottom", ha="center"
        )


def draw_muller(axes: Axes, store: Store, *, by: Trait, as_of: int | None) -> None:
    """Draw whose code was alive over time, as bands that fill the height."""
    rows = store.ask.alive(by=by, buckets=BUCKETS, as_of=as_of)
    kinds = _commonest(rows)
    turns = {row.bucket: row.turn for row in rows}
    heights: dict[str, Counter[int]] = defaultdict(Counter)
    for row in rows:
        heights[row.kind if row.kind in kinds else OTHERS][row.bucket] += row.heads
    order = [kind for kind in (*kinds, OTHERS) if kind in heights]
    totals = {bucket: sum(heights[kind][bucket] for kind in order) for bucket in turns}
    bands = [[heights[kind][bucket] / totals[bucket] for bucket in turns] for kind in order]
    if bands:
        axes.stackplot(list(turns.values()), bands, colors=[colour_of(kind, kinds) for kind in order])
    legend(axes, order)
    axes.set_ylim(0, 1)
    axes.set_xlabel("turn")
    axes.set_ylabel("share of the heads")
    axes.set_title(f"Whose code is alive, by {by}")


def _commonest(rows: object) -> list[str]:
    weight: Counter[str] = Counter()
    for row in rows:  # type: ignore[attr-defined]
        share: Share = row
        weight[share.kind] += share.heads
    return [kind for kind, _ in sorted(weight.items(), key=lambda pair: (-pair[1], pair[0]))[:KINDS]]


def draw_score(axes: Axes, store: Store, *, as_of: int | None) -> None:
    """Draw the mean score of the heads over the turns, with each gain as a dot."""
    versions = sorted(store.ask.view("v_version", as_of=as_of), key=lambda each: each.seq)
    species = sorted({each.species for each in versions if each.species})
    heads: dict[int, float] = {}
    total, turns, means = 0.0, [0], []
    for each in versions:
        total += (each.score or 0.0) - heads.get(each.tool_id, 0.0)
        heads[each.tool_id] = each.score or 0.0
        if each.turn == 0:
            means = [total / len(heads)]
        else:
            turns.append(each.turn)
            means.append(total / len(heads))
    if means:
        axes.step(turns[-len(means) :], means, where="post", color="#333333", linewidth=1.5)
    for kind in species:
        if gains := _gains([each for each in versions if each.species == kind]):
            at, scores = zip(*gains, strict=True)
            axes.scatter(at, scores, color=colour_of(kind, species), s=14, alpha=0.6)
    legend(axes, species)
    axes.set_ylim(-0.03, 1.03)
    axes.set_xlabel("turn")
    axes.set_ylabel("score")
    axes.set_title("Mean score of the heads (line), and what each new version scores (dots)")


def _gains(versions: list[VersionRow]) -> list[tuple[int, float]]:
    """Return turn and score of up to two thousand versions, spread evenly."""
    scored = [(each.turn, each.score) for each in versions if each.turn and each.score is not None]
    return scored[:: len(scored) // 2_000 + 1]


def draw_diversity(axes: Axes, store: Store, *, by: Trait, as_of: int | None) -> None:
    """Draw the effective number of kinds of agents and of code over the turns; shaded where either collapsed."""
    # Of what happened within one turn, or before the first, only the end can be seen.
    rows = list({row.turn: row for row in store.ask.diversity(by=by, buckets=BUCKETS, as_of=as_of)}.values())
    turns = [row.turn for row in rows]
    axes.plot(turns, [row.agent_effective for row in rows], color="#0072b2", label="agents")
    axes.plot(turns, [row.code_effective for row in rows], color="#d55e00", label="code")
    for row, after in pairwise(rows):
        if row.collapsing:
            axes.axvspan(row.turn, after.turn, color="#f4c7c3", alpha=0.6, linewidth=0)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize=8)
    axes.set_xlabel("turn")
    axes.set_ylabel("effective number of kinds")
    axes.set_title(f"Diversity by {by} (inverse Simpson; shaded: less than half of what it was)")


def draw(axes: Axes, store: Store, picture: str, *, by: Trait, as_of: int | None) -> None:
    """Draw a picture by its name."""
    match picture:
        case "lineage":
            draw_lineage(axes, store, as_of=as_of)
        case "muller":
            draw_muller(axes, store, by=by, as_of=as_of)
        case "score":
            draw_score(axes, store, as_of=as_of)
        case "diversity":
            draw_diversity(axes, store, by=by, as_of=as_of)
        case _:
            views = [store.ask.view(name, as_of=as_of) for name in ("v_agent", "v_proposal", "v_critique")]
            draw_network(axes, views[0], proposals=views[1], critiques=views[2])
