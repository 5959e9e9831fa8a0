"""A harmless name used in a form that is not: each way to `eval`, `getattr` or the clock is shut by a code rule."""

from __future__ import annotations

import pytest

from governance import Council
from storage import Case, Task

TASK = Task(name="f", entry_point="f", code="def f(x): return x", cases=(Case("visible", "1", args="(1,)"),))
COMPARED = Task(name="f", entry_point="f", code=TASK.code, cases=(Case("visible", "True", call="not f(0)"),))

REFUSED = [
    ("NoDynamicCode", "import functools\n@functools.singledispatch\ndef g(x): ..."),
    ("NoDynamicCode", "from functools import singledispatch as s\ng = s(f)"),
    ("NoDynamicCode", "import functools\nclass A:\n    @functools.singledispatchmethod\n    def g(self, x): ..."),
    ("NoDynamicCode", "from functools import *\ng = singledispatch(f)"),
    ("NoReflection", "import dataclasses\n@dataclasses.dataclass\nclass A:\n    __annotations__ = {'x=[1]': int}"),
    ("NoReflection", "class A:\n    x: int\n    __annotations__['y=[1]'] = int"),
    ("NoReflection", "class A: ...\nA.__annotations__ = {}"),
    ("NoReflection", "import abc, dataclasses\nA = dataclasses.dataclass(abc.ABCMeta('A', (), {'__ann' + 'x': 1}))"),
    ("NoReflection", "import dataclasses, typing\nA = dataclasses.dataclass(typing.TypedDict('A', {'x=[1]': int}))"),
    ("NoReflection", "import dataclasses\nfor one in dataclasses.fields(f): one.name = 'x=[1]'"),
    ("NoReflection", "import functools\nfunctools.update_wrapper(f, f, (), ('x',))"),
    ("NoReflection", "import functools\nfunctools.update_wrapper(f, f)"),
    ("NoReflection", "from functools import wraps\n@wraps(f, (), ('x',))\ndef g(x): ..."),
    ("NoReflection", "from functools import wraps\nwraps(f)(f)"),
    ("NoReflection", "from functools import wraps as w\nv = w"),
    ("NoReflection", "from functools import *\nwraps(f, updated=('x',))"),
    ("NoReflection", "import copy\nmemo = {}\ncopy.deepcopy(f, memo)"),
    ("NoReflection", "import copy\ncopy.deepcopy(f, memo={})"),
    ("NoReflection", "from copy import deepcopy as d\nargs = (f, {})\nd(*args)"),
    ("NoReflection", "from copy import deepcopy\nd = deepcopy"),
    ("NoReflection", "from copy import deepcopy\nx = map(deepcopy, [f], [{}])"),
    ("NoReflection", "import enum\nenum.Enum._convert_('E', 'x', f)"),
    (
        "NoReflection",
        "import enum\n_convert_ = 1\nclass A:\n    _convert_ = 1\nB = enum.Enum\nB._convert_('E', 'x', f)",
    ),
    ("NoReflection", "import random\nx = random.Random()._randbelow"),
    ("NoReflection", "def g(x):\n    match x:\n        case object(_inner=y): return y"),
    ("NoOutsideWorld", "import datetime\nx = datetime.datetime.now()"),
    ("NoOutsideWorld", "from datetime import date as d\nx = d.today()"),
    ("NoOutsideWorld", "import calendar\nx = type(next(calendar.Calendar().itermonthdates(1, 1))).today()"),
    ("NoOutsideWorld", "from datetime import datetime\nx = datetime.utcnow"),
    ("NoOutsideWorld", "import random\nx = random.SystemRandom().random()"),
    ("NoOutsideWorld", "from random import SystemRandom as S"),
    ("NoOutsideWorld", "from random import *\nx = SystemRandom()"),
    ("NoOutsideWorld", "import time\nx = time.strftime('%Y')"),
    ("NoOutsideWorld", "from time import strftime as s\nx = s('%Y')"),
    ("NoOutsideWorld", "from time import strftime\ng = strftime"),
    ("NoOutsideWorld", "import time\nx = time.localtime()"),
    ("NoOutsideWorld", "import time\nx = time.gmtime(None)"),
    ("NoOutsideWorld", "import random\nrandom.seed()"),
    ("NoOutsideWorld", "import random\nx = random.Random(None)"),
]


def vetoes(council: Council, source: str, *, parent: str = "", task: Task = TASK) -> dict[str, str]:
    verdicts = council.inspect(task, f"def f(x): ...\n{source}\n", parent_source=parent)
    return {verdict.rule: verdict.would_pass for verdict in verdicts if verdict.vetoed and verdict.evidence}


@pytest.mark.parametrize(("rule", "source"), REFUSED)
def test_a_way_round_a_rule_is_refused_with_a_reason_and_a_cure(council: Council, rule: str, source: str) -> None:
    assert vetoes(council, source)[rule]


@pytest.mark.parametrize(("rule", "source"), REFUSED)
def test_a_form_that_the_parent_had_is_not_held_against_a_rewrite(council: Council, rule: str, source: str) -> None:
    assert vetoes(council, source, parent=f"def f(x): ...\n{source}") == {}


@pytest.mark.parametrize(
    "source",
    [
        "import functools\ndef g(h):\n    @functools.wraps(h)\n    def inner(*a): return h(*a)\n    return inner",
        "import copy\nx = copy.deepcopy([f])\ny = list(map(copy.deepcopy, [x]))",
        "from dataclasses import dataclass, field\n@dataclass(order=True)\nclass A:\n    x: int\n"
        "    y: list = field(default_factory=list)",
        "from collections import namedtuple\nP = namedtuple('P', 'x y')\nx = P(1, 2)._replace(x=3)._asdict()",
        "class A:\n    def __init__(self): self._x = 1\n    def __eq__(self, other): return self._x == other._x",
        "class A:\n    def _size(self): return 1\nx = A()._size()",
        "import enum\nclass C(enum.Enum):\n    RED = 1\nx = C(1), C.RED._value_",
        "import time\nx = time.strftime('%Y', time.strptime('2000', '%Y'))",
        "from datetime import datetime\nx = datetime(2000, 1, 1).strftime('%Y')\nnow = today = 1",
        "import random\nrandom.seed(7)\nx = random.Random(3).random()",
        "x = [1 for y in (1, 'a') if type(y) is int]\nz = type(x)(x)",
    ],
)
def test_the_plain_form_is_let_through(council: Council, source: str) -> None:
    assert vetoes(council, source) == {}


@pytest.mark.parametrize(
    "source",
    [
        "import abc\nS = abc.ABCMeta('S', (), {'__e' + 'q__': f})",
        "from abc import ABCMeta as M\nm = M",
        "import enum\nS = enum.Enum('S', {'__e' + 'q__': f, 'A': 1})",
        "import enum\nS = enum.Enum('S', names={'A': 1})",
        "import enum\nclass B(enum.Enum): ...\nS = B('S', {'A': 1})",
        "class M(type): ...\nS = M('S', (), {})",
        "t = type\nS = t('S', (), {})",
        "S = (1).__class__.__class__('S', (), {})",
        "t = type(int)\nS = t('S', (), {})",
        "S = type(type(1))('S', (), {})",
        "class A: ...\nA.__eq__ = f",
        "names = {'__eq__': f}",
    ],
)
def test_no_operator_enters_a_class_by_a_call_where_cases_compare_inside(council: Council, source: str) -> None:
    assert vetoes(council, source, task=COMPARED)["NoRiggedCheck"]
    assert "NoRiggedCheck" not in vetoes(council, source)


@pytest.mark.parametrize(
    "source",
    [
        "import abc\nclass A(metaclass=abc.ABCMeta): ...\nclass B(abc.ABC): ...",
        "import enum\nclass C(enum.Enum):\n    A = 1\nx = C(1)",
        "if type(f) is int or isinstance(f, type): x = type(f).__name__",
        "if __name__ == '__main__': print(type(f))",
    ],
)
def test_a_class_written_as_one_passes_where_cases_compare_inside(council: Council, source: str) -> None:
    assert vetoes(council, source, task=COMPARED) == {}
