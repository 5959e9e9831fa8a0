"""Any view as CSV or Parquet.

Promises: a column for each of the view's, in its order, also where there is no row; in Parquet with its type.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, get_args, get_type_hints

from storage import VIEWS, Rows


def write_csv(target: Path, rows: Rows[Any]) -> None:
    """Write rows as CSV; what is unknown is empty."""
    with target.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(rows.columns))
        out.writeheader()
        out.writerows(rows.documents())


def write_parquet(target: Path, rows: Rows[Any], *, view: str) -> None:
    """Write the rows of a view as Parquet."""
    import pyarrow
    import pyarrow.parquet

    kinds = {int: pyarrow.int64(), float: pyarrow.float64(), str: pyarrow.string()}
    hints = get_type_hints(VIEWS[view].row)
    schema = pyarrow.schema([(name, kinds[_plain(hints[name])]) for name in rows.columns])
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows.documents(), schema=schema), target)


def _plain(hint: Any) -> type:
    """Return the type that a value has where it is known."""
    kinds = [kind for kind in get_args(hint) if kind is not type(None)]
    found: type = kinds[0] if kinds else hint
    return found
