"""The page on the database, `docs/database.md`, written from the tables, views and questions themselves.

Run: `python -m storage.page > docs/database.md`. A test holds the page to what this gives, and runs every query on it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from sqlalchemy import Column

from .column import Table
from .database import SCHEMA_VERSION
from .questions import QUESTIONS, Question
from .tables import ALL, HISTORY, OPERATIONAL
from .views import VIEWS, View, meanings

_INTRODUCTION = f"""# The database

An ecology is one SQLite file (schema {SCHEMA_VERSION}). Everything in it can be read with plain SQL, while a run goes
on too: `sqlite3 zoo.db`, any library, or [Datasette](https://datasette.io) (`ecology datasette zoo.db` writes its
metadata with the queries of this page). Rows are appended, never changed: triggers refuse `UPDATE` and `DELETE`, and a
hash chain over all history tables shows what was done behind their back.

This page is written by `python -m storage.page` from the tables, views and questions themselves.

## Three ways to ask

- **Views** (`v_...`) have everything by name: `SELECT tool, score, author FROM v_head`.
- **Questions** are the sixteen that a keeper asks: `ecology ask origin zoo.db TOOL`, or in Python
  `store.ask.origin("tool")` (`eco.ask` of an `Ecology`), whose rows are typed and have `.to_frame()`.
- **Tables**, where neither has what you want.

A seq is the number of an event; every history row carries the seq of the event that wrote it. So the state of any
moment is what the rows up to its seq say: commands take `--as-of 120`, `--as-of turn:40` or
`--as-of 2026-03-01T12:00`, calls `as_of=`. In plain SQL put a cut table in the place of a whole one:

```sql
WITH tool_version AS (SELECT * FROM main.tool_version WHERE seq <= 120) SELECT count(*) FROM tool_version
```

Scores are shares from 0 to 1. Sizes are characters. Wall times are seconds since 1970; they, and the other columns
marked *clock*, are outside the hash chain.
"""
_TYPES = {"int": "INTEGER", "float": "REAL", "str": "TEXT", "bool": "INTEGER", "bytes": "BLOB"}


def page() -> str:
    """Return the page as Markdown."""
    parts = [_INTRODUCTION, *_diagram(), "## Views\n", *(line for view in VIEWS.values() for line in _view(view))]
    parts += ["## Questions\n", *(line for each in QUESTIONS.values() for line in _question(each))]
    for title, names in (
        ("Tables of the history", ("event", "blob", *HISTORY)),
        ("Tables outside the history", (*OPERATIONAL, "seal")),
    ):
        parts += [f"## {title}\n", *(line for name in names for line in _table(name))]
    return "\n".join(parts)


def _diagram() -> Iterator[str]:
    yield "## How the tables belong together\n"
    yield "Every history table also points to the `event` that wrote the row; these arrows are left out.\n"
    yield "```mermaid\nerDiagram"
    for name in _names():
        for column in _columns(name):
            for key in column.foreign_keys:
                if column.name != "seq":
                    many = "o|" if column.nullable else "||"
                    yield f'    {key.column.table.name} {many}--o{{ {name} : "{column.name}"'
    for name in _names():
        yield f"    {name} {{"
        for column in _columns(name):
            role = " PK" if column.primary_key else " FK" if column.foreign_keys else ""
            yield f"        {_kind(column)} {column.name}{role}"
        yield "    }"
    yield "```\n"


def _view(view: View) -> Iterator[str]:
    yield f"### `{view.name}`\n"
    yield f"{view.about} {view.row.__doc__ or ''}\n"
    yield _rows(("column", "meaning"), meanings(view.row).items())
    yield f"```sql\n{view.example}\n```\n"


def _question(question: Question[object]) -> Iterator[str]:
    yield f"### {question.name}\n"
    words = " ".join(name.upper() for name in question.parameters if name in _WORDS)
    yield f"{question.about} `ecology ask {question.name} DB{' ' + words if words else ''}`\n"
    if question.parameters:
        yield "\n".join(f"- `:{name}`: {meaning}" for name, meaning in question.parameters.items()) + "\n"
    if question.sql.startswith("SELECT * FROM v_"):
        yield "Its columns are those of the view.\n"
    else:
        yield _rows(("column", "meaning"), meanings(question.row).items())
    yield f"```sql\n{question.sql}\n```\n"


# The values that a command takes as words rather than as options.
_WORDS = ("version", "a", "b", "agent", "turn")


def _table(name: str) -> Iterator[str]:
    yield f"### `{name}`\n"
    yield f"{_documents()[name]}\n"
    rows = ((column.name, _kind(column), _meaning(column)) for column in _columns(name))
    yield _rows(("column", "type", "meaning"), rows)


def _meaning(column: Column[object]) -> str:
    points = "".join(f"; points to `{key.column.table.name}.{key.column.name}`" for key in column.foreign_keys)
    return f"{column.comment}{points}{'; *clock*' if column.info.get('clock') else ''}"


def _rows(heads: tuple[str, ...], rows: object) -> str:
    lines = [heads, tuple("---" for _ in heads), *((f"`{first}`", *rest) for first, *rest in rows)]  # type: ignore[attr-defined]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _kind(column: Column[object]) -> str:
    return _TYPES[getattr(column.type, "impl", column.type).python_type.__name__]


def _columns(name: str) -> list[Column[object]]:
    return list(Table.metadata.tables[name].columns)


def _names() -> tuple[str, ...]:
    return ALL


def _documents() -> dict[str, str]:
    waiting, found = [Table], {}
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        found[str(kind.__tablename__)] = (kind.__doc__ or "").replace("\n    ", "\n")
    return found


if __name__ == "__main__":
    sys.stdout.write(page())
