"""Questions about rewrites: vetoes, rules, critiques, gains and costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from ..views import CritiqueRow, LineageRow, RuleRow, VetoRow, joined
from .descent import UP
from .question import Question


@dataclass(frozen=True, slots=True)
class Cost:
    """What a version cost beyond its parent, and with all it came from; the first row is the version asked about."""

    version_id: Annotated[int, "the version"]
    tool: Annotated[str, "its tool"]
    turns: Annotated[int, "turns given to its tool since its parent, those in vain and reviews included"]
    candidates: Annotated[int, "programs tried in them"]
    calls: Annotated[int, "replies of models in them"]
    tokens: Annotated[int, "tokens of these, in and out"]
    usd: Annotated[float, "dollars paid for these, as far as known"]
    unknown: Annotated[int, "requests of unknown price"]
    energy: Annotated[float, "energy paid for these turns"]
    whole_turns: Annotated[int, "turns of this version and of all listed below it"]
    whole_candidates: Annotated[int, "programs tried in these"]
    whole_tokens: Annotated[int, "tokens of these"]
    whole_usd: Annotated[float, "dollars of these, as far as known"]
    whole_energy: Annotated[float, "energy of these"]


_COST = f"""WITH RECURSIVE {UP}
SELECT c.version_id AS version_id, c.tool AS tool, c.turns AS turns, c.candidates AS candidates, c.calls AS calls,
 c.tokens AS tokens, c.usd AS usd, c.unknown AS unknown, c.energy AS energy,
 sum(c.turns) OVER below AS whole_turns, sum(c.candidates) OVER below AS whole_candidates,
 sum(c.tokens) OVER below AS whole_tokens, sum(c.usd) OVER below AS whole_usd, sum(c.energy) OVER below AS whole_energy
FROM v_cost c WHERE c.version_id IN (SELECT id FROM up)
WINDOW below AS (ORDER BY c.version_id) ORDER BY c.version_id DESC"""
_VETOES = """SELECT * FROM v_veto WHERE (:tool IS NULL OR tool = :tool) AND (:rule IS NULL OR rule = :rule)
 AND (NOT :looks_false OR accepted_id IS NOT NULL) ORDER BY id"""

VETOES = Question(
    "vetoes", "Which rewrites were vetoed, by which rule, and whether the author tried again.", VetoRow,
    joined(_VETOES),
    {"tool": "a tool's name, or NULL for all", "rule": "a rule, or NULL for all",
     "looks_false": "1 for those alone that look false, else 0"},
    {"tool": None, "rule": None, "looks_false": 0},
)  # fmt: skip
RULES = Question(
    "rules", "Which rule vetoes most, and how many of its vetoes look false: accepted later in another form.", RuleRow,
    "SELECT * FROM v_rule ORDER BY vetoed DESC, rule",
)  # fmt: skip
CRITIQUES = Question(
    "critiques", "Which critique led to which rewrite, and whether it helped.", CritiqueRow,
    "SELECT * FROM v_critique WHERE :tool IS NULL OR tool = :tool ORDER BY id",
    {"tool": "a tool's name, or NULL for all"}, {"tool": None},
)  # fmt: skip
GAINS = Question(
    "gains", "The best lineage, and the largest single gain of each.", LineageRow,
    "SELECT * FROM v_lineage ORDER BY gain DESC, founder_id",
)  # fmt: skip
COST = Question(
    "cost", "What a version cost, with all it came from.", Cost, joined(_COST), {"version": "a version"},
    {"version": 1},
)  # fmt: skip
