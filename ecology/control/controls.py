"""What a person or a script may ask of an ecology, one method each, from wherever it is asked.

Promises: each returns once the answer is on the disk; what is refused is an answer too, with the reason in it.
Does not promise: that the world has changed when an approval returns; the rewrite is judged in the next turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypedDict, Unpack

from storage import Blackboard, PostRecord, Scent, When

from .request import AnyRequest, Receipt, What, checked


class Said(TypedDict, total=False):
    """What may be told with every request: a key (asking twice with one is asking once), who asks, and why."""

    key: str
    by: str
    reason: str


class Controls:
    """The requests by name; `ask` has one landed and returns the answer."""

    def __init__(self, ask: Callable[[AnyRequest], Receipt]) -> None:
        self.ask = ask

    def post(self, topic: str, body: str, *, thread_id: int | None = None, **said: Unpack[Said]) -> Receipt:
        """Write on the blackboard, perhaps in answer to a post."""
        return self._ask("post", topic=topic, body=body, thread_id=thread_id, **said)

    def approve(self, proposal_id: int, **said: Unpack[Said]) -> Receipt:
        """Approve a rewrite that waits for it."""
        return self._ask("approve", proposal_id=proposal_id, **said)

    def deny(self, proposal_id: int, **said: Unpack[Said]) -> Receipt:
        """Deny a rewrite that waits for approval."""
        return self._ask("deny", proposal_id=proposal_id, **said)

    def quarantine(self, what: What, name: str | int, **said: Unpack[Said]) -> Receipt:
        """Set an agent, a tool, or the lineage of an agent aside, by name or id."""
        return self._ask("quarantine", what=what, name=str(name), **said)

    def release(self, what: What, name: str | int, **said: Unpack[Said]) -> Receipt:
        """Let out what is in quarantine."""
        return self._ask("release", what=what, name=str(name), **said)

    def freeze(self, tool: str, **said: Unpack[Said]) -> Receipt:
        """Keep a tool as it is."""
        return self._ask("freeze", tool=tool, **said)

    def unfreeze(self, tool: str, **said: Unpack[Said]) -> Receipt:
        """Let a frozen tool change again."""
        return self._ask("unfreeze", tool=tool, **said)

    def roll_back(self, version_id: int, **said: Unpack[Said]) -> Receipt:
        """Take a version back, with all that came of it."""
        return self._ask("roll_back", version_id=version_id, **said)

    def stop(self, **said: Unpack[Said]) -> Receipt:
        """Throw the kill switch."""
        return self._ask("stop", **said)

    def clear(self, **said: Unpack[Said]) -> Receipt:
        """Take the kill switch back."""
        return self._ask("clear", **said)

    def break_glass(self, proposal_id: int, rules: Sequence[str], **said: Unpack[Said]) -> Receipt:
        """Admit a vetoed rewrite in spite of the rules named; a reason must be given."""
        return self._ask("break_glass", proposal_id=proposal_id, rules=tuple(rules), **said)

    def _ask(self, act: str, **values: Any) -> Receipt:
        return self.ask(checked({"act": act, **values}))


class Board:
    """The blackboard of an ecology: read as the store's own, posted to as from outside."""

    def __init__(self, reads: Blackboard, controls: Controls) -> None:
        self._reads = reads
        self._controls = controls

    def post(self, topic: str, body: str, *, thread_id: int | None = None, **said: Unpack[Said]) -> Receipt:
        """Write on the blackboard, perhaps in answer to a post; returns once that is on the disk."""
        return self._controls.post(topic, body, thread_id=thread_id, **said)

    def since(
        self, seq: int, *, topic_glob: str | None = None, limit: int = 100, as_of: When = None
    ) -> Sequence[PostRecord]:
        """Return the posts after that seq, oldest first."""
        return self._reads.since(seq, topic_glob=topic_glob, limit=limit, as_of=as_of)

    def thread(self, post_id: int, *, as_of: When = None) -> Sequence[PostRecord]:
        """Return a post and the answers to it, oldest first."""
        return self._reads.thread(post_id, as_of=as_of)

    def sense(self, turn: int, *, as_of: When = None) -> Sequence[Scent]:
        """Return what can be sensed at a turn, strongest first."""
        return self._reads.sense(turn, as_of=as_of)
