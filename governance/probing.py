"""Which policies ever matter: every kind of request that policies tell apart is put to Cedar itself.

Promises: each policy that is said never to matter was looked at in all requests that differ in anything that policies
speak of, or, where those are too many, in a seeded share of them, and the answer says which.
Does not promise: a proof where only a share was looked at.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from cedarpy import Entities, PolicySet, is_authorized

from .policy import Document, Policy, applies
from .request import ACTIONS, Action, AgentSeen, Fact, Request, ToolSeen

MOST_PROBES = 2048

_CONTEXT: Mapping[Action, Mapping[str, Fact]] = {
    "propose": {"model": ""},
    "compose": {"model": ""},
    "test": {},
    "critique": {"stance": "support", "evidence": False, "own": False, "kin": False},
    "admit": {"supporters": 1, "objectors": 0, "approved": False, "model": ""},
    "spawn": {"species": "", "family": "", "model": ""},
    "retire": {},
    "post": {"topic": "tool/1"},
    "signal": {"kind": "help", "subject": "tool:1"},
}
_AGENT, _OTHER, _TOOL = (
    AgentSeen(1, "specialist", lineage=1, energy=100),
    AgentSeen(2, "critic", lineage=2),
    ToolSeen(1),
)
_STANCES = ("support", "object")

Path = tuple[str, str]
Domains = dict[Path, tuple[Any, ...]]


@dataclass(slots=True)
class Mattered:
    """What one policy was seen to do: `applied` to a request, `decided` one, and decided one that no other did alike.

    `beaten` are the forbids that stood against a permit everywhere where it applied.
    """

    applied: bool = False
    decided: bool = False
    alone: bool = False
    beaten: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Probed:
    """What every policy was seen to do, the number of requests, and whether those were all there are."""

    policies: Mapping[str, Mattered]
    requests: int
    whole: bool


def probe(policy: Policy, *, species: Sequence[str], most: int = MOST_PROBES) -> Probed:
    """Put to a policy what an agent of these species can ask, at most `most` requests an action."""
    found = {name: Mattered() for name in policy.documents}
    count, whole = 0, True
    for action in ACTIONS:
        documents = {name: each for name, each in policy.documents.items() if applies(each, action)}
        domains = _domains(action, list(documents.values()), species=species)
        asked, all_of_them = _requests(action, domains, most=most)
        whole &= all_of_them
        count += len(asked)
        _look(policy, documents, asked, found=found)
    return Probed(found, count, whole)


def _look(
    policy: Policy, documents: Mapping[str, Document], asked: Sequence[Request], *, found: dict[str, Mattered]
) -> None:
    permits = {name for name, each in documents.items() if each["effect"] == "permit"}
    lenient = _set({name: documents[name] for name in permits})
    single = {name: _set({name: {**each, "effect": "permit"}}) for name, each in documents.items()}
    for request in asked:
        decision = policy.evaluate(request)
        entities = Entities.from_json_str(json.dumps(request.entities()))
        deciding = set(decision.policies)
        for name in deciding:
            found[name].applied = found[name].decided = True
        if len(deciding) == 1 and not decision.errors:
            (name,) = deciding
            # A forbid matters only where something would have been permitted.
            found[name].alone |= decision.allowed or is_authorized(request.document(), lenient, entities).allowed
        for name in permits - deciding if deciding else ():
            if not found[name].decided and is_authorized(request.document(), single[name], entities).allowed:
                found[name].beaten = found[name].beaten & deciding if found[name].applied else deciding
                found[name].applied = True


def _set(documents: Mapping[str, Document]) -> PolicySet:
    return PolicySet.from_json_str(json.dumps({"templates": {}, "staticPolicies": documents, "templateLinks": []}))


def _requests(action: Action, domains: Domains, *, most: int) -> tuple[list[Request], bool]:
    """Return the requests in which all that policies speak of takes each of its values, or a seeded share of them."""
    sizes = [len(domain) for domain in domains.values()]
    paths = list(domains)
    if math.prod(sizes) <= most:
        chosen: Iterator[tuple[Any, ...]] = itertools.product(*domains.values())
        return [_request(action, dict(zip(paths, values, strict=True))) for values in chosen], True
    rng = Random(f"{action}:{sizes}")
    drawn = (tuple(rng.choice(domain) for domain in domains.values()) for _ in range(most))
    return [_request(action, dict(zip(paths, values, strict=True))) for values in drawn], False


def _request(action: Action, values: Mapping[Path, Any]) -> Request:
    """Return a request in which some facts are as given and the rest plain."""
    agent = replace(_AGENT, **_of(values, "principal"))
    context = {**_CONTEXT[action], **_of(values, "context")}
    match action:
        case "spawn":
            seen = replace(_OTHER, **_of(values, "resource"))
            # Whoever has the same number is the same agent.
            return Request.of(action, agent, agent if seen.id == agent.id else seen, **context)
        case "retire":
            return Request.of(action, agent, agent, **context)
        case "post" | "signal":
            return Request.of(action, agent, values.get(("resource", "place"), "board"), **context)
        case _:
            return Request.of(action, agent, replace(_TOOL, **_of(values, "resource")), **context)


def _of(values: Mapping[Path, Any], variable: str) -> dict[str, Any]:
    return {name: value for (owner, name), value in values.items() if owner == variable}


def _domains(action: Action, documents: Sequence[Document], *, species: Sequence[str]) -> Domains:
    """Return the values that every fact which policies speak of may take, as far as they tell them apart."""
    paths: dict[Path, list[Any]] = {}
    for document in documents:
        spoken = set(_spoken(document))
        literals = list(_literals(document))
        for path in spoken:
            paths.setdefault(path, []).extend(literals)
    if action in ("post", "signal"):
        paths[("resource", "place")] = []
    known = {path: _plain(action, path) for path in paths}
    return {
        path: _values(path, plain, literals=paths[path], species=species)
        for path, plain in known.items()
        if plain is not None
    }


def _plain(action: Action, path: Path) -> Any:
    """Return the plain value of a fact in requests of an action, None where they have no such fact."""
    owner, name = path
    if path == ("resource", "place"):
        return "board"
    if owner == "context":
        return _CONTEXT[action].get(name)
    if owner == "principal":
        return getattr(_AGENT, name, None)
    if action in ("post", "signal", "retire"):
        return None
    return getattr(_OTHER if action == "spawn" else _TOOL, name, None)


def _values(path: Path, plain: Any, *, literals: Sequence[Any], species: Sequence[str]) -> tuple[Any, ...]:
    name = path[1]
    if path == ("resource", "place"):
        return ("board", "rules")
    if isinstance(plain, bool):
        return (False, True)
    if isinstance(plain, tuple):
        words = sorted({each for each in literals if isinstance(each, str)})
        return ((), *((word,) for word in words), tuple(words))
    if isinstance(plain, int):
        around = {each + step for each in literals if type(each) is int for step in (-1, 0, 1)}
        return tuple(sorted({plain, 0, 1, 2, *around} if name != "id" else {1, 2, *around}))
    known = set(species) if name == "species" else set(_STANCES) if name == "stance" else {""}
    return tuple(sorted({plain, *known, *(each for each in literals if isinstance(each, str))}))


def _spoken(node: Any) -> Iterator[Path]:
    """Yield the facts that a policy in Cedar's JSON speaks of."""
    if isinstance(node, dict):
        for key in (".", "has"):
            inner = node.get(key)
            if isinstance(inner, dict) and "Var" in inner.get("left", {}):
                yield inner["left"]["Var"], inner["attr"]
        for owner in ("principal", "resource"):
            scope = node.get(owner)
            if (isinstance(scope, dict) and scope.get("entity")) or node == {"Var": owner}:
                yield owner, "id"
    inside = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for each in inside:
        yield from _spoken(each)


def _literals(node: Any) -> Iterator[str | int]:
    """Yield the numbers and texts that a policy names, one text for each pattern, and the numbers of entities."""
    if isinstance(node, dict):
        if "Value" in node and isinstance(node["Value"], str | int):
            yield node["Value"]
        if isinstance(node.get("pattern"), list):
            yield "".join(each["Literal"] if isinstance(each, dict) else "x" for each in node["pattern"])
        if "id" in node and "type" in node and str(node["id"]).isdecimal():
            yield int(node["id"])
    inside = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for each in inside:
        yield from _literals(each)
