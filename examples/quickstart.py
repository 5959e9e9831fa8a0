"""Six buggy everyday tools, and an offline population that repairs them: no key, no network, some seconds."""

from pathlib import Path
from tempfile import TemporaryDirectory

from ecology import Ecology, load_tasks

EVERYDAY = Path(__file__).with_name("everyday.jsonl")
CHOSEN = ("days_in_month", "parse_duration", "slug", "running_balance", "word_counts", "pages")

with TemporaryDirectory() as folder, Ecology(Path(folder) / "zoo.db", model="offline", seed=7) as ecology:
    ecology.settle(task for task in load_tasks(EVERYDAY) if task.entry_point in CHOSEN)

    report = ecology.run(turns=300)

    print(report)
    for version in ecology.lineage.ancestors("slug"):
        print(version.number, version.author or "as it came", version.score, version.reason)
