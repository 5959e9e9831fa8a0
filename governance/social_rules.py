"""Rules about who may change what: fresh parents, separate duties, answered objections, no going round in circles.

Promises: each answers from the motion and its `Standing` alone, in time linear in the critiques of one proposal.
Does not promise: that critics are right. An approval is a signature, not a proof.
"""

from __future__ import annotations

from dataclasses import dataclass

from .standing import Motion, Standing, independent
from .verdict import DECIDED, Evidence, Objection

ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class FreshParent:
    """A rewrite must start from the tool's present head."""

    def judge(self, motion: Motion, standing: Standing) -> Objection | None:
        """Object where another version became the head in the meantime."""
        if motion.parent_id == standing.head_id:
            return None
        return Objection(
            {"parent": motion.parent_id, "head": standing.head_id},
            f"the same change made to version {standing.head_id}, which is the head now",
        )


@dataclass(frozen=True, slots=True)
class AuthorNotSoleApprover:
    """A rewrite must have the support of agents that are neither its author, nor the tool's owner, nor kin of either.

    `quorum`: how many of them must support it, of distinct lineages; clones, be it of one founder or of one genome,
    count once. `of`: once so many have spoken the matter is decided, whichever way (0: it stays open).
    """

    quorum: int = 1
    of: int = 0

    def judge(self, motion: Motion, standing: Standing) -> Objection | None:
        """Object while fewer than `quorum` independent lineages support it."""
        # Whoever owns the tool has a stake in it; what came with the task has no owner.
        owner = [] if standing.owner_lineage is None else [(standing.owner_lineage, "")]
        apart = [(motion.author_lineage, motion.genome), *owner]
        voices = [voice for voice in standing.voices() if voice.agent_id not in (motion.author_id, standing.owner_id)]
        lineages = independent([voice for voice in voices if voice.stance == "support"], apart=apart)
        if len(lineages) >= self.quorum:
            return None
        heard = len(independent(voices, apart=apart))
        evidence: Evidence = {"supporting_lineages": [one[0] for one in lineages], "quorum": self.quorum}
        if self.of and heard >= self.of:
            return Objection(
                {**evidence, "of": self.of, "heard": heard, DECIDED: True},
                f"a rewrite that {self.quorum} of the first {self.of} independent lineages support",
            )
        return Objection(
            evidence,
            f"the support of {self.quorum - len(lineages)} more agent(s) of a lineage other than the author's",
        )


@dataclass(frozen=True, slots=True)
class NoStandingObjection:
    """A rewrite must not have an objection against it that brought evidence and was not withdrawn."""

    def judge(self, motion: Motion, standing: Standing) -> Objection | None:
        """Object while any agent but the author holds an objection with evidence."""
        objectors = [
            voice.agent_id
            for voice in standing.voices()
            if voice.stance == "object" and voice.evidence and voice.agent_id != motion.author_id
        ]
        if not objectors:
            return None
        return Objection(
            {"objecting_agents": objectors},
            "a rewrite that does not show what the objecting agents demonstrated, or their support",
        )


@dataclass(frozen=True, slots=True)
class NoOscillation:
    """A tool may not go back to a program that it has left, unless that scored higher and a rollback is asked for."""

    def judge(self, motion: Motion, standing: Standing) -> Objection | None:
        """Object to a rewrite whose syntax tree is that of an earlier version."""
        if standing.twin is None or (ROLLBACK in motion.kinds and standing.twin_better):
            return None
        return Objection(
            {"same_program_as_version": standing.twin, "rollback_asked": ROLLBACK in motion.kinds},
            "a program that the tool has not had before, or a rollback to a version that scored higher than the head",
        )


SOCIAL_RULES = (FreshParent, AuthorNotSoleApprover, NoStandingObjection, NoOscillation)
