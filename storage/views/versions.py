"""The views of tool versions: scores, edges, heads, gains of lineages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from .view import View, joined


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """What a version passes, measured when it was proposed or, as it came, by its baseline trial."""

    version_id: Annotated[int, "the version"]
    seq: Annotated[int, "event that wrote the version"]
    visible_passed: Annotated[int | None, "visible cases passed, none where nothing measured it yet"]
    visible_total: Annotated[int | None, "visible cases"]
    gate_passed: Annotated[int | None, "gate cases passed"]
    gate_total: Annotated[int | None, "gate cases"]
    fuel: Annotated[int | None, "fuel used by all these cases"]
    score: Annotated[float | None, "share of gate cases passed, 0 to 1; of visible ones where there is no gate"]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version with everything a reader asks of it by name."""

    id: Annotated[int, "the version"]
    seq: Annotated[int, "event that wrote it"]
    turn: Annotated[int, "turn in which it became the head, 0 outside turns"]
    tool_id: Annotated[int, "its tool"]
    tool: Annotated[str, "name of its tool"]
    number: Annotated[int, "place among the tool's versions, from 0"]
    parent_id: Annotated[int | None, "version it replaced"]
    depth: Annotated[int, "steps from the root of its line"]
    author_id: Annotated[int | None, "agent that wrote it, none as it came"]
    author: Annotated[str | None, "name of that agent"]
    founder_id: Annotated[int | None, "first of that agent's line"]
    species: Annotated[str | None, "species of that agent"]
    model: Annotated[str, "model that thought it up, empty where none did"]
    proposal_id: Annotated[int | None, "proposal that became it"]
    score: Annotated[float | None, "share of gate cases passed, 0 to 1"]
    parent_score: Annotated[float | None, "the same of the version it replaced"]
    gain: Annotated[float | None, "score less parent_score, -1 to 1"]
    fuel: Annotated[int | None, "fuel used by all its cases"]
    size: Annotated[int, "length of its code, characters"]
    reason: Annotated[str, "why it was written"]
    tree: Annotated[str | None, "hash of its syntax tree"]
    replaced_seq: Annotated[int | None, "event that wrote the version after it, none for a head"]


@dataclass(frozen=True, slots=True)
class EdgeRow:
    """One step from a version to one it came from."""

    child_id: Annotated[int, "the later version"]
    parent_id: Annotated[int, "the earlier one"]
    role: Annotated[str, "parent (the version replaced), basis, component, ingredient, required or restored"]
    seq: Annotated[int, "event that wrote the later one"]


@dataclass(frozen=True, slots=True)
class LineageRow:
    """A founder with all its descendants, and what their code came to."""

    founder_id: Annotated[int, "first of the line"]
    founder: Annotated[str, "its name"]
    agents: Annotated[int, "agents of the line, the founder among them"]
    alive: Annotated[int, "those that have not retired"]
    versions: Annotated[int, "versions they wrote"]
    heads: Annotated[int, "those that are heads"]
    gain: Annotated[float, "sum of the gains of these versions, in scores of 0 to 1"]
    best_gain: Annotated[float | None, "largest single gain"]
    best_version_id: Annotated[int | None, "version that brought it, the first such"]
    best_tool: Annotated[str | None, "its tool"]


@dataclass(frozen=True, slots=True)
class CostRow:
    """What was spent on a tool from the moment a version's parent became its head until the version did."""

    version_id: Annotated[int, "the version"]
    tool: Annotated[str, "its tool"]
    seq: Annotated[int, "event that wrote it"]
    turns: Annotated[int, "turns given to the tool, those in vain and reviews included"]
    candidates: Annotated[int, "programs tried in them"]
    calls: Annotated[int, "replies of models in them"]
    tokens: Annotated[int, "tokens of these, in and out"]
    usd: Annotated[float, "dollars paid for these, as far as known"]
    unknown: Annotated[int, "requests of unknown price"]
    energy: Annotated[float, "energy paid for these turns"]


_SCORE = """
SELECT v.id AS version_id, v.seq AS seq,
 coalesce(v.visible_passed, b.visible_passed) AS visible_passed,
 coalesce(v.visible_total, b.visible_total) AS visible_total,
 coalesce(v.gate_passed, b.gate_passed) AS gate_passed,
 coalesce(v.gate_total, b.gate_total) AS gate_total,
 coalesce(v.fuel, b.fuel) AS fuel,
 coalesce(1.0 * coalesce(v.gate_passed, b.gate_passed) / nullif(coalesce(v.gate_total, b.gate_total), 0),
  1.0 * coalesce(v.visible_passed, b.visible_passed) / nullif(coalesce(v.visible_total, b.visible_total), 0)) AS score
FROM tool_version v LEFT JOIN evaluation b ON b.id = (SELECT max(t.id) FROM evaluation t
 WHERE v.fuel IS NULL AND t.version_id = v.id AND t.ring_set = 'baseline')
"""
_VERSION = """
SELECT v.id AS id, v.seq AS seq, e.turn AS turn, v.tool_id AS tool_id, t.name AS tool, v.number AS number,
 v.parent_id AS parent_id, v.depth AS depth, v.author_id AS author_id, a.name AS author, a.founder_id AS founder_id,
 a.species AS species, v.model AS model, v.proposal_id AS proposal_id, s.score AS score, p.score AS parent_score,
 s.score - p.score AS gain, s.fuel AS fuel, v.size AS size, v.reason AS reason,
 (SELECT x.tree_hash FROM syntax x WHERE x.code_hash = v.code_hash LIMIT 1) AS tree,
 (SELECT n.seq FROM tool_version n WHERE n.tool_id = v.tool_id AND n.number = v.number + 1) AS replaced_seq
FROM tool_version v JOIN event e ON e.seq = v.seq JOIN tool t ON t.id = v.tool_id
 JOIN v_score s ON s.version_id = v.id LEFT JOIN v_score p ON p.version_id = v.parent_id
 LEFT JOIN agent a ON a.id = v.author_id
"""
_EDGE = """
SELECT v.id AS child_id, v.parent_id AS parent_id, 'parent' AS role, v.seq AS seq
FROM tool_version v WHERE v.parent_id IS NOT NULL
UNION ALL SELECT p.version_id, p.parent_id, p.role, p.seq FROM version_parent p
"""
_LINEAGE = """
SELECT f.id AS founder_id, f.name AS founder,
 (SELECT count(*) FROM agent a WHERE a.founder_id = f.id) AS agents,
 (SELECT count(*) FROM agent a WHERE a.founder_id = f.id
  AND NOT EXISTS (SELECT 1 FROM event d WHERE d.kind = 'retire' AND d.agent_id = a.id)) AS alive,
 count(v.id) AS versions, coalesce(sum(v.replaced_seq IS NULL AND v.id IS NOT NULL), 0) AS heads,
 coalesce(sum(v.gain), 0.0) AS gain, max(v.gain) AS best_gain,
 (SELECT w.id FROM v_version w WHERE w.founder_id = f.id AND w.gain IS NOT NULL
  ORDER BY w.gain DESC, w.id LIMIT 1) AS best_version_id,
 (SELECT w.tool FROM v_version w WHERE w.founder_id = f.id AND w.gain IS NOT NULL
  ORDER BY w.gain DESC, w.id LIMIT 1) AS best_tool
FROM agent f LEFT JOIN v_version v ON v.founder_id = f.id WHERE f.parent_id IS NULL GROUP BY f.id
"""
_COST = """
SELECT v.id AS version_id, t.name AS tool, v.seq AS seq, count(w.seq) AS turns,
 coalesce(sum(w.tried), 0) AS candidates, coalesce(sum(w.calls), 0) AS calls, coalesce(sum(w.tokens), 0) AS tokens,
 coalesce(sum(w.usd), 0.0) AS usd, coalesce(sum(w.unknown), 0) AS unknown, coalesce(sum(w.energy), 0.0) AS energy
FROM tool_version v JOIN tool t ON t.id = v.tool_id LEFT JOIN tool_version p ON p.id = v.parent_id
 LEFT JOIN v_turn w ON w.tool_id = v.tool_id AND v.parent_id IS NOT NULL AND w.seq > p.seq AND w.seq <= v.seq
GROUP BY v.id
"""

VERSION_VIEWS = (
    View("v_score", "What each version passes.", ScoreRow, joined(_SCORE),
         "SELECT version_id, score, fuel FROM v_score ORDER BY score DESC, fuel LIMIT 5"),
    View("v_version", "Every version by name: tool, author, model, score and gain.", VersionRow, joined(_VERSION),
         "SELECT id, tool, number, author, gain, reason FROM v_version WHERE gain > 0 ORDER BY gain DESC LIMIT 5"),
    View("v_head", "The versions that are heads: the code that is alive.", VersionRow,
         "SELECT * FROM v_version WHERE replaced_seq IS NULL",
         "SELECT tool, score, author, species FROM v_head ORDER BY score, tool LIMIT 5"),
    View("v_edge", "Every step of descent between versions, labelled.", EdgeRow, joined(_EDGE),
         "SELECT role, count(*) FROM v_edge GROUP BY role ORDER BY role"),
    View("v_lineage", "Founders with all their descendants, and what their code gained.", LineageRow, joined(_LINEAGE),
         "SELECT founder, versions, gain, best_gain FROM v_lineage ORDER BY gain DESC, founder_id LIMIT 5"),
    View("v_cost", "What each version cost beyond its parent.", CostRow, joined(_COST),
         "SELECT tool, version_id, turns, candidates, energy FROM v_cost ORDER BY candidates DESC LIMIT 5"),
)  # fmt: skip
