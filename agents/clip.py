"""Long texts made short by leaving out their middle, under a mark that says how much is gone.

Promises: one line of at most as many characters as asked for; what is short enough stays as it is.
Does not promise: that what is left of a value can be read as one.
"""

from __future__ import annotations

# Longer than the mark, whatever number it holds.
_ROOM_FOR_MARK = 40


def clipped(text: str, most: int) -> str:
    """Return a text as one line of at most `most` characters, which are more than a few dozen."""
    line = " ".join(text.splitlines()) if "\n" in text else text
    if len(line) <= most:
        return line
    half = (most - _ROOM_FOR_MARK) // 2
    return f"{line[:half]} [{len(line) - 2 * half} characters left out] {line[-half:]}"
