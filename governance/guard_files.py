"""The files that make the rule layer what it is, each with its sha256, as they stand on the disk now.

Promises: every file of this package, whatever its kind, and every further one that rules were read from.
Does not promise: that the code in memory is the code on the disk; that is why the list is made before and after a run.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable
from pathlib import Path

_HERE = Path(__file__).parent


def guard_listing(extra: Iterable[Path] = ()) -> str:
    """Return a JSON object of the sha256 of each file of the rule layer by its name, one line, sorted.

    Args: extra: a user's own charter, policies and rules; one that cannot be read now is listed as missing.
    """
    ours = (path for path in _HERE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    listed = {path.relative_to(_HERE.parent).as_posix(): _digest(path) for path in ours}
    listed |= {str(path): _digest(path) for path in extra}
    return json.dumps(listed, sort_keys=True, separators=(",", ":"))


def charter_files(path: str | Path | None, text: str) -> tuple[Path, ...]:
    """Return a user's charter and the files that it names; `text` is the charter's with their texts in it."""
    if path is None:
        return ()
    named = tomllib.loads(text).get("texts", {})
    return (Path(path), *(Path(path).parent / name for name in named))


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "missing"
