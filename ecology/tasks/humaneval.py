"""HumanEval and its kin: OpenAI's HumanEval, BigCode's HumanEvalFix (HumanEvalPack) and EvalPlus, all JSONL.

The tool as it stands is the buggy solution where the file has one (`buggy_solution`), else the prompt with a body that
raises NotImplementedError. Cases come from the plain asserts of `test`, from its `inputs` and `results` lists
(EvalPlus), from `example_test` and from the doctest examples of the prompt; `rings` deals them out. EvalPlus'
`base_input` and `plus_input` carry no expected outputs, so what of them no assert covers is left out and said so.

Promises: `canonical_solution` and `contract` are never read; nothing is run.
Does not promise: a task for each line. Tests that loop over random inputs are no data; such tasks are skipped, with the
reason. As in the originals, comparison is by `==`: 1 equals 1.0, and floats are compared with a tolerance.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import cast

from storage import Case, Task

from .asserts import case_of_assert, examples_of
from .literal import literal_source, parse
from .reading import Fault, Skipped, shown
from .rings import deal, inputs
from .validate import task_faults

NEEDED = ("task_id", "prompt", "entry_point", "test")
TEXTS = (*NEEDED, "buggy_solution", "declaration", "docstring", "example_test", "import", "test_setup")


def is_humaneval(record: Mapping[str, object]) -> bool:
    """Tell by its fields whether a JSON object is a HumanEval problem rather than a task in our own format."""
    return "task_id" in record and "prompt" in record


def read_problem(record: Mapping[str, object]) -> tuple[Task | None, list[Fault], list[Skipped]]:
    """Return the task that a HumanEval problem describes, what is wrong with it, and what was left out of it."""
    faults = [Fault(name, "is missing; a problem needs " + ", ".join(NEEDED)) for name in NEEDED if name not in record]
    faults += [
        Fault(name, f"{shown(record[name])} is of the wrong type; give a text")
        for name in TEXTS
        if not isinstance(record.get(name, ""), str)
    ]
    if faults:
        return None, faults, []
    texts = {name: cast(str, record.get(name, "")) for name in TEXTS}
    try:
        cases = _dealt(texts)
    except ValueError as error:
        return None, [], [Skipped(texts["task_id"], str(error))]
    task = _task(texts, cases, "base_input" in record)
    faults = list(task_faults(task))
    return (None if faults else task), faults, list(_without_outputs(record, task))


def _task(texts: Mapping[str, str], cases: tuple[Case, ...], plus: bool) -> Task:
    buggy = texts["buggy_solution"]
    source = "humanevalfix" if buggy else "evalplus" if plus else "humaneval"
    return Task(
        name=texts["task_id"],
        entry_point=texts["entry_point"],
        code=(texts["declaration"] or texts["prompt"]) + buggy if buggy else _unwritten(texts["prompt"]),
        cases=cases,
        description=_description(texts),
        helper="\n".join(text for text in (texts["import"], texts["test_setup"]) if text.strip()),
        compare="close",
        source=source,
        licence="Apache-2.0" if plus else "MIT",
    )


def _unwritten(prompt: str) -> str:
    lines = prompt.rstrip().splitlines() or [""]
    indent = lines[-1][: len(lines[-1]) - len(lines[-1].lstrip())] or "    "
    return f"{prompt.rstrip()}\n{indent}raise NotImplementedError\n"


def _description(texts: Mapping[str, str]) -> str:
    if texts["docstring"]:
        return texts["docstring"]
    try:
        tree = parse(_unwritten(texts["prompt"]))
    except ValueError:
        return ""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == texts["entry_point"]]
    return (ast.get_docstring(found[0]) or "") if found else ""


def _dealt(texts: Mapping[str, str]) -> tuple[Case, ...]:
    name = texts["entry_point"]
    tested = list(_cases_of_test(texts["test"], name))
    shown_cases = [*_cases_of_test(texts["example_test"], name), *examples_of(_description(texts), name)]
    # The test comes first: where an example in a prompt contradicts it, the test is right.
    return deal(texts["task_id"], [*tested, *shown_cases], examples={inputs(case) for case in shown_cases})


def _cases_of_test(test: str, entry_point: str) -> Iterator[Case]:
    try:
        tree = parse(test)
    except ValueError:
        return
    for node in getattr(tree, "body", []):
        if isinstance(node, ast.FunctionDef) and node.name == "check" and node.args.args:
            yield from _cases_of_body(node, entry_point)


def _cases_of_body(check: ast.FunctionDef, entry_point: str) -> Iterator[Case]:
    rename = _Rename(check.args.args[0].arg, entry_point)
    lists: dict[str, ast.expr] = {}
    for statement in check.body:
        match statement:
            case ast.Assert(test=test) if case := case_of_assert(rename.visit(test), entry_point):
                yield case
            case ast.Assign(targets=[ast.Name(id="inputs" | "results" as name)], value=value):
                lists[name] = value
            case ast.For(body=[ast.Expr(ast.Call(func=ast.Name(id="assertion"), args=[tested, ast.Name(), *_]))]):
                if _is_spread(rename.visit(tested), entry_point):
                    yield from _paired(lists)


class _Rename(ast.NodeTransformer):
    """Give the tested function, which `check` takes under another name, its own name."""

    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old, new

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.new, node.ctx) if node.id == self.old else node


def _is_spread(tested: ast.expr, entry_point: str) -> bool:
    match tested:
        case ast.Call(func=ast.Name(id=name), args=[ast.Starred()], keywords=[]):
            return name == entry_point
    return False


def _paired(lists: Mapping[str, ast.expr]) -> Iterator[Case]:
    match lists.get("inputs"), lists.get("results"):
        case ast.List(elts=arguments), ast.List(elts=results) if len(arguments) == len(results):
            for given, expect in zip(arguments, results, strict=True):
                yield from _pair(given, expect)


def _pair(given: ast.expr, expect: ast.expr) -> Iterator[Case]:
    if not isinstance(given, ast.List | ast.Tuple):
        return
    try:
        args = literal_source(ast.Tuple(given.elts, ast.Load()))
        yield Case(ring="sealed", args=args, expect=literal_source(expect))
    except ValueError:
        return


def _without_outputs(record: Mapping[str, object], task: Task) -> Iterator[Skipped]:
    given = [value for name in ("base_input", "plus_input") for value in _list(record.get(name))]
    covered = {case.args for case in task.cases}
    absent = sum(repr(tuple(_list(value))) not in covered for value in given)
    if absent:
        reason = f"{absent} of {len(given)} inputs in base_input and plus_input have no expected output in the file"
        yield Skipped(task.name, f"{reason}; left out", whole=False)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
