"""Each code rule refuses what is new and unsafe, and lets through what a parent already did."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from governance import Council, Verdict
from storage import Case, Task

Judge = Callable[..., dict[str, Verdict]]

TASK = Task(name="f", entry_point="f", code="def f(x): return x", cases=(Case("visible", "1", args="(1,)"),))


@pytest.fixture
def judge(council: Council) -> Judge:
    """Return a judge: the vetoes on a source by rule, against a parent and under a task."""

    def vetoes(source: str, *, parent: str = "", task: Task = TASK) -> dict[str, Verdict]:
        if "def f" not in source:
            source = f"def f(x): ...\n{source}"
        return {one.rule: one for one in council.inspect(task, source, parent_source=parent) if one.vetoed}

    return vetoes


PLAIN = [
    "import math\ndef f(x):\n    return math.sqrt(x)",
    "from collections import Counter, deque\ndef f(x):\n    return Counter(x).most_common(1)",
    "import re\ndef f(x):\n    return re.compile(r'\\d+').findall(x)",
    "import sys\ndef f(x):\n    return min(x, sys.maxsize, sys.float_info.max)",
    "import collections\ndef f(x):\n    return isinstance(x, collections.abc.Mapping)",
    "from datetime import date, datetime, time\ndef f(x):\n    return datetime.combine(date.fromisoformat(x), time(1))",
    "def f(open, close):\n    return open + close",
    "def f(s):\n    input = s.strip()\n    return input",
    "class A:\n    def __init__(self, x):\n        super().__init__()\n        self.x = x\n"
    "    def __repr__(self):\n        return f'{self.__class__.__name__}({self.x})'\ndef f(x):\n    return A(x)",
    "def f(x):\n    return '{:>10} {name}'.format(x, name=type(x).__name__)",
    "import numpy as np\ndef f(x):\n    return np.linalg.norm(np.array(x))",
    "from scipy.constants import c\ndef f(x):\n    return x * c * c",
    "from operator import attrgetter, itemgetter\ndef f(x):\n    return sorted(x, key=itemgetter(1))",
    "def f(x):\n    return getattr(x, 'name', None)",
    "def f(x):\n    return theirs._hidden(x)",
    "def f(os):\n    return os.path",
    "if __name__ == '__main__':\n    print(f(1))",
    "import sys\ndef f(x):\n    return x <= sys.maxunicode",
    "def f(x):\n    match x:\n        case {'a': y}: return y\n        case [y, *_]: return y",
]


@pytest.mark.parametrize("source", PLAIN)
def test_plain_code_is_let_through(judge: Judge, source: str) -> None:
    assert judge(source) == {}


UNSAFE = [
    ("DeclaredImports", "import os"),
    ("DeclaredImports", "from os import path"),
    ("DeclaredImports", "import torch"),
    ("DeclaredImports", "from . import sibling"),
    ("DeclaredImports", "class A:\n    import socket"),
    ("DeclaredImports", "import sys\nsys.settrace(f)"),
    ("DeclaredImports", "import sys\nsys.modules['os'].system('id')"),
    ("DeclaredImports", "import random\nrandom._os.system('id')"),
    ("DeclaredImports", "import typing\ntyping.sys.exit()"),
    ("DeclaredImports", "from typing import sys"),
    ("DeclaredImports", "import collections as c\nc._sys"),
    ("DeclaredImports", "import typing\nt = typing\nt.sys"),
    ("DeclaredImports", "import typing\ndef g(typing):\n    return typing.sys"),
    ("DeclaredImports", "import io\nio.open('x')"),
    ("NoReflection", "getattr(x, y)"),
    ("NoReflection", "getattr(x, 'y' + z)"),
    ("NoReflection", "getattr(x, '__globals__')"),
    ("NoReflection", "getattr(x, 'gi_frame', None)"),
    ("NoReflection", "getattr(*x)"),
    ("NoReflection", "g = getattr"),
    ("DeclaredImports", "import random\ngetattr(random, '_os').system('id')"),
    ("DeclaredImports", "import random\ngetattr(random, x)"),
    ("DeclaredImports", "os.remove(x)"),
    ("DeclaredImports", "subprocess.run(x)"),
    ("DeclaredImports", "import numpy\nnumpy.load(x)"),
    ("DeclaredImports", "import numpy as np\nnp.f2py.compile(x)"),
    ("DeclaredImports", "from numpy import fromfile"),
    ("DeclaredImports", "from scipy import io"),
    ("DeclaredImports", "import scipy\nscipy._lib"),
    ("NoReflection", "g = vars"),
    ("NoReflection", "().__class__.__bases__[0].__subclasses__()"),
    ("NoReflection", "type(x).mro()"),
    ("NoReflection", "f.__globals__"),
    ("NoReflection", "(i for i in ()).gi_frame.f_back"),
    ("NoReflection", "try: 1\nexcept E as e: e.__traceback__.tb_frame"),
    ("NoReflection", "'{0.__class__.__mro__}'.format(x)"),
    ("NoReflection", "from operator import attrgetter as g\ng('a')"),
    ("NoReflection", "import string\nstring.Formatter().get_field('0', x, y)"),
    ("NoReflection", "match x:\n    case object(__class__=c): pass"),
    ("NoReflection", "__builtins__"),
    ("NoReflection", "class A:\n    @property\n    def __class__(self): return int"),
    ("NoReflection", "class A:\n    def __reduce__(self): return (f, ())"),
    ("NoReflection", "type('A', (list,), {})"),
    ("NoDynamicCode", "eval('1')"),
    ("NoDynamicCode", "e = eval\ne('1')"),
    ("NoDynamicCode", "@exec\ndef g(): ..."),
    ("NoDynamicCode", "\uff45\uff56\uff41\uff4c('1')"),
    ("NoDynamicCode", "__import__('os')"),
    ("NoDynamicCode", "from typing import get_type_hints as g\ng(x)"),
    ("NoDynamicCode", "def g(eval): return eval\ndef h(): return eval('1')"),
    ("NoOutsideWorld", "open('/etc/passwd').read()"),
    ("NoOutsideWorld", "breakpoint()"),
    ("NoEarlyExit", "exit()"),
    ("NoEarlyExit", "raise SystemExit(0)"),
    ("NoModulePatching", "import math\nmath.pi = 3"),
    ("NoModulePatching", "from decimal import Decimal\nDecimal.sqrt = f"),
]


@pytest.mark.parametrize(("rule", "source"), UNSAFE)
def test_what_is_unsafe_and_new_is_refused(judge: Judge, rule: str, source: str) -> None:
    assert rule in judge(source)


@pytest.mark.parametrize(("rule", "source"), UNSAFE)
def test_what_the_parent_already_did_is_not_held_against_a_rewrite(judge: Judge, rule: str, source: str) -> None:
    parent = f"def f(x): ...\n{source}"

    assert judge(f"{parent}\ny = 1", parent=parent) == {}


def test_a_veto_names_the_uses_their_lines_and_the_cure(judge: Judge) -> None:
    verdict = judge("def f(x):\n    y = eval(x)\n    return exec(y)")["NoDynamicCode"]

    assert verdict.evidence == {"uses": [{"use": "eval", "line": 2}, {"use": "exec", "line": 3}], "count": 2}
    assert "table of functions" in verdict.would_pass
    assert (verdict.stage, verdict.outcome) == ("examine", "veto")


def test_evidence_stays_short_however_much_is_wrong(judge: Judge) -> None:
    evidence = judge("\n".join(f"import bad{number}" for number in range(50)))["DeclaredImports"].evidence

    assert evidence["count"] == 50
    assert len(evidence["uses"]) == 8  # type: ignore[arg-type]


def test_a_capability_of_the_parent_is_no_licence_for_the_rest_of_the_module(judge: Judge) -> None:
    parent = "import os\ndef f(x):\n    return os.path.join(x, 'a')"

    assert judge("import os\ndef f(x):\n    return os.path.join('a', x)", parent=parent) == {}
    assert "DeclaredImports" in judge("import os\ndef f(x):\n    return os.system(x)", parent=parent)


def test_what_the_helper_imports_may_be_imported(judge: Judge) -> None:
    task = Task(name="f", entry_point="f", code="", cases=(), helper="import numpy as np\nzero = np.zeros(1)")

    assert judge("import numpy\ndef f(x):\n    return numpy.zeros(x)", task=task) == {}


def test_a_parents_local_name_is_no_licence_for_the_builtin(judge: Judge) -> None:
    parent = "def f(open):\n    return open"

    assert "NoOutsideWorld" in judge("def f(x):\n    return open(x)", parent=parent)


def test_the_helpers_classes_may_not_be_patched(judge: Judge) -> None:
    task = Task(name="f", entry_point="f", code="", cases=(), helper="class Node:\n    value = 1")

    assert "NoModulePatching" in judge("Node.value = property(f)", task=task)
    assert judge("def f(node):\n    node.value = 2\n    return node", task=task) == {}


COMPARED = Task(
    name="f",
    entry_point="f",
    code="def f(x): return x",
    cases=(Case("visible", "True", call="bool(set(f([1])) == set([1]))"),),
)


@pytest.mark.parametrize(
    "source",
    [
        "def bool(x): return True",
        "set = lambda x: 1",
        "class Same:\n    def __eq__(self, other): return True\n    def __hash__(self): return 0",
        "class Same:\n    __eq__ = lambda self, other: 1 == 1",
        "def f(x):\n    global set\n    set = str\n    return x",
        "for bool in (str,): pass",
    ],
)
def test_a_check_inside_the_sandbox_cannot_be_rigged(judge: Judge, source: str) -> None:
    assert "NoRiggedCheck" in judge(source, task=COMPARED)
    assert "NoRiggedCheck" not in judge(source, task=TASK)


def test_a_local_name_like_one_of_a_check_rigs_nothing(judge: Judge) -> None:
    assert judge("def f(x):\n    set = list(x)\n    return set", task=COMPARED) == {}


def test_a_rewrite_may_not_outgrow_its_parent(judge: Judge) -> None:
    parent = "def f(x):\n    return x"
    table = ", ".join(f"{number}: {number}" for number in range(200))

    verdict = judge(f"def f(x):\n    return {{{table}}}[x]", parent=parent)["SizeGrowth"]

    assert verdict.evidence["nodes"] > verdict.evidence["most"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ("def f(:", "problem"),
        ("def f(x): ...\n" + "#" * 40_001, "characters"),
        ("def f(x): ...\nx = " + "-" * 300 + "1", "depth"),
        ("def f(x): ...\nx" + ".y" * 300, "depth"),
        ("def g(x): ...\n# def f", "missing"),
    ],
)
def test_a_source_must_be_readable_and_define_its_entry_point(judge: Judge, source: str, key: str) -> None:
    assert key in judge(source)["Parses"].evidence


def test_a_source_that_cannot_be_read_is_refused_even_where_the_parent_cannot_be_either(judge: Judge) -> None:
    assert list(judge("def f(:", parent="def f(:")) == ["Parses"]
    assert "NoDynamicCode" in judge("def f(x): return eval(x)", parent="def f(: eval")
