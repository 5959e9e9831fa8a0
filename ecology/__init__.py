"""ecology: a population of agents that repair, critique and rewrite each other's tools under rules.

Users import from here alone: `from ecology import Ecology, load_tasks`. A name is loaded when it is first asked for, so
that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agents import FAMILIES, Compose, Critique, Genome, Pass, Post, Propose, Spawn, Test, View
    from agents.species import Study, ThinkingMind, Thought
    from governance import Objection, load_charter, open_sandbox, rule
    from storage import Audit, Case, EcologyError, Finding, Store, Task, audit

    from .budget import Allowance, Budget
    from .control.outside import Outside, connect
    from .control.request import Receipt
    from .ecology import BudgetWarning, Ecology, SandboxWarning
    from .experiments import Experiment, experiment
    from .incidents import Incident
    from .report import Report, ToolReport
    from .session import GuardWarning
    from .settings import Settings
    from .tasks import check_tasks, load_tasks, write_tasks

__all__ = [  # noqa: RUF022 - in an order that teaches
    "Ecology",
    "load_tasks",
    "check_tasks",
    "write_tasks",
    "Task",
    "Case",
    "Report",
    "ToolReport",
    "Incident",
    "Settings",
    "experiment",
    "Experiment",
    "Budget",
    "Allowance",
    "connect",
    "Outside",
    "Receipt",
    "Genome",
    "FAMILIES",
    "ThinkingMind",
    "Study",
    "View",
    "Thought",
    "Propose",
    "Compose",
    "Critique",
    "Test",
    "Post",
    "Spawn",
    "Pass",
    "Store",
    "open_sandbox",
    "load_charter",
    "rule",
    "Objection",
    "audit",
    "Audit",
    "Finding",
    "EcologyError",
    "SandboxWarning",
    "BudgetWarning",
    "GuardWarning",
]

_HOMES = {
    "ecology.budget": ("Allowance", "Budget"),
    "ecology.control.outside": ("Outside", "connect"),
    "ecology.control.request": ("Receipt",),
    "ecology.ecology": ("BudgetWarning", "Ecology", "SandboxWarning"),
    "ecology.experiments": ("Experiment", "experiment"),
    "ecology.incidents": ("Incident",),
    "ecology.report": ("Report", "ToolReport"),
    "ecology.session": ("GuardWarning",),
    "ecology.settings": ("Settings",),
    "ecology.tasks": ("check_tasks", "load_tasks", "write_tasks"),
    "agents": (
        "FAMILIES",
        "Compose",
        "Critique",
        "Genome",
        "Pass",
        "Post",
        "Propose",
        "Spawn",
        "Test",
        "View",
    ),
    "agents.species": ("Study", "ThinkingMind", "Thought"),
    "governance": ("Objection", "load_charter", "open_sandbox", "rule"),
    "storage": ("Audit", "Case", "EcologyError", "Finding", "Store", "Task", "audit"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Load a public name from the layer it lives in, on its first use."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it offers {', '.join(__all__)}")
    globals()[name] = value = getattr(import_module(_HOME_OF[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _require_our_own() -> None:
    """Refuse to start where a layer's name is taken by another distribution (`agents` is also openai-agents')."""
    root = Path(__file__).resolve().parent.parent
    for name in ("storage", "governance", "agents", "prompts"):
        spec = find_spec(name)
        origin = Path(spec.origin).resolve() if spec and spec.origin else None
        if origin is None or origin.parent.parent != root:
            whose = "openai-agents has that name too" if name == "agents" else "another distribution has that name"
            raise ImportError(
                f"the package {name!r} found here ({origin}) is not ecology's; {whose}: install ecology into an"
                " environment of its own"
            )


_require_our_own()
