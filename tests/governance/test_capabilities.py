"""What a task declares its tool may reach, and nothing that it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance import CAPABILITIES, Council, Verdict
from governance.capabilities import MODULES, computes, may, opens
from storage import Task

TASK = Task(name="f", entry_point="f", code="def f(x): return x", cases=())
Judge = Callable[..., list[Verdict]]

WORDS = st.sampled_from(CAPABILITIES)
MODULE_NAMES = st.sampled_from(sorted(frozenset().union(*MODULES.values())))


@pytest.fixture
def judge(council: Council) -> Judge:
    def verdicts(body: str, *capabilities: str) -> list[Verdict]:
        task = replace(TASK, capabilities=capabilities)
        found = council.inspect(task, f"{body}\ndef f(x): return x", parent_source=TASK.code)
        return [one for one in found if one.outcome != "pass"]

    return verdicts


DECLARED = [
    ("clock", "import time\nt = time.time()"),
    ("clock", "from datetime import datetime\nd = datetime.now()"),
    ("files", "import os\nos.listdir('.')"),
    ("files", "open('x').read()"),
    ("network", "import socket\ns = socket.socket()"),
    ("process", "import subprocess\nsubprocess.run(['ls'])"),
    ("random", "import secrets\ns = secrets.token_hex()"),
    ("random", "import random\nr = random.SystemRandom()"),
    ("numeric", "import numpy as np\na = np.ones(3)"),
    ("introspection", "import inspect\ns = inspect.stack()"),
    ("introspection", "g = f.__globals__"),
    ("toolz.utils", "from toolz.utils import no_default"),
    ("sys", "import sys\nsys.excepthook = f"),
    ("timeit", "import timeit\nt = timeit.timeit(f)"),
]


@pytest.mark.parametrize(("capability", "body"), DECLARED)
def test_what_is_declared_may_be_used(judge: Judge, capability: str, body: str) -> None:
    assert judge(body, capability) == []


@pytest.mark.parametrize(("capability", "body"), [one for one in DECLARED if one[0] != "numeric"])
def test_what_is_not_declared_is_refused_or_asked_for(judge: Judge, capability: str, body: str) -> None:
    assert judge(body)


@pytest.mark.parametrize("body", ["import time\ntime.time = f", "import random\nrandom._os", "x = eval('1')", "exit()"])
def test_a_capability_is_no_licence_for_the_rest(judge: Judge, body: str) -> None:
    assert judge(body, "clock", "random", "files", "network", "process")


@pytest.mark.parametrize("body", ["import timeit\ntimeit.timeit(x)", "from timeit import Timer as t\nt(x).timeit()"])
def test_no_word_for_the_clock_opens_what_times_text_as_code(judge: Judge, body: str) -> None:
    (verdict,) = judge(body, "clock", "random")

    assert verdict.vetoed


def test_what_a_person_may_grant_is_asked_for_with_what_is_wanted(judge: Judge) -> None:
    (asked,) = judge("import time\nt = time.time()")

    assert (asked.rule, asked.outcome, asked.asks) == ("DeclaredImports", "ask", "capability clock")
    assert asked.evidence["wanted"] == ["clock"] and asked.evidence["declared"] == []
    assert "approval" in asked.would_pass


@pytest.mark.parametrize(
    "body",
    [
        "import socket\ns = socket.socket()",
        "import time, socket\nt = time.time(), socket.socket()",
        "import secrets\nsecrets._sysrand",
        "import time\nm = [time]",
        "import mystery",
    ],
)
def test_what_no_approval_covers_is_a_veto_that_says_what_to_declare(judge: Judge, body: str) -> None:
    (verdict,) = (one for one in judge(body) if one.rule == "DeclaredImports")

    assert verdict.vetoed
    assert "network" not in str(verdict.evidence["wanted"]) or "declares" in verdict.would_pass


@given(WORDS, MODULE_NAMES)
def test_a_capability_opens_its_own_modules_and_no_others(word: str, module: str) -> None:
    assert opens([word], module) == (module in MODULES[word] and (word != "numeric" or computes(module)))
    assert opens([word], f"{module}._private") == (word == "introspection" and module in MODULES[word])


@given(MODULE_NAMES, MODULE_NAMES, st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,8})?", fullmatch=True))
def test_a_module_opens_what_is_in_it_and_nothing_beside(module: str, other: str, member: str) -> None:
    assert opens([module], f"{module}.{member}")
    assert opens([module], other) == (module == other)
    assert opens([f"{module}.{member}"], module) == (f"{module}.{member}" == module)


@given(st.lists(WORDS, max_size=3), WORDS)
def test_capabilities_cover_themselves_alone(declared: list[str], word: str) -> None:
    assert may(declared, word) == (word in declared)
