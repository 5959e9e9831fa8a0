"""ecology: a population of agents that repair, critique and rewrite each other's tools under rules.

Users import from here alone: `from ecology import Ecology, load_tasks`.
"""

from __future__ import annotations

from pathlib import Path as _Path

_ROOT = _Path(__file__).resolve().parent.parent


def _require_our_own() -> None:
    """Refuse to start where a layer's name is taken by another distribution (`agents` is also openai-agents')."""
    import importlib.util

    for name in ("storage", "governance", "agents", "prompts"):
        spec = importlib.util.find_spec(name)
        origin = _Path(spec.origin).resolve() if spec and spec.origin else None
        if origin is None or origin.parent.parent != _ROOT:
            raise ImportError(
                f"the package {name!r} found here ({origin}) is not ecology's; another distribution has that name"
                f" ({'openai-agents' if name == 'agents' else 'see pip list'}): install ecology into an environment of"
                " its own"
            )


_require_our_own()

from agents import FAMILIES, Genome  # noqa: E402
from governance import load_charter, open_sandbox  # noqa: E402
from storage import Case, EcologyError, Store, Task  # noqa: E402

from .ecology import Ecology, SandboxWarning  # noqa: E402
from .report import Report, ToolReport  # noqa: E402
from .settings import Settings  # noqa: E402
from .tasks import check_tasks, load_tasks, write_tasks  # noqa: E402

__all__ = [  # noqa: RUF022 - in an order that teaches
    "Ecology",
    "load_tasks",
    "check_tasks",
    "write_tasks",
    "Task",
    "Case",
    "Report",
    "ToolReport",
    "Settings",
    "Genome",
    "FAMILIES",
    "Store",
    "open_sandbox",
    "load_charter",
    "EcologyError",
    "SandboxWarning",
]
