"""The commands that read a database: `agents`, `lineage`, `show`, `board`, `verdicts`; none of them changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from agents import Genome, introduce
from governance import labelled
from storage import AgentRecord, NotFound, Store, ToolRecord, VersionRecord, broken_glass

from ..report import report_on
from .console import AsOfOption, JsonOption, print_document, print_rows, print_text, remark

DatabaseArgument = Annotated[Path, typer.Argument(help="A database that `ecology run` made.")]
LimitOption = Annotated[int, typer.Option(min=1, max=1_000_000, help="Rows at most.")]

# As far as numbers go in a database.
_FAR = 2**63 - 1


def agents(
    database: DatabaseArgument,
    alive: Annotated[bool, typer.Option("--alive", help="Only the living.")] = False,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the agents: who they are, what they do, whose children, and their energy."""
    with Store.open(database) as store:
        seq = store.as_of(as_of)
        found = store.agents.all(as_of=seq, alive=alive or None)
        rows = [_agent(store, each, as_of=seq) for each in found]
    columns = ("id", "name", "species", "model", "founder_id", "parent_id", "depth", "energy", "retired")
    print_rows(rows, columns, name="agents", as_json=as_json)


def lineage(
    database: DatabaseArgument,
    tool: Annotated[str | None, typer.Argument(help="A tool's name or entry point; all tools without it.")] = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how a tool became what it is, newest version first."""
    with Store.open(database) as store:
        seq = store.as_of(as_of)
        found = [store.tools.find(tool, as_of=seq)] if tool else store.tools.all(as_of=seq)
        rows = [row for each in found for row in _line(store, each, as_of=seq)]
    columns: tuple[str, ...] = ("id", "number", "author", "visible", "gate", "fuel", "reason")
    columns += ("requires",) if any(row["requires"] for row in rows) else ()
    print_rows(rows, columns if tool else ("tool", *columns), name="versions", as_json=as_json)


def show(
    database: DatabaseArgument,
    what: Annotated[str | None, typer.Argument(help="A tool, or `version ID`, `proposal ID`, `agent NAME`.")] = None,
    name: Annotated[str | None, typer.Argument(help="Its name or number.")] = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the whole run, or one tool, version, proposal or agent, with code and what was said of it."""
    shown = {"tool": _show_tool, "version": _show_version, "proposal": _show_proposal, "agent": _show_agent}
    if what is not None and what not in shown and name is None:
        what, name = "tool", what
    if what is not None and (what not in shown or name is None):
        raise typer.BadParameter(f"give one of {', '.join(shown)} and its name or number, not {_words(what, name)}")
    with Store.open(database) as store:
        if what is None or name is None:
            report = report_on(store, elapsed_s=0.0, as_of=as_of)
            return print_document(run=report.document()) if as_json else print_text(str(report))
        document, text = shown[what](store, name, store.as_of(as_of))
    return print_document(**{what: document}) if as_json else print_text(text)


def board(
    database: DatabaseArgument,
    kind: Annotated[Literal["posts", "signals"], typer.Option(help="What to list.")] = "signals",
    turn: Annotated[int | None, typer.Option(min=0, max=_FAR, help="Sense the signals as of this turn.")] = None,
    topic: Annotated[str | None, typer.Option(help="Only posts whose topic matches, such as `tool/*`.")] = None,
    limit: LimitOption = 50,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what can be sensed on the blackboard, strongest first, or its posts, oldest first."""
    with Store.open(database) as store:
        seq = store.as_of(as_of)
        if kind == "posts":
            if turn is not None:
                raise typer.BadParameter("--turn is about signals; leave it out, or ask for `--kind signals`")
            rows = [asdict(each) for each in store.board.since(0, topic_glob=topic, limit=limit, as_of=seq)]
            columns: tuple[str, ...] = ("id", "seq", "agent_id", "topic", "body")
        else:
            if topic is not None:
                raise typer.BadParameter("--topic is about posts; leave it out, or ask for `--kind posts`")
            moment = store.totals.last_turn(as_of=seq) if turn is None else turn
            rows = [asdict(each) for each in store.board.sense(moment, as_of=seq)[:limit]]
            columns = ("kind", "subject", "strength")
    print_rows(rows, columns, name=kind, as_json=as_json)


def verdicts(
    database: DatabaseArgument,
    tool: Annotated[str | None, typer.Option(help="Only on rewrites of this tool.")] = None,
    rule: Annotated[str | None, typer.Option(help="Only of this rule.")] = None,
    outcome: Annotated[Literal["pass", "veto", "ask"] | None, typer.Option(help="Only these.")] = None,
    limit: LimitOption = 50,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what the rule layer said, newest first: the rule, its evidence, and what would have passed."""
    with Store.open(database) as store:
        seq = store.as_of(as_of)
        tool_id = store.tools.find(tool, as_of=seq).id if tool else None
        found = store.tools.verdicts(tool_id=tool_id, rule=rule, outcome=outcome, limit=limit, as_of=seq)
        broken = [each for each in store.control.events(as_of=seq) if each.kind == "break_glass"]
    overruled = {(each.payload["proposal"], name): each.seq for each in broken for name in each.payload["rules"]}
    rows = [
        asdict(each)
        | {"overruled": overruled.get((each.proposal_id or 0, each.rule)) if each.outcome == "veto" else None}
        for each in found
    ]
    columns = ("seq", "proposal_id", "stage", "rule", "outcome", "evidence", "would_pass")
    print_rows(rows, columns, name="verdicts", as_json=as_json)
    for each in broken if not as_json else ():
        if tool_id in (None, each.tool_id):
            remark(broken_glass(each.seq, each.turn, each.payload))


def _agent(store: Store, agent: AgentRecord, *, as_of: int | None) -> dict[str, Any]:
    energy = store.ledger.balance(agent.id, kind="energy", as_of=as_of)
    model = str(agent.genome.get("model", ""))
    return asdict(agent) | {"model": model, "energy": round(energy, 3), "alive": agent.alive}


def _line(store: Store, tool: ToolRecord, *, as_of: int | None) -> list[dict[str, Any]]:
    """Return a tool's head and what it came from, newest first."""
    head = store.tools.head(tool.id, as_of=as_of)
    line = (head, *store.lineage.ancestors(head.id, as_of=as_of))
    return [{"tool": tool.name} | _version(each) | {"requires": _required(store, each, as_of)} for each in line]


def _required(store: Store, version: VersionRecord, as_of: int | None) -> str:
    """Return what a version requires, in a few words."""
    return ", ".join(f"{each.tool} {each.version_id}" for each in store.lineage.requires(version.id, as_of=as_of))


def _version(version: VersionRecord) -> dict[str, Any]:
    counts = {
        "visible": f"{version.visible_passed}/{version.visible_total}",
        "gate": f"{version.gate_passed}/{version.gate_total}",
    }
    return asdict(version) | counts | {"score": version.score}


def _trials(
    store: Store, as_of: int | None, *, version: int | None = None, proposal: int | None = None
) -> list[dict[str, Any]]:
    """Return the trials of a version or proposal, with what their sandbox tier is worth."""
    found = store.tools.evaluations(version_id=version, proposal_id=proposal, as_of=as_of)
    return [asdict(each) | {"sandbox": labelled(each.tier)} for each in found]


def _tried(trials: list[dict[str, Any]]) -> list[str]:
    return [f"  tried in the sandbox tier {each['sandbox']}: {each['passed']} {each['outcome']}" for each in trials]


def _show_tool(store: Store, name: str, as_of: int | None) -> tuple[Mapping[str, Any], str]:
    tool: ToolRecord = store.tools.find(name, as_of=as_of)
    return _show_version(store, str(store.tools.head(tool.id, as_of=as_of).id), as_of)


def _show_version(store: Store, name: str, as_of: int | None) -> tuple[Mapping[str, Any], str]:
    version = store.tools.version(_number(name, of="tool version"), as_of=as_of)
    source = store.tools.source(version.id)
    change = store.lineage.diff(version.parent_id, version.id) if version.parent_id else ""
    document = _version(version) | {"source": source, "diff": change, "parents": store.lineage.parents(version.id)}
    document["evaluations"] = trials = _trials(store, as_of, version=version.id)
    requires = store.lineage.requires(version.id, as_of=as_of)
    document["requires"] = [asdict(each) for each in requires]
    needs = [
        f"  requires {each.name}: version {each.version_id} of {each.tool}"
        + (f", whose head is {each.head_id}" if each.head_id != each.version_id else "")
        for each in requires
    ]
    author = f" by {version.author}" if version.author else ""
    head = f"version {version.id} (number {version.number}){author}{_with(version.model)}: {version.reason}"
    return document, "\n".join(part for part in (head, *needs, *_tried(trials), change or source) if part)


def _show_proposal(store: Store, name: str, as_of: int | None) -> tuple[Mapping[str, Any], str]:
    proposal = store.tools.proposal(_number(name, of="proposal"), as_of=as_of)
    said = [asdict(each) for each in store.tools.verdicts(proposal_id=proposal.id, as_of=as_of)]
    critiques = [asdict(each) for each in store.tools.critiques(proposal.id, as_of=as_of)]
    source = store.blobs.text(proposal.code_hash)
    trials = _trials(store, as_of, proposal=proposal.id)
    document = asdict(proposal) | {"source": source, "verdicts": said, "critiques": critiques, "evaluations": trials}
    lines = [
        f"proposal {proposal.id} by agent {proposal.author_id}{_with(proposal.model)} on version {proposal.parent_id}:"
        f" {proposal.reason}",
        *_tried(trials),
        *(f"  {each['stage']}: {each['outcome']} by {each['rule']} {each['evidence']}" for each in reversed(said)),
        *(
            f"  critique: {each['stance']} by agent {each['agent_id']}: {each['kind']} {each['evidence']}"
            for each in critiques
        ),
        source,
    ]
    return document, "\n".join(lines)


def _show_agent(store: Store, name: str, as_of: int | None) -> tuple[Mapping[str, Any], str]:
    named = [each.id for each in store.agents.all(as_of=as_of) if each.name == name]
    agent = store.agents.get(named[0] if named else _number(name, of="agent"), as_of=as_of)
    words = introduce(Genome.model_validate(agent.genome))
    children = [child.id for child in store.agents.children(agent.id, as_of=as_of)]
    document = _agent(store, agent, as_of=as_of) | {"words": words, "children": children}
    state = "alive" if agent.alive else f"retired at {agent.retired}"
    return document, f"{agent.name} ({state}, energy {document['energy']}, children {children or 'none'})\n{words}"


def _number(name: str, *, of: str) -> int:
    if not (name.isascii() and name.isdecimal()):
        raise typer.BadParameter(f"{name!r:.60} is no number; versions, proposals and agents have numbers")
    if len(name) > len(str(_FAR)) or int(name) > _FAR:
        raise NotFound(f"no {of} {name:.40} in this database; no number is as large as that")
    return int(name)


def _with(model: str) -> str:
    return f" with {model}" if model else ""


def _words(what: str, name: str | None) -> str:
    return repr(what) if name is None else f"{what!r} {name!r}"
