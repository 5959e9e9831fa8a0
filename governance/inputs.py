"""Make new inputs for a tool out of those its visible cases show.

Promises: every input is a tuple literal of the same arity and of like types; the same generator gives the same inputs.
Does not promise: that an input lies in the tool's domain; a crash on one proves nothing by itself.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from storage import Task

Mutation = Callable[[Any, Random], Any]


def generate(task: Task, *, count: int, rng: Random) -> tuple[str, ...]:
    """Return at most `count` new argument tuples as literals, none of them a visible case's own.

    Empty where the task's cases are calls with set-up code, since there are no argument values to vary.
    """
    seen = [ast.literal_eval(case.args) for case in task.ring("visible") if case.args]
    if not seen:
        return ()
    known = {literal(args) for args in seen}
    made: dict[str, None] = {}
    for _ in range(count * 4):
        text = literal(_offspring(seen, rng))
        if text not in known:
            made.setdefault(text)
        if len(made) == count:
            break
    return tuple(made)


# Python writes no integer of more than 4,300 digits in decimal; in hexadecimal it has no limit.
_DECIMAL_BITS = 14_000


def boundaries(task: Task, *, most: int) -> tuple[str, ...]:
    """Return at most `most` argument tuples in which one argument is a boundary value of its type, as literals.

    A visible case's arguments stand around it; none of the results is a visible case's own.
    """
    seen = [ast.literal_eval(case.args) for case in task.ring("visible") if case.args]
    known = {literal(args) for args in seen}
    made: dict[str, None] = {}
    # Breadth first: one boundary of every argument before another of the first.
    for step in range(3):
        for args in seen[:2]:
            for place, value in enumerate(args):
                edges = _EDGES.get(type(value), ())
                if step < len(edges):
                    made.setdefault(literal((*args[:place], edges[step], *args[place + 1 :])))
    return tuple(text for text in made if text not in known)[:most]


def literal(value: object) -> str:
    """Return the literal of a plain value, sets in sorted order so that the text is the same in every process."""
    if isinstance(value, tuple):
        inner = ", ".join(literal(item) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, list):
        return f"[{', '.join(literal(item) for item in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, set) and value:
        return "{" + ", ".join(sorted(literal(item) for item in value)) + "}"
    if isinstance(value, frozenset):
        return f"frozenset({literal(set(value))})" if value else "frozenset()"
    if type(value) is int and value.bit_length() > _DECIMAL_BITS:
        return hex(value)
    return repr(value)


def _offspring(seen: Sequence[tuple[Any, ...]], rng: Random) -> tuple[Any, ...]:
    """Cross the visible inputs position by position, then vary one position or two."""
    parent = rng.choice(seen)
    child = [rng.choice(_alike(seen, position, like=value)) for position, value in enumerate(parent)]
    for _ in range(rng.choice([0, 1, 1, 2]) if child else 0):
        position = rng.randrange(len(child))
        child[position] = _vary(child[position], rng)
    return tuple(child)


def _alike(seen: Sequence[tuple[Any, ...]], position: int, *, like: object) -> list[Any]:
    return [args[position] for args in seen if len(args) > position and type(args[position]) is type(like)] or [like]


def _vary(value: Any, rng: Random) -> Any:
    for kind, mutations in _MUTATIONS:
        if type(value) is kind:
            return rng.choice(mutations)(value, rng)
    return value


def _vary_one(items: list[Any], rng: Random) -> list[Any]:
    if not items:
        return items
    place = rng.randrange(len(items))
    return [*items[:place], _vary(items[place], rng), *items[place + 1 :]]


def _drop_one(items: list[Any], rng: Random) -> list[Any]:
    place = rng.randrange(len(items) or 1)
    return items[:place] + items[place + 1 :]


def _repeat_one(items: list[Any], rng: Random) -> list[Any]:
    place = rng.randrange(len(items) or 1)
    return items[: place + 1] + items[place:]


def _shuffled(items: list[Any], rng: Random) -> list[Any]:
    return rng.sample(items, len(items))


_LISTS: tuple[Callable[[list[Any], Random], list[Any]], ...] = (
    _vary_one,
    _drop_one,
    _repeat_one,
    _shuffled,
    lambda items, rng: items[::-1],
    lambda items, rng: items[: rng.randrange(len(items) + 1)],
)


def _on_text(change: Callable[[list[Any], Random], list[Any]]) -> Mutation:
    return lambda text, rng: "".join(str(letter) for letter in change(list(text), rng))


def _on_tuple(change: Callable[[list[Any], Random], list[Any]]) -> Mutation:
    return lambda items, rng: tuple(change(list(items), rng))


def _on_dict(items: dict[Any, Any], rng: Random) -> dict[Any, Any]:
    if not items:
        return items
    key = rng.choice(list(items))
    if rng.random() < 0.5:
        return {other: value for other, value in items.items() if other != key}
    return items | {key: _vary(items[key], rng)}


def _without_one(items: set[Any], rng: Random) -> set[Any]:
    return items - {rng.choice(sorted(items, key=literal))} if items else items


_MUTATIONS: tuple[tuple[type, tuple[Mutation, ...]], ...] = (
    (bool, (lambda value, rng: not value,)),
    (
        int,
        (
            lambda value, rng: value + 1,
            lambda value, rng: value - 1,
            lambda value, rng: value + rng.randint(2, 9),
            lambda value, rng: value // 2,
            lambda value, rng: 0,
            lambda value, rng: 1,
        ),
    ),
    (float, (lambda value, rng: value + 1.0, lambda value, rng: value / 2, lambda value, rng: -value)),
    (str, tuple(_on_text(change) for change in _LISTS[1:])),
    (list, _LISTS),
    (tuple, tuple(_on_tuple(change) for change in _LISTS[:4])),
    (dict, (_on_dict,)),
    (set, (_without_one,)),
)

_EDGES: dict[type, tuple[Any, ...]] = {
    bool: (True, False),
    int: (0, 1, -1),
    float: (0.0, 1.0, -1.0),
    str: ("", "a", " "),
    list: ([],),
    tuple: ((),),
    dict: ({},),
    set: (set(),),
}
