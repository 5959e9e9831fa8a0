"""What is wrong with a charter beyond its spelling: what contradicts, what can never matter, what is off but spoken of.

Promises: an `error` is a setting or policy that cannot do what it says; a `remark` is one that does nothing, which may
be meant. Does not promise: to understand rules written in Python; of those only names and settings are looked at.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .charter import Charter
from .control_rules import NeedsApproval
from .limits import EnergyLimit, PopulationLimit, RatePerTool
from .policy import shipped_ids
from .probing import Mattered, Probed, probe
from .social_rules import AuthorNotSoleApprover
from .user_rules import Written

Severity = Literal["error", "remark"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: `about` is a policy, a rule or a setting, `says` one sentence with the cure."""

    severity: Severity
    about: str
    says: str


@dataclass(frozen=True, slots=True)
class Soundness:
    """All that was found in a charter, and how many kinds of request its policies were asked; `whole`: all of them."""

    findings: tuple[Finding, ...]
    requests: int
    whole: bool

    @property
    def sound(self) -> bool:
        """Whether nothing in it is an error."""
        return not any(each.severity == "error" for each in self.findings)


def check_charter(charter: Charter, *, species: Sequence[str], start_energy: float) -> Soundness:
    """Look for what contradicts or can never matter in a charter.

    Args: species: those that agents may be of; start_energy: what a founder is given.
    """
    probed = probe(charter.policy, species=species)
    found = [
        *(finding for check in _CONTRADICTIONS for finding in check(charter)),
        *_births(charter, start_energy),
        *_switched_off(charter),
        *_names(charter),
        *_policies(charter, probed),
    ]
    return Soundness(tuple(found), probed.requests, probed.whole)


def _quorum(charter: Charter) -> Iterator[Finding]:
    quorum, limit = _rule(charter.admission, AuthorNotSoleApprover), _rule(charter.birth, PopulationLimit)
    if quorum and limit and quorum.quorum > limit.most - 1:
        yield _error(
            "social.AuthorNotSoleApprover.quorum",
            f"the quorum is {quorum.quorum}, and limits.PopulationLimit.most lets {limit.most} agents live, so at most"
            f" {max(limit.most - 1, 0)} lineages can support an author; lower the quorum or raise the limit",
        )
    if quorum and quorum.quorum == 0:
        yield _remark(
            "social.AuthorNotSoleApprover", "its quorum is 0, so it can never object; switch it off, or ask for 1"
        )


def _trial(charter: Charter) -> Iterator[Finding]:
    limits = charter.limits
    for name in ("fuel", "cpu_s", "wall_s", "memory_mb", "output_bytes"):
        if not getattr(limits, name):
            yield _error(f"trial.{name}", f"trial.{name} is 0, so no rewrite can ever pass a case; give trials some")
    if 0 < limits.wall_s < limits.cpu_s:
        yield _remark(
            "trial.cpu_s",
            f"trial.wall_s is {limits.wall_s:g}, so the {limits.cpu_s:g} s of trial.cpu_s are never used up",
        )


def _rates(charter: Charter) -> Iterator[Finding]:
    rate = _rule(charter.admission, RatePerTool)
    if rate and rate.most == 0:
        yield _error(
            "limits.RatePerTool.most",
            "limits.RatePerTool.most is 0, so nothing can ever be admitted; let it be 1 or more",
        )
    if rate and rate.turns == 0:
        yield _remark(
            "limits.RatePerTool", "its turns are 0, so it can never object; switch it off, or count some turns"
        )


def _waiting(charter: Charter) -> Iterator[Finding]:
    rule = _rule(charter.admission, NeedsApproval)
    listed = bool(rule and (rule.tools or rule.species or rule.kinds)) or bool(charter.policy.protected)
    if listed and charter.approval_turns == 0:
        yield _error(
            "approvals.turns",
            "rewrites are to wait for approval, and approvals.turns is 0, so nobody has time to give it",
        )


_CONTRADICTIONS: tuple[Callable[[Charter], Iterator[Finding]], ...] = (_quorum, _trial, _rates, _waiting)


def _births(charter: Charter, start_energy: float) -> Iterator[Finding]:
    energy, population = _rule(charter.birth, EnergyLimit), _rule(charter.birth, PopulationLimit)
    if energy and energy.least > start_energy:
        yield _error(
            "limits.EnergyLimit.least",
            f"a child is given at most {start_energy:g} energy, and limits.EnergyLimit.least is {energy.least:g}, so"
            " none can be born; lower it",
        )
    if population and population.most == 0:
        yield _remark("limits.PopulationLimit.most", "it is 0, so no child can ever be born; let some agents live")


def _switched_off(charter: Charter) -> Iterator[Finding]:
    """Find rules that are off and are given settings all the same."""
    for section, content in tomllib.loads(charter.text).items():
        for rule, settings in content.items() if isinstance(content, dict) else ():
            if isinstance(settings, dict) and settings.get("on") is False and len(settings) > 1:
                others = ", ".join(name for name in settings if name != "on")
                yield _error(
                    f"{section}.{rule}",
                    f"{section}.{rule} is off, so its {others} does nothing; switch it on or leave that out",
                )
            for name, value in settings.items() if isinstance(settings, dict) else ():
                if value == [] and name == "banned":
                    yield _remark(f"{section}.{rule}", f"its {name} is empty, so it can never object by name")


def _names(charter: Charter) -> Iterator[Finding]:
    """Find rules of a user's own whose verdicts could not be told from another's."""
    rules = (*charter.code, *charter.behaviour, *charter.admission, *charter.birth, *charter.speech)
    taken = [type(rule).__name__ for rule in rules if not isinstance(rule, Written)]
    for rule in rules:
        if isinstance(rule, Written):
            if rule.name in (*taken, "Policy", "council"):
                yield _error(
                    rule.name, f"{rule.module} has a rule {rule.name}, and so has another; give it a name of its own"
                )
            taken.append(rule.name)


def _policies(charter: Charter, probed: Probed) -> Iterator[Finding]:
    told = "in no request" if probed.whole else f"in none of {probed.requests} requests looked at"
    for name, found in probed.policies.items():
        effect = charter.policy.documents[name]["effect"]
        if finding := _policy(name, effect, found, told=told):
            yield finding


def _policy(name: str, effect: str, found: Mattered, *, told: str) -> Finding | None:
    if not found.applied:
        return _error(name, f"{effect} {name} applies {told}: its conditions cannot hold together; mend or remove it")
    if not found.decided:
        by = (
            f"forbid {' and '.join(sorted(found.beaten))} always beats it" if found.beaten else "forbids always beat it"
        )
        return _error(
            name, f"permit {name} can never permit anything: {by}; remove it, or narrow it to what is not forbidden"
        )
    if not found.alone and name not in shipped_ids():
        # What ships stands guard against permits of a charter's own, even where nothing is permitted without them.
        same = "another policy permits the same" if effect == "permit" else "what it forbids is denied without it"
        return _remark(name, f"{effect} {name} changes {told} what is decided: {same}")
    return None


def _rule(rules: Sequence[object], kind: type[Any]) -> Any:
    return next((rule for rule in rules if isinstance(rule, kind)), None)


def _error(about: str, says: str) -> Finding:
    return Finding("error", about, says)


def _remark(about: str, says: str) -> Finding:
    return Finding("remark", about, says)
