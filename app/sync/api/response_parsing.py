"""Pipedrive's JSON read with suspicion: a record needs its number, everything else may be missing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.sync.api import amounts, filled_fields, reference_marks
from app.sync.api.records import Activity, ActivityType, Deal, Detail, Field, Lead, Me, Organization, Person, Webhook


class Unreadable(ValueError):
    """The answer lacks what makes it a record."""


def me(data: Any) -> Me:
    return Me(
        user_id=_id(data),
        name=_text(data, "name"),
        email=_text(data, "email"),
        company_id=_id(data, "company_id"),
        company_domain=_text(data, "company_domain"),
        company_name=_text(data, "company_name"),
        timezone=_text(data, "timezone_name") or "UTC",
    )


def activity_type(data: Any) -> ActivityType:
    return ActivityType(_id(data), _text(data, "key_string"), _text(data, "name"), data.get("active_flag") is not False)


def field_definition(data: Any) -> Field:
    if not isinstance(data, dict) or not _text(data, "field_code"):
        raise Unreadable("a field without a code")
    code, name, kind = (_text(data, f"field_{part}") for part in ("code", "name", "type"))
    return Field(code, name, kind, data.get("is_custom_field") is True, tuple(_options(data.get("options"))))


def _options(said: Any) -> Iterator[tuple[int, str]]:
    """Numbers may come as text; what has no number cannot be sent, so it is left out."""
    for one in said if isinstance(said, list) else ():
        number = one.get("id") if isinstance(one, dict) else None
        if isinstance(number, str) and number.isascii() and number.isdigit():
            number = int(number[:15])
        if isinstance(number, int) and not isinstance(number, bool) and number > 0 and _text(one, "label"):
            yield number, _text(one, "label")


def organization(data: Any) -> Organization:
    return Organization(
        id=_id(data),
        name=_text(data, "name"),
        owner_id=_number(data.get("owner_id")) or _inner_id(data, "owner"),
        added_at=_moment(data, "add_time"),
        updated_at=_moment(data),
        is_deleted=data.get("is_deleted") is True,
        visible_to=_number(data.get("visible_to")),
        custom=_custom(data),
        extras=filled_fields.of_organization(data),
        counts=filled_fields.counts(data),
    )


def person(data: Any) -> Person:
    """Read a person, or a hit of a search, whose shape is a little different."""
    number = _id(data)
    emails, phones = _details(data, "emails"), _details(data, "phones")
    return Person(
        id=number,
        name=_text(data, "name"),
        emails=_primary_first(emails),
        phones=_primary_first(phones),
        org_id=_number(data.get("org_id")) or _inner_id(data, "organization"),
        org_name=_text(data.get("organization"), "name"),
        owner_id=_number(data.get("owner_id")) or _inner_id(data, "owner"),
        added_at=_moment(data, "add_time"),
        updated_at=_moment(data),
        is_deleted=data.get("is_deleted") is True,
        visible_to=_number(data.get("visible_to")),
        custom=_custom(data),
        email_details=emails,
        phone_details=phones,
        label_ids=_numbers(data.get("label_ids")),
        extras=filled_fields.of_person(data),
        counts=filled_fields.counts(data),
    )


def activity(data: Any) -> Activity:
    number = _id(data)
    due_on = _day(data.get("due_date"))
    return Activity(
        id=number,
        subject=_text(data, "subject"),
        type=_text(data, "type"),
        person_id=_primary_participant(data) or _number(data.get("person_id")),
        org_id=_number(data.get("org_id")),
        owner_id=_number(data.get("owner_id")),
        due_on=due_on,
        due_at=_at(due_on, _span(data.get("due_time"))),
        duration=_span(data.get("duration")),
        done=data.get("done") is True,
        note=_text(data, "note"),
        text=reference_marks.without(_text(data, "note")),
        location=_text(data.get("location"), "value"),
        added_at=_moment(data, "add_time"),
        updated_at=_moment(data),
        is_deleted=data.get("is_deleted") is True,
        participants=_participants(data),
        extras=filled_fields.of_activity(data),
    )


def deal(data: Any) -> Deal:
    return Deal(
        id=_id(data),
        title=_text(data, "title"),
        is_deleted=data.get("is_deleted") is True,
        person_id=_number(data.get("person_id")),
        owner_id=_number(data.get("owner_id")),
        added_at=_moment(data, "add_time"),
        updated_at=_moment(data),
        extras=filled_fields.of_deal(data),
        counts=filled_fields.counts(data),
        status=_text(data, "status"),
        value=amounts.value(data.get("value")),
        currency=amounts.currency(data.get("currency")),
    )


def lead(data: Any) -> Lead:
    number = _text(data, "id")
    if not number:
        raise Unreadable("a lead without a number")
    return Lead(
        id=number,
        title=_text(data, "title"),
        origin=_text(data, "origin_id"),
        person_id=_number(data.get("person_id")),
        owner_id=_number(data.get("owner_id")),
        added_at=_moment(data, "add_time"),
        updated_at=_moment(data),
        extras=filled_fields.of_lead(data),
    )


def webhook(data: Any) -> Webhook:
    return Webhook(_id(data), _text(data, "subscription_url"))


def number_of(data: Any) -> int:
    return _id(data)


def _id(data: Any, key: str = "id") -> int:
    number = _number(data.get(key)) if isinstance(data, dict) else None
    if number is None:
        raise Unreadable(f"a record without {key}")
    return number


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(data: Any, key: str) -> str:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, str) else ""


def _custom(data: dict[str, Any]) -> dict[str, Any]:
    """Search answers bare values without their codes; those tell nothing about a field."""
    value = data.get("custom_fields")
    return value if isinstance(value, dict) else {}


def _inner_id(data: dict[str, Any], key: str) -> int | None:
    inner = data.get(key)
    return _number(inner.get("id")) if isinstance(inner, dict) else None


def _details(data: dict[str, Any], key: str) -> tuple[Detail, ...]:
    rows = data.get(key)
    found = (_detail(row) for row in rows) if isinstance(rows, list) else ()
    return tuple(detail for detail in found if detail is not None)


def _detail(row: Any) -> Detail | None:
    if isinstance(row, str):
        return Detail(row) if row else None
    value = _text(row, "value") if isinstance(row, dict) else ""
    return Detail(value, _text(row, "label") or "work", row.get("primary") is True) if value else None


def _primary_first(details: tuple[Detail, ...]) -> tuple[str, ...]:
    return tuple(detail.value for detail in sorted(details, key=lambda detail: not detail.primary))


def _primary_participant(data: dict[str, Any]) -> int | None:
    """Answers have been seen with `primary` and with `primary_flag`."""
    rows = data.get("participants")
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and (row.get("primary") or row.get("primary_flag")):
            return _number(row.get("person_id"))
    return None


def _participants(data: dict[str, Any]) -> tuple[int, ...]:
    rows = data.get("participants")
    return _numbers([row.get("person_id") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else None)


def _numbers(values: Any) -> tuple[int, ...]:
    found = (_number(value) for value in values) if isinstance(values, list) else ()
    return tuple(value for value in found if value is not None)


def _moment(data: dict[str, Any], key: str = "update_time") -> datetime | None:
    try:
        moment = datetime.fromisoformat(_text(data, key))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value)
    except (ValueError, TypeError):
        return None


def _at(day: date | None, clock: timedelta | None) -> datetime | None:
    if day is None or clock is None:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + clock


def _span(value: Any) -> timedelta | None:
    """Read HH:MM or HH:MM:SS."""
    parts = value.split(":") if isinstance(value, str) else []
    if not 2 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() and len(part) <= 3 for part in parts):
        return None
    hours, minutes, *_ = (int(part) for part in parts)
    return timedelta(hours=hours, minutes=minutes)
