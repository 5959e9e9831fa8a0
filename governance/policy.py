"""Policy: Cedar decides who may do what to whom.

Promises: default deny; a forbid beats every permit; policies are held against the schema when they are read; a policy
that cannot be evaluated denies; the policies that decided are named; what ships can only be added to.
Does not promise: that a permit is enough. The other rules of the charter are asked as well.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

from cedarpy import Entities, PolicySet, Schema, is_authorized, policies_to_json_str, validate_policies

from storage import CharterError

from .request import ACTIONS, Request
from .verdict import JSON, Objection

SHIPPED = Path(__file__).with_name("policy.cedar")
SCHEMA = Path(__file__).with_name("policy.cedarschema")

MOST_DECISIONS = 65_536
MOST_ENTITIES = 8_192

Texts = tuple[tuple[str, str], ...]
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something is allowed, the ids of the policies that decided, and what could not be evaluated."""

    allowed: bool
    policies: tuple[str, ...]
    errors: tuple[str, ...] = ()


class Policy:
    """The policies that ship and those of a charter, ready to be asked; equal texts make equal policies.

    `texts` are (name, Cedar text) of what the charter adds; `protected` and `canaries` are patterns of tools' names.
    Raises: CharterError: a text is no Cedar, does not fit the schema, or takes an id that is taken.
    """

    def __init__(self, texts: Texts = (), protected: tuple[str, ...] = (), canaries: tuple[str, ...] = ()) -> None:
        self.texts = texts
        self.protected = protected
        self.canaries = canaries
        self.documents: Mapping[str, Document] = _read_all(texts)
        self._sets = {action: _slice(self.documents, action) for action in ACTIONS}
        self._entities: OrderedDict[object, Entities] = OrderedDict()
        self._decided: OrderedDict[Request, Decision] = OrderedDict()

    def decide(self, request: Request) -> Decision:
        """Return what the policies say of a request; equal requests are decided once."""
        known = self._decided.get(request)
        if known is not None:
            self._decided.move_to_end(request)
            return known
        decision = self._decided[request] = self.evaluate(request)
        if len(self._decided) > MOST_DECISIONS:
            self._decided.popitem(last=False)
        return decision

    def evaluate(self, request: Request) -> Decision:
        """Ask Cedar itself."""
        said = is_authorized(request.document(), self._sets[request.action], self._handle(request))
        found = said.diagnostics
        # Cedar leaves out a policy that fails, and it may have been a forbid.
        errors = tuple(sorted(found.errors))
        return Decision(said.allowed and not errors, tuple(sorted(found.reasons)), errors)

    def judge(self, request: Request) -> Objection | None:
        """Object to what is not allowed."""
        decision = self.decide(request)
        if decision.allowed:
            return None
        evidence: dict[str, JSON] = {
            "action": request.action,
            "agent": request.agent.id,
            "on": request.words,
            "policies": list(decision.policies),
            **({"errors": list(decision.errors)} if decision.errors else {}),
        }
        return Objection(evidence, self._would_pass(request, decision), self._needs_approval(request, decision))

    def protects(self, tool: str) -> bool:
        """Whether the tool of a name changes only with a person's approval."""
        return any(fnmatchcase(tool, each) for each in self.protected)

    def baits(self, tool: str) -> bool:
        """Whether the tool of a name is a canary."""
        return any(fnmatchcase(tool, each) for each in self.canaries)

    def _would_pass(self, request: Request, decision: Decision) -> str:
        if decision.errors:
            return "the same once the policies that could not be evaluated can be"
        if not decision.policies:
            who = request.agent.species or "any agent"
            return f"the same where a policy permits {request.action} on {request.words} to {who}"
        advice = (self.documents[name].get("annotations", {}).get("would_pass") for name in decision.policies)
        told = [text for text in advice if text]
        return "; ".join(told) or f"what {' and '.join(decision.policies)} does not forbid"

    def _needs_approval(self, request: Request, decision: Decision) -> str:
        """Return what a person must approve, where nothing but policies that ask for it stand in a rewrite's way."""
        if request.action != "admit" or decision.errors:
            return ""
        asked = [self.documents[name].get("annotations", {}).get("needs_approval") for name in decision.policies]
        return ", ".join(str(each) for each in asked) if all(asked) else ""

    def _handle(self, request: Request) -> Entities:
        key = (request.agent, request.on)
        if key not in self._entities:
            self._entities[key] = Entities.from_json_str(json.dumps(request.entities()))
            if len(self._entities) > MOST_ENTITIES:
                self._entities.popitem(last=False)
        return self._entities[key]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Policy) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    @property
    def parts(self) -> tuple[Texts, tuple[str, ...], tuple[str, ...]]:
        """What it is made of."""
        return self.texts, self.protected, self.canaries

    def __reduce__(self) -> tuple[Any, ...]:
        """Cross to another process as text."""
        return Policy, self.parts


@lru_cache(maxsize=1)
def shipped_texts() -> Texts:
    """Return the policy that ships and its schema, as (name, text)."""
    return tuple((file.name, file.read_text(encoding="utf-8")) for file in (SHIPPED, SCHEMA))


@lru_cache(maxsize=1)
def schema() -> Schema:
    """Return what policies may speak of."""
    return Schema.from_str(shipped_texts()[1][1])


@lru_cache(maxsize=1)
def shipped_ids() -> frozenset[str]:
    """Return the ids of the policies that ship, which no charter can take away."""
    return frozenset(policy_id for policy_id, _ in _read(*shipped_texts()[0]))


def applies(document: Document, action: str) -> bool:
    """Whether a policy, as Cedar's JSON, speaks of an action."""
    scope = document["action"]
    if scope["op"] == "All":
        return True
    named = scope.get("entities") or [scope["entity"]]
    return any(each["id"] == action for each in named)


def _slice(documents: Mapping[str, Document], action: str) -> PolicySet:
    """Return the policies that speak of an action, by their own ids: Cedar looks at each policy it is given."""
    chosen = {name: document for name, document in documents.items() if applies(document, action)}
    return PolicySet.from_json_str(json.dumps({"templates": {}, "staticPolicies": chosen, "templateLinks": []}))


def _read_all(texts: Texts) -> dict[str, Document]:
    found: dict[str, Document] = {}
    for name, text in (shipped_texts()[0], *texts):
        for policy_id, document in _read(name, text):
            if policy_id in found:
                raise CharterError(f"policy {name}: the id {policy_id!r} is taken already; give the policy another @id")
            found[policy_id] = document
    return found


def _read(name: str, text: str) -> Iterator[tuple[str, Document]]:
    """Yield the policies of a text with their ids: the `@id`, or the file's name and a number from 1."""
    try:
        whole = json.loads(policies_to_json_str(text))
    except ValueError as problem:
        raise CharterError(f"policy {name} is no Cedar: {_one_line(problem)}; mend it there") from problem
    if whole["templates"]:
        raise CharterError(f"policy {name} holds a template (?principal or ?resource), which nobody would fill in")
    named = {key: _id_of(document, f"{name}:{place}") for place, (key, document) in _in_order(whole["staticPolicies"])}
    _validate(name, text, named)
    for key, policy_id in named.items():
        yield policy_id, whole["staticPolicies"][key]


def _in_order(policies: Mapping[str, Document]) -> Iterator[tuple[int, tuple[str, Document]]]:
    return enumerate(sorted(policies.items(), key=lambda each: int(each[0].removeprefix("policy"))), start=1)


def _id_of(document: Document, otherwise: str) -> str:
    return document.get("annotations", {}).get("id") or otherwise


def _validate(name: str, text: str, named: Mapping[str, str]) -> None:
    found = validate_policies(text, schema())
    if found.validation_passed:
        return
    told = [_one_line(f"{named.get(error.policy_id, '')} {error.error}".strip()) for error in found.errors]
    raise CharterError(f"policy {name} does not fit the schema: {_shown(told)}; policy.cedarschema says what there is")


def _shown(told: Sequence[str]) -> str:
    return told[0] + (f" (and {len(told) - 1} more)" if len(told) > 1 else "")


def _one_line(problem: object) -> str:
    return " ".join(str(problem).split())
