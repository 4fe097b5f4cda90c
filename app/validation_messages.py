"""What a broken rule sounds like: one sentence a field, made from the rule alone and never from what was sent."""

import re
from collections.abc import Sequence
from typing import Any

from app.models.base import BrokenRule

PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,60}")
# `'CALL'`, or `<Kind.CALL: 'CALL'>`
CODE = re.compile(r"(?:<[\w.]+: )?'([^']*)'>?")
PLACES = {"body", "query", "path", "header"}

# by the beginning of pydantic's name for the rule; the first that fits speaks
SENTENCES = {
    "missing": "This is needed.",
    "extra_forbidden": "There is no such field.",
    "json_invalid": "This is not valid JSON.",
    "string_unicode": "This contains characters that cannot be stored.",
    "string_too_long": "Use at most {max_length} characters.",
    "string_too_short": "This is needed.",
    "string_pattern_mismatch": "This does not have the form that is asked for.",
    "string": "Use text.",
    "too_long": "Give at most {max_length}.",
    "greater_than_equal": "Use {ge} or more.",
    "less_than_equal": "Use {le} or less.",
    "int": "Use a whole number.",
    "finite_number": "Use a number.",
    "number": "Use a number.",
    "float": "Use a number.",
    "bool": "Use true or false.",
    "enum": "Choose one of {expected}.",
    "literal_error": "Choose one of {expected}.",
    "uuid": "This is not an id.",
    "timezone": "Name the time zone, for example 2026-03-01T09:30:00Z.",
    "datetime": "Use a date and time, for example 2026-03-01T09:30:00Z.",
    "date": "Use a date, for example 2026-03-01.",
    "list": "Use a list.",
    "array": "Use a list.",
    "object": "Send a JSON object, with Content-Type: application/json.",
    "model": "Send a JSON object, with Content-Type: application/json.",
    "dict": "Send a JSON object, with Content-Type: application/json.",
}


def of(errors: Sequence[Any]) -> dict[str, str]:
    """The fields of a validation error, each with its first broken rule in words."""
    fields: dict[str, str] = {}
    for error in errors:
        rule = error.get("ctx", {}).get("error")
        name = rule.field if isinstance(rule, BrokenRule) else _field(error["loc"])
        fields.setdefault(name, _sentence(error))
    return fields


def _field(place: tuple[int | str, ...]) -> str:
    """The outermost name. A name that was sent is only repeated when it is a plain one."""
    name = place[1] if len(place) > 1 and place[0] in PLACES else next(iter(place), "")
    return name if isinstance(name, str) and PLAIN_NAME.fullmatch(name) else "body"


def _sentence(error: dict[str, Any]) -> str:
    if error["type"] in {"value_error", "assertion_error"}:
        return _own(str(error["ctx"]["error"]))
    rule = next((known for known in SENTENCES if error["type"].startswith(known)), None)
    return SENTENCES[rule].format(**_words(error.get("ctx", {}))) if rule else "This does not fit."


def _words(facts: dict[str, Any]) -> dict[str, Any]:
    """The values to choose from as they are sent: without quotes, and without the names that the code has for them."""
    if "expected" not in facts:
        return facts
    return facts | {"expected": CODE.sub(r"\1", str(facts["expected"]))}


def _own(rule: str) -> str:
    """The words of one of our own rules, which go on from the field's name or stand alone."""
    said = f"This {rule}" if rule.startswith(("is ", "must ", "contains ")) else f"{rule[:1].upper()}{rule[1:]}"
    return f"{said.rstrip('.')}."
