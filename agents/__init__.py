"""Who acts: genomes, views, actions, and what minds work with.

The minds themselves are in `agents.species`, which loads LangGraph and is imported by those who think.
"""

from __future__ import annotations

from .actions import AnyAction, Critique, Pass, Post, Propose, Retire, Signal, Spawn
from .genome import Genome
from .models import MODELS, require_model
from .mutation import FAMILIES, describe
from .population import founders, introduce
from .view import SAID_CHARACTERS, Activity, Candidate, Myself, ProposalSeen, VersionSeen, View, visible_only
from .workbench import Workbench

__all__ = [
    "FAMILIES",
    "MODELS",
    "SAID_CHARACTERS",
    "Activity",
    "AnyAction",
    "Candidate",
    "Critique",
    "Genome",
    "Myself",
    "Pass",
    "Post",
    "ProposalSeen",
    "Propose",
    "Retire",
    "Signal",
    "Spawn",
    "VersionSeen",
    "View",
    "Workbench",
    "describe",
    "founders",
    "introduce",
    "require_model",
    "visible_only",
]
