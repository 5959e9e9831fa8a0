"""Whether a model could be asked, found out before anything is begun.

Promises: nothing is sent; a missing key, an unknown provider or a file that cannot be used is one sentence.
Does not promise: that the key is right or that a server listens; only an answer shows that.
"""

from __future__ import annotations

from storage import ConfigurationError

from .address import OPENAI, Address
from .mailbox import MailboxModel
from .naming import kind_of
from .pricing import FREE, Price, Prices
from .provider import require_provider
from .scripted import ScriptedModel
from .simulated import Chances


def require_ready(name: str, *, prices: Prices) -> Price | None:
    """Return the price of a model that could be asked now, None where it is unknown; a mailbox's folder is made.

    Raises: ConfigurationError: it could not be asked.
    """
    argument = name.partition(":")[2]
    match kind_of(name):
        case "scripted":
            ScriptedModel.from_file(argument)
        case "simulated":
            Chances.read(argument)
        case "mailbox":
            MailboxModel(argument)
        case "openai":
            Address(OPENAI, name).require_key()
            return prices.of(name)
        case "endpoint":
            Address.parse(name)
            return prices.of(name)
        case "provider":
            found = require_provider(name)
            return prices.of(name) or found
        case "offline" | "replay":
            raise ConfigurationError(f"{name!r} is no model that can be asked; name one that answers requests")
    return prices.of(name) or FREE
