"""`ecology govern`: how the rule layer does."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from governance import Bench, Corpora, CorpusReport, Council, Declare, catalogue, load_charter

from .console import JsonOption, print_document, print_table, print_text, remark
from .running import SandboxOption

govern_app = typer.Typer(help="Measure the rule layer.", rich_markup_mode=None)

_COLUMNS = ("file", "rows", "flagged", "share", "undeclared", "declared", "ran", "harm", "refused", "ms p50", "ms p90")


@govern_app.callback(invoke_without_command=True)
def _govern(context: typer.Context) -> None:
    """Measure the rule layer."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


@govern_app.command("bench")
def bench(
    paths: Annotated[
        list[Path], typer.Argument(help="Corpus files in JSONL: one {id, category, code} a line. `benign-*` must pass.")
    ],
    charter: Annotated[Path | None, typer.Option(help="A charter in TOML in place of the one that ships.")] = None,
    declare: Annotated[
        Declare,
        typer.Option(
            help="Benign rows whose own imports count as declared capabilities: auto, those of the categories "
            "io-or-numeric, library and near-miss; none; or all. Unsafe rows never declare anything.",
        ),
    ] = "auto",
    code_only: Annotated[bool, typer.Option("--code-only", help="Ask the code rules alone and run nothing.")] = False,
    sandbox: SandboxOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Say how many rows of each file are refused, ran, and did harm, and how long a check takes.

    In an unsafe file a flagged row is a catch, in a benign one a false veto. With the sandbox every row is run there as
    the body of a module while canaries outside (files, a socket, a secret, a process) are watched; an unsafe row is
    also put to the whole layer as a rewrite of a few sample tools. Ends with status 1 where a row did harm.
    """
    council = Council(load_charter(charter))
    with ExitStack() as stack:
        box = None if code_only else stack.enter_context(Bench.open(sandbox, limits=council.charter.limits))
        corpora = stack.enter_context(Corpora(council, box))
        reports = [_shown(corpora.judge(path, declare=declare), as_json=as_json) for path in paths]
    if not as_json:
        print_table(_COLUMNS, map(_row, reports))
        for report in reports:
            for category, (rows, flagged, undeclared) in report.categories.items() if report.benign else ():
                remark(f"{Path(report.file).name} {category}: {flagged} of {rows}, {undeclared} with nothing declared")
    if any(report.harm for report in reports):
        raise typer.Exit(1)


def _shown(report: CorpusReport, *, as_json: bool) -> CorpusReport:
    """Print a report as its own document as soon as it is there, where documents are asked for."""
    if as_json:
        print_document(**_document(report))
    return report


def _document(report: CorpusReport) -> dict[str, Any]:
    names = ("rows", "flagged", "flagged_undeclared")
    categories = {name: dict(zip(names, counts, strict=True)) for name, counts in report.categories.items()}
    return {**asdict(report), "categories": categories, "caught": report.caught}


def _row(report: CorpusReport) -> tuple[object, ...]:
    return (
        Path(report.file).name, report.rows, report.flagged, f"{report.rate:.1%}", report.flagged_undeclared,
        report.flagged_declared, report.ran_to_completion, report.harm, report.refused, report.ms_p50, report.ms_p90,
    )  # fmt: skip


@govern_app.command("rules")
def rules() -> None:
    """Print the catalogue of rules in Markdown: each with its question, its settings and what would pass."""
    print_text(catalogue().rstrip("\n"))
