"""`ecology try` runs a file in the sandbox; `ecology doctor` shows what each sandbox tier here stops."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from agents import literal
from governance import (
    GUARD,
    GUARD_LABEL,
    TIERS,
    Call,
    Column,
    Limits,
    Program,
    examine,
    labelled,
    open_sandbox,
)
from storage import Checkup, ConfigurationError, SandboxUnavailable, checkup

from .console import JsonOption, print_document, print_table, print_text, remark
from .running import SandboxOption

_ENTRY = re.compile(r"\s*([A-Za-z_]\w*)\s*\(")


def try_(
    file: Annotated[Path, typer.Argument(help="A Python file.")],
    call: Annotated[str, typer.Option("--call", help="The expression to evaluate after the file, such as `f(1)`.")],
    fuel: Annotated[int, typer.Option(min=1, max=10**12, help="Loop steps and function entries allowed.")] = 1_000_000,
    sandbox: SandboxOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Run a file in the sandbox and print the tier, the outcome and the value."""
    source = _read(file)
    _require_expression(call)
    entry = _ENTRY.match(call)
    program = Program(source, entry.group(1) if entry else "", calls=(Call(expression=call),))
    try:
        with open_sandbox(sandbox) as box:
            result, tier = box.run(program, Limits(fuel=fuel)).results[0], box.tier
    except SandboxUnavailable as error:
        if as_json:
            print_document(tier=None, outcome="refused", value=None, literal=None, error=str(error), fuel=0)
        raise
    written = _written(result.value) if result.outcome == "ok" else None
    if as_json:
        value = result.value if _is_json(result.value) else written
        said = {"outcome": result.outcome, "value": value, "literal": written, "error": result.error}
        print_document(tier=tier, **said, fuel=result.fuel)
    else:
        told = written if written is not None else result.error or f"after {result.fuel} steps"
        print_text(f"{tier}  {result.outcome}  {' '.join(told.splitlines())}")
    if result.outcome != "ok":
        raise typer.Exit(1)


def doctor(
    database: Annotated[Path | None, typer.Argument(help="A database to verify as well.")] = None,
    sandbox: SandboxOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Run hostile probes in each sandbox tier and print what it stops; say what is wrong with a database.

    With --sandbox, in that tier alone.
    """
    looked = checkup(database) if database else None
    columns = examine(TIERS if sandbox == "auto" else (sandbox,))
    best = next((column for column in columns if column.proved), None)
    if best is None and sandbox != GUARD:
        # One sentence says what is missing, with each tier's reason.
        open_sandbox(sandbox).close()
    if as_json:
        print_document(tier=best.tier if best else sandbox, landlock_abi=best.landlock_abi if best else 0,
                       tiers=[_tier_document(each) for each in columns], probes=_probe_documents(columns),
                       database=asdict(looked) if looked else None)  # fmt: skip
    else:
        _print_columns(columns, best)
        if looked:
            _print_checkup(looked)
    if sandbox == GUARD:
        remark(GUARD_LABEL)
    if looked and not looked.sound:
        raise typer.Exit(1)


def _print_checkup(looked: Checkup) -> None:
    if looked.sound:
        return print_text(f"{looked.path}: {looked.entries} entries, history {looked.history_hash} holds")
    print_table(("what is wrong", "what to do"), ((each.what, each.cure) for each in looked.troubles))


def _tier_document(column: Column) -> dict[str, object]:
    found = asdict(column)
    del found["rows"]
    return found | {"label": labelled(column.tier)}


def _probe_documents(columns: Sequence[Column]) -> list[dict[str, object]]:
    """Return a document for each probe: what came of it in each tier that could be entered."""
    tried = [column for column in columns if column.rows]
    names = [row.name for row in tried[0].rows] if tried else []
    return [
        {
            "name": name,
            "cells": {column.tier: column.rows[place].cell for column in tried},
            "details": {column.tier: column.rows[place].detail for column in tried},
        }
        for place, name in enumerate(names)
    ]


def _print_columns(columns: Sequence[Column], best: Column | None) -> None:
    tried = [column for column in columns if column.rows]
    rows = zip(*(column.rows for column in tried), strict=True)
    print_text(f"sandbox tier {best.tier}, Landlock ABI {best.landlock_abi}" if best else "sandbox tier none")
    print_table(("probe", *(column.tier for column in tried)),
                ((cells[0].name, *(each.cell for each in cells)) for cells in rows))  # fmt: skip
    for column in columns:
        print_text(f"{labelled(column.tier)}: {column.missing or column.proof}")


def _written(value: object) -> str:
    """Return a value as Python writes it, or as a literal of ours where Python refuses to write so long an integer."""
    try:
        return repr(value)
    except ValueError:
        return literal(value)


def _is_json(value: object) -> bool:
    """Whether JSON can say a value exactly: no tuples, sets, bytes, NaN or keys that are no text."""
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return repr(json.loads(text)) == repr(value)


def _require_expression(call: str) -> None:
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(call.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error) or "nested too deeply"
        raise typer.BadParameter(f"--call {call!r:.60} is no expression ({reason}); give one such as `f(1)`") from None


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigurationError(f"{file} cannot be read ({reason}); give the path of a Python file") from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file} is no UTF-8 (at byte {error.start + 1}); save the file as UTF-8") from None
