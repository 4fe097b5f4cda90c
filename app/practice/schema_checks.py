"""Whether a value has the shape the contract asks for; nothing is converted, nothing is forgiven."""

import re
from datetime import datetime
from typing import Any

from app.practice import envelopes

CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
INTEGER = re.compile(r"-?\d{1,15}")
CONTACT_SYNC = "The field '{}' exists only in companies that use contact sync."


def check_body(value: Any, shape: Any, *, partial: bool = False, where: str = "") -> None:
    """Raise Refused unless `value` fits; `partial` forgives missing keys, as PATCH does."""
    if isinstance(shape, str):
        _check_plain(value, shape, where)
    elif "list" in shape:
        if not isinstance(value, list):
            raise _mismatch(where, "array", value)
        for place, item in enumerate(value):
            check_body(item, shape["list"], where=f"{where}[{place}]")
    else:
        _check_object(value, shape, partial=partial, where=where)


def check_query(pairs: list[tuple[str, str]], shape: dict[str, Any], required: tuple[str, ...]) -> dict[str, str]:
    """Return the query as a dict, or raise Refused at the first key that does not fit."""
    query: dict[str, str] = {}
    for key, value in pairs:
        if key not in shape:
            raise _not_allowed(key, key)
        if key in query:
            raise envelopes.invalid(key, "given more than once")
        _check_parameter(key, value, shape[key])
        query[key] = value
    if missing := [key for key in required if not query.get(key)]:
        raise envelopes.invalid(missing[0], "Required")
    return query


def _check_object(value: Any, shape: dict[str, Any], *, partial: bool, where: str) -> None:
    if not isinstance(value, dict):
        raise _mismatch(where or "body", "object", value)
    dot = f"{where}." if where else ""
    for key, item in value.items():
        if why := shape.get("forbidden", {}).get(key):
            raise envelopes.bad_request(envelopes.READ_ONLY_PERSON) if why == "read-only" else _contact_sync(key)
        if key not in shape["keys"]:
            raise _not_allowed(dot + key, key)
        check_body(item, shape["keys"][key], where=dot + key)
    for key in shape.get("required", []):
        missing = key not in value and not partial
        if missing or not str(value.get(key, "-")).strip():
            raise envelopes.invalid(dot + key, "Required")


def _check_plain(value: Any, kind: str, where: str) -> None:
    wanted: type[int | bool | str | dict[str, Any]] = {"integer": int, "boolean": bool, "custom": dict}.get(kind, str)
    if not isinstance(value, wanted) or (kind == "integer" and isinstance(value, bool)):
        raise _mismatch(where, "object" if kind == "custom" else kind, value)
    if kind == "date" and not _is_date(str(value)):
        raise envelopes.invalid(where, "not a valid date, expected YYYY-MM-DD")
    if kind == "clock" and not CLOCK.fullmatch(str(value)):
        raise envelopes.invalid(where, "not a valid time, expected HH:MM")


def _check_parameter(key: str, value: str, kind: Any) -> None:
    if isinstance(kind, dict):
        allowed = kind.get("one_of") or kind["some_of"]
        given = [value] if "one_of" in kind else value.split(",")
        if any(item not in allowed for item in given):
            raise envelopes.invalid(key, f"must be one of {', '.join(allowed)}")
    elif kind == "integer" and not INTEGER.fullmatch(value):
        raise envelopes.invalid(key, "Expected integer, received string")
    elif kind == "boolean" and value not in {"true", "false"}:
        raise envelopes.invalid(key, "Expected boolean, received string")
    elif kind == "timestamp" and not _is_timestamp(value):
        raise envelopes.invalid(key, "not a valid datetime")
    elif kind == "limit" and not (value.isascii() and value.isdigit() and 1 <= int(value) <= 500):
        raise envelopes.invalid(key, "must be between 1 and 500")


def _is_date(text: str) -> bool:
    try:
        return datetime.strptime(text, "%Y-%m-%d").strftime("%Y-%m-%d") == text  # noqa: DTZ007 - a date has no zone
    except ValueError:
        return False


def _is_timestamp(text: str) -> bool:
    try:
        return bool(TIMESTAMP.fullmatch(text)) and datetime.fromisoformat(text) is not None
    except ValueError:
        return False


def _mismatch(where: str, wanted: str, value: Any) -> envelopes.Refused:
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return envelopes.invalid(where, f"Expected {wanted}, received {names.get(type(value), 'null')}")


def _not_allowed(where: str, key: str) -> envelopes.Refused:
    return envelopes.invalid(where, f"Parameter '{key}' is not allowed for this request")


def _contact_sync(key: str) -> envelopes.Refused:
    return envelopes.forbidden(CONTACT_SYNC.format(key))
