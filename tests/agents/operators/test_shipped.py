"""Claims about the operator tools that ship, held to by the rule layer and a real sandbox."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest

from agents.mutation import FAMILIES
from agents.operators import HELPER, OPERATORS, is_operator, operator_tasks, purpose_of
from governance import Bench, Call, Council, Program, Proposal, load_charter
from storage import Task

TASKS = {task.name: task for task in operator_tasks()}
FINDS: list[tuple[str, dict[str, Any]]] = [
    (name, find)
    for name in OPERATORS
    for find in tomllib.loads(
        (files("agents.operators") / "sources" / f"{name.removeprefix('operator/')}.toml").read_text()
    )["finds"]
]


@pytest.fixture(scope="module")
def rules() -> Iterator[tuple[Council, Bench]]:
    charter = load_charter()
    with Bench.open(limits=charter.limits, allow_rlimit=True) as opened:
        yield Council(charter), opened


def proposal(task: Task, source: str) -> Proposal:
    return Proposal(task, source, task.code, author_id=1, author_lineage=1, tool_id=1, parent_id=1)


def test_each_operator_is_a_tool_judged_by_earnings_with_cases_of_two_rings() -> None:
    assert tuple(TASKS) == OPERATORS and len({task.digest for task in TASKS.values()}) == len(TASKS) == 5
    for task in TASKS.values():
        assert (task.judged, task.entry_point, task.helper) == ("earnings", "edits", HELPER)
        assert len(task.ring("visible")) > 10 and len(task.ring("gate")) > 10 and not task.ring("sealed")


@pytest.mark.parametrize("name", OPERATORS)
def test_each_operator_is_one_function_of_at_most_sixty_lines(name: str) -> None:
    *above, function = ast.parse(TASKS[name].code).body

    assert isinstance(function, ast.FunctionDef) and function.name == "edits"
    assert (function.end_lineno or 0) - function.lineno < 60
    assert all(isinstance(each, ast.Import | ast.ImportFrom | ast.Expr) for each in above)


@pytest.mark.parametrize("name", OPERATORS)
def test_each_operator_says_in_one_sentence_what_it_does(name: str) -> None:
    assert is_operator(name) and purpose_of(name).endswith(".") and purpose_of(name) in TASKS[name].description


def test_a_family_of_built_in_edits_is_no_operator_and_an_unknown_operator_is_only_called_a_tool() -> None:
    assert not any(is_operator(family) for family in FAMILIES)
    assert purpose_of("operator/of-somebody-else") == "Its edits are made by a tool."


@pytest.mark.parametrize("name", OPERATORS)
def test_each_operator_passes_all_its_cases_and_every_rule_on_code(name: str, rules: tuple[Council, Bench]) -> None:
    council, bench = rules
    task = TASKS[name]

    trial = bench.score(task, task.code)

    assert trial.scorecard.solved, trial.scorecard.bitmap
    assert bench.repeat(task, task.code) == trial.prints
    assert [verdict.rule for verdict in council.inspect(task, task.code) if verdict.vetoed] == []


@pytest.mark.parametrize(
    ("name", "find"), FINDS, ids=lambda each: each if isinstance(each, str) else each["entry_point"]
)
def test_what_an_operator_must_find_mends_a_tool_that_fails(
    name: str, find: dict[str, Any], rules: tuple[Council, Bench]
) -> None:
    def passes(source: str) -> bool:
        program = Program(source, find["entry_point"], tuple(Call(args=args) for args in find["inputs"]))
        found = rules[1].sandbox.run(program).results
        wanted = [("ok", ast.literal_eval(text)) for text in find["outputs"]]
        return [(each.outcome, each.value) for each in found] == wanted

    assert not passes(find["source"]) and passes(find["wanted"])


EXCHANGE = TASKS["operator/exchange"]


def vetoes(rules: tuple[Council, Bench], source: str, task: Task = EXCHANGE) -> set[str]:
    council, bench = rules
    return {verdict.rule for verdict in council.examine(proposal(task, source), bench).verdicts if verdict.vetoed}


def test_a_rewrite_of_an_operator_that_does_something_else_and_keeps_the_contract_passes(
    rules: tuple[Council, Bench],
) -> None:
    other = EXCHANGE.code.replace("return [text for text in rewrites", "return [text for text in dict(rewrites)")

    assert vetoes(rules, other) == set()


def test_a_rewrite_of_an_operator_that_only_looks_otherwise_is_refused(rules: tuple[Council, Bench]) -> None:
    same = f"# Anew.\n{EXCHANGE.code}".replace("likeliest first", "the likeliest of them first")

    assert vetoes(rules, same) == {"ScoreImproves"}


@pytest.mark.parametrize(
    "end",
    [
        "return [source]",
        "return [text for text in rewrites if text != plain]",
        "return list(rewrites) * 2",
        "return [text + '(' for text in rewrites][:64]",
        "return [text.replace('def ', 'def no_') for text in rewrites][:64]",
        "return tuple(rewrites)[:64]",
        "return []",
        "raise KeyError(plain)",
    ],
)
def test_a_rewrite_of_an_operator_that_breaks_the_contract_is_refused(rules: tuple[Council, Bench], end: str) -> None:
    broken = EXCHANGE.code.replace("return [text for text in rewrites if text != plain][:64]", end).replace(
        "if len(rewrites) > 64", "if len(rewrites) > 80"
    )

    assert {"NoCaseLost", "ScoreImproves"} <= vetoes(rules, broken)


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ("ast.NodeTransformer", "DeclaredImports"),
        ("ast.iter_fields(tree)", "DeclaredImports"),
        ("ast.dump(tree)", "DeclaredImports"),
        ("compile(source, '', 'exec')", "NoDynamicCode"),
        ("ast.walk.__globals__", "NoReflection"),
        ("ast.parse(source).__class__.__mro__", "NoReflection"),
        ("[ast][0].sys", "DeclaredImports"),
    ],
)
def test_a_rewrite_of_an_operator_may_use_only_the_parts_of_ast_that_are_named(
    rules: tuple[Council, Bench], more: str, rule: str
) -> None:
    wider = EXCHANGE.code.replace(
        "        plain = ast.unparse(tree)\n", f"        plain = ast.unparse(tree)\n        {more}\n"
    )

    assert wider != EXCHANGE.code and rule in vetoes(rules, wider)


def test_the_parts_of_ast_are_named_for_operators_alone(rules: tuple[Council, Bench]) -> None:
    task = replace(EXCHANGE, helper="", code="def edits(): pass\n")

    found = rules[0].inspect(task, EXCHANGE.code, parent_source=task.code)

    assert "DeclaredImports" in {verdict.rule for verdict in found if verdict.vetoed}


@pytest.mark.parametrize(
    "rigged",
    [
        "def complaints(*given):\n    return []\n",
        "def plain(text):\n    return ''\n",
        "def map(*given):\n    return [plain('x')]\n",
        "class Text(str):\n    def __eq__(self, other):\n        return True\n    __hash__ = str.__hash__\n",
        "ast.unparse = str\n",
    ],
)
def test_the_checks_of_the_contract_cannot_be_replaced(rules: tuple[Council, Bench], rigged: str) -> None:
    assert vetoes(rules, f"{EXCHANGE.code}\n\n{rigged}") & {"NoRiggedCheck", "NoModulePatching"}


def test_a_builtin_that_an_operator_binds_anew_does_not_reach_the_checks(rules: tuple[Council, Bench]) -> None:
    bold = EXCHANGE.code.replace("return [text for text in rewrites if text != plain][:64]", "return [source, source]")

    found = vetoes(rules, f"{bold}\n\ndef len(items):\n    return 0\n\n\nset = list\nException = KeyError\n")

    assert "ScoreImproves" in found
