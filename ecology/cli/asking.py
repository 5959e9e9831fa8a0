"""`ecology ask`: the sixteen questions a keeper asks of a history.

Promises: each command asks the library once and prints its rows; with `--json` all their fields, else the telling ones.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import Path
from shutil import get_terminal_size
from typing import Annotated, Any

import typer

from storage import QUESTIONS, Damaged, NotFound, Rows, Store, Trait

from .console import AsOfOption, JsonOption, complain, print_document, print_rows, print_text

ask_app = typer.Typer(help="Ask a history the questions that a keeper would ask.", rich_markup_mode=None)

DatabaseArgument = Annotated[Path, typer.Argument(help="A database that `ecology run` made.")]
VersionArgument = Annotated[str, typer.Argument(help="A version's number, or a tool (then its head is meant).")]
ToolOption = Annotated[str | None, typer.Option(help="Only of this tool.")]
ByOption = Annotated[Trait, typer.Option(help="What makes a kind.")]
BucketsOption = Annotated[int, typer.Option(min=1, max=10_000, help="Into how many parts time is cut.")]

_FAR = 2**63 - 1
_NARROW = 20


@ask_app.callback(invoke_without_command=True)
def _ask(context: typer.Context) -> None:
    """Ask a history the questions that a keeper would ask."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


def _named(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that makes a command of a question, with the question's own sentence as its help."""
    return ask_app.command(name, help=QUESTIONS[name].about)


@_named("origin")
def _origin(
    database: DatabaseArgument, version: VersionArgument, as_of: AsOfOption = None, as_json: JsonOption = False
) -> None:
    columns = ("version_id", "role", "child_id", "tool", "author", "score", "gain", "turn", "reason")
    with Store.open(database) as store:
        _print("origin", store.ask.origin(number_or_name(version), as_of=as_of), columns, as_json=as_json)


@_named("descendants")
def _descendants(
    database: DatabaseArgument, version: VersionArgument, as_of: AsOfOption = None, as_json: JsonOption = False
) -> None:
    columns = ("kind", "id", "role", "of_id", "tool", "agent", "state", "score")
    with Store.open(database) as store:
        _print("descendants", store.ask.descendants(number_or_name(version), as_of=as_of), columns, as_json=as_json)


@_named("change")
def _change(
    database: DatabaseArgument,
    before: Annotated[str, typer.Argument(help="The version before.")],
    after: Annotated[str, typer.Argument(help="The version after.")],
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    columns = ("way", "version_id", "author", "support", "objections", "score", "gain", "turn", "reason")
    with Store.open(database) as store:
        names = number_or_name(before), number_or_name(after)
        rows = store.ask.change(*names, as_of=as_of)
        ids = [store.ask.origin(name, as_of=as_of)[0].version_id for name in names]
        if as_json:
            return print_document(change=rows.documents(), diff=store.lineage.diff(*ids))
        _print("change", rows, columns, as_json=False)
        print_text(
            _side_by_side(
                *(store.tools.source(each) for each in ids),
                heads=[f"version {each}" for each in ids],
                columns=_columns(),
            )
        )


@_named("common")
def _common(
    database: DatabaseArgument,
    one: Annotated[str, typer.Argument(help="One version.")],
    other: Annotated[str, typer.Argument(help="The other.")],
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    columns = ("step", "a_id", "a_score", "a_author", "b_id", "b_score", "b_author", "parted")
    with Store.open(database) as store:
        rows = store.ask.common(number_or_name(one), number_or_name(other), as_of=as_of)
        _print("common", rows, columns, as_json=as_json)


@_named("agent")
def _agent(
    database: DatabaseArgument,
    agent: Annotated[str, typer.Argument(help="An agent's number or name.")],
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    columns = (
        "relation",
        "agent_id",
        "name",
        "model",
        "parent_id",
        "spawned_by",
        "spawn_model",
        "spawn_prompt",
        "turn",
    )
    with Store.open(database) as store:
        _print("agent", store.ask.agent(number_or_name(agent), as_of=as_of), columns, as_json=as_json)


@_named("vetoes")
def _vetoes(
    database: DatabaseArgument,
    tool: ToolOption = None,
    rule: Annotated[str | None, typer.Option(help="Only of this rule.")] = None,
    looks_false: Annotated[
        bool, typer.Option("--looks-false", help="Only those on what was accepted later in another form.")
    ] = False,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    columns = ("id", "turn", "rule", "proposal_id", "tool", "author", "again_id", "again_outcome", "accepted_id")
    with Store.open(database) as store:
        rows = store.ask.vetoes(tool=tool, rule=rule, looks_false=looks_false, as_of=as_of)
        _print("vetoes", rows, columns, as_json=as_json)


@_named("rules")
def _rules(database: DatabaseArgument, as_of: AsOfOption = None, as_json: JsonOption = False) -> None:
    columns = ("rule", "judged", "passed", "asked", "vetoed", "false_vetoes", "share")
    with Store.open(database) as store:
        _print("rules", store.ask.rules(as_of=as_of), columns, as_json=as_json)


@_named("critiques")
def _critiques(
    database: DatabaseArgument, tool: ToolOption = None, as_of: AsOfOption = None, as_json: JsonOption = False
) -> None:
    columns = ("id", "turn", "proposal_id", "critic", "stance", "kind", "outcome", "led_to", "led_to_outcome", "gain",
               "helped")  # fmt: skip
    with Store.open(database) as store:
        _print("critiques", store.ask.critiques(tool=tool, as_of=as_of), columns, as_json=as_json)


@_named("gains")
def _gains(database: DatabaseArgument, as_of: AsOfOption = None, as_json: JsonOption = False) -> None:
    columns = ("founder", "agents", "alive", "versions", "heads", "gain", "best_gain", "best_version_id", "best_tool")
    with Store.open(database) as store:
        _print("gains", store.ask.gains(as_of=as_of), columns, as_json=as_json)


@_named("alive")
def _alive(
    database: DatabaseArgument,
    by: ByOption = "founder",
    buckets: BucketsOption = 20,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    columns = ("bucket", "seq", "turn", "kind", "heads", "share")
    with Store.open(database) as store:
        _print("alive", store.ask.alive(by=by, buckets=buckets, as_of=as_of), columns, as_json=as_json)


@_named("diversity")
def _diversity(
    database: DatabaseArgument,
    by: ByOption = "founder",
    buckets: BucketsOption = 20,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    columns = ("bucket", "turn", "agents", "agent_kinds", "agent_effective", "heads", "code_kinds", "code_effective",
               "collapsing")  # fmt: skip
    with Store.open(database) as store:
        _print("diversity", store.ask.diversity(by=by, buckets=buckets, as_of=as_of), columns, as_json=as_json)


@_named("moment")
def _moment(database: DatabaseArgument, as_of: AsOfOption = None, as_json: JsonOption = False) -> None:
    with Store.open(database) as store:
        columns = ("kind", "id", "name", "state", "amount", "since_seq")
        _print("moment", store.ask.moment(as_of=as_of), columns, as_json=as_json)


@_named("cost")
def _cost(
    database: DatabaseArgument, version: VersionArgument, as_of: AsOfOption = None, as_json: JsonOption = False
) -> None:
    columns = ("version_id", "tool", "turns", "candidates", "tokens", "usd", "energy", "whole_turns",
               "whole_candidates", "whole_tokens", "whole_usd", "whole_energy")  # fmt: skip
    with Store.open(database) as store:
        _print("cost", store.ask.cost(number_or_name(version), as_of=as_of), columns, as_json=as_json)


@_named("turn")
def _turn(
    database: DatabaseArgument,
    number: Annotated[int, typer.Argument(min=1, max=_FAR, help="The turn's number.")],
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    with Store.open(database) as store:
        columns = ("kind", "id", "name", "detail", "kept")
        _print("turn", store.ask.turn(number, as_of=as_of), columns, as_json=as_json)


@_named("health")
def _health(database: DatabaseArgument, as_of: AsOfOption = None, as_json: JsonOption = False) -> None:
    columns = ("tool", "version_id", "state", "reused", "radius", "requires", "behind", "twins", "royalties")
    with Store.open(database) as store:
        _print("health", store.ask.health(as_of=as_of), columns, as_json=as_json)


@_named("integrity")
def _integrity(database: DatabaseArgument, as_of: AsOfOption = None, as_json: JsonOption = False) -> None:
    columns = ("agent_id", "name", "species", "turn", "turns_lived", "reason", "cause", "cause_kind", "energy")
    with Store.open(database) as store:
        seq = store.as_of(as_of)
        rows, finding = store.ask.deaths(as_of=seq), _finding(store)
        events, head = store.last_seq(as_of=seq), store.history_hash(as_of=seq)
        if as_json:
            history = {"sound": not finding, "finding": finding, "events": events, "head": head}
            print_document(history=history, deaths=rows.documents())
        else:
            _print("deaths", rows, columns, as_json=False)
            sound = f"{events} events, none altered; history {head[:16]}"
            (complain if finding else print_text)(finding or sound)
    if finding:
        raise typer.Exit(1)


def number_or_name(text: str) -> int | str:
    """Return what was typed as a number where it is one.

    Raises: NotFound: the number is larger than any here can be.
    """
    if not (text.isascii() and text.isdecimal()):
        return text
    if len(text) > len(str(_FAR)) or int(text) > _FAR:
        raise NotFound(f"nothing here has the number {text:.40}; none is as large as that")
    return int(text)


def _finding(store: Store) -> str:
    try:
        store.verify()
    except Damaged as damage:
        return str(damage)
    return ""


def _print(name: str, rows: Rows[Any], columns: Sequence[str], *, as_json: bool) -> None:
    print_rows(rows.documents(), columns, name=name, as_json=as_json)


def _side_by_side(before: str, after: str, *, heads: Sequence[str], columns: int | None = None) -> str:
    """Return two sources beside each other; a mark between them says which lines differ.

    Where a terminal has so many columns, lines that are too long for their half go on in the next line.
    """
    one, two = before.splitlines(), after.splitlines()
    lines: list[tuple[str, str, str]] = []
    for what, a, b, c, d in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        mark = {"equal": " ", "insert": ">", "delete": "<", "replace": "|"}[what]
        left, right = one[a:b], two[c:d]
        for place in range(max(len(left), len(right))):
            pair = [side[place] if place < len(side) else "" for side in (left, right)]
            lines.append((pair[0], mark, pair[1]))
    lines = [(heads[0], " ", heads[1]), *lines]
    width, room = (max(len(line[side]) for line in lines) for side in (0, 2))
    if columns is not None:
        width = min(width, max((columns - 3) // 2, _NARROW))
        room = max(columns - 3 - width, _NARROW)
    folded = [
        (left, mark, right)
        for whole, mark, other in lines
        for left, right in zip_longest(_pieces(whole, width), _pieces(other, room), fillvalue="")
    ]
    return "\n".join(f"{left:<{width}} {mark} {right}".rstrip() for left, mark, right in folded)


def _pieces(line: str, width: int) -> list[str]:
    return [line[start : start + width] for start in range(0, len(line), width)] or [""]


def _columns() -> int | None:
    """Return how wide the terminal is, None where the output goes elsewhere."""
    return get_terminal_size().columns if sys.stdout.isatty() else None
