"""Rules about who may change what: fresh parents, separate duties, answered objections.

Promises: each answers from the motion and its `Standing` alone, in time linear in the critiques of one proposal.
Does not promise: that critics are right. An approval is a signature, not a proof.
"""

from __future__ import annotations

from dataclasses import dataclass

from .standing import Motion, Standing
from .verdict import Objection


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
    """A rewrite must have the support of agents that are neither its author nor the author's kin.

    `quorum`: how many distinct lineages must support it; clones of one lineage count once.
    """

    quorum: int = 1

    def judge(self, motion: Motion, standing: Standing) -> Objection | None:
        """Object while fewer than `quorum` other lineages support it."""
        lineages = {
            voice.lineage
            for voice in standing.voices()
            if voice.stance == "support" and voice.agent_id != motion.author_id
        } - {motion.author_lineage}
        if len(lineages) >= self.quorum:
            return None
        return Objection(
            {"supporting_lineages": sorted(lineages), "quorum": self.quorum},
            f"the support of {self.quorum - len(lineages)} more agent(s) of a lineage other than the author's",
        )


@dataclass(frozen=True, slots=True)
class NoStandingObjection:
    """A rewrite must not have an objection against it that brought evidence."""

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


SOCIAL_RULES = (FreshParent, AuthorNotSoleApprover, NoStandingObjection)
