"""The surviving tools build, install into a fresh environment without a network, and pass their tests there."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from ecology import Ecology, load_tasks
from ecology.exports import export
from storage import Case, ConfigurationError, NotFound, Score, Store, Task

QUIXBUGS = Path(__file__).parents[4] / "shared" / "data" / "quixbugs.dev.jsonl"


def settle(store: Store) -> None:
    """Settle a tool that a rewrite mends, one that nothing mends, and one whose name and entry point are a trap."""
    cases = (Case("visible", "[1, 2]", args="([2, 1],)"), Case("gate", "[7]", args="([7],)"))
    quirky = (Case("visible", "(1, 2)", setup="x = Pair(1, 2)", call="pass_(x)"), Case("gate", "1.0", call="1.0"))
    tasks = [
        Task("mine/sort", "sort_words", "def sort_words(a):\n    return a\n", cases, source="us", licence="MIT"),
        Task("mine/never", "never", "def never(a):\n    return 1\n", cases),
        Task('"""\nraise SystemExit(3)', "pass_", "def pass_(p):\n    return (p.a, p.b)\n", quirky, lists=True,
             helper="class Pair:\n    def __init__(self, a, b):\n        self.a, self.b = a, b\n"),
    ]  # fmt: skip
    ids = store.write(lambda tx: [store.tasks.settle(tx, task) for task in tasks])
    whole = Score(1, 1, 1, 1, 9)

    def mend(tx: object) -> None:
        for number, passed in ((0, 0), (1, 0), (2, 1)):
            store.tools.evaluate(
                tx, version_id=ids[number].version_id, tool_id=ids[number].tool_id, ring_set="baseline", passed="1|1",  # type: ignore[arg-type]
                score=Score(passed, 1, passed, 1, 9), outcome="ok", tier="none",
            )  # fmt: skip
        store.tools.save(
            tx, tool_id=ids[0].tool_id, expected_head=ids[0].version_id, score=whole, reason="line 2: sorted",  # type: ignore[arg-type]
            source="def sort_words(a):\n    return sorted(a)\n",
        )  # fmt: skip
        store.tools.test(
            tx, tool_id=ids[0].tool_id, agent_id=None, args="([3, 2],)", expect="[2, 3]", reason="", status="agreed",  # type: ignore[arg-type]
            backing=[],
        )  # fmt: skip

    store.write(mend)


def run(*words: str | Path, folder: Path) -> str:
    done = subprocess.run([*map(str, words)], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def installed(folder: Path, place: Path) -> Path:
    """Build the package in a folder and install it in a fresh environment without a network; return its Python."""
    pytest.importorskip("setuptools")
    build = [sys.executable, "-m", "pip", "wheel", "--no-index", "--no-build-isolation", "--no-deps", "-q"]
    run(*build, "-w", place / "wheels", folder, folder=place)
    venv.create(place / "fresh", with_pip=False)
    python = place / "fresh" / "bin" / "python"
    (wheel,) = (place / "wheels").iterdir()
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-index", "-q", wheel, folder=place)
    return python


def test_the_package_installs_in_a_fresh_environment_and_its_tests_pass(tmp_path: Path) -> None:
    folder = tmp_path / "Mended tools"
    with Store.create(tmp_path / "zoo.db") as store:
        settle(store)
        found = export(store, "package", folder)
    assert found and found.package == "mended_tools" and found.left_out == ("mine/never",)

    python = installed(folder, tmp_path)
    said = run(python, "-m", "unittest", "discover", "-s", folder / "tests", folder=tmp_path)
    value = run(python, "-c", "from mended_tools import sort_words as s; print(s.sort_words([3, 1]))", folder=tmp_path)

    assert "Ran 2 tests" in said and said.rstrip().endswith("OK")
    assert value == "[1, 3]\n"


@pytest.mark.skipif(not QUIXBUGS.exists(), reason="../shared/data is absent")
def test_tools_of_quixbugs_that_a_run_repaired_pass_their_tests_in_a_fresh_environment(tmp_path: Path) -> None:
    easy = {"quixbugs/subsequences", "quixbugs/sieve", "quixbugs/get_factors"}
    with Ecology(tmp_path / "zoo.db", seed=1, sandbox="auto") as eco:
        eco.settle([each for each in load_tasks(QUIXBUGS) if each.name in easy])
        eco.run(60)
    with Store.open(tmp_path / "zoo.db") as store:
        found = export(store, "package", tmp_path / "mended")
    assert found and found.tools

    python = installed(tmp_path / "mended", tmp_path)
    said = run(python, "-m", "unittest", "discover", "-s", tmp_path / "mended" / "tests", folder=tmp_path)

    assert f"Ran {len(found.tools)} test" in said and said.rstrip().endswith("OK")


def test_the_tests_of_the_package_fail_where_the_tool_is_broken(tmp_path: Path) -> None:
    folder = tmp_path / "mended"
    with Store.create(tmp_path / "zoo.db") as store:
        settle(store)
        export(store, "package", folder)
    module = folder / "src" / "mended" / "sort_words.py"
    module.write_text(module.read_text().replace("sorted(a)", "a"))

    done = subprocess.run(
        [sys.executable, "-m", "unittest", "discover", "-s", "tests"], cwd=folder, capture_output=True, text=True,
        check=False, env={"PYTHONPATH": "src"},
    )  # fmt: skip

    assert done.returncode == 1 and "case=1" in done.stderr, "the agreed case is among them"


def test_the_package_says_where_it_comes_from_and_shows_no_hidden_case(tmp_path: Path) -> None:
    folder = tmp_path / "mended"
    with Store.create(tmp_path / "zoo.db") as store:
        settle(store)
        export(store, "package", folder)
        history = store.history_hash()

    first = json.loads((folder / "PROVENANCE.json").read_text())[0]
    texts = "".join(file.read_text() for file in folder.rglob("*") if file.is_file())

    assert (first["licence"], first["history_hash"]) == ("MIT", history)
    assert [each["number"] for each in first["versions"]] == [1, 0]
    assert "| `mine/sort` | us | MIT |" in (folder / "LICENCES.md").read_text()
    assert "[7]" not in texts


def test_code_of_other_tools_is_named_with_its_licence_also_where_those_do_not_pass(tmp_path: Path) -> None:
    cases = (Case("visible", "1", args="(1,)"),)
    whole = Score(1, 1, 0, 0, 9)
    with Store.create(tmp_path / "zoo.db") as store:
        giver, taker = store.write(
            lambda tx: [
                store.tasks.settle(tx, Task(name, name, f"def {name}(a):\n    return 2\n", cases, licence=licence))
                for name, licence in (("giver", "GPL-3.0"), ("taker", "MIT"))
            ]
        )
        store.write(
            lambda tx: store.tools.save(
                tx, tool_id=taker.tool_id, expected_head=taker.version_id, score=whole, reason="taken over",
                source="def taker(a):\n    return a\n", parents=[(giver.version_id, "ingredient")],
            )
        )  # fmt: skip
        then = store.history_hash()
        export(store, "package", tmp_path / "mended")
        store.write(lambda tx: tx.record("note"))
        export(store, "package", tmp_path / "before", as_of=store.last_seq() - 1)

    licences = (tmp_path / "mended" / "LICENCES.md").read_text()
    (told,) = json.loads((tmp_path / "before" / "PROVENANCE.json").read_text())
    assert "| `taker` | not known | MIT | `giver` |" in licences and "| `giver` | not known | GPL-3.0 |" in licences
    assert told["versions"][0]["parents"] == [{"version": giver.version_id, "role": "ingredient"}]
    assert [(each["tool"], each["role"]) for each in told["others"]] == [("giver", "ingredient")]
    assert told["history_hash"] == then, "a package of an earlier moment names the history as it was then"


def test_a_package_is_not_written_over_anything_nor_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    with Store.create(tmp_path / "zoo.db") as store:
        with pytest.raises(NotFound, match="no tool that passes"):
            export(store, "package", tmp_path / "new")
        with pytest.raises(ConfigurationError, match="not an empty folder"):
            export(store, "package", tmp_path / "full")
        with pytest.raises(ConfigurationError, match="gives no name"):
            export(store, "package", tmp_path / "9")
    assert not (tmp_path / "new").exists()
