"""What a notebook shows: small, escaped, with nothing to load and nothing that runs."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from ecology import Case, Ecology, Task
from storage import Score

TRAP = "<script>alert(1)</script><img src=x onerror=y>"
ALLOWED = {"table", "caption", "thead", "tbody", "tr", "th", "td"}


class Tags(HTMLParser):
    """Collects the tags of a text and all their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Everything that shows itself, from an ecology in which every text is a trap."""
    cases = (Case("visible", "1", args="(1,)"), Case("gate", "2", args="(2,)"))
    path = tmp_path_factory.mktemp("notebook") / "zoo.db"
    with Ecology(path, workers=1, sandbox="auto") as eco:
        eco.settle([Task(TRAP, "f", "def f(a):\n    return a\n", cases)])
        report = eco.run(2)
        store = eco._store
        store.write(lambda tx: store.agents.spawn(tx, name=TRAP, species=TRAP, genome={}))
        head = store.tools.heads()[0]
        version = store.write(
            lambda tx: store.tools.save(
                tx, tool_id=head.tool_id, expected_head=head.id, source="x", score=Score(1, 1, 1, 1, 1), reason=TRAP * 9
            )
        )
        things: dict[str, Any] = {
            "ecology": eco, "report": report, "version": version, "agent": eco.agents.all()[-1],
            "lineage": eco.lineage, "rows": eco.ask.moment(),
        }  # fmt: skip
        return {name: thing._repr_html_() for name, thing in things.items()}


@pytest.mark.parametrize("thing", ["ecology", "report", "version", "agent", "lineage", "rows"])
def test_it_is_a_small_table_in_which_no_text_is_markup(shown: dict[str, str], thing: str) -> None:
    text = shown[thing]
    parsed = Tags()
    parsed.feed(text)

    assert len(text) < 20_000 and "table" in parsed.tags
    assert parsed.tags <= ALLOWED and parsed.attributes <= {"title"}
    if thing not in ("ecology", "report"):
        assert "&lt;script&gt;" in text
