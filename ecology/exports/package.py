"""The surviving tools as an installable Python package, with their tests, where they came from, and their licences.

Promises: a tool is there where its head passes all its visible and gate cases; the tests are its visible cases and the
ones that agents agreed on, never gate or sealed ones; they need nothing but the package and Python.
Does not promise: that a licence of a tool's origin lets you publish it; LICENCES.md says what is known.
"""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from storage import Case, ConfigurationError, NotFound, Store, TaskRecord, VersionRecord, respelled

from . import equality

_NAME = re.compile(r"[a-z][a-z0-9_]*")
# A required version, which is no tool's module: other tools may require another version of the same tool.
_SHELVED = "_shelf_v{}"
_PROJECT = """[build-system]
requires = ["setuptools>=61"]
build-backend = "setuptools.build_meta"

[project]
name = "{project}"
version = "{version}"
description = "Tools that a population of agents repaired; PROVENANCE.json says how each came to be."
requires-python = ">=3.11"
readme = "README.md"

[tool.setuptools]
packages = ["{package}"]
package-dir = {{ "" = "src" }}
"""
_TEST = """# The visible and agreed cases of {tool}.

import ast
import unittest

from equality import equal
from {package} import {module} as tool

CASES = {cases}


class Cases(unittest.TestCase):
    def test_every_case(self):
        for number, (args, setup, call, expect) in enumerate(CASES):
            with self.subTest(case=number):
                self.assertTrue(equal(give(args, setup, call), ast.literal_eval(expect), close={close}, lists={lists}))


def give(args, setup, call):
    names = dict(vars(tool))
    if call:
        exec(setup, names)
        return eval(call, names)
    return names[{entry!r}](*ast.literal_eval(args))


if __name__ == "__main__":
    unittest.main()
"""
_LICENCES = """# Licences

Each tool began as code of its source and stays under that code's licence. Where code of other tools went into it, or is
required by it, their licences hold for that code too.

"""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the package's name, the tools in it by module, and those left out, which do not pass yet."""

    package: str
    tools: dict[str, str]
    left_out: tuple[str, ...]


def write_package(store: Store, target: Path, *, as_of: int | None = None) -> Exported:
    """Write the surviving tools of a store to a new folder, whose name gives the package's.

    Raises: ConfigurationError: something is in the folder, or its name is no package's; NotFound: no tool passes.
    """
    package = re.sub(r"[^a-z0-9]+", "_", target.name.lower()).strip("_")
    if not _NAME.fullmatch(package) or keyword.iskeyword(package):
        raise ConfigurationError(
            f"{target.name!r:.60} gives no name for a package; name the folder like `mended_tools`"
        )
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ConfigurationError(f"{target} is there and not an empty folder; name a new one")
    passing, left_out = _survivors(store, as_of)
    if not passing:
        raise NotFound(f"{store.path} holds no tool that passes all its visible and gate cases; run it further")
    modules = _modules([task for task, _ in passing])
    (target / "src" / package).mkdir(parents=True)
    (target / "tests").mkdir()
    provenance = []
    required: set[int] = set()
    went_in: dict[str, list[str]] = {}
    for (task, head), module in zip(passing, modules, strict=True):
        line = [head, *store.lineage.ancestors(head.id, as_of=as_of)]
        provenance.append(_provenance(store, task, line, module=module, as_of=as_of))
        went_in[task.task.name] = _other_tools(store, task, head, as_of)
        code = _source(store, task, line)
        required |= {each.version_id for each in store.lineage.requires(head.id)}
        _write(target / "src" / package / f"{module}.py", code)
        _write(target / "tests" / f"test_{module}.py", _test(store, task, package=package, module=module, as_of=as_of))
    _write_required(store, required, target / "src" / package)
    names = [task.task.name for task, _ in passing]
    _write(target / "src" / package / "__init__.py", f'"""Mended tools: {", ".join(modules)}."""\n')
    _write(target / "tests" / "equality.py", Path(equality.__file__).read_text(encoding="utf-8"))
    number = f"0.{store.totals.last_turn(as_of=as_of)}.0"
    project = _PROJECT.format(project=package.replace("_", "-"), package=package, version=number)
    _write(target / "pyproject.toml", project)
    _write(target / "PROVENANCE.json", json.dumps(provenance, indent=1) + "\n")
    _write(target / "LICENCES.md", _licences(store, went_in))
    _write(target / "README.md", _readme(package, names, modules, left_out=left_out))
    return Exported(package, dict(zip(modules, names, strict=True)), left_out)


def _survivors(store: Store, as_of: int | None) -> tuple[list[tuple[TaskRecord, VersionRecord]], tuple[str, ...]]:
    heads = {head.tool_id: head for head in store.tools.heads(as_of=as_of)}
    tasks = [each for each in store.tasks.all(as_of=as_of) if each.task.judged == "cases"]
    pairs = [(task, heads[task.tool_id]) for task in tasks]
    passing = [(task, head) for task, head in pairs if _passes(head)]
    return passing, tuple(task.task.name for task, head in pairs if not _passes(head))


def _passes(head: VersionRecord) -> bool:
    passed = (head.visible_passed, head.gate_passed)
    return bool(head.visible_total) and passed == (head.visible_total, head.gate_total)


def _modules(tasks: Sequence[TaskRecord]) -> list[str]:
    """Return a module's name for each task: its entry point, with a number where another has that already."""
    found: list[str] = []
    for each in tasks:
        name = re.sub(r"\W+", "_", each.task.entry_point).lower()
        name = f"{name}_" if keyword.iskeyword(name) else name
        taken = sum(other == name or other.startswith(f"{name}_v") for other in found)
        found.append(f"{name}_v{taken + 1}" if taken else name)
    return found


def _source(store: Store, task: TaskRecord, line: Sequence[VersionRecord]) -> str:
    head, root = line[0], line[-1]
    who = f" by {head.author}" if head.author else ""
    model = f", with {head.model}" if head.model else ""
    origin = task.task.source or "the user of the ecology"
    lines = [
        f"{task.task.name}: version {head.number} of {root.number} to {head.number}, {head.reason}{who}{model}.",
        f"From {origin}, licence: {task.task.licence or 'not known'}.",
        "Mended by a population of agents; PROVENANCE.json lists every version it came from.",
    ]
    header = "".join(f"# {_plain(each)}\n" for each in lines)
    helper = f"{task.task.helper.rstrip()}\n\n\n" if task.task.helper.strip() else ""
    return f"{header}\n{helper}{_within(store.tools.source(head.id)).rstrip()}\n"


def _within(source: str) -> str:
    """Return a source that takes what it requires from the package that it stands in."""
    return respelled(source, lambda pin: f"from .{_SHELVED.format(pin.version_id)} import {pin.name}")


def _write_required(store: Store, versions: set[int], folder: Path) -> None:
    """Write the versions that tools require, each as a module of its own, and those that these require."""
    tasks = {each.tool_id: each for each in store.tasks.all()}
    waiting, done = sorted(versions), set[int]()
    while waiting:
        number = waiting.pop()
        if number in done:
            continue
        done.add(number)
        version = store.tools.version(number)
        task = tasks[version.tool_id]
        text = _source(store, task, [version, *store.lineage.ancestors(number)])
        _write(folder / f"{_SHELVED.format(number)}.py", text)
        waiting += [each.version_id for each in store.lineage.requires(number)]


def _test(store: Store, task: TaskRecord, *, package: str, module: str, as_of: int | None) -> str:
    agreed = [
        Case("visible", each.expect, args=each.args, setup=each.setup, call=each.call)
        for each in store.tools.tests(task.tool_id, "agreed", as_of)
    ]
    cases = [(each.args, each.setup, each.call, each.expect) for each in (*task.task.ring("visible"), *agreed)]
    listed = "".join(f"    {case!r},\n" for case in cases)
    about = task.task
    return _TEST.format(
        tool=_plain(about.name), package=package, module=module, cases=f"[\n{listed}]",
        close=about.compare == "close", lists=about.lists, entry=about.entry_point,
    )  # fmt: skip


def _provenance(
    store: Store, task: TaskRecord, line: Sequence[VersionRecord], *, module: str, as_of: int | None
) -> dict[str, object]:
    steps = [
        {"version": each.id, "number": each.number, "author": each.author, "model": each.model, "reason": each.reason,
         "sha256": each.code_hash, "score": each.score,
         "parents": [{"version": number, "role": role} for number, role in store.lineage.parents(each.id)],
         "requires": [asdict(needed) for needed in store.lineage.requires(each.id)]}
        for each in line
    ]  # fmt: skip
    about = {"tool": task.task.name, "module": module, "source": task.task.source, "licence": task.task.licence}
    # What came in by another edge than the line's own: an ingredient, a component, what is required.
    others = [
        asdict(row) for row in store.ask.origin(line[0].id, as_of=as_of)
        if row.version_id not in {each.id for each in line}
    ]  # fmt: skip
    history = store.history_hash(as_of=as_of)
    return {**about, "history_hash": history, "versions": steps, "others": others}


def _other_tools(store: Store, task: TaskRecord, head: VersionRecord, as_of: int | None) -> list[str]:
    """Return the other tools whose code a head is made of or requires, directly or by what it came from."""
    found = {row.tool for row in store.ask.origin(head.id, as_of=as_of)}
    return sorted(found - {task.task.name})


def _licences(store: Store, went_in: Mapping[str, Sequence[str]]) -> str:
    """Return a table of the tools, and of those whose code went into them, each with its licence."""
    tasks = {each.task.name: each.task for each in store.tasks.all()}
    rest = sorted({name for others in went_in.values() for name in others} - went_in.keys())
    rows = [
        f"| `{_plain(name)}` | {_plain(tasks[name].source) or 'not known'} | "
        f"{_plain(tasks[name].licence) or 'not known'} | {', '.join(f'`{_plain(each)}`' for each in others)} |"
        for name, others in (*went_in.items(), *((name, ()) for name in rest))
    ]
    return _LICENCES + "\n".join(["| tool | source | licence | code of |", "|---|---|---|---|", *rows]) + "\n"


def _readme(package: str, names: Sequence[str], modules: Sequence[str], *, left_out: Sequence[str]) -> str:
    rows = [f"| `{package}.{module}` | {name} |" for name, module in zip(names, modules, strict=True)]
    rest = f"\nLeft out, for their cases do not all pass yet: {', '.join(left_out)}.\n" if left_out else ""
    return (
        f"# {package}\n\nTools mended by a population of agents. `python -m pip install .` installs them,"
        " `python -m unittest discover -s tests` runs their tests. PROVENANCE.json says how each came to be,"
        " LICENCES.md under which licence.\n\n| module | tool |\n|---|---|\n" + "\n".join(rows) + f"\n{rest}"
    )


def _plain(text: str) -> str:
    """Return a text on one line, so that nothing of it is code where it stands in a comment."""
    return "".join(letter if letter.isprintable() else " " for letter in " ".join(text.split()))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
