"""The question how the library does: which tools others are built on, which are there twice, and which are dead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from ..views import joined
from .question import Question


@dataclass(frozen=True, slots=True)
class Health:
    """How a tool does as a part of others, by its head."""

    tool: Annotated[str, "the tool"]
    version_id: Annotated[int, "its head"]
    state: Annotated[
        str,
        "used (solved, and others require it), sound (solved), redundant (solved, unused, and an earlier or a used one"
        " answers alike), failing (unsolved, though others require it) or dead (unsolved, and nobody does)",
    ]
    reused: Annotated[int, "tools whose heads require some version of it"]
    radius: Annotated[int, "tools that a change of it reaches if all follow"]
    requires: Annotated[int, "versions of other tools that its head requires"]
    behind: Annotated[int, "of those, how many are no longer their tool's head"]
    twins: Annotated[int, "solved tools, not built on it nor it on them, that answer alike on 3 or more shared inputs"]
    royalties: Annotated[float, "energy that authors of its versions earned by being required"]


# What solved tools answer is what their visible cases expect.
_HEALTH = """WITH RECURSIVE top AS (
 SELECT h.id, h.tool_id, h.tool, t.task_id, s.visible_passed = s.visible_total AND s.gate_passed = s.gate_total
  AND s.visible_total > 0 AS solved
 FROM v_head h JOIN tool t ON t.id = h.tool_id JOIN task k ON k.id = t.task_id JOIN v_score s ON s.version_id = h.id
 WHERE k.judged = 'cases'),
need AS (SELECT DISTINCT top.tool_id, w.tool_id AS on_id, w.id AS required_id
 FROM top JOIN requirement r ON r.version_id = top.id JOIN tool_version w ON w.id = r.required_id),
reach(tool_id, on_id) AS (SELECT tool_id, on_id FROM need
 UNION SELECT need.tool_id, reach.on_id FROM need JOIN reach ON reach.tool_id = need.on_id),
twin AS (SELECT a.tool_id AS tool_id, b.tool_id AS twin_id
 FROM top a JOIN task_case c ON c.task_id = a.task_id AND c.ring = 'visible' AND c.args <> ''
  JOIN task_case d ON d.args = c.args AND d.ring = 'visible'
  JOIN top b ON b.task_id = d.task_id AND b.tool_id <> a.tool_id
 WHERE a.solved AND b.solved GROUP BY a.tool_id, b.tool_id
 HAVING count(*) >= 3 AND min(c.expect = d.expect) = 1),
apart AS (SELECT twin.tool_id, twin.twin_id FROM twin WHERE NOT EXISTS (SELECT 1 FROM reach r
 WHERE (r.tool_id = twin.tool_id AND r.on_id = twin.twin_id) OR (r.tool_id = twin.twin_id AND r.on_id = twin.tool_id))),
told AS (SELECT top.tool_id, top.tool, top.id, top.solved,
 (SELECT count(DISTINCT n.tool_id) FROM need n WHERE n.on_id = top.tool_id AND n.tool_id <> top.tool_id) AS reused,
 (SELECT count(DISTINCT r.tool_id) FROM reach r WHERE r.on_id = top.tool_id AND r.tool_id <> top.tool_id) AS radius,
 (SELECT count(*) FROM need n WHERE n.tool_id = top.tool_id) AS requires,
 (SELECT count(*) FROM need n JOIN top h ON h.tool_id = n.on_id AND h.id <> n.required_id
  WHERE n.tool_id = top.tool_id) AS behind,
 (SELECT count(*) FROM apart WHERE apart.tool_id = top.tool_id) AS twins FROM top),
earned AS (SELECT w.tool_id, sum(l.amount) AS amount FROM ledger l
 JOIN tool_version w ON l.reason = 'royalty for version ' || w.id GROUP BY w.tool_id)
SELECT told.tool AS tool, told.id AS version_id,
 CASE WHEN told.solved AND told.reused THEN 'used'
  WHEN told.solved AND EXISTS (SELECT 1 FROM apart JOIN told o ON o.tool_id = apart.twin_id
   WHERE apart.tool_id = told.tool_id AND (o.reused OR o.tool_id < told.tool_id)) THEN 'redundant'
  WHEN told.solved THEN 'sound' WHEN told.reused THEN 'failing' ELSE 'dead' END AS state,
 told.reused AS reused, told.radius AS radius, told.requires AS requires, told.behind AS behind, told.twins AS twins,
 coalesce(earned.amount, 0.0) AS royalties
FROM told LEFT JOIN earned ON earned.tool_id = told.tool_id ORDER BY told.reused DESC, told.tool_id"""

HEALTH = Question(
    "health", "How the library does: which tools are reused, there twice, or dead.", Health, joined(_HEALTH)
)
