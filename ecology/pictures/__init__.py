"""Pictures of a history: its lineage, whose code is alive, scores, diversity, and who criticises whom.

Promises: matplotlib is imported only here, and used without a screen; an HTML file holds all it needs and runs nothing.
"""

from __future__ import annotations

from html import escape
from io import StringIO
from pathlib import Path
from typing import Literal, get_args

from storage import ConfigurationError, Store, Trait, When

from .drawing import draw
from .tree import Drawn, drawn

__all__ = ["Drawn", "Picture", "drawn", "plot"]

Picture = Literal["lineage", "muller", "score", "diversity", "network"]
_ENDINGS = (".svg", ".png", ".html")
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body{{margin:2rem;font-family:sans-serif}}svg{{max-width:100%;height:auto}}</style></head>
<body>{svg}</body></html>
"""


def plot(store: Store, picture: Picture, target: str | Path, *, by: Trait = "species", as_of: When = None) -> None:
    """Draw a picture of a store into a file; its ending says how: `.svg`, `.png` or `.html`.

    Args: by: what makes a kind, in `muller` and `diversity`.
    Raises: ConfigurationError: the picture or the ending is none of these, or matplotlib is missing; NotFound: no such
        moment; OSError: the file cannot be written.
    """
    path, seq = Path(target), store.as_of(as_of)
    if picture not in get_args(Picture):
        raise ConfigurationError(f"{picture!r:.40} is no picture; the pictures are {', '.join(get_args(Picture))}")
    if path.suffix not in _ENDINGS:
        raise ConfigurationError(f"{path.name} has none of the endings {', '.join(_ENDINGS)}; give it one of these")
    try:
        import matplotlib
        import networkx  # noqa: F401 - used by one picture, and better missed before a file is begun
        from matplotlib.figure import Figure
    except ImportError as missing:
        raise ConfigurationError(f"pictures need {missing.name}; install `ecology[plot]`") from None
    # Ids and dates in a picture would differ from one drawing to the next; `$` in a name is no formula.
    with matplotlib.rc_context({"svg.hashsalt": "ecology", "text.parse_math": False}):
        figure = Figure(figsize=(11, 6.5), layout="constrained")
        draw(figure.subplots(), store, picture, by=by, as_of=seq)
        if path.suffix == ".png":
            figure.savefig(path, dpi=130)
            return
        text = StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    svg = text.getvalue()
    if path.suffix == ".html":
        svg = _PAGE.format(title=escape(f"{picture} of {store.path.name}"), svg=svg[svg.index("<svg") :])
    path.write_text(svg, encoding="utf-8")
