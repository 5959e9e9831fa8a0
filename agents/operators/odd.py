"""Sources that an operator must not stumble over: texts that are no Python, unusual Python, and a great deal of it.

Promises: each is a plain text, the same every time. Does not promise: that any of them makes sense.
"""

from __future__ import annotations

from typing import NamedTuple

from storage import Ring


class Odd(NamedTuple):
    """A source with the name of its function, and lines that are suspicious in it, there or not."""

    ring: Ring
    source: str
    entry_point: str = "f"
    lines: tuple[tuple[int, float], ...] = ()


# None of these can be read, so that there is nothing to change.
UNREADABLE = (
    Odd("visible", "def f(:\n"),
    Odd("visible", "def f(a):\nreturn a\n"),
    Odd("gate", "f = (\n"),
    Odd("gate", "def f():\n    return '\0'\n"),
    Odd("gate", "\ud800 = 1\n"),
)

# Nothing need be found in these, but whatever is found must keep to the contract.
ODD = (
    Odd("visible", "def f():\n    pass\n"),
    Odd(
        "visible",
        "def f(größe):\r\n\treturn 'ä' if größe < 3 else f'{größe:>{größe}}'\r\n",
        lines=((2, 1.0), (99, 1.0)),
    ),
    Odd("gate", "f = lambda a, *b, c=1, **d: (a, b[0] / c, d['c'], [a for a in b if a < c])", lines=((1, 0.5),)),
    Odd(
        "gate",
        'class f:\n    """Two."""\n    a: int = 2\n\n    async def g(self) -> int:\n        return self.a + self.a\n',
    ),
    Odd(
        "gate",
        "def f(a):\n    match a:\n        case [1, *b] if b: return b[-1]\n        case {'k': 2 | 3}: return 2\n",
    ),
    Odd(
        "gate",
        "@f\ndef f(a, /, *, b=(1, 1)):\n    global c\n    a[1:2, ::2] += b; del b\n    return (c := a)\n",
        lines=((4, 1.0),),
    ),
    Odd("gate", f"def f(a):\n    return {'-' * 60}a + {'(' * 40}a < 1 < a{')' * 40}\n", lines=((2, 1.0),)),
)

_LINES = "".join(
    f"        if n{number} < items[{number}] and total <= {number} + {number} * n{number} or items[{number}] % 2 > 0:\n"
    f"            total += min(n{number}, items[{number} - 1]) / {number + 1} - items.index(n{number}) - n{number}\n"
    for number in range(5)
)
# In this there is far more to change than may be returned.
BUSY = (
    "def f(items, " + ", ".join(f"n{number}" for number in range(5)) + "):\n"
    "    total, found = 0, []\n"
    + "".join(f"    v{number} = {number}\n" for number in range(5))
    + "    for item in items:\n"
    + "".join(f"        v{number} += item\n" for number in range(5))
    + f"{_LINES}    return total\n"
)
