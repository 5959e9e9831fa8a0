"""Members that any tool may use lead nowhere else: every way on from them is refused, by the text alone."""

from __future__ import annotations

import pytest

from governance import Council
from storage import Task

TASK = Task(name="f", entry_point="f", code="def f(x): return x", cases=())

HOSTILE = [
    # Through the module to what stands beside the member, or is carried along.
    "import io\nio.open('/etc/passwd')",
    "import io\nio.FileIO('/etc/passwd')",
    "import io\nio.TextIOWrapper(x)",
    "import io\nio.os",
    "from io import open as o",
    "from io import StringIO, open_code as s",
    "from io import FileIO as StringIO",
    "import io._io",
    "import io\nio._io.open",
    "import sys\nsys.modules['os']",
    "from sys import maxunicode, modules",
    "import sys\nsys.settrace(f)",
    "import sys as io\nio.exit",
    "import time\ntime.sleep(9)",
    "from time import strftime, time_ns",
    "import time\ntime.strftime('%H')",
    "import time.strftime",
    "import queue\nqueue.threading.Thread(target=f).start()",
    "from queue import Queue\nQueue().get()",
    # By all names at once, by a name as text, or by the module as a value.
    "from io import *\nopen_code('x')",
    "from sys import *",
    "from time import *",
    "import io\ngetattr(io, 'open')('x')",
    "import sys\ngetattr(sys, x)",
    "import sys\ns = sys\ns.modules",
    "import sys\nf(sys)",
    "import io\n[m.open for m in [io]]",
    "import sys\nmatch sys:\n    case object(modules=m): m",
    "import sys\nvars(sys)['modules']",
    "import sys\n(lambda m=sys: m.modules)()",
    # From a member to the scope it was defined in, its class or its kin.
    "from io import StringIO\nStringIO.__mro__",
    "from io import StringIO\nStringIO.__subclasses__()",
    "from io import StringIO\nStringIO().write.__self__.__class__.__base__",
    "from io import BytesIO\nBytesIO.__reduce__",
    "import sys\nsys.float_info.__class__.__bases__",
    "import sys\nsys.maxunicode.__class__.__dict__",
    "from time import strptime\nstrptime.__globals__",
    "from io import StringIO\n'{0.__init__.__globals__}'.format(StringIO)",
    "from io import StringIO\ntry: f(1)\nexcept OSError as e: e.__traceback__.tb_frame.f_globals",
    # By changing what others will use.
    "import sys\nsys.maxunicode = 1",
    "import sys\nsys.stdout = f",
    "import io\nio.StringIO = open",
    "from io import StringIO\nStringIO.write = f",
    "import time\ndel time.strptime",
    "import io\nio.StringIO.newlines = f",
    # With what is not open beside it.
    "import io\nio.StringIO(open('/etc/passwd').read())",
    "import sys, os\nos.write(1, sys.maxunicode)",
    "from io import StringIO\nprint(1, file=__import__('sys').stderr)",
]


@pytest.mark.parametrize("source", HOSTILE)
def test_no_open_member_leads_on_to_what_is_not(council: Council, source: str) -> None:
    # More of the clock a person may grant, and nothing else.
    assert any(
        verdict.vetoed or verdict.asks == "capability clock"
        for verdict in council.inspect(TASK, f"def f(x): ...\n{source}")
    )


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
