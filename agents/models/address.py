"""Where an endpoint is, and which environment variable holds its key.

Promises: a key is read from the environment only, and only that of the host it belongs to; an address with a password
or a query in it is refused, for addresses are stored and shown. Does not promise: that anyone listens there.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from storage import ConfigurationError

OPENAI = "https://api.openai.com/v1"
ANY_KEY = "ECOLOGY_API_KEY"


@dataclass(frozen=True, slots=True)
class Address:
    """The base URL of an OpenAI-compatible server and, after `#`, the model wanted there ("" for its first)."""

    url: str
    model: str = ""

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read `http(s)://host[:port]/v1[#model]`.

        Raises: ConfigurationError: it is no such address, or it holds a password or a query.
        """
        url, _, model = text.partition("#")
        try:
            parts = urlsplit(url)
            good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
            good = good and not any(each.isspace() for each in url)
        except ValueError:
            good = False
        if not good:
            raise ConfigurationError(f"{url!r} is no address of a model; write it as http://localhost:8000/v1#name")
        if parts.username or parts.password or parts.query:
            raise ConfigurationError(
                f"the address of a model at {parts.hostname} holds a password or a query, and would be stored with it; "
                f"leave it out and set {ANY_KEY} in the environment"
            )
        return cls(url.rstrip("/"), model)

    @property
    def host(self) -> str:
        """The host's name, without the port."""
        return urlsplit(self.url).hostname or ""

    @property
    def openai(self) -> bool:
        """Whether this is OpenAI's own server, the only one that is shown OpenAI's key."""
        return self.host == "api.openai.com"

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables that may hold its key, first come first served."""
        own = re.sub(r"[^A-Z0-9]+", "_", self.host.upper()).strip("_")
        return ("OPENAI_API_KEY",) if self.openai else (f"{ANY_KEY}_{own}", ANY_KEY)

    def require_key(self) -> SecretStr:
        """Return the key for this host.

        Raises: ConfigurationError: the environment has none.
        """
        if (key := self.key()) is None:
            raise ConfigurationError(
                f"the model {self.model or self.url} needs a key; set {self.variables[0]} in the environment"
            )
        return key

    def key(self) -> SecretStr | None:
        """Return the key for this host, None where the environment has none."""
        found = (os.environ.get(name, "").strip() for name in self.variables)
        return next((SecretStr(value) for value in found if value), None)
