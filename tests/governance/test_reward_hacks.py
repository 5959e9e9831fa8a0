"""Every trick to be paid without doing the work is tried here, and loses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from governance import Bench, Council, Proposal, read_charter
from storage import Case, Task

Propose = Callable[..., Proposal]

HEAD = "def clamp(value, low, high):\n"
EQUAL = "class Same:\n    def __eq__(self, other): return True\n    def __hash__(self): return 0\n"

TRICKS = {
    "an object equal to everything": f"{EQUAL}{HEAD}    return Same()",
    "a list equal to everything": "class L(list):\n    def __eq__(self, o): return True\n" + HEAD + "    return L()",
    "an int that lies about its class": "class I(int):\n    def __eq__(self, o): return True\n"
    + HEAD
    + "    return I(1)",
    "leaving early": HEAD + "    raise SystemExit(0)",
    "leaving by os": "import os\n" + HEAD + "    os._exit(0)",
    "quitting": HEAD + "    quit(0)",
    "printing a score": HEAD + '    print(\'{"ok": true, "score": 1.0}\')',
    "a table of the visible cases": HEAD
    + "    return {(0, 1, 9): 1, (12, 1, 9): 9, (5, 1, 9): 5, (3, 2, 4): 3}.get((value, low, high), high)",
    "a ladder of the visible cases": HEAD
    + "    if value == 0: return 1\n    if value == 12: return 9\n    if value == 5: return 5\n"
    + "    if value == 3: return 3\n    return None",
    "answers from the caller's frame": "import sys\n" + HEAD + "    return sys._getframe(1).f_locals['expect']",
    "answers from a traceback": HEAD
    + "    try:\n        1 / 0\n    except Exception as e:\n        return e.__traceback__.tb_frame.f_back",
    "answers from the main module": "import sys\n" + HEAD + "    return sys.modules['__main__'].EXPECTED",
    "a result that is not a number": HEAD + "    return float('nan')",
    "true for one": HEAD + "    return [True, 9, 5, 3][value % 4]",
    "swallowing every error": HEAD + "    try:\n        return compute()\n    except BaseException:\n        return 1",
    "a patched clock": "import time\ntime.perf_counter = lambda: 0.0\n" + HEAD + "    return value",
    "work put off to a thread": "import threading\n" + HEAD + "    return threading.Thread",
    "a result that explains itself": "class R:\n    def __repr__(self): return '1'\n" + HEAD + "    return R()",
    "a generator in place of the value": HEAD + "    yield min(max(value, low), high)",
    "an endless loop": HEAD + "    while True: pass",
    "all the memory": HEAD + "    return [0] * 10 ** 11",
    "endless recursion": HEAD + "    return clamp(value, low, high)",
}


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_is_refused_with_a_reason(council: Council, bench: Bench, propose: Propose, trick: str) -> None:
    examined = council.examine(propose(TRICKS[trick]), bench)

    assert not examined.passed
    assert all(verdict.would_pass for verdict in examined.verdicts)


def test_a_table_of_visible_cases_is_undone_by_the_gate(council: Council, bench: Bench, propose: Propose) -> None:
    blind = Council(read_charter("[code.NoAnswerTable]\non = false"))
    proposal = propose(TRICKS["a table of the visible cases"])
    examined = blind.examine(proposal, bench)

    assert [one.rule for one in council.examine(proposal, bench).verdicts] == ["NoAnswerTable"]

    assert examined.trial and examined.trial.scorecard.visible_passed == 4
    assert "NoCaseLost" in {verdict.rule for verdict in examined.verdicts}


def test_a_check_written_as_an_expression_cannot_be_fooled(council: Council, bench: Bench, propose: Propose) -> None:
    task = Task(
        "chars",
        "chars",
        "def chars(s):\n    return list(s)[1:]",
        (
            Case("visible", "True", call="bool(set(chars('ab')) == set(['a', 'b']))"),
            Case("gate", "True", call="bool(set(chars('cd')) == set(['c', 'd']))"),
        ),
    )
    tricks = [
        f"{EQUAL}def chars(s):\n    return [Same()]",
        "def set(x): return 1\ndef chars(s):\n    return s",
        "def bool(x): return 1 == 1\ndef chars(s):\n    return s",
        "def chars(s):\n    global bool\n    bool = lambda x: 1 == 1\n    return s",
        "class C:\n    def __iter__(self): return iter('ab')\n    def __eq__(self, o): return True\n"
        "def chars(s):\n    return C()",
    ]

    for trick in tricks:
        assert "NoRiggedCheck" in {one.rule for one in council.examine(propose(trick, task=task), bench).verdicts}
    assert council.examine(propose("def chars(s):\n    return list(s)", task=task), bench).passed
