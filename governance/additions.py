"""What a charter adds to what ships: Cedar policies and Python rules, by the names of their files.

Promises: the texts of the files are taken into the charter's own text when it is loaded, so that a run that keeps the
charter keeps them too, and a file that moves or changes later changes nothing.
Does not promise: that an addition is sound; `ecology charter check` looks for what can never matter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storage import CharterError

from .policy import Policy, Texts
from .user_rules import Written, read_rules

# The sections by which a charter adds to what ships, each with its one list of files; [texts] holds what is in those.
SECTIONS = ("policy", "rules", "texts")
_LISTS = {"policy": "files", "rules": "modules"}
# What [policy] says besides: patterns of tools' names.
_MARKS = ("protected", "canaries")


@dataclass(frozen=True, slots=True)
class Additions:
    """The policy in force, and the rules that a user wrote."""

    policy: Policy = field(default_factory=Policy)
    rules: tuple[Written, ...] = ()

    def of(self, stage: str) -> tuple[Written, ...]:
        """Return the user's rules of a stage."""
        return tuple(each for each in self.rules if each.stage == stage)


def enclosed(text: str, changes: Mapping[str, Any], *, folder: Path, where: str) -> str:
    """Return a charter's text with the texts of all files that it names, found from its folder on, put into it.

    Raises: CharterError: a file cannot be read, or a list of files is none.
    """
    kept = changes.get("texts", {})
    missing = [name for section in _LISTS for name in _named(changes, section, where=where) if name not in kept]
    if not missing:
        return text
    if "texts" in changes:
        raise CharterError(
            f"charter {where}: [texts] leaves out {missing[0]!r}; leave [texts] to be filled in, or fill it"
        )
    lines = [f"{_quoted(name)} = {_quoted(_text(folder / name, name=name, where=where))}" for name in missing]
    return "\n".join([text.rstrip("\n"), "", "[texts]", *dict.fromkeys(lines), ""])


def read_additions(changes: Mapping[str, Any], *, where: str) -> Additions:
    """Return what a charter adds.

    Raises: CharterError: it names a text that is not there, or one that cannot be used.
    """
    texts = changes.get("texts", {})
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise CharterError(f"charter {where}: [texts] must hold the texts of files, by name")
    found: dict[str, Texts] = {}
    for section in _LISTS:
        names = _named(changes, section, where=where)
        if missing := [name for name in names if name not in texts]:
            raise CharterError(
                f"charter {where}: the text of {missing[0]!r} is not there; load the charter from its file"
            )
        found[section] = tuple((name, texts[name]) for name in names)
    settings = {name: table for name, table in changes.get("rules", {}).items() if name != _LISTS["rules"]}
    rules = tuple(each for name, text in found["rules"] for each in read_rules(name, text, settings))
    _require_known(settings, found["rules"], where=where)
    protected, canaries = (_marked(changes.get("policy", {}), mark, where=where) for mark in _MARKS)
    return Additions(Policy(found["policy"], protected, canaries), rules)


def _named(changes: Mapping[str, Any], section: str, *, where: str) -> tuple[str, ...]:
    """Return the files that a section names, each once."""
    content, key = changes.get(section, {}), _LISTS[section]
    names = content.get(key, []) if isinstance(content, dict) else None
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise CharterError(f'charter {where}: [{section}] must hold a list of files, such as {key} = ["mine"]')
    if section == "policy" and (other := [name for name in content if name not in (key, *_MARKS)]):
        known = ", ".join((key, *_MARKS))
        raise CharterError(f"charter {where}: no setting of policy is called {other[0]!r}; known are {known}")
    return tuple(dict.fromkeys(names))


def _marked(content: Mapping[str, Any], mark: str, *, where: str) -> tuple[str, ...]:
    names = content.get(mark, [])
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise CharterError(f"charter {where}: policy.{mark} is {names!r:.60}; write a list of tools' names or patterns")
    return tuple(sorted(set(names)))


def _require_known(settings: Mapping[str, Any], modules: Texts, *, where: str) -> None:
    """Refuse settings of a rule that no module holds."""
    known = {each.name for name, text in modules for each in read_rules(name, text, {})}
    for name, table in settings.items():
        if name not in known:
            cure = f"the modules hold {', '.join(sorted(known))}" if known else "name its file under modules"
            raise CharterError(f"charter {where}: no rule of yours is called {name!r}; {cure}")
        if not isinstance(table, dict):
            raise CharterError(f"charter {where}: [rules] must hold tables such as [rules.{name}]")


def _text(path: Path, *, name: str, where: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as problem:
        raise CharterError(
            f"charter {where} names {name}, which cannot be read ({problem.strerror}); its path is from the charter's"
            " folder"
        ) from problem
    except UnicodeDecodeError as problem:
        raise CharterError(f"charter {where} names {name}, which is no text: {problem}; mend it there") from problem


def _quoted(text: str) -> str:
    """Return a text as TOML writes it; JSON's way, but for one letter."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
