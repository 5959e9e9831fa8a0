"""The one line in which a model says what it did, out of whatever it wrote around its code.

Promises: plain text of one line and at most 120 characters, or nothing. Does not promise: that it is true; it is shown
to others as data.
"""

from __future__ import annotations

import re

_MOST = 120
# A reply may begin with long notes.
_LOOKED_AT = 100_000
_THOUGHTS = re.compile(r"\A.*</think(?:ing)?>", re.DOTALL)
_FENCED = re.compile(r"^[ \t]*(`{3,}|~{3,}).*?(^[ \t]*\1[^\n]*$|\Z)", re.MULTILINE | re.DOTALL)
_CHANGED = re.compile(r"^<{5,9} ?SEARCH.*?(^>{5,9} ?REPLACE[^\n]*$|\Z)", re.MULTILINE | re.DOTALL)
_DECORATION = re.compile(r"^(?:[\s#>*+\-]+|\d+[.)]\s)+|[*_`]{1,3}")
_NAMED = re.compile(r"change:\s*", re.IGNORECASE)
_NO_PROSE = re.compile(r"\W*")


def reason_in(text: str) -> str:
    """Return what the last line that begins with `Change:` says, cleaned; the first line of prose if there is none.

    A line that only leads up to the code is taken where there is no other.
    """
    prose = _CHANGED.sub("\n", _FENCED.sub("\n", _THOUGHTS.sub("", text[:_LOOKED_AT])))
    lines = [cleaned for line in prose.splitlines() if not _NO_PROSE.fullmatch(cleaned := _cleaned(line))]
    named = [said for line in lines if (found := _NAMED.match(line)) and (said := line[found.end() :])]
    plain = [line for line in lines if not line.endswith(":")]
    return _short([*named[-1:], *plain, *lines, ""][0])


def _cleaned(line: str) -> str:
    plain = "".join(letter if letter.isprintable() else " " for letter in _DECORATION.sub("", line))
    return " ".join(plain.split())


def _short(words: str) -> str:
    return words if len(words) <= _MOST else f"{words[: _MOST - 4]} ..."
