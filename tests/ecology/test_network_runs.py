"""Populations that build tools on tools: what they can do by it, and that everything else holds as before."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ecology import Ecology, audit
from ecology.cli.app import app
from ecology.exports import write_package
from ecology.futures import fork_history, relive
from storage import Entry, Store

from .networks import POPULATION, shared_helper, slow_before_fast

SEED = 7
ROYALTIES = "SELECT agent_id, amount FROM ledger WHERE reason LIKE 'royalty%'"


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def live(path: Path, *, workers: int, turns: int = 200, **settings: Any) -> Path:
    with Ecology(path, seed=SEED, workers=workers, population=POPULATION, **settings) as ecology:
        ecology.settle(slow_before_fast())
        ecology.run(turns)
    return path


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history in which `tiles` comes to require `span`, `span` to require `gcd`, and `tiles` follows."""
    return live(tmp_path_factory.mktemp("network") / "lived.db", workers=2)


def heads(path: Path) -> dict[str, int]:
    with Store.open(path) as store:
        return {tool.name: store.tools.head(tool.id).id for tool in store.tools.all()}


def told(path: Path, command: str, *words: str) -> str:
    result = CliRunner().invoke(app, [*command.split(), str(path), *words])
    assert result.exit_code == 0, result.output
    return result.output


def history(path: Path) -> list[Entry]:
    with Store.open(path) as store:
        return [*store.history()]


def test_what_no_specialist_mends_is_built_on_what_one_did(tmp_path: Path) -> None:
    """Three tools need a divisor and cannot make one; the fourth becomes the part that they are built on."""
    with Ecology(tmp_path / "zoo.db", seed=SEED, workers=2, population=POPULATION, royalty=0) as ecology:
        ecology.settle(shared_helper())
        report = ecology.run(140)

    assert (report.solved, report.sealed_correct) == (4, 4)
    built = rows(
        tmp_path / "zoo.db",
        "SELECT t.name, u.name FROM requirement r JOIN tool_version v ON v.id = r.version_id JOIN tool t"
        " ON t.id = v.tool_id JOIN tool_version w ON w.id = r.required_id JOIN tool u ON u.id = w.tool_id",
    )
    # A royalty of nothing is not paid.
    assert rows(tmp_path / "zoo.db", ROYALTIES) == []
    assert {"net/reduced", "net/measure"} <= {name for name, on in built if on == "net/gcd"}


def test_a_dependant_follows_a_better_version_and_the_closure_grows(lived: Path) -> None:
    now = heads(lived)
    kept = rows(lived, "SELECT version_id, name, required_id FROM requirement ORDER BY id")
    (calls,) = rows(lived, "SELECT count(*) FROM signal WHERE kind = 'upgrade'")[0]
    before = rows(lived, f"SELECT parent_id FROM tool_version WHERE id = {now['net/tiles']}")[0][0]

    with Store.open(lived) as store:
        old, new = store.tools.source(before), store.tools.source(now["net/tiles"])

    assert (now["net/tiles"], "span", now["net/span"]) in kept and (now["net/span"], "gcd", now["net/gcd"]) in kept
    assert calls >= 1
    assert new == old.replace("from shelf.v1 import span", f"from shelf.v{now['net/span']} import span")


def test_the_author_of_a_required_version_earns_a_royalty(lived: Path) -> None:
    author = rows(lived, f"SELECT author_id FROM tool_version WHERE id = {heads(lived)['net/gcd']}")[0][0]

    assert (author, 4.0) in rows(lived, ROYALTIES)


def test_one_worker_and_two_live_the_same_history(lived: Path, tmp_path: Path) -> None:
    assert history(live(tmp_path / "alone.db", workers=1)) == history(lived)


def test_a_run_that_stops_goes_on_to_the_same_history(lived: Path, tmp_path: Path) -> None:
    """It stops after the first requirement, and its world is folded anew from the rows."""
    (seq,) = rows(lived, "SELECT min(seq) FROM requirement")[0]
    fork_history(lived, tmp_path / "fork.db", at=seq)

    with Ecology(tmp_path / "fork.db", workers=1) as ecology:
        ecology.resume()

    assert [entry.rows for entry in history(tmp_path / "fork.db")] == [entry.rows for entry in history(lived)]


def test_a_history_with_requirements_is_lived_again_and_its_audit_holds(lived: Path) -> None:
    assert relive(lived, workers=1).same
    assert audit(lived).holds


def test_what_is_taken_back_takes_those_that_require_it_along(lived: Path, tmp_path: Path) -> None:
    fork_history(lived, tmp_path / "fork.db")
    with Ecology(tmp_path / "fork.db") as ecology:
        ecology.controls.roll_back(heads(lived)["net/span"])

    with Store.open(tmp_path / "fork.db") as store:
        sources = {tool.name: store.tools.source(store.tools.head(tool.id).id) for tool in store.tools.all()}
    assert "from shelf" not in sources["net/span"]
    assert "from shelf.v1 import span" in sources["net/tiles"]


def test_the_library_s_health_names_what_is_reused_behind_and_dead(lived: Path) -> None:
    with Ecology(lived) as ecology:
        rows_now = {each.tool: each for each in ecology.ask.health()}
        then = {each.tool: each for each in ecology.ask.health(as_of="turn:1")}

    span, gcd, tiles = (rows_now[f"net/{name}"] for name in ("span", "gcd", "tiles"))
    assert (span.state, span.reused, span.radius, span.requires) == ("used", 1, 1, 1)
    assert (gcd.state, gcd.reused, gcd.radius, gcd.behind) == ("used", 1, 2, 0)
    assert (tiles.state, tiles.reused, tiles.requires, gcd.royalties) == ("sound", 0, 1, 4.0)
    assert (then["net/gcd"].state, then["net/gcd"].reused) == ("dead", 0)


def test_showing_a_version_and_its_line_names_what_it_requires(lived: Path) -> None:
    now = heads(lived)

    assert f"requires span: version {now['net/span']} of net/span" in told(lived, "show", "net/tiles")
    assert f"net/span {now['net/span']}" in told(lived, "lineage", "net/tiles")
    assert "2 tools require others; 2 are required" in told(lived, "show")
    assert "required" in told(lived, "ask descendants", str(now["net/gcd"]))


def test_a_package_of_tools_that_require_others_passes_its_own_tests(lived: Path, tmp_path: Path) -> None:
    with Store.open(lived) as store:
        write_package(store, tmp_path / "mended")

    run = subprocess.run(
        [sys.executable, "-m", "unittest", "discover", "-s", "tests"], cwd=tmp_path / "mended", capture_output=True,
        text=True, env={"PYTHONPATH": "src"}, check=False,
    )  # fmt: skip

    assert run.returncode == 0, run.stderr
    text = (tmp_path / "mended" / "src" / "mended" / "tiles.py").read_text(encoding="utf-8")
    assert f"from ._shelf_v{heads(lived)['net/span']} import span" in text and "from shelf" not in text
