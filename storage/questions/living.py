"""Questions about agents and the present: kin, deaths, what there is at a moment, what a turn depended on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from ..views import DeathRow, ThingRow, joined
from .question import Question


@dataclass(frozen=True, slots=True)
class Kin:
    """An agent related to another, and how it came to be."""

    relation: Annotated[str, "ancestor, self, child (comes from it) or bred (its turn asked for it)"]
    agent_id: Annotated[int, "the agent"]
    name: Annotated[str, "its name"]
    species: Annotated[str, "its species"]
    model: Annotated[str, "model it thinks with, empty where none"]
    parent_id: Annotated[int | None, "agent it comes from, none for a founder"]
    spawned_by: Annotated[int | None, "agent whose turn asked for it, none for a founder"]
    spawn_model: Annotated[str | None, "model asked in that turn, none where none was"]
    spawn_prompt: Annotated[str | None, "digest of the prompt of that turn"]
    turn: Annotated[int, "turn of its birth, 0 for a founder"]
    died_turn: Annotated[int | None, "turn of its end, none while it lives"]
    seq: Annotated[int, "event of its birth"]


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a turn depended on, and whether it is kept, so that the turn can be lived again."""

    kind: Annotated[str, "turn (all of it), run, view, cause, agent, version, operator, proposal or model call"]
    id: Annotated[int | None, "its number; for a view the last seq it saw"]
    name: Annotated[str | None, "what it is called; for a run its model"]
    detail: Annotated[str, "what part it played"]
    kept: Annotated[int, "1 where the database holds it whole, else 0"]


_AGENT = """WITH RECURSIVE line(id) AS (SELECT a.parent_id FROM agent a WHERE a.id = :agent AND a.parent_id IS NOT NULL
 UNION SELECT a.parent_id FROM line JOIN agent a ON a.id = line.id WHERE a.parent_id IS NOT NULL),
kin(place, relation, id) AS (SELECT 0, 'ancestor', id FROM line UNION ALL SELECT 1, 'self', :agent
 UNION ALL SELECT 2, 'child', a.id FROM agent a WHERE a.parent_id = :agent
 UNION ALL SELECT 3, 'bred', a.id FROM v_agent a WHERE a.spawned_by = :agent AND a.parent_id <> :agent)
SELECT kin.relation AS relation, a.id AS agent_id, a.name AS name, a.species AS species, a.model AS model,
 a.parent_id AS parent_id, a.spawned_by AS spawned_by, a.spawn_model AS spawn_model, a.spawn_prompt AS spawn_prompt,
 a.turn AS turn, a.died_turn AS died_turn, a.seq AS seq
FROM kin JOIN v_agent a ON a.id = kin.id ORDER BY kin.place, a.id"""

_TURN = """WITH RECURSIVE taken AS (SELECT * FROM v_turn WHERE turn = :turn),
need(place, kind, id, name, detail, kept) AS (
 SELECT 1, 'run', r.id, r.model, 'seed ' || r.seed || ', charter ' || substr(r.charter_hash, 1, 12), 1
  FROM taken JOIN run r ON r.id = taken.run_id
 UNION ALL SELECT 2, 'view', coalesce((SELECT n.seq FROM event n
   WHERE n.kind = 'turn' AND n.turn > taken.turn - r.window ORDER BY n.seq LIMIT 1), taken.seq) - 1,
  'as of turn ' || max(taken.turn - r.window, 0), 'the last event it could see', 1
  FROM taken JOIN run r ON r.id = taken.run_id
 UNION ALL SELECT 3, 'cause', e.seq, e.kind, 'what called for it: ' || coalesce(taken.subject, ''), 1
  FROM taken JOIN event e ON e.seq = taken.cause
 UNION ALL SELECT 4, 'agent', taken.agent_id, taken.agent, taken.activity, 1
  FROM taken WHERE taken.agent_id IS NOT NULL
 UNION ALL SELECT 5, 'version', v.id, t.name,
  CASE v.id WHEN taken.base_id THEN 'what the work began from' ELSE 'head of the tool' END,
  EXISTS (SELECT 1 FROM blob b WHERE b.hash = v.code_hash)
  FROM taken JOIN tool_version v ON v.id IN (taken.base_id, taken.head_id) JOIN tool t ON t.id = v.tool_id
 UNION ALL SELECT 6, 'operator', v.id, t.name, 'made the edits',
  EXISTS (SELECT 1 FROM blob b WHERE b.hash = v.code_hash)
  FROM taken JOIN tool_version v ON v.id = taken.operator_id JOIN tool t ON t.id = v.tool_id
 UNION ALL SELECT 7, 'proposal', p.id, t.name, p.reason, EXISTS (SELECT 1 FROM blob b WHERE b.hash = p.code_hash)
  FROM taken JOIN json_each(coalesce(taken.proposals, '[]')) j JOIN proposal p ON p.id = j.value
  JOIN tool t ON t.id = p.tool_id
 UNION ALL SELECT 8, 'model call', c.id, c.model, CASE c.fault WHEN '' THEN 'a reply' ELSE 'failed: ' || c.fault END,
  EXISTS (SELECT 1 FROM blob b WHERE b.hash = c.reply_hash)
  FROM taken JOIN model_call c ON c.turn = taken.turn
 UNION ALL SELECT 9, 'model call', NULL, taken.model, 'replies that were counted but not kept', 0 FROM taken
  WHERE taken.calls - (SELECT coalesce(json_extract(e.payload, '$.talk.shared'), 0) FROM event e
    WHERE e.seq = taken.seq)
   > (SELECT count(*) FROM model_call c WHERE c.turn = taken.turn))
SELECT kind, id, name, detail, kept FROM (
 SELECT 0 AS place, 'turn' AS kind, turn AS id, agent AS name,
  CASE (SELECT min(kept) FROM need) WHEN 1 THEN 'replays' ELSE 'does not replay' END AS detail,
  (SELECT min(kept) FROM need) AS kept FROM taken
 UNION ALL SELECT place, kind, id, name, detail, kept FROM need) ORDER BY place, id"""

AGENT = Question(
    "agent", "Who spawned an agent, with what prompt and model, and whom it spawned.", Kin, joined(_AGENT),
    {"agent": "an agent"}, {"agent": 1},
)  # fmt: skip
MOMENT = Question(
    "moment", "The whole ecology at a moment: runs, living agents, tools with their heads, open rewrites.", ThingRow,
    "SELECT * FROM v_moment ORDER BY kind, id",
)  # fmt: skip
TURN = Question(
    "turn", "What a turn depended on, and whether all of that is kept, so that it replays.", Need, joined(_TURN),
    {"turn": "a turn's number"}, {"turn": 1},
)  # fmt: skip
DEATHS = Question(
    "integrity", "Whether the history was altered, and who died when and why.", DeathRow,
    "SELECT * FROM v_death ORDER BY seq",
)  # fmt: skip
