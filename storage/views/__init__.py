"""The views: every table of the database by name, for plain SQL, for the questions and for exports.

Promises: they are part of the file, so that any SQLite shell or Datasette has them; their columns and what these mean
are the fields of typed rows.
Does not promise: speed on a view that is read whole where a question has a narrower query.
"""

from __future__ import annotations

from sqlalchemy import Connection

from .living import LIVING_VIEWS, AgentRow, DeathRow, DiversityRow, EventRow, ThingRow, TurnRow
from .rewriting import REWRITING_VIEWS, CritiqueRow, ProposalRow, RuleRow, VetoRow
from .versions import VERSION_VIEWS, CostRow, EdgeRow, LineageRow, ScoreRow, VersionRow
from .view import View, joined, meanings

__all__ = [
    "VIEWS",
    "AgentRow",
    "CostRow",
    "CritiqueRow",
    "DeathRow",
    "DiversityRow",
    "EdgeRow",
    "EventRow",
    "LineageRow",
    "ProposalRow",
    "RuleRow",
    "ScoreRow",
    "ThingRow",
    "TurnRow",
    "VersionRow",
    "VetoRow",
    "View",
    "drop_views",
    "joined",
    "make_views",
    "meanings",
    "renew_views",
    "stale_views",
]

VIEWS: dict[str, View] = {view.name: view for view in (*VERSION_VIEWS, *LIVING_VIEWS, *REWRITING_VIEWS)}

_HAVE = "SELECT name, sql FROM sqlite_master WHERE type = 'view'"


def stale_views(connection: Connection) -> list[View]:
    """Return the views that a database lacks, or has from another release."""
    have = {row.name: row.sql for row in connection.exec_driver_sql(_HAVE)}
    return [view for view in VIEWS.values() if have.get(view.name) != view.statement]


def make_views(connection: Connection) -> None:
    """Make the views of this release, in place of those of another, in the caller's transaction.

    A user's own views, under other names, stay.
    """
    for view in stale_views(connection):
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {view.name}")
        connection.exec_driver_sql(view.statement)


def renew_views(connection: Connection) -> None:
    """Bring the views of another release with the same tables up to date, in a transaction of its own."""
    if stale_views(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        make_views(connection)
        connection.exec_driver_sql("COMMIT")


def drop_views(connection: Connection) -> None:
    """Take our views away: SQLite refuses to rebuild a table that a view looks at."""
    for name in VIEWS:
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
