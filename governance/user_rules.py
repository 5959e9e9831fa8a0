"""Rules that a user writes in Python: what `@rule` marks, read from the text of a module that a charter names.

Promises: a rule is its text, its name and its settings, so it crosses to workers and outlives the file it came from.
Does not promise: to hold a rule back. A charter's modules are the user's own code, run with the user's own rights.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from importlib.abc import SourceLoader
from importlib.util import module_from_spec, spec_from_loader
from typing import Any, Literal, TypeVar, get_args

from storage import CharterError

from .verdict import Objection

RuleStage = Literal["code", "behaviour", "admission", "birth"]
STAGES: tuple[RuleStage, ...] = get_args(RuleStage)

_Marked = TypeVar("_Marked", bound=Callable[..., Any])
_MARK = "__ecology_rule__"


@dataclass(frozen=True, slots=True)
class _Mark:
    stage: RuleStage
    needs_repeat: bool


@dataclass(frozen=True, slots=True)
class Written:
    """A rule out of a module's text; `settings` are its values in JSON, `needs_repeat` as behaviour rules have it."""

    name: str
    stage: RuleStage
    module: str
    text: str
    settings: str = "{}"
    needs_repeat: bool = False

    def judge(self, *matter: object) -> Objection | None:
        """Return what it holds against the matter. Raises: TypeError: it answers with anything but that or None."""
        answer = _made(self.module, self.text, self.name, self.settings)(*matter)
        if answer is None or isinstance(answer, Objection):
            return answer
        raise TypeError(f"it answered with a {type(answer).__name__}; a rule answers with an Objection or None")


def rule(*, stage: RuleStage, needs_repeat: bool = False) -> Callable[[_Marked], _Marked]:
    """Mark a function, or a class with a method `judge`, as a rule of a stage of the rule layer.

    It is asked with a Rewrite (`code`), a Comparison (`behaviour`), a Motion and a Standing (`admission`) or a Birth
    and a Standing (`birth`), and answers with an Objection or None. A dataclass takes its settings from the charter.
    Args: needs_repeat: of a behaviour rule: it is asked after the run under a second hash seed.
    Raises: ValueError: there is no such stage.
    """
    if stage not in STAGES:
        raise ValueError(f"no stage {stage!r}; a rule is of one of {', '.join(STAGES)}")

    def mark(marked: _Marked) -> _Marked:
        setattr(marked, _MARK, _Mark(stage, needs_repeat))
        return marked

    return mark


def read_rules(module: str, text: str, settings: Mapping[str, Mapping[str, Any]]) -> tuple[Written, ...]:
    """Return the rules that a module's text holds, in its order; those switched off are left out.

    `settings` are the charter's, by rule.
    Raises: CharterError: the text cannot be imported, holds no rule, or a rule cannot be made with its settings.
    """
    found = [(name, made, mark) for name, made in vars(_module(module, text)).items() if (mark := _mark_of(made))]
    if not found:
        raise CharterError(f"rules {module}: nothing in it is marked with @rule(stage=...); mark a function or a class")
    return tuple(
        written
        for name, made, mark in found
        if (written := _written(name, made, mark, module=module, text=text, settings=dict(settings.get(name, {}))))
    )


def _written(
    name: str, made: object, mark: _Mark, *, module: str, text: str, settings: dict[str, Any]
) -> Written | None:
    on = settings.pop("on", True)
    if not isinstance(on, bool):
        raise CharterError(f"rules {module}: {name}.on is {on!r}; write true or false")
    known = [field.name for field in fields(made)] if is_dataclass(made) else []
    for each in settings:
        if each not in known:
            raise CharterError(f"rules {module}: {name} has no setting {each!r}; it has {', '.join(known) or 'none'}")
    values = json.dumps(settings, sort_keys=True)
    _made(module, text, name, values)
    return Written(name, mark.stage, module, text, values, mark.needs_repeat) if on else None


def _mark_of(made: object) -> _Mark | None:
    # A class inherits its parent's attributes, but is only a rule itself where it was marked.
    mark = vars(made).get(_MARK) if hasattr(made, "__dict__") else None
    return mark if isinstance(mark, _Mark) else None


@lru_cache(maxsize=256)
def _made(module: str, text: str, name: str, settings: str) -> Callable[..., object]:
    """Return what answers for a rule: the function, or `judge` of a class made with its settings."""
    marked = getattr(_module(module, text), name)
    if not isinstance(marked, type):
        return marked  # type: ignore[no-any-return]
    try:
        judge = marked(**json.loads(settings)).judge
    except (TypeError, ValueError, AttributeError) as problem:
        raise CharterError(f"rules {module}: {name} cannot be made: {problem}; mend it there") from problem
    return judge  # type: ignore[no-any-return]


class _Text(SourceLoader):
    """Loads a module from a text that is at hand."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text

    def get_filename(self, fullname: str) -> str:
        """Return what a traceback calls the module."""
        return self._path

    def get_data(self, path: str) -> bytes:
        """Return the text. Raises: OSError: anything else is asked for, as a cache is."""
        if path != self._path:
            raise OSError(f"there is no {path}")
        return self._text.encode()


@lru_cache(maxsize=64)
def _module(name: str, text: str) -> Any:
    """Return the module that a text makes, once a process. Raises: CharterError: it cannot be imported."""
    loader = _Text(name, text)
    spec = spec_from_loader(f"ecology_rules_{hashlib.sha256(text.encode()).hexdigest()[:16]}", loader)
    if spec is None:
        raise CharterError(f"rules {name} cannot be imported; name a Python file")
    module = module_from_spec(spec)
    # Dataclasses look their module up by name.
    sys.modules[spec.name] = module
    try:
        loader.exec_module(module)
    except Exception as problem:
        del sys.modules[spec.name]
        told = " ".join(f"{type(problem).__name__}: {problem}".split())[:300]
        raise CharterError(f"rules {name} cannot be imported: {told}; mend it there") from problem
    return module
