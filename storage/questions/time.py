"""Questions about the course of time: whose code was alive, and whether diversity collapses.

Time is cut into buckets of equally many events; a bucket shows what there was at its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from ..views import joined
from .question import Question

Trait = Literal["founder", "author", "species", "model"]


@dataclass(frozen=True, slots=True)
class Share:
    """How many heads were of one kind at the end of a bucket; kinds with none are left out."""

    bucket: Annotated[int, "place in time, from 1"]
    seq: Annotated[int, "last event of the bucket"]
    turn: Annotated[int, "last turn by then"]
    kind: Annotated[
        str,
        "founder, author, species or model (empty where none thought it up); `as it came` for code that no agent wrote",
    ]
    heads: Annotated[int, "heads of that kind"]
    share: Annotated[float, "their share of all heads then, 0 to 1"]


@dataclass(frozen=True, slots=True)
class Spread:
    """How diverse living agents and live code were at the end of a bucket."""

    bucket: Annotated[int, "place in time, from 1"]
    seq: Annotated[int, "last event of the bucket"]
    turn: Annotated[int, "last turn by then"]
    agents: Annotated[int, "living agents"]
    agent_kinds: Annotated[int, "their kinds"]
    agent_effective: Annotated[float, "kinds there would be if all were equally common (inverse Simpson), 0 for none"]
    heads: Annotated[int, "heads"]
    code_kinds: Annotated[int, "their kinds, that of code as it came among them"]
    code_effective: Annotated[float, "kinds there would be if all were equally common, 0 for none"]
    collapsing: Annotated[int, "1 where an effective number is less than half of what it was at most before, else 0"]


# A mark is never later than the moment asked about; a table cut there would only hide the better bound of the two, so
# what is held against a mark is taken from the whole table.
_BUCKETS = """last(seq) AS (SELECT max(seq) FROM event),
bucket(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM bucket WHERE n < :buckets),
mark(bucket, seq) AS (SELECT n, last.seq * n / :buckets FROM bucket, last)"""
_TIME = """mark.seq AS seq,
 coalesce((SELECT e.turn FROM main.event e WHERE e.seq <= mark.seq AND e.turn > 0
  ORDER BY e.seq DESC LIMIT 1), 0) AS turn"""
# Code that was brought back is that of whoever wrote it first.
_HEADS = """head(bucket, author_id, model, n) AS (SELECT mark.bucket, w.author_id, w.model, count(*)
 FROM mark JOIN tool t JOIN tool_version v ON v.id = (SELECT h.id FROM main.tool_version h
  WHERE h.tool_id = t.id AND h.seq <= mark.seq ORDER BY h.seq DESC LIMIT 1)
 JOIN tool_version w ON w.id = CASE WHEN v.author_id IS NOT NULL OR v.parent_id IS NULL THEN v.id
  ELSE (SELECT min(o.id) FROM tool_version o WHERE o.tool_id = v.tool_id AND o.code_hash = v.code_hash) END
 GROUP BY 1, 2, 3)"""
_KIND = """CASE :by WHEN 'founder' THEN f.name WHEN 'author' THEN a.name WHEN 'species' THEN a.species
 WHEN 'model' THEN {model} END"""
_MIND = _KIND.format(model="coalesce(json_extract(a.genome, '$.model'), '')")
_AUTHORSHIP = _KIND.format(model="iif(a.id IS NULL, NULL, head.model)")

_ALIVE = f"""WITH RECURSIVE {_BUCKETS}, {_HEADS},
tide(bucket, kind, heads) AS (SELECT head.bucket, coalesce({_AUTHORSHIP}, 'as it came'), sum(head.n)
 FROM head LEFT JOIN agent a ON a.id = head.author_id LEFT JOIN agent f ON f.id = a.founder_id GROUP BY 1, 2)
SELECT tide.bucket AS bucket, {_TIME}, tide.kind AS kind, tide.heads AS heads,
 1.0 * tide.heads / sum(tide.heads) OVER (PARTITION BY tide.bucket) AS share
FROM tide JOIN mark ON mark.bucket = tide.bucket ORDER BY tide.bucket, tide.kind"""

# What an agent's birth adds to its kind's count and its end takes away, bucket by bucket.
_DIVERSITY = f"""WITH RECURSIVE {_BUCKETS}, {_HEADS},
life(agent_id, bucket, n) AS (
 SELECT a.id, (a.seq * :buckets + last.seq - 1) / last.seq, 1 FROM agent a, last
 UNION ALL SELECT d.agent_id, (min(d.seq) * :buckets + last.seq - 1) / last.seq, -1 FROM event d, last
  WHERE d.kind = 'retire' GROUP BY d.agent_id),
step(kind, bucket, n) AS (SELECT {_MIND}, life.bucket, sum(life.n)
 FROM life JOIN agent a ON a.id = life.agent_id JOIN agent f ON f.id = a.founder_id GROUP BY 1, 2),
grid(kind, bucket, n) AS (SELECT k.kind, mark.bucket, coalesce(step.n, 0) FROM (SELECT DISTINCT kind FROM step) k, mark
 LEFT JOIN step ON step.kind = k.kind AND step.bucket = mark.bucket),
member(population, bucket, kind, n) AS (
 SELECT 'agents', bucket, kind, sum(n) OVER (PARTITION BY kind ORDER BY bucket) FROM grid
 UNION ALL SELECT 'code', head.bucket, coalesce({_AUTHORSHIP}, 'as it came'), sum(head.n)
 FROM head LEFT JOIN agent a ON a.id = head.author_id LEFT JOIN agent f ON f.id = a.founder_id GROUP BY 2, 3),
level(population, bucket, n, kinds, effective) AS (SELECT population, bucket, sum(n), count(*),
 1.0 * sum(n) * sum(n) / sum(n * n) FROM member WHERE n > 0 GROUP BY 1, 2),
both AS (SELECT mark.bucket AS bucket, coalesce(a.n, 0) AS agents, coalesce(a.kinds, 0) AS agent_kinds,
 coalesce(a.effective, 0.0) AS agent_effective, coalesce(c.n, 0) AS heads, coalesce(c.kinds, 0) AS code_kinds,
 coalesce(c.effective, 0.0) AS code_effective
 FROM mark LEFT JOIN level a ON a.population = 'agents' AND a.bucket = mark.bucket
 LEFT JOIN level c ON c.population = 'code' AND c.bucket = mark.bucket)
SELECT both.bucket AS bucket, {_TIME}, agents, agent_kinds, agent_effective, heads, code_kinds, code_effective,
 coalesce(2 * agent_effective < max(agent_effective) OVER before, 0)
  OR coalesce(2 * code_effective < max(code_effective) OVER before, 0) AS collapsing
FROM both JOIN mark ON mark.bucket = both.bucket
WINDOW before AS (ORDER BY both.bucket ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) ORDER BY both.bucket"""

_PARAMETERS = {"by": "founder, author, species or model", "buckets": "into how many buckets time is cut"}

ALIVE = Question(
    "alive", "Whose code was alive over time, by founder, author, species or model (a Muller table).", Share,
    joined(_ALIVE), _PARAMETERS, {"by": "founder", "buckets": 10},
)  # fmt: skip
DIVERSITY = Question(
    "diversity", "Whether the diversity of agents and of their code is collapsing.", Spread, joined(_DIVERSITY),
    _PARAMETERS, {"by": "founder", "buckets": 10},
)  # fmt: skip
