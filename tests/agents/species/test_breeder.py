"""Claims about the offline breeder."""

from __future__ import annotations

from agents import Candidate, Genome, Myself, Pass, Spawn, View
from tests.agents.conftest import Think

GUARD = Candidate(3, Genome(species="specialist", family="guard"), energy=50.0, earned=10.0)
POOR = Candidate(4, Genome(species="specialist", family="guard"), energy=90.0, earned=0.0)
CRITIC = Candidate(5, Genome(species="critic", probes=64), energy=400.0, earned=80.0)


def view(*kin: Candidate, unmet: tuple[str, ...] = ()) -> View:
    me = Myself(1, 1, Genome(species="breeder"), 100.0)
    return View(turn=1, seq=1, activity="breed", me=me, kin=kin, unmet=unmet)


def born(think: Think, seen: View, *, seed: str = "1") -> Spawn:
    (action,) = think(seen, seed=seed)["actions"]
    assert isinstance(action, Spawn)
    return action


def test_a_niche_that_is_called_for_gets_a_child_of_whoever_earned_most_there(think: Think) -> None:
    spawn = born(think, view(CRITIC, POOR, GUARD, unmet=("specialist/guard",)))

    assert (spawn.parent_id, spawn.genome.niche) == (GUARD.id, "specialist/guard")
    assert "specialist/guard" in spawn.reason


def test_a_niche_that_nobody_serves_is_entered_by_a_child_of_the_best(think: Think) -> None:
    spawn = born(think, view(CRITIC, GUARD, unmet=("specialist/wrap",)))

    assert (spawn.parent_id, spawn.genome.niche) == (CRITIC.id, "specialist/wrap")


def test_a_called_critic_owns_no_family(think: Think) -> None:
    assert born(think, view(GUARD, unmet=("critic",))).genome.family == ""


def test_without_a_call_the_best_has_a_varied_child(think: Think) -> None:
    spawn = born(think, view(CRITIC, GUARD))

    changed = [name for name, value in spawn.genome.model_dump().items() if value != getattr(CRITIC.genome, name)]
    assert spawn.parent_id == CRITIC.id and len(changed) <= 1


def test_chance_alone_decides_between_equal_turns(think: Think) -> None:
    seen = view(CRITIC, GUARD, unmet=("specialist/guard", "specialist/wrap", "critic"))

    assert born(think, seen, seed="7") == born(think, seen, seed="7")
    assert len({born(think, seen, seed=str(seed)).genome.niche for seed in range(20)}) == 3


def test_where_nobody_is_alive_the_breeder_passes(think: Think) -> None:
    (action,) = think(view())["actions"]

    assert action == Pass(reason="nobody alive to breed from")
