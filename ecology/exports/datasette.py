"""Metadata for Datasette: what every table, view and column means, and every question as a canned query.

Promises: a file that Datasette reads by `--metadata`; nothing in it but what the database itself is known to hold.
Does not promise: to start Datasette; the command says how.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from storage import QUESTIONS, VIEWS, ConfigurationError, Question, column_meanings, meanings


def write_datasette(database: Path, target: Path) -> None:
    """Write the metadata for a database to a new file.

    Raises: ConfigurationError: a file is there already; OSError: it cannot be written.
    """
    text = json.dumps(datasette_metadata(database.stem), indent=1)
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text + "\n")
    except FileExistsError:
        raise ConfigurationError(f"{target} is there already; choose another name with -o") from None


def datasette_metadata(name: str) -> dict[str, Any]:
    """Return the metadata for a database that Datasette knows by that name (its file's, without the ending)."""
    tables: dict[str, Any] = {each: {"columns": dict(columns)} for each, columns in column_meanings().items()}
    for view in VIEWS.values():
        tables[view.name] = {"description": view.about, "columns": dict(meanings(view.row))}
    # A query hides a table of its name, as `agent` would: so each has a word before it.
    queries = {f"ask_{each.name}": _query(each) for each in QUESTIONS.values()}
    queries |= {view.name.replace("v_", "example_"): _example(view.about, view.example) for view in VIEWS.values()}
    about = "An ecology: agents, the tools they rewrite, and every step of it. Scores are shares from 0 to 1."
    return {
        "title": f"Ecology {name}",
        "databases": {name: {"description": about, "tables": tables, "queries": queries}},
    }


def _query(question: Question[Any]) -> Mapping[str, Any]:
    """Return a question as a canned query; what is left empty in Datasette's form is an empty text there."""
    sql = question.sql
    for name, value in question.example.items():
        empty = "NULL" if value is None else str(value) if isinstance(value, int) else f"'{value}'"
        kind = f"CAST(coalesce(nullif(:{name}, ''), {empty}) AS INTEGER)" if isinstance(value, int) else None
        sql = re.sub(rf":{name}\b", kind or f"coalesce(nullif(:{name}, ''), {empty})", sql)
    words = ", ".join(f"{name}: {meaning}" for name, meaning in question.parameters.items())
    return {"sql": sql, "title": question.about, "description": words, "params": list(question.parameters)}


def _example(about: str, sql: str) -> Mapping[str, Any]:
    return {"sql": sql, "title": about}
