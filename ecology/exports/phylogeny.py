"""Versions as a phylogeny: the ALife community's CSV, Newick trees, GraphML.

Promises: every version is there once, as of one moment; in CSV and GraphML second parents and ingredients too.
Does not promise: second parents in Newick, which knows trees alone.
Source: Lalejini et al., 2019, "Data standards for artificial life software" (the phylogeny standard).
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from storage import EdgeRow, Rows, VersionRow

ALIFE_COLUMNS = (
    "id", "ancestor_list", "origin_time", "destruction_time", "taxon_label", "ancestor_roles", "tool", "number",
    "author", "founder_id", "species", "model", "score", "fuel", "size", "reason", "tree",
)  # fmt: skip


def write_alife(target: Path, versions: Rows[VersionRow], edges: Rows[EdgeRow], *, line: bool = False) -> None:
    """Write the versions as a phylogeny in the standard's CSV; times are seqs, a head's destruction time is `inf`.

    Args: line: give each version the parent it replaced alone, for programs that know trees only. One of them,
        phylotrackpy, evaluates the column it is told to read as Python: let that be `id`, never a text.
    """
    above: dict[int, list[EdgeRow]] = defaultdict(list)
    for edge in edges:
        if not line or edge.role == "parent":
            above[edge.child_id].append(edge)
    with target.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(ALIFE_COLUMNS)
        for each in versions:
            out.writerow(_alife(each, above[each.id]))


def _alife(version: VersionRow, above: Sequence[EdgeRow]) -> list[object]:
    # The first of equal ancestors counts: a version may be both the parent and the basis of another.
    roles: dict[int, str] = {}
    for edge in sorted(above, key=lambda edge: (edge.role != "parent", edge.role, edge.parent_id)):
        roles.setdefault(edge.parent_id, edge.role)
    ancestors = ",".join(map(str, roles)) or "NONE"
    ends = "inf" if version.replaced_seq is None else version.replaced_seq
    label = f"{version.tool} {version.number}"
    given = [getattr(version, name) for name in ALIFE_COLUMNS[6:]]
    known = ["" if value is None else value for value in given]
    return [version.id, f"[{ancestors}]", version.seq, ends, label, " ".join(roles.values()), *known]


def write_newick(target: Path, versions: Rows[VersionRow]) -> None:
    """Write a tree a line for each root; a branch is as long as turns lie between the two versions.

    A label is the tool, a space and the version's number among the tool's.
    """
    target.write_text("".join(f"{tree}\n" for tree in newick(versions)), encoding="utf-8")


def newick(versions: Iterable[VersionRow]) -> list[str]:
    """Return the trees in Newick notation, in the order of their roots."""
    known = {each.id: each for each in versions}
    below: dict[int, list[str]] = defaultdict(list)
    roots = []
    # A child is always younger than its parent, so from the youngest on every tree is ready when it is asked for.
    for each in sorted(known.values(), key=lambda each: -each.id):
        inner = f"({','.join(reversed(below.pop(each.id)))})" if each.id in below else ""
        label = f"{each.tool} {each.number}".replace("'", "''")
        text = f"{inner}'{label}'"
        if each.parent_id in known:
            below[each.parent_id].append(f"{text}:{each.turn - known[each.parent_id].turn}")
        else:
            roots.append(f"{text};")
    return roots[::-1]


def write_graphml(target: Path, versions: Rows[VersionRow], edges: Rows[EdgeRow]) -> None:
    """Write the versions as nodes and every labelled edge, from a version to the one it came from."""
    import networkx

    graph = networkx.MultiDiGraph()
    for each in versions.documents():
        known = {name: _legible(value) for name, value in each.items() if value is not None}
        graph.add_node(each["id"], **known)
    for edge in edges:
        graph.add_edge(edge.child_id, edge.parent_id, role=edge.role, seq=edge.seq)
    networkx.write_graphml(graph, target)


def _legible(value: object) -> object:
    """Return a value without the characters that XML has no way to write."""
    if not isinstance(value, str):
        return value
    return "".join(letter if letter >= " " or letter in "\t\n\r" else "\ufffd" for letter in value)
