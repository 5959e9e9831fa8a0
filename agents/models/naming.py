"""What a model may be called: one string for one model, and one for several that share the turns.

Promises: an unknown name is refused with one sentence that says what can be written, before anything is sent or made;
several models have one canonical spelling, `a*2 + b`. Does not promise: that a server or a key is there; nothing is
asked over a network here.
"""

from __future__ import annotations

import difflib
import math
import os
import re
from collections.abc import Mapping, Sequence
from typing import Literal

from storage import ConfigurationError

from .address import Address
from .pricing import Prices
from .scripted import ScriptedModel
from .simulated import Chances

Kind = Literal["offline", "scripted", "replay", "simulated", "mailbox", "endpoint", "openai", "provider"]

_BETWEEN = " + "
# What a kind of model wants after its colon.
_ARGUMENTS: dict[str, tuple[Kind, str]] = {
    "scripted": ("scripted", "scripted:replies.jsonl"),
    "replay": ("replay", "replay:run.db"),
    "simulated": ("simulated", "simulated:0.3,0.4,0.3"),
    "mailbox": ("mailbox", "mailbox:folder"),
}
_OPENAI = re.compile(r"(ft:)?(gpt-\d|chatgpt-|o\d)[\w.:-]*")
_PROVIDER = re.compile(r"[A-Za-z]\w[\w-]*/\S*[^\s/]")
_BARE_ADDRESS = re.compile(r"[\w.-]+:\d+(/|$)")
# Whose models they are, as litellm calls them.
_MAKERS = {"claude": "anthropic", "gemini": "gemini", "grok": "xai", "deepseek": "deepseek", "mistral": "mistral"}
# Written in another way, "gpt4o" and "gpt-4o" are the same.
_WITHOUT_MARKS = re.compile(r"[\W_]+")
_KNOWN = (
    "write offline, a model of OpenAI (gpt-5-mini), provider/name (ollama_chat/qwen3), an address"
    " (http://localhost:8000/v1), mailbox:folder, scripted:file, simulated:0.3,0.4,0.3 or replay:run.db"
)


def spelled(model: str | Sequence[str] | Mapping[str, float]) -> str:
    """Return the canonical text of a model or of several with their weights: `a`, or `a*2 + b`.

    Raises: ConfigurationError: there is none, one is named twice, or a weight is not above 0.
    """
    if isinstance(model, Mapping):
        found = [(_text(name).strip(), _number(weight, of=name)) for name, weight in model.items()]
    else:
        listed = model if isinstance(model, list | tuple) else [model]
        found = [each for text in listed for each in _read(_text(text))]
    text = _BETWEEN.join(_written(name, weight) for name, weight in _checked(found))
    if tuple(found) != members(text):
        raise ConfigurationError(f"{text!r} cannot be told apart from other models; a name holds no {_BETWEEN!r}")
    return text


def members(text: str) -> tuple[tuple[str, float], ...]:
    """Return the models in a text and their weights, in the order given; 1 where no weight is written.

    Raises: ConfigurationError: there is none, one is named twice, or a weight is not above 0.
    """
    return tuple(_checked(_read(text)))


def kind_of(name: str) -> Kind:
    """Return what kind of model a name is of.

    Raises: ConfigurationError: it is of none.
    """
    if not name.isprintable():
        raise ConfigurationError(f"no model {name!r}; a name is printable text on one line")
    if name == "offline":
        return "offline"
    head, colon, rest = name.partition(":")
    if colon and head in _ARGUMENTS:
        kind, example = _ARGUMENTS[head]
        if not rest.strip():
            raise ConfigurationError(f"{name!r} lacks what comes after the colon; write it as {example}")
        return kind
    if colon and head.lower() in ("http", "https"):
        return "endpoint"
    if _OPENAI.fullmatch(name):
        return "openai"
    if _PROVIDER.fullmatch(name):
        return "provider"
    raise ConfigurationError(_refusal(name))


def require_model(text: str) -> str:
    """Return the canonical spelling of one or several models, each of which can be thought with as far as is known.

    One alone needs no weight and loses it. A script is read and the chances of a simulated model are checked; no key is
    looked for.
    Raises: ConfigurationError: one is of no known kind, its file or its numbers are wrong, or `offline` or a replay is
        to share the turns with others.
    """
    found = members(text)
    for name, _ in found:
        kind = _require_one(name)
        if len(found) > 1 and kind in ("offline", "replay"):
            raise ConfigurationError(f"{name!r} cannot share the turns with other models; name it alone, or not at all")
    return spelled(text) if len(found) > 1 else _written(found[0][0], 1.0)


def _text(name: object) -> str:
    if not isinstance(name, str):
        raise ConfigurationError(
            f"{name!r:.60} is no model; give a name, a list of names, or a mapping of names to weights"
        )
    return name


def _number(weight: object, *, of: str) -> float:
    if isinstance(weight, bool) or not isinstance(weight, int | float):
        raise ConfigurationError(f"{weight!r:.60} is no weight of the model {of!r}; give a number above 0")
    return float(weight)


def _require_one(name: str) -> Kind:
    kind = kind_of(name)
    argument = name.partition(":")[2]
    if kind == "scripted":
        ScriptedModel.from_file(argument)
    elif kind == "simulated":
        Chances.read(argument)
    elif kind == "endpoint":
        Address.parse(name)
    elif kind == "mailbox" and os.path.exists(argument) and not os.path.isdir(argument):
        raise ConfigurationError(f"the mailbox {argument} is no folder; name one, it is made where it is missing")
    elif kind == "replay" and not os.path.isfile(argument):
        raise ConfigurationError(f"there is no database {argument} to replay; write it as {_ARGUMENTS['replay'][1]}")
    return kind


def _read(text: str) -> list[tuple[str, float]]:
    return [_member(part.strip()) for part in text.split(_BETWEEN)]


def _member(part: str) -> tuple[str, float]:
    name, star, weight = part.rpartition("*")
    if not star:
        return part, 1.0
    try:
        return name.strip(), float(weight)
    except ValueError:
        raise ConfigurationError(f"{weight!r} is no weight of the model {name!r}; write it as {name}*2") from None


def _written(name: str, weight: float) -> str:
    # A name that ends in a star and a number would lose them.
    if weight == 1 and "*" not in name:
        return name
    return f"{name}*{int(weight) if weight == int(weight) else weight!r}"


def _checked(found: Sequence[tuple[str, float]]) -> Sequence[tuple[str, float]]:
    names = [name for name, _ in found]
    if not all(names) or not names:
        raise ConfigurationError(f"a model without a name in {_BETWEEN.join(names)!r}; {_KNOWN}")
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise ConfigurationError(f"{twice!r} is named twice; give it a higher weight instead, as {twice}*2")
    for name, weight in found:
        if not 0 < weight < math.inf:
            raise ConfigurationError(f"the weight of {name} is {weight:g}; it must be a number above 0")
    return found


def _refusal(name: str) -> str:
    """Say what a name that is none may have been meant to be."""
    if name.endswith("/") and "/" not in name[:-1]:
        return f"{name!r} lacks the model's name after the provider; write it as {name}name"
    if _BARE_ADDRESS.match(name):
        return f"{name!r} is an address without its beginning; write it as http://{name}"
    meant = _meant(name)
    cure = f"did you mean {meant}? Otherwise " if meant else ""
    return f"no model {name!r}; {cure}{_KNOWN}"


def _meant(name: str) -> str:
    """Return the name that comes near, empty where none does."""
    if maker := _MAKERS.get(name.partition("-")[0]):
        return f"{maker}/{name}"
    plain = _WITHOUT_MARKS.sub("", name.lower())
    known = {_WITHOUT_MARKS.sub("", each.lower()): each for each in ("offline", *_ARGUMENTS, *Prices.load().names)}
    near = difflib.get_close_matches(plain, known, n=1, cutoff=0.75)
    meant = known[near[0]] if near else ""
    return _ARGUMENTS[meant][1] if meant in _ARGUMENTS else meant
