"""What `ecology run` and `ecology resume` are told about models and money, as it is typed.

Promises: each option is turned into what the library takes, or refused with one sentence.
Does not promise: that a value makes sense; the library says that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from storage import ConfigurationError

from ..budget import Budget
from ..conditions import SWITCHES
from ..selection import STRATEGIES

ModelOption = Annotated[
    list[str] | None,
    typer.Option(
        help="What the agents think with; several share the turns, name*2 weighs double. offline by default.",
        show_default=False,
    ),
]
PopulationOption = Annotated[
    list[str] | None,
    typer.Option(help="How many agents of a niche: specialist=1, mender@gpt-5-mini=2. May be repeated."),
]
BanditOption = Annotated[
    bool, typer.Option("--bandit", help="Choose among several models by what each has brought for its cost.")
]
MaxUsd = Annotated[float | None, typer.Option(help="Dollars for models; 0 forbids calls that cost or may cost.")]
MaxTokens = Annotated[int | None, typer.Option(help="Tokens for models, in and out together.")]
MaxCalls = Annotated[int | None, typer.Option(help="Calls of models.")]
MaxSeconds = Annotated[float | None, typer.Option(help="Wall time of the run.")]
AgentUsd = Annotated[float | None, typer.Option(help="Dollars for each agent.")]
LineageUsd = Annotated[float | None, typer.Option(help="Dollars for each founder with all its descendants.")]
Candidates = Annotated[int | None, typer.Option(help="Candidates run in all at most; no limit by default.")]
CandidatesPerTask = Annotated[
    int | None, typer.Option("--candidates-per-task", help="Candidates run on one tool at most; no limit by default.")
]
Selection = Annotated[
    str | None, typer.Option(help=f"How versions to work from are weighed: {', '.join(STRATEGIES)}; newest by default.")
]
Without = Annotated[
    list[str] | None,
    typer.Option(
        help=f"What the population must do without, for an experiment: {', '.join(SWITCHES)}. May be repeated."
    ),
]
SeedFrom = Annotated[
    Path | None, typer.Option(help="A database whose surviving agents, with what they learnt, found the population.")
]
CharterFile = Annotated[Path | None, typer.Option(help="A charter in TOML instead of the one that ships.")]
ShadowCharter = Annotated[
    Path | None, typer.Option(help="A charter judged beside it: where it would have decided otherwise is reported.")
]
Temperature = Annotated[float | None, typer.Option(help="Of models; 0.7 by default.")]
MaxReply = Annotated[int | None, typer.Option("--max-reply-tokens", help="The longest reply of a model, in tokens.")]
PromptTokens = Annotated[int | None, typer.Option(help="The longest prompt, in tokens.")]
CallsAtOnce = Annotated[int, typer.Option(help="Calls under way at one endpoint at most.")]
Prices = Annotated[Path | None, typer.Option(help="Prices in TOML, before those that ship.")]
References = Annotated[
    Path | None, typer.Option(help="Right programs in JSONL (id, reference), for a simulated model alone.")
]
ReplySeconds = Annotated[float, typer.Option(help="How long a call may take; a letter in a mailbox waits six times.")]
SigningKey = Annotated[
    Path | None,
    typer.Option(
        envvar="ECOLOGY_SIGNING_KEY", help="An Ed25519 key in PEM or OpenSSH form, to sign the head file with."
    ),
]

_LETTER = 6


def budget_of(
    usd: float | None, tokens: int | None, calls: int | None, seconds: float | None, *, agent: float | None,
    lineage: float | None,
) -> Budget | None:  # fmt: skip
    """Return the budget that was typed, None where none was."""
    limits = given(usd=usd, tokens=tokens, calls=calls, seconds=seconds)
    shares = {name: {"usd": most} for name, most in given(agent=agent, lineage=lineage).items()}
    return Budget.checked(limits | shares) if limits or shares else None


def population_of(niches: Sequence[str] | None) -> Mapping[str, int] | None:
    """Return the population that was typed, None where none was."""
    if not niches:
        return None
    found: dict[str, int] = {}
    for each in niches:
        niche, equals, count = each.rpartition("=")
        if not equals or not niche or not count.isdecimal():
            raise typer.BadParameter(f"--population {each!r} is no niche with a number; write it as specialist=1")
        found[niche] = found.get(niche, 0) + int(count)
    return found


def resources_of(
    at_once: int, *, reply_s: float, prices: Path | None, references: Path | None, signing_key: Path | None
) -> dict[str, Any]:
    """Return the further resources that were typed."""
    for name, path in (("--prices", prices), ("--references", references), ("--signing-key", signing_key)):
        if path is not None and not path.is_file():
            raise ConfigurationError(f"{name} {path} is no file; check the path")
    return {
        "calls_at_once": at_once,
        "reply_s": reply_s,
        "mailbox_s": _LETTER * reply_s,
        "prices": prices,
        "references": references,
        "signing_key": signing_key,
    }


def given(**settings: Any) -> dict[str, Any]:
    """Return the settings that were typed; those that were not are left to their defaults."""
    return {name: value for name, value in settings.items() if value is not None}
