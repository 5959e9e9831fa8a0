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
    kind: Annotated[str, "founder, author, species or model; `as it came` for code that no agent wrote"]
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
    code_kinds: Annotated[int, "their kinds, by author"]
    code_effective: Annotated[float, "kinds there would be if all were equally common, 0 for none"]
    collapsing: Annotated[int, "1 where an effective number is less than half of what it was at most before, else 0"]


_BUCKETS = """last(seq) AS (SELECT max(seq) FROM event),
bucket(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM bucket WHERE n < :buckets),
mark(bucket, seq) AS (SELECT n, last.seq * n / :buckets FROM bucket, last)"""
_TIME = """mark.seq AS seq,
 coalesce((SELECT e.turn FROM event e WHERE e.seq <= mark.seq AND e.turn > 0 ORDER BY e.seq DESC LIMIT 1), 0) AS turn"""
# What a head's span adds to its author's count when it begins, and takes away when it ends; agents alike.
_STEPS = """born(author_id, bucket, n) AS (
 SELECT v.author_id, (v.seq * :buckets + last.seq - 1) / last.seq, count(*) FROM tool_version v, last GROUP BY 1, 2),
gone(author_id, bucket, n) AS (
 SELECT p.author_id, (v.seq * :buckets + last.seq - 1) / last.seq, -count(*)
 FROM tool_version v JOIN tool_version p ON p.tool_id = v.tool_id AND p.number = v.number - 1, last
 WHERE v.number > 0 GROUP BY 1, 2)"""
_KIND = """CASE :by WHEN 'founder' THEN f.name WHEN 'author' THEN a.name WHEN 'species' THEN a.species
 WHEN 'model' THEN coalesce(json_extract(a.genome, '$.model'), '') END"""

_ALIVE = f"""WITH RECURSIVE {_BUCKETS}, {_STEPS},
step(kind, bucket, n) AS (SELECT coalesce({_KIND}, 'as it came'), s.bucket, sum(s.n)
 FROM (SELECT * FROM born UNION ALL SELECT * FROM gone) s LEFT JOIN agent a ON a.id = s.author_id
 LEFT JOIN agent f ON f.id = a.founder_id GROUP BY 1, 2),
grid(kind, bucket, n) AS (SELECT k.kind, mark.bucket, coalesce(step.n, 0) FROM (SELECT DISTINCT kind FROM step) k, mark
 LEFT JOIN step ON step.kind = k.kind AND step.bucket = mark.bucket),
tide(kind, bucket, heads) AS (SELECT kind, bucket, sum(n) OVER (PARTITION BY kind ORDER BY bucket) FROM grid)
SELECT tide.bucket AS bucket, {_TIME}, tide.kind AS kind, tide.heads AS heads,
 1.0 * tide.heads / sum(tide.heads) OVER (PARTITION BY tide.bucket) AS share
FROM tide JOIN mark ON mark.bucket = tide.bucket WHERE tide.heads > 0 ORDER BY tide.bucket, tide.kind"""

_DIVERSITY = f"""WITH RECURSIVE {_BUCKETS}, {_STEPS},
life(population, agent_id, bucket, n) AS (
 SELECT 'agents', a.id, (a.seq * :buckets + last.seq - 1) / last.seq, 1 FROM agent a, last
 UNION ALL SELECT 'agents', d.agent_id, (min(d.seq) * :buckets + last.seq - 1) / last.seq, -1 FROM event d, last
  WHERE d.kind = 'retire' GROUP BY d.agent_id
 UNION ALL SELECT 'code', author_id, bucket, n FROM born UNION ALL SELECT 'code', author_id, bucket, n FROM gone),
step(population, kind, bucket, n) AS (SELECT s.population, coalesce({_KIND}, ''), s.bucket, sum(s.n)
 FROM life s LEFT JOIN agent a ON a.id = s.agent_id LEFT JOIN agent f ON f.id = a.founder_id GROUP BY 1, 2, 3),
grid(population, kind, bucket, n) AS (SELECT k.population, k.kind, mark.bucket, coalesce(step.n, 0)
 FROM (SELECT DISTINCT population, kind FROM step) k, mark
 LEFT JOIN step ON step.population = k.population AND step.kind = k.kind AND step.bucket = mark.bucket),
tide(population, kind, bucket, n) AS (
 SELECT population, kind, bucket, sum(n) OVER (PARTITION BY population, kind ORDER BY bucket) FROM grid),
level(bucket, agents, agent_kinds, agent_effective, heads, code_kinds, code_effective) AS (SELECT bucket,
 sum(n) FILTER (WHERE population = 'agents'), count(*) FILTER (WHERE population = 'agents' AND n > 0),
 sum(1.0 * n) FILTER (WHERE population = 'agents') * sum(1.0 * n) FILTER (WHERE population = 'agents')
  / nullif(sum(1.0 * n * n) FILTER (WHERE population = 'agents'), 0),
 sum(n) FILTER (WHERE population = 'code'), count(*) FILTER (WHERE population = 'code' AND n > 0),
 sum(1.0 * n) FILTER (WHERE population = 'code') * sum(1.0 * n) FILTER (WHERE population = 'code')
  / nullif(sum(1.0 * n * n) FILTER (WHERE population = 'code'), 0)
 FROM tide GROUP BY bucket)
SELECT level.bucket AS bucket, {_TIME}, coalesce(agents, 0) AS agents, agent_kinds,
 coalesce(agent_effective, 0.0) AS agent_effective, coalesce(heads, 0) AS heads, code_kinds,
 coalesce(code_effective, 0.0) AS code_effective,
 coalesce(coalesce(agent_effective, 0) < max(agent_effective) OVER before / 2, 0)
  OR coalesce(coalesce(code_effective, 0) < max(code_effective) OVER before / 2, 0) AS collapsing
FROM level JOIN mark ON mark.bucket = level.bucket
WINDOW before AS (ORDER BY level.bucket ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) ORDER BY level.bucket"""

_PARAMETERS = {"by": "founder, author, species or model", "buckets": "into how many buckets time is cut"}

ALIVE = Question(
    "alive", "Whose code was alive over time, by founder, author, species or model (a Muller table).", Share,
    joined(_ALIVE), _PARAMETERS, {"by": "founder", "buckets": 10},
)  # fmt: skip
DIVERSITY = Question(
    "diversity", "Whether the diversity of agents and of their code is collapsing.", Spread, joined(_DIVERSITY),
    _PARAMETERS, {"by": "founder", "buckets": 10},
)  # fmt: skip
