"""Questions about lines of descent: where a version came from, what came of it, what changed, where lines parted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from ..views import joined
from .question import Question

UP = """up(id) AS (SELECT :version
 UNION SELECT v.parent_id FROM up JOIN tool_version v ON v.id = up.id WHERE v.parent_id IS NOT NULL
 UNION SELECT p.parent_id FROM up JOIN version_parent p ON p.version_id = up.id)"""


@dataclass(frozen=True, slots=True)
class Step:
    """A version in the descent of another: the edge by which it belongs there, and what it was."""

    version_id: Annotated[int, "the version"]
    role: Annotated[
        str | None, "how child_id came from it: parent, basis, component, ...; none for the one asked about"
    ]
    child_id: Annotated[int | None, "version that came from it"]
    tool: Annotated[str, "its tool"]
    number: Annotated[int, "place among the tool's versions, from 0"]
    author: Annotated[str | None, "agent that wrote it, none as it came"]
    model: Annotated[str, "model that thought it up, empty where none did"]
    score: Annotated[float | None, "share of gate cases passed, 0 to 1"]
    gain: Annotated[float | None, "score less that of the version it replaced"]
    reason: Annotated[str, "why it was written"]
    turn: Annotated[int, "turn in which it became the head, 0 outside turns"]
    seq: Annotated[int, "event that wrote it"]


@dataclass(frozen=True, slots=True)
class Use:
    """Something that came from a version or made use of it."""

    kind: Annotated[str, "version (it descends), proposal (it was made from or builds on one), turns (edits were made)"]
    id: Annotated[int, "number of that version or proposal; for turns, the last of them"]
    role: Annotated[str, "parent, basis, component, ...; operator for turns"]
    of_id: Annotated[int, "the version that was used: the one asked about or one that descends from it"]
    tool: Annotated[str | None, "tool of what used it"]
    agent: Annotated[str | None, "agent that did"]
    state: Annotated[str, "head or replaced for a version; admitted, vetoed or open; number of turns"]
    score: Annotated[float | None, "share of gate cases passed, 0 to 1"]
    seq: Annotated[int, "event that wrote it"]


@dataclass(frozen=True, slots=True)
class Change:
    """A version between two others: undone on the way back from the one, or done on the way to the other."""

    way: Annotated[str, "undone or done"]
    version_id: Annotated[int, "the version"]
    author: Annotated[str | None, "agent that wrote it"]
    model: Annotated[str, "model that thought it up, empty where none did"]
    reason: Annotated[str, "why, in the author's words"]
    support: Annotated[int, "critiques that spoke for it"]
    objections: Annotated[int, "critiques that spoke against it"]
    score: Annotated[float | None, "share of gate cases passed, 0 to 1"]
    gain: Annotated[float | None, "score less that of the version it replaced"]
    turn: Annotated[int, "turn in which it became the head"]
    seq: Annotated[int, "event that wrote it"]


@dataclass(frozen=True, slots=True)
class Fork:
    """Two lines side by side from their most recent common ancestor on; the shorter one stays at its end."""

    step: Annotated[int, "steps from the common ancestor, which is step 0"]
    a_id: Annotated[int, "version on the first line"]
    a_score: Annotated[float | None, "its share of gate cases passed, 0 to 1"]
    a_author: Annotated[str | None, "agent that wrote it"]
    b_id: Annotated[int, "version on the second line"]
    b_score: Annotated[float | None, "its share of gate cases passed, 0 to 1"]
    b_author: Annotated[str | None, "agent that wrote it"]
    parted: Annotated[int, "1 at the first step whose scores differ, else 0"]


_ORIGIN = f"""WITH RECURSIVE {UP},
edge(child_id, parent_id, role) AS (
 SELECT v.id, v.parent_id, 'parent' FROM up JOIN tool_version v ON v.id = up.id WHERE v.parent_id IS NOT NULL
 UNION ALL SELECT p.version_id, p.parent_id, p.role FROM up JOIN version_parent p ON p.version_id = up.id)
SELECT v.id AS version_id, edge.role AS role, edge.child_id AS child_id, v.tool AS tool, v.number AS number,
 v.author AS author, v.model AS model, v.score AS score, v.gain AS gain, v.reason AS reason, v.turn AS turn,
 v.seq AS seq
FROM up JOIN v_version v ON v.id = up.id LEFT JOIN edge ON edge.parent_id = up.id
ORDER BY v.id DESC, edge.child_id DESC, edge.role"""

_DESCENDANTS = """WITH RECURSIVE down(id) AS (SELECT :version
 UNION SELECT v.id FROM down JOIN tool_version v ON v.parent_id = down.id
 UNION SELECT p.version_id FROM down JOIN version_parent p ON p.parent_id = down.id),
edge(child_id, parent_id, role) AS (
 SELECT v.id, v.parent_id, 'parent' FROM down JOIN tool_version v ON v.parent_id = down.id
 UNION ALL SELECT p.version_id, p.parent_id, p.role FROM down JOIN version_parent p ON p.parent_id = down.id),
asked(id, of_id, role) AS (
 SELECT p.id, p.parent_id, 'parent' FROM down JOIN tool_version v ON v.id = down.id
  JOIN proposal p ON p.tool_id = v.tool_id AND p.parent_id = v.id
 UNION ALL SELECT p.id, p.basis_id, 'basis' FROM down JOIN tool_version v ON v.id = down.id
  JOIN proposal p ON p.tool_id = v.tool_id AND p.basis_id = v.id AND p.basis_id <> p.parent_id
 UNION ALL SELECT p.id, c.value, 'component' FROM proposal p JOIN json_each(p.components) c
  ON p.components <> '[]' WHERE c.value IN (SELECT id FROM down))
SELECT 'version' AS kind, v.id AS id, edge.role AS role, edge.parent_id AS of_id, v.tool AS tool, v.author AS agent,
 CASE WHEN v.replaced_seq IS NULL THEN 'head' ELSE 'replaced' END AS state, v.score AS score, v.seq AS seq
FROM edge JOIN v_version v ON v.id = edge.child_id
UNION ALL SELECT 'proposal', p.id, asked.role, asked.of_id, p.tool, p.author, p.outcome, p.score, p.seq
FROM asked JOIN v_proposal p ON p.id = asked.id
UNION ALL SELECT 'turns', max(t.turn), 'operator', t.operator_id, NULL, NULL, count(*), NULL, max(t.seq)
FROM v_turn t WHERE t.operator_id IN (SELECT id FROM down) AND :version IN (SELECT v.id FROM tool_version v
 JOIN tool l ON l.id = v.tool_id JOIN task k ON k.id = l.task_id WHERE k.judged = 'earnings')
GROUP BY t.operator_id
ORDER BY 9, 1, 2, 3, 4"""

_LINES = """a(id, parent_id, depth) AS (SELECT v.id, v.parent_id, v.depth FROM tool_version v WHERE v.id = :a
 UNION ALL SELECT v.id, v.parent_id, v.depth FROM a JOIN tool_version v ON v.id = a.parent_id),
b(id, parent_id, depth) AS (SELECT v.id, v.parent_id, v.depth FROM tool_version v WHERE v.id = :b
 UNION ALL SELECT v.id, v.parent_id, v.depth FROM b JOIN tool_version v ON v.id = b.parent_id)"""

_CHANGE = f"""WITH RECURSIVE {_LINES},
way(id, way) AS (SELECT id, 'undone' FROM a WHERE id NOT IN (SELECT id FROM b)
 UNION ALL SELECT id, 'done' FROM b WHERE id NOT IN (SELECT id FROM a))
SELECT way.way AS way, v.id AS version_id, v.author AS author, v.model AS model, v.reason AS reason,
 (SELECT count(*) FROM critique c WHERE c.proposal_id = v.proposal_id AND c.stance = 'support') AS support,
 (SELECT count(*) FROM critique c WHERE c.proposal_id = v.proposal_id AND c.stance = 'object') AS objections,
 v.score AS score, v.gain AS gain, v.turn AS turn, v.seq AS seq
FROM way JOIN v_version v ON v.id = way.id
ORDER BY way.way DESC, CASE way.way WHEN 'done' THEN v.id ELSE -v.id END"""

_COMMON = f"""WITH RECURSIVE {_LINES},
aa(id) AS ({{a}}), bb(id) AS ({{b}}),
root(id, depth, shared) AS (SELECT v.id, v.depth, 1 FROM tool_version v
  WHERE v.id = (SELECT max(id) FROM a WHERE id IN (SELECT id FROM b))
 UNION ALL SELECT v.id, v.depth, 0 FROM tool_version v
  WHERE v.id = (SELECT max(id) FROM aa WHERE id IN (SELECT id FROM bb))
  AND NOT EXISTS (SELECT 1 FROM a WHERE id IN (SELECT id FROM b))),
ends(side, step, id) AS (
 SELECT 'a', a.depth - root.depth, a.id FROM a, root WHERE root.shared AND a.depth >= root.depth
 UNION ALL SELECT 'b', b.depth - root.depth, b.id FROM b, root WHERE root.shared AND b.depth >= root.depth
 UNION ALL SELECT side, 0, root.id FROM root, (SELECT 'a' AS side UNION ALL SELECT 'b') WHERE NOT root.shared),
steps(step) AS (SELECT DISTINCT step FROM ends),
pair(step, a_id, b_id) AS (SELECT step,
 (SELECT id FROM ends WHERE side = 'a' AND ends.step <= steps.step ORDER BY ends.step DESC LIMIT 1),
 (SELECT id FROM ends WHERE side = 'b' AND ends.step <= steps.step ORDER BY ends.step DESC LIMIT 1) FROM steps),
told AS (SELECT pair.step AS step, a_id, x.score AS a_score, f.name AS a_author, b_id, y.score AS b_score,
  g.name AS b_author, x.score IS NOT y.score AS apart
 FROM pair JOIN v_score x ON x.version_id = a_id JOIN v_score y ON y.version_id = b_id
  JOIN tool_version v ON v.id = a_id JOIN tool_version w ON w.id = b_id
  LEFT JOIN agent f ON f.id = v.author_id LEFT JOIN agent g ON g.id = w.author_id)
SELECT step, a_id, a_score, a_author, b_id, b_score, b_author,
 step = (SELECT min(step) FROM told WHERE apart) IS TRUE AS parted
FROM told ORDER BY step"""


def _all_above(start: str) -> str:
    """Return a query for a version and all it came from by any edge; `aa` and `bb` call themselves by these names."""
    name = f"{start}{start}"
    return (
        f"SELECT :{start} UNION SELECT v.parent_id FROM {name} JOIN tool_version v ON v.id = {name}.id"
        f" WHERE v.parent_id IS NOT NULL UNION SELECT p.parent_id FROM {name}"
        f" JOIN version_parent p ON p.version_id = {name}.id"
    )


ORIGIN = Question(
    "origin", "Where a version came from, step by step, second parents and ingredients included.", Step,
    joined(_ORIGIN), {"version": "a version"}, {"version": 1},
)  # fmt: skip
DESCENDANTS = Question(
    "descendants", "What descends from a version and who uses it.", Use, joined(_DESCENDANTS),
    {"version": "a version"}, {"version": 1},
)  # fmt: skip
CHANGE = Question(
    "change", "What changed between two versions, and who said why.", Change, joined(_CHANGE),
    {"a": "the version before", "b": "the version after"}, {"a": 1, "b": 2},
)  # fmt: skip
COMMON = Question(
    "common", "The most recent common ancestor of two versions, and where their scores parted.", Fork,
    joined(_COMMON.format(a=_all_above("a"), b=_all_above("b"))),
    {"a": "one version", "b": "another version"}, {"a": 1, "b": 2},
)  # fmt: skip
