"""Repair tools with a model on your own machine: `python examples/local_model.py MODEL`.

What to write for MODEL:

    Ollama       ollama_chat/qwen3-coder              after `ollama pull qwen3-coder`
    llama.cpp    http://127.0.0.1:8080/v1             after `llama-server -m FILE.gguf --jinja`
    vLLM         http://127.0.0.1:8000/v1#NAME        after `vllm serve NAME`
    LM Studio    http://127.0.0.1:1234/v1             after its server was started with a model loaded

No key is needed for any of them. Without MODEL a script plays the model's part: no network, some seconds.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from ecology import Ecology, load_tasks

HERE = Path(__file__).parent
SCRIPT = f"scripted:{HERE / 'local_model.jsonl'}"
CHOSEN = ("parse_duration", "common_prefix", "scale_marks")
POPULATION = {"mender": 2, "critic": 2}

model = sys.argv[1] if len(sys.argv) > 1 else SCRIPT
if model == SCRIPT:
    print(__doc__)

with (
    TemporaryDirectory() as folder,
    Ecology(Path(folder) / "zoo.db", model=model, population=POPULATION, window=4, seed=3) as ecology,
):
    ecology.settle(task for task in load_tasks(HERE / "everyday.jsonl") if task.entry_point in CHOSEN)

    report = ecology.run(turns=80)

    print(report)
    for name in CHOSEN:
        for version in ecology.lineage.ancestors(name):
            print(f"{name} {version.number}: {version.author or 'nobody'}: {version.reason}")
