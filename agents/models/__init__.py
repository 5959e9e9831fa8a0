"""The models that agents think with: what they are called, who opens them, what they may spend, and every call kept.

An engine makes `Models`, a `Switchboard` on them and the journal, purses, and for each turn a `Talk`; a mind has the
`Talk` alone. Promises: openai and litellm are loaded only when a model is opened that needs them.
"""

from __future__ import annotations

from .bandit import Bandit, Tally
from .budget import Purse
from .connection import Timeouts
from .discipline import Rules
from .ensemble import drawn
from .exchange import Heard
from .message import Message, Model, Reply, Request
from .models import Models, Opened
from .naming import Kind, kind_of, members, require_model, spelled
from .pricing import Price, Prices
from .ready import require_ready
from .simulated import SIMULATED
from .spending import Limits, Spent, Statement
from .structured import WAYS, Way
from .switchboard import RUN, Switchboard
from .talk import Learned, Spoken, Talk

__all__ = [  # noqa: RUF022 - in an order that teaches
    "spelled",
    "members",
    "kind_of",
    "Kind",
    "require_model",
    "require_ready",
    "drawn",
    "Bandit",
    "Tally",
    "Message",
    "Request",
    "Reply",
    "Model",
    "SIMULATED",
    "Models",
    "Opened",
    "Rules",
    "Timeouts",
    "Price",
    "Prices",
    "Heard",
    "Purse",
    "Limits",
    "Spent",
    "Statement",
    "Switchboard",
    "RUN",
    "Talk",
    "Learned",
    "Spoken",
    "Way",
    "WAYS",
]
