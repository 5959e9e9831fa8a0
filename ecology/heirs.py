"""The survivors of an older ecology, as the founders of a new one: their genomes with what they learnt.

Promises: read off the other database's history alone, which is not written to; the same history gives the same heirs.
Does not promise: that what was learnt there holds here; what does not is unlearnt by the new run's own successes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from agents import Genome, founders
from storage import ConfigurationError, NotFound, Store

from .lore import Lore
from .settings import Settings
from .states import AgentState
from .world import World


def inheriting(settings: Settings, path: Path) -> Settings:
    """Return settings whose population is founded by the survivors of a database. Raises: as `heirs_of`."""
    if settings.heirs:
        raise ConfigurationError("give either heirs or a database to take them from, not both")
    return settings.model_copy(update={"heirs": heirs_of(path, settings.population)})


def heirs_of(path: Path, population: Mapping[str, int]) -> tuple[Genome, ...]:
    """Return the survivors of a database that take the founders' places in a bound population, niche by niche.

    Of more survivors than places those come that earned most; a place that nobody is left for goes to a newborn.
    Raises: NotFound: there is no such file; ConfigurationError: nobody lives there, or none has a place here;
        StorageError: it is no database of ours.
    """
    if not path.is_file():
        raise NotFound(f"no database at {path} to take survivors from; check the path")
    with Store.open(path) as store:
        runs = store.runs.all()
        world = World()
        for entry in store.history():
            world.fold(entry)
    if not world.agents:
        raise ConfigurationError(f"nobody is alive in {path} to found a population; name the database of another run")
    learns = all("learning" not in Settings.checked(**run.settings).without for run in runs)
    heirs = _heirs(list(world.agents.values()), world.searches.lore if learns else Lore(), population)
    if not heirs:
        niches = ", ".join(sorted({agent.genome.niche for agent in world.agents.values()}))
        raise ConfigurationError(f"none of the survivors in {path} ({niches}) has a place in this population")
    return heirs


def _heirs(survivors: Sequence[AgentState], lore: Lore, population: Mapping[str, int]) -> tuple[Genome, ...]:
    """Return the genomes of those who find a place, taught what was learnt, the richest in deeds of a niche first."""
    places = Counter(genome.niche for genome in founders(population))
    heirs = []
    for agent in sorted(survivors, key=lambda each: (-each.earned, -each.wins, each.id)):
        if places[agent.genome.niche] > 0:
            places[agent.genome.niche] -= 1
            heirs.append(agent.genome.taught(lore.learnt(agent.genome.family)))
    return tuple(heirs)
