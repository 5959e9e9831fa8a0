"""The architecture shows in the folders, and the project speaks of itself alone."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("storage", "governance", "agents", "ecology")
PACKAGES = (*LAYERS, "prompts")
TOP = {
    "pyproject.toml", "ecology", "agents", "prompts", "governance", "storage", "tests", "examples", "README.md",
    "benchmarks", "docs", "LICENSE", "CHANGELOG.md",
}  # fmt: skip
SOURCES = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))


def imports(file: Path) -> set[str]:
    """Return the top-level packages that a file imports absolutely, anywhere in it."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}
    return {name.partition(".")[0] for name in names}


def test_the_top_level_is_the_one_agreed_upon() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    if not tracked:
        pytest.skip("this is no git checkout")
    assert {line.partition("/")[0] for line in tracked.splitlines()} - TOP <= {".ci", ".gitignore"}


@pytest.mark.parametrize("number", range(len(LAYERS)))
def test_imports_point_one_way(number: int) -> None:
    above = set(LAYERS[number + 1 :])
    for file in (ROOT / LAYERS[number]).rglob("*.py"):
        assert not imports(file) & above, file


def test_prompts_imports_nothing_of_ours() -> None:
    for file in (ROOT / "prompts").rglob("*.py"):
        assert not imports(file) & set(LAYERS), file


@pytest.mark.parametrize("package", PACKAGES)
def test_front_doors_list_what_they_offer(package: str) -> None:
    door = importlib.import_module(package)

    assert door.__all__
    assert all(hasattr(door, name) for name in door.__all__)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_is_marked_as_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").exists()


def test_layers_are_imported_through_their_front_doors() -> None:
    deep = re.compile(r"^\s*from (storage|governance)\.\w+", re.MULTILINE)
    for file in SOURCES:
        assert not deep.search(file.read_text(encoding="utf-8")), file


def test_every_module_says_what_it_is() -> None:
    for file in SOURCES:
        assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))), file


def test_nothing_names_a_machine_or_a_folder_outside() -> None:
    outside = re.compile(r"/work/|/root/|/home/")
    files = [*SOURCES, *ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "examples").glob("*.py")]
    for file in files:
        assert not outside.search(file.read_text(encoding="utf-8")), file


def test_importing_ecology_loads_no_heavy_package() -> None:
    heavy = ("langgraph", "langchain_core", "litellm", "openai", "typer", "rich")
    code = f"import sys, ecology; print([name for name in {heavy!r} if name in sys.modules])"

    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


def test_a_foreign_package_of_the_same_name_is_named_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "__init__.py").write_text("")
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]; import ecology"

    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert ran.returncode == 1
    assert "openai-agents" in ran.stderr.splitlines()[-1] and "environment of its own" in ran.stderr
