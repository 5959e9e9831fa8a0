"""Run a small ecology, then ask the database who did what, which rewrites were vetoed, and why."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from ecology import Ecology, Store, load_tasks

EVERYDAY = Path(__file__).with_name("everyday.jsonl")
CHOSEN = ("merge_bookings", "free_slots", "running_balance")

with TemporaryDirectory() as folder:
    database = Path(folder) / "zoo.db"
    with Ecology(database, seed=2) as ecology:
        ecology.settle(task for task in load_tasks(EVERYDAY) if task.entry_point in CHOSEN)
        ecology.run(turns=300)

    # Anything below needs the file alone: it works on a finished run, and beside one that is still going.
    with Store.open(database) as store:
        for tool in store.tools.all():
            head = store.tools.head(tool.id)
            print(f"\n{tool.name}: version {head.number}, {head.gate_passed} of {head.gate_total} gate cases")
            if head.parent_id is not None:
                print(store.lineage.diff(head.parent_id, head.id))
            for proposal in store.tools.proposals(tool_id=tool.id):
                last = store.tools.verdicts(proposal_id=proposal.id)[0]
                print(f"  {proposal.reason}: {last.outcome} by {last.rule}")

        vetoes = Counter(verdict.rule for verdict in store.tools.verdicts(outcome="veto"))
        print("\nvetoes by rule:", dict(vetoes))
        living = store.agents.all(alive=True)
        richest = max(living, key=lambda agent: store.ledger.balance(agent.id, kind="energy"))
        print("richest agent:", richest.name, "of", len(living), "alive")
        store.verify()
        print("history holds:", store.history_hash()[:16])
