"""What is exported can be read by the programs it is meant for, and says what the history says."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import networkx
import pandas
import pytest
from ALifeStdDev import phylogeny
from phylotrackpy import systematics
from prov.model import ProvDerivation, ProvDocument, ProvEntity
from pyarrow import parquet

from ecology.exports import Format, export
from storage import ConfigurationError, NotFound, Store
from tests.storage.questions.story import Story
from tests.storage.questions.test_questions import tell


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    with Store.create(tmp_path_factory.mktemp("told") / "zoo.db") as store:
        names: SimpleNamespace = store.write(lambda tx: tell(Story(store, tx)))
        names.store = store
        yield names


def edges(store: Store) -> set[tuple[int, int, str]]:
    return {(each.child_id, each.parent_id, each.role) for each in store.ask.view("v_edge")}


@pytest.mark.filterwarnings("ignore")
def test_the_community_s_tool_accepts_the_phylogeny_with_all_its_parents(told: SimpleNamespace, tmp_path: Path) -> None:
    file = tmp_path / "all.csv"
    export(told.store, "alife", file)

    # The tool was written for a pandas whose texts were plain objects.
    with pandas.option_context("future.infer_string", False):
        graph = phylogeny.load_phylogeny_to_networkx(str(file))

    phylogeny.validate_origin_time(graph)
    phylogeny.validate_destruction_time(graph)
    assert {(int(child), int(parent)) for parent, child in graph.edges} == {edge[:2] for edge in edges(told.store)}
    assert sorted(phylogeny.get_extant_taxa_ids(graph, not_destroyed_value=float("inf"))) == [told.made, told.late]


def test_phylotrackpy_reads_the_line_of_parents(told: SimpleNamespace, tmp_path: Path) -> None:
    file = tmp_path / "line.csv"
    export(told.store, "alife", file, line=True)
    found = systematics.Systematics(lambda each: each)

    # It evaluates the column that it is given as Python, so that must be one that holds numbers.
    found.load_from_file(str(file), "id")

    assert (found.get_num_taxa(), found.get_num_roots(), found.get_max_depth()) == (5, 2, 2)
    assert {int(each.get_info()) for each in found.get_active_taxa()} == {told.made, told.late}


def test_newick_trees_have_the_parents_of_the_versions(told: SimpleNamespace, tmp_path: Path) -> None:
    file = tmp_path / "trees.nwk"
    export(told.store, "newick", file)

    found: set[tuple[str, str]] = set()
    for tree in file.read_text().splitlines():
        waiting: list[list[str]] = [[]]
        below: list[str] = []
        for token in re.findall(r"\(|\)|'(?:[^']|'')*'", tree):
            if token == "(":
                waiting.append([])
            elif token == ")":
                below = waiting.pop()
            else:
                found |= {(child, token) for child in below}
                below = []
                waiting[-1].append(token)

    names = {each.id: f"'{each.tool} {each.number}'" for each in told.store.ask.view("v_version")}
    assert found == {(names[a], names[b]) for a, b, role in edges(told.store) if role == "parent"}


def test_prov_reads_its_json_back_with_every_derivation(told: SimpleNamespace, tmp_path: Path) -> None:
    file = tmp_path / "prov.json"
    export(told.store, "prov", file)

    document = ProvDocument.deserialize(str(file), format="json")

    assert len(list(document.get_records(ProvEntity))) == len(told.store.ask.view("v_version"))
    found = {
        (str(each.args[0]), str(each.args[1]), next(iter(each.get_attribute("eco:role"))))
        for each in document.get_records(ProvDerivation)
        if "version" in str(each.args[0])
    }
    assert found == {(f"eco:version-{a}", f"eco:version-{b}", role) for a, b, role in edges(told.store)}
    assert "wasAssociatedWith(eco:turn-4, eco:agent-2" in document.get_provn()


def test_graphml_is_read_back_as_the_same_graph(told: SimpleNamespace, tmp_path: Path) -> None:
    file = tmp_path / "graph.graphml"
    export(told.store, "graphml", file)

    graph = networkx.read_graphml(file, node_type=int, force_multigraph=True)

    assert {(a, b, data["role"]) for a, b, data in graph.edges(data=True)} == edges(told.store)
    assert graph.nodes[told.made]["tool"] == "pair" and graph.nodes[told.made]["score"] == 1.0


def test_a_view_is_written_as_a_table_with_its_types(told: SimpleNamespace, tmp_path: Path) -> None:
    rows = told.store.ask.view("v_version").documents()
    export(told.store, "parquet", tmp_path / "v.parquet", view="v_version")
    export(told.store, "csv", tmp_path / "v.csv", view="v_version")

    table = parquet.read_table(tmp_path / "v.parquet")
    with (tmp_path / "v.csv").open(newline="") as file:
        texts = list(csv.DictReader(file))

    assert table.to_pylist() == rows and str(table.schema.field("gain").type) == "double"
    assert texts == [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]


@pytest.mark.parametrize("form", ["alife", "newick", "prov", "graphml"])
def test_an_export_may_be_as_of_any_moment(told: SimpleNamespace, tmp_path: Path, form: Format) -> None:
    for moment, there in (("turn:3", False), ("turn:6", True)):
        export(told.store, form, tmp_path / moment, as_of=moment)
        assert ("means 3" in (tmp_path / moment).read_text() or "pair 1" in (tmp_path / moment).read_text()) is there


@pytest.mark.parametrize(
    ("form", "given", "error", "said"),
    [("csv", {}, ConfigurationError, "name it by --view"), ("alife", {"view": "v_rule"}, ConfigurationError, "--view"),
     ("csv", {"view": "v_none"}, NotFound, "the views are v_score"),
     ("prov", {"line": True}, ConfigurationError, "--line"),
     ("newick", {"as_of": "turn:99"}, NotFound, "no turn 99")],
)  # fmt: skip
def test_what_cannot_be_exported_is_refused_in_a_sentence(
    told: SimpleNamespace, tmp_path: Path, form: Format, given: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        export(told.store, form, tmp_path / "x", **given)
    assert list(tmp_path.iterdir()) == []
