"""Members that any tool may use lead nowhere else: every way on from them is refused, by the text alone."""

from __future__ import annotations

import pytest

from governance import Council
from storage import Task

TASK = Task(name="f", entry_point="f", code="def f(x): return x", cases=())

HOSTILE = [
    # Through the module to what it carries along.
    "import queue\nqueue.threading.Thread(target=f).start()",
    "from queue import threading",
    "from queue import threading as heapq",
    "import queue.threading",
    "from queue import types",
    "import queue\nqueue.time()",
    "from queue import time as t",
    "from queue import _PySimpleQueue",
    "import queue\nqueue._PySimpleQueue",
    # By all names at once, by a name as text, or by the module as a value.
    "from queue import *\nthreading",
    "import queue\ngetattr(queue, 'threading')",
    "import queue\ngetattr(queue, x)",
    "import queue\nq = queue\nq.threading",
    "import queue\nf(queue)",
    "import queue\n[m.threading for m in [queue]]",
    "import queue\nmatch queue:\n    case object(threading=t): t",
    "import queue\nvars(queue)['threading']",
    "import queue\n(lambda m=queue: m.threading)()",
    # From a member to the scope it was defined in, its class or its kin.
    "from queue import Queue\nQueue.get.__globals__['threading']",
    "from queue import Queue\nQueue.__init__.__builtins__",
    "from queue import Queue\nQueue.__subclasses__()",
    "from queue import Queue\nQueue().not_empty.notify.__self__",
    "from queue import Queue\nQueue().not_empty._is_owned.__func__",
    # By changing what others will use.
    "import queue\nqueue.Queue.put = f",
    "from queue import Queue\nQueue.get = f",
    "from queue import Queue as Q\ndel Q.put",
    "import queue\nqueue.heappush = f",
    "import sys\nsys.maxunicode = 1",
    # With what is not open beside it.
    "import sys\nsys.modules['queue'].threading",
    "import sys, queue\nsys.modules[queue.Queue.__module__]",
    "from sys import maxunicode, modules",
    "import queue\nopen(queue.Queue().get())",
    "import queue, io\nqueue.Queue().put(io.open('/etc/passwd'))",
    "import queue\nclass Q(queue.Queue):\n    def get(self): return self.get.__func__.__globals__",
    "import queue\nclass Q(queue.threading.Thread): ...",
    "from queue import SimpleQueue\nSimpleQueue.__reduce__",
    "from queue import Empty\ntry: f(1)\nexcept Empty as e: e.__traceback__.tb_frame.f_globals",
    "from queue import Queue\nQueue().not_full._lock",
    "import queue.Queue",
    "import queue\nimport threading",
]


@pytest.mark.parametrize("source", HOSTILE)
def test_no_open_member_leads_on_to_what_is_not(council: Council, source: str) -> None:
    assert any(verdict.vetoed for verdict in council.inspect(TASK, f"def f(x): ...\n{source}"))


# Where an exported tool is run as a script the name is `__main__`, and these rules are all that has looked at it.
ELSEWHERE = [
    "if __name__ == '__main__':\n    import os",
    "if __name__ != 'tool':\n    import subprocess",
    "def main():\n    import doctest\n    doctest.testmod()\nif __name__ == '__main__':\n    main()",
    "__name__ = '__main__'\nif __name__ == '__main__':\n    eval('1')",
    "import typing\nif typing.TYPE_CHECKING:\n    import os",
    "TYPE_CHECKING = True\nif TYPE_CHECKING:\n    import socket",
    "import antigravity",
]


@pytest.mark.parametrize("source", ELSEWHERE)
def test_what_does_not_run_in_the_sandbox_is_judged_like_all_else(council: Council, source: str) -> None:
    assert any(verdict.vetoed for verdict in council.inspect(TASK, f"def f(x): ...\n{source}"))
