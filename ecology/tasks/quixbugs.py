"""A checkout of QuixBugs: forty small buggy programs with their test cases.

Read are `python_programs/NAME.py` (buggy), `json_testcases/NAME.json` (a line for each case: `[arguments, expected]`)
and, where there is no such file, the asserts of `python_testcases/test_NAME.py`. Inputs that a program's own tests
skip as too slow are left out. `rings` deals the cases out.

Promises: `correct_python_programs` is never opened; nothing is run; programs come in the order of their names.
Does not promise: a task for each program. One whose cases are no data is skipped, with the reason.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from storage import Case, Task, TaskError

from .asserts import case_of_assert, case_of_values, examples_of
from .literal import literal_source, names_in, parse
from .reading import Problem, Skipped, shown
from .rings import deal, inputs
from .validate import task_faults

PROGRAMS, JSON_CASES, PYTHON_CASES = "python_programs", "json_testcases", "python_testcases"


class _Tests(NamedTuple):
    """The cases of one program, the helper code they need, and whether they came as JSON."""

    cases: list[Case]
    helper: str
    from_json: bool


def is_quixbugs(folder: Path) -> bool:
    """Tell by its folders whether this is a checkout of QuixBugs."""
    return (folder / PROGRAMS).is_dir() and ((folder / JSON_CASES).is_dir() or (folder / PYTHON_CASES).is_dir())


def read_checkout(folder: Path) -> Iterator[Task | Problem | Skipped]:
    """Yield each program's task, what is wrong with it, or why it was left out.

    Raises: TaskError: the folder holds no program, or a file in it cannot be read.
    """
    programs = [path for path in sorted((folder / PROGRAMS).glob("*.py")) if _is_program(path)]
    if not programs:
        raise TaskError(f"{folder / PROGRAMS}: holds no program; check out the whole of QuixBugs")
    for program in programs:
        yield from _read_program(folder, program)


def _is_program(path: Path) -> bool:
    return path.stem not in ("node", "__init__") and not path.stem.endswith("_test")


def _read_program(folder: Path, program: Path) -> Iterator[Task | Problem | Skipped]:
    name = f"quixbugs/{program.stem}"
    try:
        code, description = _code_and_description(_text(program))
        tests = _tests(folder, program.stem)
        examples = {inputs(case) for case in examples_of(description, program.stem)}
        cases = deal(name, tests.cases, examples=examples)
    except _Malformed as error:
        yield error.problem
        return
    except ValueError as error:
        yield Skipped(name, str(error))
        return
    task = _task(program.stem, code, description=description, tests=tests._replace(cases=list(cases)))
    problems = [Problem(str(program), 0, fault.field, fault.text) for fault in task_faults(task)]
    yield from problems
    if not problems:
        yield task


def _task(entry_point: str, code: str, *, description: str, tests: _Tests) -> Task:
    return Task(
        name=f"quixbugs/{entry_point}",
        entry_point=entry_point,
        code=code,
        cases=tuple(tests.cases),
        description=description,
        helper=tests.helper,
        compare="close" if any(_has_float(case.expect) for case in tests.cases) else "exact",
        # JSON has no tuples, so its lists stand for them and for generators too.
        lists=tests.from_json,
        source="quixbugs",
        licence="MIT",
    )


def _has_float(literal: str) -> bool:
    tree = ast.parse(literal, mode="eval")
    return any(isinstance(node, ast.Constant) and isinstance(node.value, float) for node in ast.walk(tree))


def _code_and_description(source: str) -> tuple[str, str]:
    """Part a program from the description that stands as a bare text after it."""
    try:
        tree = parse(source)
    except ValueError:
        return source, ""
    match getattr(tree, "body", []):
        case [_, *_, ast.Expr(value=ast.Constant(value=str(text))) as last]:
            code = "\n".join(source.splitlines()[: last.lineno - 1]).strip("\n")
            return f"{code.rstrip()}\n", text.strip()
    return source.strip("\n") + "\n", ""


def _tests(folder: Path, name: str) -> _Tests:
    json_file, python_file = folder / JSON_CASES / f"{name}.json", folder / PYTHON_CASES / f"test_{name}.py"
    tree = parse(_text(python_file)) if python_file.is_file() else ast.Module([], [])
    if json_file.is_file():
        slow = _skipped_inputs(tree)
        cases = [case for case in _json_cases(json_file) if case.args not in slow]
        if _compares_within_last_argument(tree):
            cases = [_within_last_argument(case, name) for case in cases]
        return _Tests(cases, helper="", from_json=True)
    if not python_file.is_file():
        raise ValueError(f"has neither {JSON_CASES}/{name}.json nor {PYTHON_CASES}/test_{name}.py")
    return _Tests(list(_python_cases(tree, name)), helper=_imported(tree, folder), from_json=False)


class _Malformed(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def _json_cases(path: Path) -> Iterator[Case]:
    for number, line in enumerate(_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            given, expect = json.loads(line)
            yield case_of_values(given if isinstance(given, list) else [given], expect)
        except (ValueError, TypeError, RecursionError) as error:
            text = f"{shown(line)} is no case; write `[[arguments], expected]` as JSON"
            raise _Malformed(Problem(str(path), number, "", text)) from error


def _skipped_inputs(tree: ast.AST) -> set[str]:
    """Return the argument tuples that the tests compare their input with before `pytest.skip`."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.If(test=test, body=[ast.Expr(ast.Call(func=ast.Attribute(attr="skip")))]):
                lists = [part for part in ast.walk(test) if isinstance(part, ast.Compare)]
                found |= {_as_args(part.comparators[0]) for part in lists}
    return found


def _compares_within_last_argument(tree: ast.AST) -> bool:
    """Tell whether the tests compare by `pytest.approx(expected, abs=input_data[-1])`, as those of `sqrt` do."""
    keywords = [node for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "abs"]
    return any(ast.unparse(keyword.value).endswith("[-1]") for keyword in keywords)


def _within_last_argument(case: Case, entry_point: str) -> Case:
    *_, last = ast.literal_eval(case.args)
    call = f"abs({entry_point}{case.args} - {case.expect}) <= {last!r}"
    return Case(ring=case.ring, call=call, expect="True")


def _as_args(node: ast.expr) -> str:
    return literal_source(ast.Tuple(node.elts, ast.Load())) if isinstance(node, ast.List) else ""


def _imported(tree: ast.AST, folder: Path) -> str:
    """Return the source of the modules beside the tests that they import names from, such as `node`."""
    modules = sorted({node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)})
    places = [folder / part / f"{module}.py" for module in modules for part in (PYTHON_CASES, PROGRAMS)]
    sources = {path.stem: _text(path) for path in reversed(places) if "." not in path.stem and path.is_file()}
    return "\n\n".join(sources.values())


def _python_cases(tree: ast.AST, entry_point: str) -> Iterator[Case]:
    statements = getattr(tree, "body", [])
    shared = [node for node in statements if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr)]
    for node in statements:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test") and not node.args.args:
            yield from _cases_of_test(node, shared, entry_point=entry_point)


def _cases_of_test(test: ast.FunctionDef, shared: Sequence[ast.stmt], *, entry_point: str) -> Iterator[Case]:
    before: list[ast.stmt] = list(shared)
    expected: dict[str, ast.expr] = {}
    for statement in test.body:
        match statement:
            case ast.Expr(value=ast.Constant()):
                continue
            case ast.Assert(test=asserted):
                case = case_of_assert(_with_values(asserted, expected), entry_point, within=before)
                yield from [_as_dict(case, entry_point)] if case else []
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_expectation(name, value, test=test):
                expected[name] = value
            case _:
                before.append(statement)


def _as_dict(case: Case, entry_point: str) -> Case:
    """Ask for a plain dict where one is expected: the tests take a `defaultdict` for its equal, a sandbox does not."""
    if not isinstance(ast.parse(case.expect, mode="eval").body, ast.Dict):
        return case
    arguments = case.args.removesuffix(",)") + ")" if case.args.endswith(",)") else case.args
    asked = case.call or f"{entry_point}{arguments}"
    return Case(ring=case.ring, setup=case.setup, call=f"dict({asked})", expect=case.expect)


def _is_expectation(name: str, value: ast.expr, *, test: ast.FunctionDef) -> bool:
    """Tell whether a name holds a literal and is used for nothing but being compared with."""
    others = [node for node in test.body if not isinstance(node, ast.Assert)]
    if sum(name in names_in(node) for node in others) != 1:
        return False
    try:
        literal_source(value)
    except ValueError:
        return False
    return True


def _with_values(asserted: ast.expr, expected: dict[str, ast.expr]) -> ast.expr:
    match asserted:
        case ast.Compare(left=left, ops=ops, comparators=[ast.Name(id=name)]) if name in expected:
            return ast.Compare(left=left, ops=ops, comparators=[expected[name]])
    return asserted


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise TaskError(f"{path}: is no UTF-8 text; restore it from QuixBugs") from error
    except OSError as error:
        raise TaskError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error
