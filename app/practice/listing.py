"""Lists and searches: filters, sorting, cursors, and the shape of a search hit."""

import base64
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from app.practice import envelopes
from app.practice.store import Record

PAGE = 100


def select(records: Iterable[Record], query: dict[str, str]) -> list[Record]:
    """Filter and sort as the list calls do; `updated_since` includes its own second."""
    tests = {key: query[key] for key in ("owner_id", "org_id", "person_id", "deal_id", "lead_id") if key in query}
    chosen = [record for record in records if all(str(record.get(key)) == value for key, value in tests.items())]
    if "ids" in query:
        chosen = [record for record in chosen if str(record["id"]) in query["ids"].split(",")]
    if "done" in query:
        chosen = [record for record in chosen if record["done"] == (query["done"] == "true")]
    if "updated_since" in query:
        chosen = [record for record in chosen if _moment(record["update_time"]) >= _moment(query["updated_since"])]
    if "updated_until" in query:
        chosen = [record for record in chosen if _moment(record["update_time"]) < _moment(query["updated_until"])]
    key = query.get("sort_by", "id")
    chosen.sort(key=lambda record: (record[key] or "", record["id"]) if key != "id" else (0, record["id"]))
    return chosen[::-1] if query.get("sort_direction") == "desc" else chosen


def page(rows: list[Any], query: dict[str, str]) -> tuple[list[Any], str | None]:
    """Cut one page out, and say where the next begins."""
    start, limit = _start(query.get("cursor")), int(query.get("limit", PAGE))
    following = start + limit
    cursor = base64.urlsafe_b64encode(json.dumps({"from": following}).encode()).decode()
    return rows[start:following], cursor if following < len(rows) else None


def search(records: Iterable[Record], query: dict[str, str], organizations: dict[int, str]) -> list[dict[str, Any]]:
    """The hits of a search term, never case-sensitive; `exact_match` asks for the whole value."""
    exact = query.get("exact_match") == "true"
    term = query.get("term", "").strip().casefold()
    if len(term) < (1 if exact else 2):
        raise envelopes.bad_request("Search term must be at least 2 characters long, or 1 with exact_match.")
    fields = query["fields"].split(",") if "fields" in query else list(_SEARCHED)
    hits = [record for record in records if any(_hit(record, field, term, exact=exact) for field in fields)]
    if "organization_id" in query:
        hits = [record for record in hits if str(record["org_id"]) == query["organization_id"]]
    return [{"result_score": 1.0 if exact else 0.5, "item": _item(record, organizations)} for record in hits]


_SEARCHED = ("name", "email", "phone", "custom_fields", "address")


def _hit(record: Record, field: str, term: str, *, exact: bool) -> bool:
    values = (value.casefold() for value in _texts(record, field))
    return any(value == term if exact else term in value for value in values)


def _texts(record: Record, field: str) -> list[str]:
    if field == "name":
        return [record["name"]]
    if field in {"email", "phone"}:
        return [row["value"] for row in record.get(f"{field}s", [])]
    if field == "custom_fields":
        return [value for value in record["custom_fields"].values() if isinstance(value, str)]
    if field == "address" and record.get("address"):
        return [record["address"]["value"]]
    return []


def _item(record: Record, organizations: dict[int, str]) -> dict[str, Any]:
    head = {"id": record["id"], "name": record["name"], "visible_to": record["visible_to"]}
    tail = {"owner": {"id": record["owner_id"]}, "custom_fields": _texts(record, "custom_fields"), "notes": []}
    if "emails" not in record:
        address = next(iter(_texts(record, "address")), None)
        return {**head, "type": "organization", "address": address, **tail}
    firm = record["org_id"]
    organization = {"id": firm, "name": organizations.get(firm, "")} if firm else None
    details = {"phones": _texts(record, "phone"), "emails": _texts(record, "email")}
    return {**head, "type": "person", **details, "organization": organization, **tail}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        return int(json.loads(base64.urlsafe_b64decode(cursor.encode()))["from"])
    except (ValueError, KeyError, TypeError):
        raise envelopes.invalid("cursor", "not a valid cursor") from None
