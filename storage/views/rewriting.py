"""The views of rewrites: proposals and what became of them, vetoes, rules, critiques."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from .view import View, joined


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A rewrite proposed and what became of it."""

    id: Annotated[int, "the proposal"]
    seq: Annotated[int, "event that wrote it"]
    turn: Annotated[int, "turn it was made in"]
    tool_id: Annotated[int, "tool to be rewritten"]
    tool: Annotated[str, "name of the tool"]
    author_id: Annotated[int | None, "agent that proposed it"]
    author: Annotated[str | None, "name of that agent"]
    founder_id: Annotated[int | None, "first of that agent's line"]
    family: Annotated[str, "family of edits, or empty"]
    model: Annotated[str, "model that thought it up, empty where none did"]
    parent_id: Annotated[int, "version it is to replace"]
    basis_id: Annotated[int | None, "version its code was made from"]
    reason: Annotated[str, "what the author says of it"]
    tree: Annotated[str | None, "hash of its syntax tree"]
    score: Annotated[float | None, "share of gate cases passed in its trial, 0 to 1; none where it was not run"]
    outcome: Annotated[str, "admitted, vetoed or open"]
    version_id: Annotated[int | None, "version it became"]
    rule: Annotated[str | None, "first rule that vetoed it"]
    decided_seq: Annotated[int | None, "event by which it was admitted or vetoed"]


@dataclass(frozen=True, slots=True)
class VetoRow:
    """A veto on a rewrite or a birth, whether the author tried again, and whether it looks false now."""

    id: Annotated[int, "the verdict"]
    seq: Annotated[int, "event that wrote it"]
    turn: Annotated[int, "turn it was spoken in"]
    rule: Annotated[str, "rule that vetoed"]
    stage: Annotated[str, "examine or admit"]
    proposal_id: Annotated[int | None, "rewrite that was vetoed, none for a birth"]
    tool: Annotated[str | None, "its tool"]
    author_id: Annotated[int | None, "its author, or the parent of the birth's child where the event names it"]
    author: Annotated[str | None, "name of that agent"]
    evidence: Annotated[str, "what the rule saw, as JSON"]
    would_pass: Annotated[str, "what would have passed"]
    again_id: Annotated[int | None, "the author's next proposal on the tool, none where it did not try again"]
    again_outcome: Annotated[str | None, "what became of that one: admitted, vetoed or open"]
    accepted_id: Annotated[int | None, "later version of the tool with the same syntax tree: the veto looks false"]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """What a rule has said."""

    rule: Annotated[str, "the rule"]
    judged: Annotated[int, "verdicts it gave"]
    passed: Annotated[int, "those that let pass"]
    asked: Annotated[int, "those that asked for a person's approval"]
    vetoed: Annotated[int, "vetoes"]
    false_vetoes: Annotated[int, "vetoes on what was later accepted in another form, by syntax tree"]
    share: Annotated[float, "share of all vetoes that are its own, 0 to 1"]


@dataclass(frozen=True, slots=True)
class CritiqueRow:
    """A critique, the rewrite it led to, and whether that helped.

    One that supports leads to the rewrite it is about; one that objects to the next rewrite of the tool, whose author
    was shown it.
    """

    id: Annotated[int, "the critique"]
    seq: Annotated[int, "event that wrote it"]
    turn: Annotated[int, "turn it was given in"]
    proposal_id: Annotated[int, "rewrite it is about"]
    tool: Annotated[str, "its tool"]
    critic_id: Annotated[int, "agent that spoke"]
    critic: Annotated[str, "name of that agent"]
    stance: Annotated[str, "support or object"]
    kind: Annotated[str, "sort of evidence"]
    evidence: Annotated[str, "the evidence, as JSON"]
    outcome: Annotated[str, "what became of the rewrite: admitted, vetoed or open"]
    led_to: Annotated[int | None, "rewrite it led to, none where nobody went on"]
    led_to_author: Annotated[str | None, "agent that made that one"]
    led_to_outcome: Annotated[str | None, "what became of that one"]
    gain: Annotated[float | None, "what that one gained over the version it replaced, none where not admitted"]
    helped: Annotated[int, "1 where it gained, else 0"]


_PROPOSAL = """
SELECT p.id AS id, p.seq AS seq, e.turn AS turn, p.tool_id AS tool_id, t.name AS tool, p.author_id AS author_id,
 a.name AS author, a.founder_id AS founder_id, p.family AS family, p.model AS model, p.parent_id AS parent_id,
 p.basis_id AS basis_id, p.reason AS reason,
 (SELECT x.tree_hash FROM syntax x WHERE x.code_hash = p.code_hash LIMIT 1) AS tree,
 coalesce(1.0 * r.gate_passed / nullif(r.gate_total, 0), 1.0 * r.visible_passed / nullif(r.visible_total, 0)) AS score,
 CASE WHEN v.id IS NOT NULL THEN 'admitted' WHEN x.id IS NOT NULL THEN 'vetoed' ELSE 'open' END AS outcome,
 v.id AS version_id, CASE WHEN v.id IS NULL THEN x.rule END AS rule, coalesce(v.seq, x.seq) AS decided_seq
FROM proposal p JOIN event e ON e.seq = p.seq JOIN tool t ON t.id = p.tool_id LEFT JOIN agent a ON a.id = p.author_id
 LEFT JOIN tool_version v ON v.proposal_id = p.id
 LEFT JOIN evaluation r ON r.id = (SELECT max(m.id) FROM evaluation m
  WHERE m.proposal_id = p.id AND m.ring_set = 'examine')
 LEFT JOIN verdict x ON x.id = (SELECT min(m.id) FROM verdict m WHERE m.proposal_id = p.id AND m.outcome = 'veto')
"""
_VETO = """
SELECT x.id AS id, x.seq AS seq, e.turn AS turn, x.rule AS rule, x.stage AS stage, x.proposal_id AS proposal_id,
 t.name AS tool, coalesce(p.author_id, e.agent_id, c.agent_id) AS author_id, a.name AS author, x.evidence AS evidence,
 x.would_pass AS would_pass, n.id AS again_id, n.outcome AS again_outcome,
 (SELECT min(w.id) FROM tool_version w WHERE w.tool_id = p.tool_id AND w.seq > x.seq AND w.proposal_id IS NOT NULL
  AND (w.code_hash = p.code_hash OR EXISTS (SELECT 1 FROM syntax f JOIN syntax g ON g.tree_hash = f.tree_hash
   WHERE f.code_hash = p.code_hash AND g.code_hash = w.code_hash))) AS accepted_id
FROM verdict x JOIN event e ON e.seq = x.seq LEFT JOIN event c ON c.seq = e.cause
 LEFT JOIN proposal p ON p.id = x.proposal_id LEFT JOIN tool t ON t.id = p.tool_id
 LEFT JOIN agent a ON a.id = coalesce(p.author_id, e.agent_id, c.agent_id)
 LEFT JOIN v_proposal n ON n.id = (SELECT min(m.id) FROM proposal m
  WHERE m.tool_id = p.tool_id AND m.author_id = p.author_id AND m.seq > x.seq)
WHERE x.outcome = 'veto'
"""
_RULE = """
SELECT x.rule AS rule, count(*) AS judged, sum(x.outcome = 'pass') AS passed, sum(x.outcome = 'ask') AS asked,
 sum(x.outcome = 'veto') AS vetoed,
 (SELECT count(*) FROM v_veto w WHERE w.rule = x.rule AND w.accepted_id IS NOT NULL) AS false_vetoes,
 coalesce(1.0 * sum(x.outcome = 'veto') / nullif((SELECT count(*) FROM verdict m WHERE m.outcome = 'veto'), 0), 0.0)
  AS share
FROM verdict x GROUP BY x.rule
"""
_CRITIQUE = """
SELECT c.id AS id, c.seq AS seq, e.turn AS turn, c.proposal_id AS proposal_id, p.tool AS tool, c.agent_id AS critic_id,
 a.name AS critic, c.stance AS stance, c.kind AS kind, c.evidence AS evidence, p.outcome AS outcome, n.id AS led_to,
 n.author AS led_to_author, n.outcome AS led_to_outcome, v.gain AS gain, coalesce(v.gain > 0, 0) AS helped
FROM critique c JOIN event e ON e.seq = c.seq JOIN v_proposal p ON p.id = c.proposal_id
 JOIN agent a ON a.id = c.agent_id
 LEFT JOIN v_proposal n ON n.id = CASE WHEN c.stance = 'support' THEN c.proposal_id
  ELSE (SELECT min(m.id) FROM proposal m WHERE m.tool_id = p.tool_id AND m.seq > c.seq) END
 LEFT JOIN v_version v ON v.id = n.version_id
"""

REWRITING_VIEWS = (
    View("v_proposal", "Every rewrite proposed, and what became of it.", ProposalRow, joined(_PROPOSAL),
         "SELECT tool, author, score, outcome, rule FROM v_proposal ORDER BY id DESC LIMIT 5"),
    View("v_veto", "Every veto: the rule, whether the author tried again, whether it looks false.", VetoRow,
         joined(_VETO),
         "SELECT rule, tool, author, again_outcome FROM v_veto WHERE again_id IS NOT NULL ORDER BY id LIMIT 5"),
    View("v_rule", "What each rule has said, and how often it looks wrong.", RuleRow, joined(_RULE),
         "SELECT rule, vetoed, false_vetoes FROM v_rule WHERE vetoed > 0 ORDER BY vetoed DESC, rule LIMIT 5"),
    View("v_critique", "Every critique, the rewrite it led to, and whether that helped.", CritiqueRow,
         joined(_CRITIQUE),
         "SELECT stance, kind, count(*), sum(helped) FROM v_critique GROUP BY stance, kind ORDER BY stance, kind"),
)  # fmt: skip
