"""The charter: which rules are in force and how strict they are, read from TOML.

Promises: every name and value is checked on loading; equal contents have equal digests, whatever their layout.
Does not promise: that a charter is wise. A rule that a charter switches off is simply not asked.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import Field, asdict, dataclass, field, fields, replace
from math import inf
from pathlib import Path
from typing import Any, Protocol

from storage import CharterError

from .additions import SECTIONS, Additions, enclosed, read_additions
from .behaviour_rules import BEHAVIOUR_RULES
from .breaker import BreakerSettings
from .canary import Canary
from .code_rules import CODE_RULES
from .control_rules import PARENTHOOD_RULES, PROTECTION_RULES, Approvals
from .earnings import Earnings
from .limits import BIRTH_RULES, RATE_RULES
from .network_rules import BreaksNoDependant, RequirementsShelved
from .policy import Policy, shipped_texts
from .protection_rules import CODE_GUARDS, GUARDS
from .rewrite import Rewrite
from .sandbox.run import GUARD, TIERS, Limits, Tier
from .social_rules import SOCIAL_RULES
from .speech_rules import SPEECH_RULES, Speech
from .standing import Birth, Motion, Standing
from .tier_rules import TIER_RULES, TierDemanded
from .trial import Comparison
from .verdict import Objection

DEFAULT = Path(__file__).with_name("charter.toml")

_SECTIONS: Mapping[str, tuple[type, ...]] = {
    "code": (*CODE_RULES, RequirementsShelved),
    "behaviour": (*TIER_RULES, *BEHAVIOUR_RULES, BreaksNoDependant),
    "social": SOCIAL_RULES,
    "limits": tuple(dict.fromkeys((*RATE_RULES, *BIRTH_RULES, *SPEECH_RULES))),
    "protection": (*GUARDS, *CODE_GUARDS, *PROTECTION_RULES, *PARENTHOOD_RULES),
}
# Sections that hold settings rather than rules.
_SETTINGS: Mapping[str, type] = {
    "trial": Limits,
    "earnings": Earnings,
    "approvals": Approvals,
    "canary": Canary,
    "breaker": BreakerSettings,
}

Tables = dict[str, dict[str, Any]]


class CodeRule(Protocol):
    """A rule on the text of a rewrite."""

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Return what it holds against the rewrite, or None."""


class BehaviourRule(Protocol):
    """A rule on what a rewrite does; `needs_repeat` rules are asked last, after a second run."""

    @property
    def needs_repeat(self) -> bool:
        """Whether it needs the run under a second hash seed."""

    def judge(self, comparison: Comparison) -> Objection | None:
        """Return what it holds against the rewrite, or None."""


class AdmissionRule(Protocol):
    """A rule on a rewrite's admission as things stand now."""

    def judge(self, motion: Motion, standing: Standing) -> Objection | None:
        """Return what it holds against the motion, or None."""


class BirthRule(Protocol):
    """A rule on an agent's wish to have a child."""

    def judge(self, birth: Birth, standing: Standing) -> Objection | None:
        """Return what it holds against the birth, or None."""


class SpeechRule(Protocol):
    """A rule on a post, a signal or a case."""

    def judge(self, speech: Speech) -> Objection | None:
        """Return what it holds against it, or None."""


@dataclass(frozen=True, slots=True)
class Charter:
    """The rules in force, in the order in which they are asked, the limits of a trial, and the digest of it all.

    `probation` is how many turns a new version of an operator tool serves before its earnings judge it, `breaker` stops
    acts that breed acts, `policy` says who may do what to whom, `text` is the TOML by which the charter differs from
    the one that ships, with the texts of all files that it names; `approval_turns` is how long a rewrite waits to be
    approved, `canary` how new versions are tried in service.
    """

    code: tuple[CodeRule, ...]
    behaviour: tuple[BehaviourRule, ...]
    admission: tuple[AdmissionRule, ...]
    birth: tuple[BirthRule, ...]
    speech: tuple[SpeechRule, ...]
    limits: Limits
    probation: int
    policy: Policy
    breaker: BreakerSettings
    digest: str
    text: str = ""
    approval_turns: int = Approvals().turns
    canary: Canary = field(default_factory=Canary)

    @property
    def tier(self) -> Tier:
        """The weakest sandbox tier whose verdicts count."""
        return next((rule.tier for rule in self.behaviour if isinstance(rule, TierDemanded)), GUARD)


def load_charter(path: str | Path | None = None) -> Charter:
    """Return the default charter, or the one at `path`, which changes only what it names.

    Raises: CharterError: the file is missing, is no TOML, or names a section, rule, setting or value that does not fit.
    """
    if path is None:
        return read_charter("")
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as problem:
        raise CharterError(
            f"charter {path} cannot be read ({problem.strerror}); name an existing TOML file"
        ) from problem
    except UnicodeDecodeError as problem:
        raise CharterError(f"charter {path} is no TOML: {problem}; mend it there") from problem
    whole = enclosed(text, _changes(text, where=str(path)), folder=Path(path).parent, where=str(path))
    return read_charter(whole, where=str(path))


def read_charter(text: str, *, where: str = DEFAULT.name) -> Charter:
    """Return the default charter with the changes that a TOML text makes to it; `where` names the text in errors.

    Raises: CharterError: the text is no TOML, or names a section, rule, setting or value that does not fit.
    """
    base: Tables = tomllib.loads(DEFAULT.read_text(encoding="utf-8"))
    changes = _changes(text, where=where)
    added = read_additions(changes, where=where)
    _lay_over(base, {name: content for name, content in changes.items() if name not in SECTIONS}, where=where)
    return replace(_build(base, added, where=where), text=text)


def _changes(text: str, *, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise CharterError(f"charter {where} is no TOML: {problem}; mend it there") from problem


def _lay_over(base: Tables, changes: Tables, *, where: str) -> None:
    """Put the settings of one charter over another's, refusing what does not have its shape."""
    for section, content in changes.items():
        _require(section, [*_SECTIONS, *_SETTINGS, *SECTIONS], what="section", where=where)
        if section in _SETTINGS:
            if not isinstance(content, dict):
                example = fields(_SETTINGS[section])[0].name
                raise CharterError(f"charter {where}: [{section}] must hold settings such as {example}")
            base[section].update(content)
            continue
        if not isinstance(content, dict) or not all(isinstance(table, dict) for table in content.values()):
            example = _SECTIONS[section][0].__name__
            raise CharterError(f"charter {where}: [{section}] must hold tables such as [{section}.{example}]")
        for rule, settings in content.items():
            base[section].setdefault(rule, {}).update(settings)


def _build(tables: Tables, added: Additions, *, where: str) -> Charter:
    settings = {name: _make(kind, tables[name], place=name, where=where) for name, kind in _SETTINGS.items()}
    rules = {section: _rules(section, tables[section], where=where) for section in _SECTIONS}
    return Charter(
        code=(
            *rules["code"],
            *(rule for rule in rules["protection"] if isinstance(rule, CODE_GUARDS)),
            *added.of("code"),
        ),
        behaviour=(*rules["behaviour"], *added.of("behaviour")),
        admission=(
            *rules["social"],
            *(rule for rule in rules["limits"] if isinstance(rule, RATE_RULES)),
            *(rule for rule in rules["protection"] if isinstance(rule, (*GUARDS, *PROTECTION_RULES))),
            *added.of("admission"),
        ),
        birth=(
            *(
                rule
                for rule in (*rules["limits"], *rules["protection"])
                if isinstance(rule, (*BIRTH_RULES, *PARENTHOOD_RULES))
            ),
            *added.of("birth"),
        ),
        speech=tuple(rule for rule in rules["limits"] if isinstance(rule, SPEECH_RULES)),
        limits=settings["trial"],
        probation=settings["earnings"].turns,
        policy=added.policy,
        breaker=settings["breaker"],
        digest=_digest(settings, rules, added),
        approval_turns=settings["approvals"].turns,
        canary=settings["canary"],
    )


def _rules(section: str, tables: Mapping[str, dict[str, Any]], *, where: str) -> tuple[Any, ...]:
    """Return the rules of a section that are on, in the catalogue's order."""
    catalogue = _SECTIONS[section]
    for name in tables:
        _require(name, [rule.__name__ for rule in catalogue], what=f"{section} rule", where=where)
    made = []
    for rule in catalogue:
        settings = dict(tables.get(rule.__name__, {}))
        on = settings.pop("on", True)
        if not isinstance(on, bool):
            raise CharterError(f"charter {where}: {section}.{rule.__name__}.on is {on!r}; write true or false")
        # A rule that is off must still be written properly.
        instance = _make(rule, settings, place=f"{section}.{rule.__name__}", where=where)
        made += [instance] if on else []
    return tuple(made)


def _make(kind: type, settings: Mapping[str, Any], *, place: str, where: str) -> Any:
    known = {field.name: field for field in fields(kind)}
    for name in settings:
        _require(name, list(known), what=f"setting of {place}", where=where)
    return kind(**{name: _value(known[name], value, place=place, where=where) for name, value in settings.items()})


def _value(field: Field[Any], value: object, *, place: str, where: str) -> object:
    """Return a setting as its rule wants it, or raise CharterError where it is of another type or negative."""
    kind = str(field.type)
    if kind == "frozenset[str]" and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return frozenset(value)
    if (kind == "Tier" and value in TIERS) or (kind == "bool" and isinstance(value, bool)):
        return value
    # A bool is an int to Python, but not to whoever writes a charter.
    number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < inf
    if number and (kind == "float" or (kind == "int" and isinstance(value, int))):
        return float(value) if kind == "float" else value  # type: ignore[arg-type]
    wanted = {
        "int": "a whole number from 0",
        "float": "a number from 0",
        "bool": "true or false",
        "frozenset[str]": "a list of strings",
        "Tier": f"one of {', '.join(TIERS)}",
    }
    raise CharterError(f"charter {where}: {place}.{field.name} is {value!r}; write {wanted[kind]}")


def _require(name: str, known: list[str], *, what: str, where: str) -> None:
    if name in known:
        return
    near = difflib.get_close_matches(name, known, n=1)
    cure = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known) or 'none'}"
    raise CharterError(f"charter {where}: no {what} is called {name!r}; {cure}")


def _digest(settings: Mapping[str, Any], rules: Mapping[str, tuple[Any, ...]], added: Additions) -> str:
    content = {
        "policy": [shipped_texts(), *added.policy.parts],
        "rules": [asdict(rule) for rule in added.rules],
        **{section: asdict(made) for section, made in settings.items()},
        **{section: [[type(rule).__name__, asdict(rule)] for rule in made] for section, made in rules.items()},
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=sorted).encode()).hexdigest()
