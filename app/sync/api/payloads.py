"""What we send: only what is known, in the words Pipedrive's v2 accepts.

Times go out in UTC, notes as HTML, and a person joins an activity as its
primary participant, because `person_id` is read-only there.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from html import escape
from typing import Any

from app.models.people import person_names
from app.sync.api.fields import ActivityFields, HookFields, OpportunityFields, OrganizationFields, PersonFields
from app.sync.api.records import Detail

LONGEST = timedelta(hours=23, minutes=59)


def organization(fields: OrganizationFields) -> dict[str, Any]:
    address = fields.get("address")
    return _known(
        name=_one_line(fields.get("name")),
        owner_id=fields.get("owner_id"),
        address={"value": address} if address else None,
        visible_to=fields.get("visible_to"),
        custom_fields=_custom(fields.get("custom")),
    )


def person(fields: PersonFields) -> dict[str, Any]:
    return _known(
        name=_one_line(_as_spoken(fields.get("name"))),
        org_id=fields.get("org_id"),
        owner_id=fields.get("owner_id"),
        emails=_details(fields.get("emails")),
        phones=_details(fields.get("phones")),
        visible_to=fields.get("visible_to"),
        label_ids=list(fields.get("label_ids") or []) or None,
        custom_fields=_custom(fields.get("custom")),
    )


def _as_spoken(name: str | None) -> str | None:
    """Pipedrive takes the first word of a name for the first name, whatever comma follows."""
    return person_names.in_reading_order(name) if name else name


def activity(fields: ActivityFields) -> dict[str, Any]:
    person_id, location = fields.get("person_id"), fields.get("location")
    return _known(
        subject=_one_line(fields.get("subject")),
        type=fields.get("type"),
        participants=_participants(person_id, fields.get("others", ())),
        org_id=fields.get("org_id"),
        owner_id=fields.get("owner_id"),
        **_due(fields.get("due")),
        duration=_duration(fields.get("duration")),
        note=note(fields.get("note"), fields.get("reference")),
        location={"value": location} if location else None,
        done=fields.get("done"),
    )


def cleared(fields: Collection[str]) -> dict[str, Any]:
    """What empties a field: the documents allow no null, so nothing is said in the field's own type."""
    nothing: dict[str, Any] = {"duration": "00:00", "location": {"value": ""}, "note": ""}
    return {field: nothing[field] for field in fields}


def deal(fields: OpportunityFields) -> dict[str, Any]:
    return _known(
        title=_one_line(fields.get("title")),
        person_id=fields.get("person_id"),
        org_id=fields.get("org_id"),
        owner_id=fields.get("owner_id"),
        visible_to=fields.get("visible_to"),
    )


def lead(fields: OpportunityFields) -> dict[str, Any]:
    """A lead still has the first version's words: `organization_id`, and `visible_to` as text."""
    visible_to = fields.get("visible_to")
    return _known(
        title=_one_line(fields.get("title")),
        person_id=fields.get("person_id"),
        organization_id=fields.get("org_id"),
        owner_id=fields.get("owner_id"),
        visible_to=None if visible_to is None else str(visible_to),
        origin_id=fields.get("origin"),
    )


def webhook(fields: HookFields) -> dict[str, Any]:
    return {
        "subscription_url": fields["url"],
        "event_action": "*",
        "event_object": fields["about"],
        "name": fields["name"],
        "http_auth_user": fields["user"],
        "http_auth_password": fields["password"],
        "version": "2.0",
    }


def note(text: str | None, reference: str | None = None) -> str | None:
    """Turn plain text into the HTML Pipedrive wants, with our reference as its last line."""
    paragraphs = [part.strip() for part in (text or "").replace("\r\n", "\n").split("\n\n") if part.strip()]
    html = [escape(part).replace("\n", "<br>") for part in paragraphs]
    marks = [escape(reference)] if reference else []
    return "".join(f"<p>{part}</p>" for part in [*html, *marks]) or None


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC without fractions: Pipedrive refuses fractions."""
    return f"{_utc(moment):%Y-%m-%dT%H:%M:%S}Z"


def _participants(person_id: int | None, others: Sequence[int]) -> list[dict[str, Any]] | None:
    if person_id is None:
        return None
    return [{"person_id": person_id, "primary": True}, *({"person_id": one, "primary": False} for one in others)]


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
