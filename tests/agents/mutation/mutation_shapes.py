"""Small real functions of many shapes, for the claims about edits."""

from __future__ import annotations

GCD = """def gcd(a, b):
    while b:
        a, b = b, a % b
    return b
"""

BOOKS = '''import math
from typing import Iterable


class Shelf:
    """A shelf of books."""

    limit = 3

    def __init__(self, books: Iterable[str] = ()) -> None:
        self.books = list(books)  # in order

    @property
    def full(self) -> bool:
        return len(self.books) > self.limit

    async def lend(self, title, *, to=None, days=14):
        """Lend a book.

        Twice.
        """
        if title not in self.books: raise KeyError(title)
        for at, book in enumerate(self.books):
            if book == title and days >= 1 or to is None:
                del self.books[at]; break
        else:
            return f"no {title!r}"
        return math.ceil(days / 7), [x for x in self.books if x[0] != "a"][:-1]
'''

SHAPES = """def shapes(xs, n=10, *rest, key=lambda x: -x, **more):
    def inner(y): return y + 1
    total = 0; seen = {}
    try:
        with open("f") as handle:
            total += 1
    except (ValueError, OSError) as error:
        total = -1
    finally:
        n -= 1
    if not xs: return [] if n else None
    elif len(xs) == 1:
        pass
    else:
        total = (n +
                 2 * (1 - n))  # two lines
    while True:
        if 0 < n <= 10 and (total or xs): break
        n //= 2
        continue
    match n:
        case 0: return xs[0]
        case [a, b] if a: total = a
        case _:
            yield from (inner(x) for x in xs)
    seen[n, total] = max(xs, key=key) if(n)else-1
    assert seen is not None, "empty"
    print(*rest, sep='', **more)
    return sum(x for x in xs), sorted({inner(i) ** 2: i for i in range(1, n)}), (yield), "%s" % n
"""

ONE_LINE = "def f(x): return x + 1 if x else (0, [1, 2], 'a')"
SEMICOLONS = "def f(x):\n    y = x; y += 1; return y\n"
TABS = "def f(x):\n\tif x > 0:\n\t\t# positive\n\t\treturn x - 1\n\tfor i in range(x):\n\t\tx += i\n\treturn x\n"
CRLF = "def f(x):\r\n    # Grüße\r\n    s = 'ä'\r\n    if x < 1:\r\n        return s + 'ö' * x\r\n    return [s]\r\n"
NON_ASCII = (
    "def größe(länge, breite):\n    # Fläche → m²\n    fläche = länge * breite; é = 0\n    return fläche - 1, é\n"
)
NO_LAST_NEWLINE = "def f(xs):\n    out = []\n    for x in xs:\n        out.append(x)"
CONTINUED = "def f(a, b):\n    if a and \\\n       b: \\\n       return a\n    x = a + \\\n        b\n    return x\n"
MULTILINE_TEXT = 'def f(a):\n    s = """one\n  two"""\n    if a:\n        s += """x\n y"""\n    return s.lower()\n'
NUMBERS = "def f(x):\n    return 1 .real + -1 + x**-2 - (-x) ** 2 + 0x1F + 1_000 + 1e400 + 2j\n"

SOURCES: dict[str, str] = {
    "gcd": GCD,
    "a class with decorators and an async method": BOOKS,
    "many shapes": SHAPES,
    "one line": ONE_LINE,
    "semicolons": SEMICOLONS,
    "tabs": TABS,
    "CRLF": CRLF,
    "non-ASCII": NON_ASCII,
    "no last newline": NO_LAST_NEWLINE,
    "continued lines": CONTINUED,
    "texts over lines": MULTILINE_TEXT,
    "numbers": NUMBERS,
}
