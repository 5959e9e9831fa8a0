"""What a hostile tool may do to get out, to be believed, to live on, or to break whoever reads its answers.

Each text of `hostile.txt` defines `f()`; one that gets what it wants returns "escaped". They were written against this
project's source, by someone who has read it.
"""

from __future__ import annotations

from pathlib import Path

_TEXTS = Path(__file__).with_name("hostile.txt").read_text(encoding="utf-8")


def _sections() -> dict[str, str]:
    found = (part.partition("\n") for part in _TEXTS.split("=== ")[1:])
    return {name: text for name, _, text in found}


ALL = _sections()
