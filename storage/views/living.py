"""The views of agents and turns: births, deaths, what a turn did, events by name, the present, diversity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from .view import View, joined


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event with the names of what it is about."""

    seq: Annotated[int, "the event"]
    turn: Annotated[int, "its turn, 0 outside turns"]
    kind: Annotated[str, "what happened"]
    cause: Annotated[int | None, "event that led to it"]
    cause_kind: Annotated[str | None, "what happened then"]
    agent: Annotated[str | None, "agent it is about"]
    tool: Annotated[str | None, "tool it is about"]
    payload: Annotated[str, "what else there is to say, as JSON"]


@dataclass(frozen=True, slots=True)
class TurnRow:
    """A turn: who took it, on what, and what it took."""

    seq: Annotated[int, "the turn's event"]
    turn: Annotated[int, "its number, from 1"]
    run_id: Annotated[int | None, "its run"]
    cause: Annotated[int | None, "event that called for it: the signal, rewrite or approval taken up"]
    agent_id: Annotated[int | None, "agent that took it, none where nobody did"]
    agent: Annotated[str | None, "name of that agent"]
    activity: Annotated[str, "search, rewrite, improve, test, review, repropose, breed, ... or idle"]
    subject: Annotated[str | None, "what was taken up"]
    tool_id: Annotated[int | None, "tool it was about"]
    tool: Annotated[str | None, "name of the tool"]
    head_id: Annotated[int | None, "head of the tool as the agent saw it"]
    base_id: Annotated[int | None, "version the work began from"]
    operator_id: Annotated[int | None, "version of the operator tool that made the edits"]
    proposals: Annotated[str | None, "rewrites it was about, JSON list"]
    tried: Annotated[int, "programs tried"]
    model: Annotated[str | None, "model that was asked, none where none was"]
    prompt: Annotated[str | None, "digest of the last prompt"]
    calls: Annotated[int, "replies of the model"]
    tokens: Annotated[int, "tokens of these, in and out"]
    usd: Annotated[float, "dollars paid for these, as far as known"]
    unknown: Annotated[int, "requests of unknown price"]
    energy: Annotated[float, "energy the agent paid"]


@dataclass(frozen=True, slots=True)
class AgentRow:
    """An agent: whose child, brought up by whom, thinking with what, and what became of it."""

    id: Annotated[int, "the agent"]
    seq: Annotated[int, "event of its birth"]
    turn: Annotated[int, "turn of its birth, 0 for a founder"]
    name: Annotated[str, "its name"]
    species: Annotated[str, "what kind of mind it has"]
    model: Annotated[str, "model it thinks with, empty where none"]
    founder_id: Annotated[int, "first of its line"]
    parent_id: Annotated[int | None, "agent it comes from, none for a founder"]
    depth: Annotated[int, "generations since the founder"]
    spawned_by: Annotated[int | None, "agent whose turn asked for it, none for a founder"]
    spawn_model: Annotated[str | None, "model that was asked in that turn"]
    spawn_prompt: Annotated[str | None, "digest of the prompt of that turn"]
    children: Annotated[int, "agents that come from it"]
    energy: Annotated[float, "energy it has or had at its end"]
    died_seq: Annotated[int | None, "event of its end, none while it lives"]
    died_turn: Annotated[int | None, "turn of its end"]
    death: Annotated[str | None, "why it ended"]


@dataclass(frozen=True, slots=True)
class DeathRow:
    """The end of an agent."""

    agent_id: Annotated[int, "the agent"]
    name: Annotated[str, "its name"]
    species: Annotated[str, "its species"]
    seq: Annotated[int, "event of its end"]
    turn: Annotated[int, "turn of its end"]
    turns_lived: Annotated[int, "turns from its birth to its end"]
    reason: Annotated[str | None, "why"]
    cause: Annotated[int | None, "event that led to it"]
    cause_kind: Annotated[str | None, "what happened then"]
    energy: Annotated[float, "energy it had left"]


@dataclass(frozen=True, slots=True)
class ThingRow:
    """Something there is now."""

    kind: Annotated[str, "run, agent, tool or proposal (an open one)"]
    id: Annotated[int, "its number"]
    name: Annotated[str, "its name, or its tool's"]
    state: Annotated[str, "what can be said of it in a word or two"]
    amount: Annotated[float | None, "energy of an agent, score of a tool's head or of a proposal, last turn of a run"]
    since_seq: Annotated[int, "event that made it what it is"]


@dataclass(frozen=True, slots=True)
class DiversityRow:
    """How many kinds there are now, and how evenly they share."""

    population: Annotated[str, "agents (the living) or code (the heads)"]
    trait: Annotated[str, "founder, species, model, author or tree"]
    members: Annotated[int, "agents or heads"]
    kinds: Annotated[int, "different values of the trait"]
    effective: Annotated[float, "kinds there would be if all were equally common (inverse Simpson), 1 to kinds"]
    largest_share: Annotated[float, "share of the commonest kind, 0 to 1"]


_EVENT = """
SELECT e.seq AS seq, e.turn AS turn, e.kind AS kind, e.cause AS cause, c.kind AS cause_kind, a.name AS agent,
 t.name AS tool, e.payload AS payload
FROM event e LEFT JOIN event c ON c.seq = e.cause LEFT JOIN agent a ON a.id = e.agent_id
 LEFT JOIN tool t ON t.id = e.tool_id
"""
# The plus keeps SQLite from going through all that an agent ever paid, once for each of its turns.
_TURN = """
SELECT e.seq AS seq, e.turn AS turn, e.run_id AS run_id, e.cause AS cause, nullif(e.agent_id, 0) AS agent_id,
 a.name AS agent, coalesce(json_extract(e.payload, '$.activity'), 'idle') AS activity,
 json_extract(e.payload, '$.subject') AS subject, e.tool_id AS tool_id, t.name AS tool,
 json_extract(e.payload, '$.head') AS head_id, json_extract(e.payload, '$.base') AS base_id,
 json_extract(e.payload, '$.operator') AS operator_id, json_extract(e.payload, '$.proposals') AS proposals,
 coalesce(json_extract(e.payload, '$.tried'), 0) AS tried, json_extract(e.payload, '$.talk.model') AS model,
 nullif(json_extract(e.payload, '$.talk.prompt'), '') AS prompt,
 coalesce(json_extract(e.payload, '$.talk.calls'), 0) AS calls,
 coalesce(json_extract(e.payload, '$.talk.tokens'), 0) AS tokens,
 coalesce(json_extract(e.payload, '$.talk.usd'), 0.0) AS usd,
 coalesce(json_extract(e.payload, '$.talk.unknown'), 0) AS unknown,
 coalesce((SELECT -sum(l.amount) FROM ledger l WHERE l.seq > e.seq AND l.seq < coalesce((SELECT n.seq FROM event n
  WHERE n.seq > e.seq AND n.kind = 'turn' ORDER BY n.seq LIMIT 1), e.seq + 1000000)
  AND +l.agent_id = e.agent_id AND l.kind = 'energy' AND l.reason = 'turn'), 0.0) AS energy
FROM event e LEFT JOIN agent a ON a.id = e.agent_id LEFT JOIN tool t ON t.id = e.tool_id
WHERE e.kind = 'turn'
"""
_AGENT = """
SELECT a.id AS id, a.seq AS seq, e.turn AS turn, a.name AS name, a.species AS species,
 coalesce(json_extract(a.genome, '$.model'), '') AS model, a.founder_id AS founder_id, a.parent_id AS parent_id,
 a.depth AS depth, CASE WHEN a.parent_id IS NOT NULL THEN coalesce(c.agent_id, a.parent_id) END AS spawned_by,
 json_extract(c.payload, '$.talk.model') AS spawn_model,
 nullif(json_extract(c.payload, '$.talk.prompt'), '') AS spawn_prompt,
 (SELECT count(*) FROM agent k WHERE k.parent_id = a.id) AS children,
 coalesce((SELECT l.balance FROM ledger l WHERE l.agent_id = a.id AND l.kind = 'energy' ORDER BY l.id DESC LIMIT 1),
  0.0) AS energy,
 d.seq AS died_seq, d.turn AS died_turn, json_extract(d.payload, '$.reason') AS death
FROM agent a JOIN event e ON e.seq = a.seq LEFT JOIN event c ON c.seq = e.cause AND c.kind = 'turn'
 LEFT JOIN event d ON d.seq = (SELECT min(r.seq) FROM event r WHERE r.kind = 'retire' AND r.agent_id = a.id)
"""
_DEATH = """
SELECT a.id AS agent_id, a.name AS name, a.species AS species, d.seq AS seq, d.turn AS turn,
 d.turn - a.turn AS turns_lived, a.death AS reason, d.cause AS cause, c.kind AS cause_kind,
 coalesce((SELECT l.balance FROM ledger l WHERE l.agent_id = a.id AND l.kind = 'energy' AND l.seq <= d.seq
  ORDER BY l.id DESC LIMIT 1), 0.0) AS energy
FROM v_agent a JOIN event d ON d.seq = a.died_seq LEFT JOIN event c ON c.seq = d.cause
"""
_MOMENT = """
SELECT 'run' AS kind, r.id AS id, r.model AS name,
 coalesce((SELECT json_extract(e.payload, '$.ending') FROM event e WHERE e.kind = 'end' AND e.run_id = r.id
  ORDER BY e.seq DESC LIMIT 1), 'under way') AS state,
 (SELECT 1.0 * e.turn FROM event e WHERE e.run_id = r.id AND e.turn > 0 ORDER BY e.seq DESC LIMIT 1) AS amount,
 r.seq AS since_seq FROM run r
UNION ALL SELECT 'agent', a.id, a.name, a.species, a.energy, a.seq FROM v_agent a WHERE a.died_seq IS NULL
UNION ALL SELECT 'tool', h.tool_id, h.tool, CASE WHEN h.score IS NULL THEN 'not measured' WHEN h.score < 1
 THEN 'failing' ELSE 'passing' END || ', version ' || h.id, h.score, h.seq FROM v_head h
UNION ALL SELECT 'proposal', p.id, p.tool, 'open, by ' || coalesce(p.author, 'nobody'), p.score, p.seq
FROM v_proposal p WHERE p.outcome = 'open'
"""
_DIVERSITY = """
WITH member(population, trait, kind) AS (
 SELECT 'agents', 'founder', a.founder_id FROM v_agent a WHERE a.died_seq IS NULL
 UNION ALL SELECT 'agents', 'species', a.species FROM v_agent a WHERE a.died_seq IS NULL
 UNION ALL SELECT 'agents', 'model', a.model FROM v_agent a WHERE a.died_seq IS NULL
 UNION ALL SELECT 'code', 'founder', coalesce(h.founder_id, 0) FROM v_head h
 UNION ALL SELECT 'code', 'author', coalesce(h.author_id, 0) FROM v_head h
 UNION ALL SELECT 'code', 'species', coalesce(h.species, '') FROM v_head h
 UNION ALL SELECT 'code', 'model', h.model FROM v_head h
 UNION ALL SELECT 'code', 'tree', coalesce(h.tree, 'version ' || h.id) FROM v_head h),
kinds(population, trait, kind, n) AS (SELECT population, trait, kind, count(*) FROM member GROUP BY 1, 2, 3)
SELECT population, trait, sum(n) AS members, count(*) AS kinds, 1.0 * sum(n) * sum(n) / sum(n * n) AS effective,
 1.0 * max(n) / sum(n) AS largest_share
FROM kinds GROUP BY population, trait
"""

LIVING_VIEWS = (
    View("v_event", "Every event, with the names of what it is about.", EventRow, joined(_EVENT),
         "SELECT kind, count(*) FROM v_event GROUP BY kind ORDER BY count(*) DESC, kind LIMIT 5"),
    View("v_turn", "Every turn: who took it, on what, and what it took.", TurnRow, joined(_TURN),
         "SELECT activity, count(*), sum(tried), sum(usd) FROM v_turn GROUP BY activity ORDER BY activity"),
    View("v_agent", "Everyone who ever lived: whose child, with what model, and what became of it.", AgentRow,
         joined(_AGENT),
         "SELECT name, species, parent_id, energy, death FROM v_agent ORDER BY id LIMIT 5"),
    View("v_death", "Who died, when and why.", DeathRow, joined(_DEATH),
         "SELECT name, turn, reason, energy FROM v_death ORDER BY seq LIMIT 5"),
    View("v_moment", "What there is now: runs, living agents, tools with their heads, open proposals.", ThingRow,
         joined(_MOMENT),
         "SELECT kind, count(*), avg(amount) FROM v_moment GROUP BY kind ORDER BY kind"),
    View("v_diversity", "How many kinds of agents and of code there are now, and how evenly they share.",
         DiversityRow, joined(_DIVERSITY),
         "SELECT population, trait, kinds, effective FROM v_diversity ORDER BY population, trait"),
)  # fmt: skip
