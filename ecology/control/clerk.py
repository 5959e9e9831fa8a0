"""Land requests: decide each as things stand in the transaction, and write it with what follows from it.

Promises: the same state gives the same answer, so a history that is lived again lands each as it did; a key that was
answered before is answered alike and written no more; what is refused is kept too, with the reason.
Does not promise: that an approval suffices; the council judges the rewrite once more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from storage import Agents, Blackboard, Control, EcologyError, Moment, NotFound, Runs, Tools, Transaction

from .denial import charter, deny
from .glass import break_glass
from .in_force import InForce
from .request import (
    AnyRequest,
    Approve,
    BreakGlass,
    Clear,
    Deny,
    Freeze,
    Post,
    Quarantine,
    Receipt,
    Refused,
    Release,
    RollBack,
    Stop,
    Unfreeze,
    receipt_of,
)
from .roll_back import roll_back

Write = Callable[[Moment], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request comes to: a sentence, and what is to be written because of it."""

    said: str
    write: Write


def land(tx: Transaction, request: AnyRequest, moment: Moment, *, in_force: InForce) -> Receipt:
    """Write a request and what follows from it, once, and return the answer.

    Args: moment: run and turn; in_force: as of the last event of `tx`.
    """
    if before := Control(tx).request(request.key):
        asked = request.model_dump(mode="json", exclude={"by", "reason"})
        if any(before.payload.get(name) != value for name, value in asked.items()):
            said = f"the key {request.key:.40} is that of another request; give each its own"
            return Receipt(key=request.key, outcome="refused", said=said, seq=before.seq, code=2, again=True)
        return receipt_of(dict(before.payload), seq=before.seq, again=True)
    try:
        answer = _Decision(tx, in_force).answer(request)
        found = {"outcome": "done", "said": answer.said, "code": 0}
    except EcologyError as error:
        answer = Answer("", lambda _: None)
        found = {"outcome": "refused", "said": str(error), "code": error.exit_code}
    run = Runs(tx).latest()
    moment["cause"] = run.seq if run else None
    entry = tx.record("request", payload={**request.model_dump(mode="json"), **found}, **moment)
    moment["cause"] = entry.seq
    answer.write(moment)
    return receipt_of(entry.payload, seq=entry.seq, again=False)


@dataclass(frozen=True, slots=True)
class _Decision:
    """One request's decision, as of a transaction."""

    tx: Transaction
    in_force: InForce

    def answer(self, request: AnyRequest) -> Answer:
        """Decide. Raises: EcologyError: it cannot be done, and why."""
        match request:
            case Post():
                return self._post(request)
            case Approve() | Deny():
                return self._decide(request)
            case Quarantine() | Release():
                return self._set_aside(request)
            case Freeze() | Unfreeze():
                return self._freeze(request)
            case Stop() | Clear():
                return self._switch(request)
            case RollBack():
                said, write = roll_back(self.tx, request, self.in_force)
                return Answer(said, write)
            case BreakGlass():
                said, write = break_glass(self.tx, request)
                return Answer(said, write)

    def _post(self, request: Post) -> Answer:
        board = Blackboard(self.tx)
        if request.thread_id is not None and not board.thread(request.thread_id):
            raise NotFound(f"no post {request.thread_id} to answer to; `ecology board DB --kind posts` lists them")

        def write(moment: Moment) -> None:
            board.post(self.tx, topic=request.topic, body=request.body, thread_id=request.thread_id, **moment)

        return Answer(f"posted under {request.topic}", write)

    def _decide(self, request: Approve | Deny) -> Answer:
        number = request.proposal_id
        waiting = self.in_force.waiting.get(number)
        if waiting is None or not Control(self.tx).is_open(number):
            Tools(self.tx).proposal(number)
            raise Refused(f"proposal {number} does not wait for approval; `ecology approvals list DB` lists what does")
        if waiting.approved:
            raise Refused(f"proposal {number} is approved already, by event {waiting.approved}")
        if isinstance(request, Deny):

            def denied(moment: Moment) -> None:
                deny(self.tx, waiting, by=request.by, reason=request.reason, charter_hash=charter(self.tx), **moment)

            return Answer(f"proposal {number} is denied", denied)
        said = {"proposal": number, "by": request.by, "reason": request.reason}

        def approved(moment: Moment) -> None:
            self.tx.record("approve", tool_id=waiting.tool_id, payload=said, **moment)

        return Answer(f"proposal {number} is approved; it is judged once more in the next turn", approved)

    def _set_aside(self, request: Quarantine | Release) -> Answer:
        number, name = self._named(request)
        is_held = number in self.in_force.held(request.what)
        if is_held == isinstance(request, Quarantine):
            raise Refused(f"{request.what} {name} is {'already' if is_held else 'not'} in quarantine")
        word = "in quarantine" if isinstance(request, Quarantine) else "released"
        what, tool_id = request.what, number if request.what == "tool" else None
        said = {"what": what, "id": number, "name": name, "by": request.by, "reason": request.reason}

        def write(moment: Moment) -> None:
            agent_id = number if what != "tool" else None
            self.tx.record(request.act, agent_id=agent_id, tool_id=tool_id, payload=said, **moment)

        return Answer(f"{what} {name} is {word}", write)

    def _freeze(self, request: Freeze | Unfreeze) -> Answer:
        tool = Tools(self.tx).find(request.tool)
        is_frozen = tool.id in self.in_force.frozen
        if is_frozen == isinstance(request, Freeze):
            raise Refused(f"tool {tool.name} is {'already' if is_frozen else 'not'} frozen")
        said = {"what": "frozen", "id": tool.id, "name": tool.name, "by": request.by, "reason": request.reason}

        def write(moment: Moment) -> None:
            self.tx.record(request.act, tool_id=tool.id, payload=said, **moment)

        return Answer(f"tool {tool.name} is {'no longer ' if is_frozen else ''}frozen", write)

    def _switch(self, request: Stop | Clear) -> Answer:
        is_stopped = self.in_force.stopped is not None
        said = {"by": request.by, "reason": request.reason}

        def write(moment: Moment) -> None:
            if is_stopped != isinstance(request, Stop):
                self.tx.record(request.act, payload=said, **moment)

        return Answer("it is stopped" if isinstance(request, Stop) else "it may go on", write)

    def _named(self, request: Quarantine | Release) -> tuple[int, str]:
        """Return the id and the name of what a request is about. Raises: NotFound: there is no such thing."""
        if request.what == "tool":
            tool = Tools(self.tx).find(request.name)
            return tool.id, tool.name
        agents = Agents(self.tx)
        agent = agents.find(request.name)
        if request.what == "lineage" and agent.founder_id != agent.id:
            agent = agents.get(agent.founder_id)
        return agent.id, agent.name
