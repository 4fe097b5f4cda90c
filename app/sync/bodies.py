"""What we send: only what is known, in the words Pipedrive's v2 accepts.

Times go out in UTC, notes as HTML, and a person joins an activity as its
primary participant, because `person_id` is read-only there.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from html import escape
from typing import Any, TypedDict

from app.sync.records import Detail

LONGEST = timedelta(hours=23, minutes=59)


class OrganizationFields(TypedDict, total=False):
    """`custom` maps field codes to text; what is missing or None stays as it is."""

    name: str
    owner_id: int | None
    address: str | None
    custom: Mapping[str, str] | None


class PersonFields(TypedDict, total=False):
    """`emails` and `phones` replace the whole list; see `records.merged`."""

    name: str
    org_id: int | None
    owner_id: int | None
    emails: Sequence[str | Detail] | None
    phones: Sequence[str | Detail] | None
    custom: Mapping[str, str] | None


class ActivityFields(TypedDict, total=False):
    """`due` is a day, or an aware moment; `note` is plain text; `reference` is our own mark under the note."""

    subject: str
    type: str
    person_id: int | None
    org_id: int | None
    owner_id: int | None
    due: date | datetime | None
    duration: timedelta | None
    note: str | None
    reference: str | None
    location: str | None
    done: bool | None


def organization(fields: OrganizationFields) -> dict[str, Any]:
    address = fields.get("address")
    return _known(
        name=_one_line(fields.get("name")),
        owner_id=fields.get("owner_id"),
        address={"value": address} if address else None,
        custom_fields=_custom(fields.get("custom")),
    )


def person(fields: PersonFields) -> dict[str, Any]:
    return _known(
        name=_one_line(fields.get("name")),
        org_id=fields.get("org_id"),
        owner_id=fields.get("owner_id"),
        emails=_details(fields.get("emails")),
        phones=_details(fields.get("phones")),
        custom_fields=_custom(fields.get("custom")),
    )


def activity(fields: ActivityFields) -> dict[str, Any]:
    person_id, location = fields.get("person_id"), fields.get("location")
    return _known(
        subject=_one_line(fields.get("subject")),
        type=fields.get("type"),
        participants=[{"person_id": person_id, "primary": True}] if person_id is not None else None,
        org_id=fields.get("org_id"),
        owner_id=fields.get("owner_id"),
        **_due(fields.get("due")),
        duration=_duration(fields.get("duration")),
        note=note(fields.get("note"), fields.get("reference")),
        location={"value": location} if location else None,
        done=fields.get("done"),
    )


def note(text: str | None, reference: str | None = None) -> str | None:
    """Turn plain text into the HTML Pipedrive wants, with our reference as its last line."""
    paragraphs = [part.strip() for part in (text or "").replace("\r\n", "\n").split("\n\n") if part.strip()]
    html = [escape(part).replace("\n", "<br>") for part in paragraphs]
    marks = [escape(reference)] if reference else []
    return "".join(f"<p>{part}</p>" for part in [*html, *marks]) or None


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC without fractions: Pipedrive refuses fractions."""
    return f"{_utc(moment):%Y-%m-%dT%H:%M:%S}Z"


def _due(due: date | datetime | None) -> dict[str, str]:
    if due is None:
        return {}
    if isinstance(due, datetime):
        return {"due_date": f"{_utc(due):%Y-%m-%d}", "due_time": f"{_utc(due):%H:%M}"}
    return {"due_date": due.isoformat()}


def _duration(duration: timedelta | None) -> str | None:
    if not duration or duration < timedelta(0):
        return None
    minutes = round(min(duration, LONGEST).total_seconds() / 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A moment for Pipedrive needs a time zone.")
    return moment.astimezone(UTC)


def _details(values: Sequence[str | Detail] | None) -> list[dict[str, Any]] | None:
    if values is None:
        return None
    details = [Detail(value.strip()) if isinstance(value, str) else value for value in values]
    chosen = next((place for place, detail in enumerate(details) if detail.primary), 0)
    return [
        {"value": detail.value, "label": detail.label, "primary": place == chosen}
        for place, detail in enumerate(details)
    ]


def _custom(fields: Mapping[str, str] | None) -> dict[str, str] | None:
    return dict(fields) if fields else None


def _one_line(text: str | None) -> str | None:
    return " ".join(text.split()) if text else None


def _known(**fields: Any) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}
