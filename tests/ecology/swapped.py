"""Tools broken alike: each gives two arguments in the wrong order. What mends one of them mends them all."""

from __future__ import annotations

from collections.abc import Sequence

from ecology import Case, Task
from storage import Ring

# Body with the two arguments in the wrong order, the right expression, and calls that tell them apart.
_OLDER = {
    "shared": ("left = divmod(parts, whole)\n    return [left[0], left[1]]", "list(divmod(whole, parts))",
               ("whole", "parts"), ((17, 5), (40, 7), (9, 2))),
    "risen": ("grown = pow(times, base)\n    return grown + 1", "base ** times + 1",
              ("base", "times"), ((2, 5), (3, 4), (7, 2))),
    "spelled": ("said = text.replace(new, old)\n    return said.strip()", "text.replace(old, new).strip()",
                ("text", "old", "new"), (("banana", "a", "o"), ("hello ", "l", "r"), ("noon", "n", "m"))),
    "steps": ("walked = list(range(stop, start))\n    return walked[:9]", "list(range(start, stop))[:9]",
              ("start", "stop"), ((1, 5), (2, 4), (0, 7))),
}  # fmt: skip
_NEWER = {
    "paired": ("both = [each for each in zip(second, first)]\n    return both[:9]", "list(zip(first, second))[:9]",
               ("first", "second"), (([1, 2], [3, 4]), ([5], [6]), ([7, 8], [9, 1]))),
    "quotient": ("whole = divmod(small, large)[0]\n    return whole * 2", "divmod(large, small)[0] * 2",
                 ("large", "small"), ((17, 5), (40, 7), (9, 2))),
    "masked": ("said = word.replace(mask, letter)\n    return said.upper()", "word.replace(letter, mask).upper()",
               ("word", "letter", "mask"), (("banana", "a", "o"), ("hello", "l", "r"), ("noon", "n", "m"))),
    "cubed": ("grown = pow(3, side)\n    return grown - 1", "side ** 3 - 1", ("side",), ((2,), (4,), (5,))),
}  # fmt: skip


def swapped(which: str) -> tuple[Task, ...]:
    """Return the `older` tools or the `newer` ones."""
    return tuple(_task(name, *each) for name, each in (_OLDER if which == "older" else _NEWER).items())


def _task(name: str, body: str, right: str, names: Sequence[str], calls: Sequence[Sequence[object]]) -> Task:
    rings: tuple[Ring, ...] = ("visible", "visible", "gate")
    cases = tuple(
        Case(ring, args=repr(tuple(call)), expect=repr(eval(right, dict(zip(names, call, strict=True)))))
        for ring, call in zip(rings, calls, strict=True)
    )
    sealed = tuple(Case("sealed", args=case.args, expect=case.expect) for case in cases[-1:])
    return Task(f"swapped/{name}", name, f"def {name}({', '.join(names)}):\n    {body}\n", (*cases, *sealed))
