"""What a record looks like once Pipedrive has written it: defaults filled in, times in UTC, names split."""

from datetime import datetime
from typing import Any

from app.practice import envelopes
from app.practice.store import Record

SINGULAR = {"organizations": "Organization", "persons": "Person", "activities": "Activity", "deals": "Deal"}

_BLANK: dict[str, Record] = {
    "deals": {
        "title": "",
        "person_id": None,
        "org_id": None,
        "pipeline_id": 1,
        "stage_id": 1,
        "stage_change_time": None,
        "value": 0,
        "currency": "EUR",
        "status": "open",
        "won_time": None,
        "lost_time": None,
        "close_time": None,
        "is_archived": False,
        "label_ids": [],
        "custom_fields": {},
    },
    "organizations": {
        "address": None,
        "label_ids": [],
        "website": None,
        "linkedin": None,
        "industry": None,
        "annual_revenue": None,
        "employee_count": None,
        "custom_fields": {},
    },
    "persons": {
        "org_id": None,
        "emails": [],
        "phones": [],
        "label_ids": [],
        "picture_id": None,
        "custom_fields": {},
    },
    "activities": {
        "deal_id": None,
        "lead_id": None,
        "person_id": None,
        "org_id": None,
        "project_id": None,
        "due_date": None,
        "due_time": None,
        "duration": None,
        "busy": False,
        "done": False,
        "marked_as_done_time": None,
        "location": None,
        "participants": [],
        "conference_meeting_client": None,
        "conference_meeting_url": None,
        "conference_meeting_id": None,
        "public_description": None,
        "priority": None,
        "note": None,
    },
}


def timestamp(moment: datetime) -> str:
    """RFC 3339 to the second, for an aware moment in UTC."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"


def new(kind: str, id: int, user_id: int, visible_to: int, stamp: str) -> Record:
    """An empty record of a kind, owned by whoever asked."""
    head: Record = {"id": id, "owner_id": user_id, "add_time": stamp, "is_deleted": False}
    blank = {key: value.copy() if isinstance(value, list | dict) else value for key, value in _BLANK[kind].items()}
    if kind == "activities":
        return {**head, "creator_user_id": user_id, **blank}
    return {**head, "visible_to": visible_to, **blank}


def changed(kind: str, record: Record, body: dict[str, Any], stamp: str) -> Record:
    """The record after a write; arrays are replaced whole, custom fields one by one."""
    result = {**record, **body, "update_time": stamp}
    if "custom_fields" in body:
        result["custom_fields"] = {**record["custom_fields"], **body["custom_fields"]}
    if kind == "persons":
        return _person(result)
    if kind == "activities":
        return _activity(result, was_done=record["done"], stamp=stamp)
    if kind == "deals" and result["stage_id"] != record["stage_id"]:
        return {**result, "stage_change_time": stamp}
    return result


def is_about_person(record: Record, id: int) -> bool:
    """Whether an activity or a deal names this person."""
    return record.get("person_id") == id or any(row["person_id"] == id for row in record.get("participants", ()))


def merged(participants: list[Record], id: int, into: int) -> list[Record]:
    """The participants of an activity after two persons became one; whoever was primary stays so."""
    rows: dict[int, Record] = {}
    for row in participants:
        number = into if row["person_id"] == id else row["person_id"]
        rows[number] = {"person_id": number, "primary": row["primary"] or rows.get(number, {}).get("primary", False)}
    return list(rows.values())


def _person(record: Record) -> Record:
    first, _, last = record["name"].strip().partition(" ")
    details = {key: _details(key, record[key], "work") for key in ("emails", "phones")}
    return {**record, **details, "first_name": first, "last_name": last.strip() or None}


def _details(where: str, rows: list[dict[str, Any]], label: str) -> list[dict[str, Any]]:
    """At most one is primary; where none is, the first."""
    chosen = _primary(where, rows)
    if chosen is None and rows:
        chosen = 0
    return [
        {"value": row["value"], "primary": place == chosen, "label": row.get("label", label)}
        for place, row in enumerate(rows)
    ]


def _activity(record: Record, *, was_done: bool, stamp: str) -> Record:
    participants = record["participants"]
    chosen = _primary("participants", participants)
    rows = [{"person_id": row["person_id"], "primary": place == chosen} for place, row in enumerate(participants)]
    done_at = record["marked_as_done_time"] if was_done else stamp
    return {
        **record,
        "participants": rows,
        "person_id": None if chosen is None else participants[chosen]["person_id"],
        "due_time": _with_seconds(record["due_time"]),
        "duration": _with_seconds(record["duration"]),
        "marked_as_done_time": done_at if record["done"] else None,
    }


def _primary(where: str, rows: list[dict[str, Any]]) -> int | None:
    chosen = [place for place, row in enumerate(rows) if row.get("primary")]
    if len(chosen) > 1:
        raise envelopes.invalid(where, "only one item can be primary")
    return chosen[0] if chosen else None


def _with_seconds(clock: str | None) -> str | None:
    return f"{clock}:00" if clock and len(clock) == len("HH:MM") else clock
