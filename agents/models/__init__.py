"""Which models an ecology can think with, each named by one string.

Promises: an unknown name is refused with a sentence, before anything is written. Does not promise: more than `offline`
yet, the embedded default that edits syntax trees and calls nothing.
"""

from __future__ import annotations

from storage import ConfigurationError

__all__ = ["MODELS", "require_model"]

MODELS = ("offline",)


def require_model(name: str) -> str:
    """Return the name if this release knows the model.

    Raises: ConfigurationError: it does not.
    """
    if name not in MODELS:
        raise ConfigurationError(f"no model {name!r}; this release thinks with {', '.join(MODELS)}")
    return name
