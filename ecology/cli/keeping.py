"""The commands that ask something of an ecology, whether it runs or rests."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from storage import AsOf, Store

from ..control.controls import Said
from ..control.outside import PATIENCE_S, Outside, connect
from ..control.request import Receipt, What
from .console import AsOfOption, JsonOption, complain, print_document, print_rows, print_text

_ACTS = ("list", "approve", "deny")
_LONGEST_ID = 19
DatabaseArgument = Annotated[Path, typer.Argument(help="A database, of a running ecology or one at rest.")]
ReasonOption = Annotated[str, typer.Option(help="Why; it is kept.")]
KeyOption = Annotated[str | None, typer.Option(help="Asking twice with one key is asking once; a new one by default.")]
ByOption = Annotated[str | None, typer.Option(help="Who asks; the user's name by default.")]
WaitOption = Annotated[float, typer.Option(min=0.1, help="Seconds to wait for the engine's answer.")]
WhatArgument = Annotated[What, typer.Argument(help="What to set aside; a lineage by any agent of it.")]
NameArgument = Annotated[str, typer.Argument(help="Its name or number.")]
ToolArgument = Annotated[str, typer.Argument(help="A tool's name or entry point.")]


def post(
    database: DatabaseArgument,
    topic: Annotated[str, typer.Argument(help="Such as tool/3, which agents at work on that tool read.")],
    body: Annotated[str, typer.Argument(help="The words, `-` for stdin.")],
    thread: Annotated[int | None, typer.Option(min=1, help="The post that this answers.")] = None,
    key: KeyOption = None,
    by: ByOption = None,
    wait: WaitOption = PATIENCE_S,
    as_json: JsonOption = False,
) -> None:
    """Write on the blackboard."""
    words = sys.stdin.read() if body == "-" else body
    with connect(database, patience_s=wait) as zoo:
        _tell(zoo.post(topic, words, thread_id=thread, **_said(key, by, "")), as_json=as_json)


def approvals(
    words: Annotated[
        list[str],
        typer.Argument(metavar="[list|approve|deny] DB [ID]", help="What to do (the act may follow DB), and to what."),
    ],
    reason: ReasonOption = "",
    key: KeyOption = None,
    by: ByOption = None,
    wait: WaitOption = PATIENCE_S,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the rewrites that wait for a person, approve one or deny it."""
    act, database, proposal = _asked(words)
    if as_of is not None and proposal is not None:
        raise typer.BadParameter("--as-of is about the list; nothing can be approved or denied in the past")
    with connect(database, patience_s=wait) as zoo:
        if proposal is None:
            return print_rows(_waiting(zoo, as_of), ("proposal", "tool", "asked", "until", "reason"), name="waiting",
                              as_json=as_json)  # fmt: skip
        ask = zoo.approve if act == "approve" else zoo.deny
        return _tell(ask(proposal, **_said(key, by, reason)), as_json=as_json)


def _asked(words: list[str]) -> tuple[str, Path, int | None]:
    """Return what is asked of the queue, of which database, and the proposal: `approve DB ID` or `DB approve ID`."""
    if words[0] in _ACTS:
        act, *rest = words
    elif len(words) > 1 and words[1] in _ACTS:
        act, rest = words[1], [words[0], *words[2:]]
    else:
        act, rest = "list", words
    if not rest:
        raise typer.BadParameter(f"`{act}` of which database? write `ecology approvals {act} DB`")
    database, *numbers = rest
    if (act == "list") != (not numbers) or len(numbers) > 1:
        raise typer.BadParameter("`list` takes no proposal, and `approve` and `deny` take one: give its number")
    if numbers and not (numbers[0].isdecimal() and len(numbers[0]) < _LONGEST_ID and int(numbers[0])):
        raise typer.BadParameter(f"{numbers[0]!r:.40} is no proposal; give its number, which `list` shows")
    return act, Path(database), int(numbers[0]) if numbers else None


def quarantine(
    database: DatabaseArgument, what: WhatArgument, name: NameArgument, reason: ReasonOption = "",
    key: KeyOption = None, by: ByOption = None, wait: WaitOption = PATIENCE_S, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Set an agent, a tool or a lineage aside: no turns, no admissions, no use in other tools."""
    with connect(database, patience_s=wait) as zoo:
        _tell(zoo.quarantine(what, name, **_said(key, by, reason)), as_json=as_json)


def release(
    database: DatabaseArgument, what: WhatArgument, name: NameArgument, reason: ReasonOption = "",
    key: KeyOption = None, by: ByOption = None, wait: WaitOption = PATIENCE_S, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Let out what is in quarantine."""
    with connect(database, patience_s=wait) as zoo:
        _tell(zoo.release(what, name, **_said(key, by, reason)), as_json=as_json)


def freeze(
    database: DatabaseArgument, tool: ToolArgument, reason: ReasonOption = "", key: KeyOption = None,
    by: ByOption = None, wait: WaitOption = PATIENCE_S, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Keep a tool as it is; it stays in use."""
    with connect(database, patience_s=wait) as zoo:
        _tell(zoo.freeze(tool, **_said(key, by, reason)), as_json=as_json)


def unfreeze(
    database: DatabaseArgument, tool: ToolArgument, reason: ReasonOption = "", key: KeyOption = None,
    by: ByOption = None, wait: WaitOption = PATIENCE_S, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Let a frozen tool change again."""
    with connect(database, patience_s=wait) as zoo:
        _tell(zoo.unfreeze(tool, **_said(key, by, reason)), as_json=as_json)


def rollback(
    database: DatabaseArgument,
    version: Annotated[int, typer.Argument(min=1, help="The version to take back, by its id.")],
    reason: ReasonOption = "", key: KeyOption = None, by: ByOption = None, wait: WaitOption = PATIENCE_S,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Take a version back with all that came of it; earlier code comes back as new versions."""
    with connect(database, patience_s=wait) as zoo:
        _tell(zoo.roll_back(version, **_said(key, by, reason)), as_json=as_json)


def stop(
    database: DatabaseArgument,
    clear: Annotated[bool, typer.Option("--clear", help="Take the kill switch back.")] = False,
    reason: ReasonOption = "", key: KeyOption = None, by: ByOption = None, wait: WaitOption = PATIENCE_S,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Throw the kill switch: the run ends before its next turn or merge, and none goes on until it is cleared."""
    with connect(database, patience_s=wait) as zoo:
        said = _said(key, by, reason)
        _tell(zoo.clear(**said) if clear else zoo.stop(**said), as_json=as_json)


def break_glass(
    database: DatabaseArgument,
    proposal: Annotated[int, typer.Option(min=1, help="The vetoed proposal to admit.")],
    reason: Annotated[str, typer.Option(help="Why; shown in every report from then on.")],
    rule: Annotated[list[str], typer.Option(help="A rule to overrule; every one that vetoed it must be named.")],
    key: KeyOption = None, by: ByOption = None, wait: WaitOption = PATIENCE_S, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Admit a vetoed rewrite in spite of the rules named; one that never ran in the sandbox cannot be."""
    with connect(database, patience_s=wait) as zoo:
        _tell(zoo.break_glass(proposal, rule, **_said(key, by, reason)), as_json=as_json)


def _said(key: str | None, by: str | None, reason: str) -> Said:
    said: Said = {"reason": reason}
    if key is not None:
        said["key"] = key
    if by is not None:
        said["by"] = by
    return said


def _tell(receipt: Receipt, *, as_json: bool) -> None:
    if as_json:
        print_document(**receipt.model_dump())
    elif not receipt.refused:
        print_text(receipt.said)
    if receipt.refused:
        complain(receipt.said)
        raise typer.Exit(receipt.code)


def _waiting(zoo: Outside, as_of: AsOf | None) -> list[dict[str, Any]]:
    with Store.open(zoo.path) as store:
        return [
            {
                "proposal": each.proposal_id,
                "tool": next(tool.name for tool in store.tools.all() if tool.id == each.tool_id),
                "asked": ", ".join(each.asked),
                "until": each.until,
                "reason": store.tools.proposal(each.proposal_id).reason,
            }
            for each in zoo.approvals(as_of=as_of)
        ]
