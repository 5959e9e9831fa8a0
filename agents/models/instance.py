"""A value that fits a JSON schema, drawn at random: what the simulated model says where a schema is asked for.

Promises: objects, arrays, texts, numbers, choices, references and alternatives as pydantic writes them; an end for
every schema. Does not promise: to satisfy patterns, formats or anything that needs thought.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

_WORDS = ("alpha", "beta", "gamma", "delta", "epsilon")
_DEEPEST = 12


def instance_of(schema: Mapping[str, Any], rng: Random) -> Any:
    """Return a value that fits the schema."""
    return _Drawer(schema.get("$defs", {}), rng).value(schema, depth=0)


class _Drawer:
    def __init__(self, named: Mapping[str, Any], rng: Random) -> None:
        self._named = named
        self._rng = rng

    def value(self, schema: Mapping[str, Any], *, depth: int) -> Any:
        if depth > _DEEPEST:
            return None
        if "$ref" in schema:
            return self.value(self._named.get(schema["$ref"].rpartition("/")[2], {}), depth=depth + 1)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._rng.choice(schema["enum"])
        for several in ("anyOf", "oneOf", "allOf"):
            if schema.get(several):
                return self.value(self._rng.choice(schema[several]), depth=depth + 1)
        return self._typed(schema, depth=depth)

    def _typed(self, schema: Mapping[str, Any], *, depth: int) -> Any:
        match schema.get("type"):
            case "object":
                required = schema.get("required", ())
                properties = schema.get("properties", {}).items()
                return {name: self.value(each, depth=depth + 1) for name, each in properties if name in required}
            case "array":
                return self._items(schema, depth=depth)
            case "string":
                return self._text(schema)
            case "integer":
                return int(self._number(schema))
            case "number":
                return self._number(schema)
            case "boolean":
                return self._rng.random() < 0.5
        return None

    def _items(self, schema: Mapping[str, Any], *, depth: int) -> Sequence[Any]:
        if each := schema.get("prefixItems"):
            return [self.value(item, depth=depth + 1) for item in each]
        count = max(schema.get("minItems", 0), min(1, schema.get("maxItems", 1)))
        return [self.value(schema.get("items", {}), depth=depth + 1) for _ in range(count)]

    def _text(self, schema: Mapping[str, Any]) -> str:
        text = self._rng.choice(_WORDS).ljust(schema.get("minLength", 0), "x")
        return text[: schema.get("maxLength", len(text))]

    def _number(self, schema: Mapping[str, Any]) -> float:
        whole = schema["type"] == "integer"
        least = 1 if whole else 1e-3
        low = schema["exclusiveMinimum"] + least if "exclusiveMinimum" in schema else schema.get("minimum")
        high = schema["exclusiveMaximum"] - least if "exclusiveMaximum" in schema else schema.get("maximum")
        low = low if low is not None else min(0, 0 if high is None else high)
        high = high if high is not None else low + 3
        return self._rng.randint(int(low), int(high)) if whole else self._rng.uniform(low, high)
