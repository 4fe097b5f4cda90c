"""Which fields of a record are filled although we never fill them: somebody else did; and Pipedrive's counters.

The names are those of Pipedrive's own documents; `custom_fields` are looked at
by whoever knows which of them is ours.
"""

from collections.abc import Iterable
from typing import Any

COUNT = "_count"
ORGANIZATION = ("address", "website", "linkedin", "industry", "annual_revenue", "employee_count", "label_ids")
PERSON = ("picture_id", "postal_address", "notes", "im", "birthday", "job_title")
ACTIVITY = ("deal_id", "lead_id", "project_id", "conference_meeting_url", "public_description", "priority")
DEAL = ("value", "expected_close_date", "label_ids", "probability", "lost_reason", "is_archived", "custom_fields")
LEAD = ("value", "expected_close_date", "label_ids", "next_activity_id", "is_archived")


def of_organization(data: dict[str, Any]) -> tuple[str, ...]:
    return _filled(data, ORGANIZATION)


def of_person(data: dict[str, Any]) -> tuple[str, ...]:
    return _filled(data, PERSON)


def of_activity(data: dict[str, Any]) -> tuple[str, ...]:
    return _filled(data, ACTIVITY)


def of_deal(data: dict[str, Any]) -> tuple[str, ...]:
    """A deal that was never moved has no time of that, or that of its creation."""
    moved = data.get("stage_change_time") not in {None, "", data.get("add_time")}
    closed = data.get("status") not in {None, "open"}
    return (*_filled(data, DEAL), *(["stage_id"] if moved else []), *(["status"] if closed else []))


def of_lead(data: dict[str, Any]) -> tuple[str, ...]:
    return _filled(data, LEAD)


def counts(data: dict[str, Any]) -> dict[str, int]:
    """What hangs on a record, by what is counted: `notes`, `files`, `open_deals` ..."""
    return {
        key.removesuffix(COUNT): value
        for key, value in data.items()
        if key.endswith(COUNT) and isinstance(value, int) and not isinstance(value, bool)
    }


def own_values(fields: dict[str, Any], ours: str | None) -> tuple[str, ...]:
    """The codes of custom fields that are filled, but for our own mark."""
    return tuple(code for code, value in fields.items() if code != ours and not _is_empty(value))


def _filled(data: dict[str, Any], names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in names if not _is_empty(data.get(name)))


def _is_empty(value: Any) -> bool:
    """Objects such as an address or an amount are empty where all their parts are."""
    if isinstance(value, dict):
        return all(_is_empty(part) for name, part in value.items() if name != "currency")
    return value in (None, "", 0, False) or value == []
