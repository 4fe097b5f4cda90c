"""The types of JSON as they are sent: `true` is no number, a text is none either, and a time is written as RFC 3339 has it.

Pydantic is more generous with both, and a draft built on SQLModel cannot be told to be strict.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import TypeAdapter

Place = tuple[str | int, ...]

ANY_TEXT = ("string", re.compile(""))
FORMATS = {
    "date-time": ("datetime", re.compile(r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d|$)")),
    "date": ("date", re.compile(r"\d{4}-\d\d-\d\d$")),
}


class JsonTypes:
    """What one body or parameter may consist of."""

    def __init__(self, kind: Any) -> None:
        self._schema = TypeAdapter(kind).json_schema()
        self._named = self._schema.get("$defs", {})

    @property
    def holds_ids(self) -> bool:
        """Whether a list of ids is among the fields."""
        return '"items": {"format": "uuid"' in json.dumps(self._schema, sort_keys=True)

    def errors(self, value: Any, place: Place) -> list[dict[str, Any]]:
        """The places of a wrong type, as pydantic would tell of them."""
        return list(self._wrong(self._schema, value, place))

    def _wrong(self, schema: dict[str, Any], value: Any, place: Place) -> Iterator[dict[str, Any]]:
        while "$ref" in schema:
            schema = self._named[schema["$ref"].rpartition("/")[2]]
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            refused = [list(self._wrong(choice, value, place)) for choice in choices]
            if all(refused):
                yield from refused[0]
        elif not TYPES.get(schema.get("type", ""), _is_anything)(value):
            yield {"type": f"{schema['type']}_type", "loc": place}
        elif isinstance(value, str):
            name, form = FORMATS.get(schema.get("format", ""), ANY_TEXT)
            if not form.match(value):
                yield {"type": f"{name}_parsing", "loc": place}
        else:
            for key, inside, one in _parts(schema, value):
                yield from self._wrong(inside, one, (*place, key))


def _parts(schema: dict[str, Any], value: Any) -> Iterator[tuple[str | int, dict[str, Any], Any]]:
    """What an object or a list holds, each with its own schema; what is in no schema is not judged here."""
    if isinstance(value, dict):
        known, others = schema.get("properties", {}), schema.get("additionalProperties")
        for name, one in value.items():
            inside = known.get(name, others)
            if isinstance(inside, dict):
                yield name, inside, one
    elif isinstance(value, list):
        yield from ((number, schema.get("items", {}), one) for number, one in enumerate(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_anything(value: Any) -> bool:  # noqa: ARG001 - whatever it is
    return True


TYPES: dict[str, Callable[[Any], bool]] = {
    "integer": lambda value: _is_number(value) and value == value // 1,
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "null": lambda value: value is None,
}
