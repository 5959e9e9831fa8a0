"""A history in the formats of others: phylogenies, provenance, graphs, tables, and the tools as a package."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from storage import Asking, ConfigurationError, Store, When

from .datasette import datasette_metadata, write_datasette
from .package import Exported, write_package
from .phylogeny import newick, write_alife, write_graphml, write_newick
from .provenance import prov_document, write_prov
from .tabular import write_csv, write_parquet

__all__ = [
    "Exported",
    "Format",
    "datasette_metadata",
    "export",
    "newick",
    "prov_document",
    "write_datasette",
    "write_package",
]

Format = Literal["alife", "newick", "prov", "graphml", "parquet", "csv", "package"]


def export(
    store: Store, form: Format, target: str | Path, *, view: str | None = None, line: bool = False, as_of: When = None
) -> Exported | None:
    """Write a store's history to a file in a format, or its surviving tools to a folder (`package`).

    Args: view: the view to write, for `csv` and `parquet`; line: leave second parents out of `alife`.
    Raises: ConfigurationError: a library is missing, or a view is missing or given in vain; NotFound: no such view or
        moment; OSError: the file cannot be written.
    """
    path, seq, ask = Path(target), store.as_of(as_of), store.ask
    if (view is None) == (form in ("csv", "parquet")):
        raise ConfigurationError("csv and parquet write a view: name it by --view; the other formats take none")
    if line and form != "alife":
        raise ConfigurationError(f"only alife has second parents to leave out, not {form}; leave --line out")
    try:
        if form == "package":
            return write_package(store, path, as_of=seq)
        _write(form, path, ask, view=view, line=line, as_of=seq)
    except ImportError as missing:
        raise ConfigurationError(f"{form} needs {missing.name}; install `ecology[lineage]`") from None
    return None


def _write(form: Format, path: Path, ask: Asking, *, view: str | None, line: bool, as_of: int | None) -> None:
    if view is not None:
        rows = ask.view(view, as_of=as_of)
        return write_csv(path, rows) if form == "csv" else write_parquet(path, rows, view=view)
    versions, edges = (ask.view(name, as_of=as_of) for name in ("v_version", "v_edge"))
    if form == "alife":
        write_alife(path, versions, edges, line=line)
    elif form == "newick":
        write_newick(path, versions)
    elif form == "graphml":
        write_graphml(path, versions, edges)
    else:
        agents, turns = (ask.view(name, as_of=as_of) for name in ("v_agent", "v_turn"))
        write_prov(path, versions, edges, agents=agents, turns=turns)
