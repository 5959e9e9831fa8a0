"""`ecology try` runs a file in the sandbox; `ecology doctor` shows what the sandbox here stops."""

from __future__ import annotations

import ast
import json
import re
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from governance import Call, Limits, Program, open_sandbox, run_probes
from storage import ConfigurationError, SandboxUnavailable, Store

from ..settings import SandboxChoice
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
    literal = repr(result.value) if result.outcome == "ok" else None
    if as_json:
        value = result.value if _is_json(result.value) else literal
        said = {"outcome": result.outcome, "value": value, "literal": literal, "error": result.error}
        print_document(tier=tier, **said, fuel=result.fuel)
    else:
        told = literal if literal is not None else result.error or f"after {result.fuel} steps"
        print_text(f"{tier}  {result.outcome}  {' '.join(told.splitlines())}")
    if result.outcome != "ok":
        raise typer.Exit(1)


def doctor(
    database: Annotated[Path | None, typer.Argument(help="A database to verify as well.")] = None,
    sandbox: SandboxOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Run hostile probes in the sandbox and print what it stops; verify a database's history where one is given."""
    verified = _verified(database)
    choice: SandboxChoice = sandbox
    with open_sandbox(choice) as box:
        found, tier, abi = run_probes(box), box.tier, box.landlock_abi
    if as_json:
        print_document(tier=tier, landlock_abi=abi, probes=[asdict(each) for each in found], database=verified)
    else:
        print_text(f"sandbox tier {tier}, Landlock ABI {abi}")
        print_table(("probe", "contained", "detail"), ((each.name, each.contained, each.detail) for each in found))
        if verified:
            print_text(f"{verified['path']}: {verified['entries']} entries, history {verified['history_hash']} holds")
    if tier == "rlimit":
        remark("the rlimit tier is an accident guard, not a sandbox")
    if not all(each.contained for each in found):
        raise typer.Exit(1)


def _verified(database: Path | None) -> dict[str, object] | None:
    if database is None:
        return None
    with Store.open(database) as store:
        store.verify()
        return {"path": str(database), "entries": store.last_seq(), "history_hash": store.history_hash()}


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
