"""Who acts: genomes, views, actions, and what minds work with.

The minds themselves are in `agents.species`, which loads LangGraph and is imported by those who think.
"""

from __future__ import annotations

from governance import literal

from .actions import AnyAction, Compose, Critique, Pass, Post, Propose, Retire, Signal, Spawn, Test, checked
from .findings import Finding, Findings
from .genome import Genome
from .manner import Manner
from .models import Learned, Spoken, Talk, members, require_model, spelled
from .mutation import FAMILIES, describe, fragments
from .population import (
    ACTIVITIES,
    OFFLINE_SPECIES,
    activity_of,
    bound,
    founders,
    inherited,
    introduce,
    is_niche,
    niche_parts,
    usual_population,
)
from .view import (
    POSTED_CHARACTERS,
    SAID_CHARACTERS,
    Activity,
    Candidate,
    Fragment,
    Myself,
    Posted,
    ProposalSeen,
    Rival,
    Search,
    Shelved,
    VersionSeen,
    View,
    visible_only,
)
from .workbench import DistantBench, Rehearsal, Workbench

__all__ = [
    "ACTIVITIES",
    "FAMILIES",
    "OFFLINE_SPECIES",
    "POSTED_CHARACTERS",
    "SAID_CHARACTERS",
    "Activity",
    "AnyAction",
    "Candidate",
    "Compose",
    "Critique",
    "DistantBench",
    "Finding",
    "Findings",
    "Fragment",
    "Genome",
    "Learned",
    "Manner",
    "Myself",
    "Pass",
    "Post",
    "Posted",
    "ProposalSeen",
    "Propose",
    "Rehearsal",
    "Retire",
    "Rival",
    "Search",
    "Shelved",
    "Signal",
    "Spawn",
    "Spoken",
    "Talk",
    "Test",
    "VersionSeen",
    "View",
    "Workbench",
    "activity_of",
    "bound",
    "checked",
    "describe",
    "founders",
    "fragments",
    "inherited",
    "introduce",
    "is_niche",
    "literal",
    "members",
    "niche_parts",
    "require_model",
    "spelled",
    "usual_population",
    "visible_only",
]
