"""One example for every body, as the OpenAPI document shows them."""

from typing import Any

from fastapi.openapi.models import Example

from app.models.contact_fields import FIELDS

CONTACT: dict[str, Any] = {field.outside: field.example for field in FIELDS}
TOUCH: dict[str, Any] = {
    "type": "CALL",
    "contact_id": "0197d2c5-6f1e-7c3a-9a55-2b8f6f1f0a11",
    "note": "Wants a proposal in May.",
    "happened_at": "2026-03-01T09:30:00Z",
    "outcome": "REACHED",
}
PLANNED: dict[str, Any] = {
    "type": "MEETING",
    "contact_id": "0197d2c5-6f1e-7c3a-9a55-2b8f6f1f0a11",
    "due_date": "2026-03-12T14:00:00+01:00",
    "duration_minutes": 45,
    "location": "Their office",
}
REFERRAL: dict[str, Any] = {
    "referred_contact_id": "0197d2c5-6f1e-7c3a-9a55-2b8f6f1f0a12",
    "note": "Knows the board.",
    "thanks": True,
}
TEMPLATE = {
    "name": "First mail",
    "subject": "{organisation} and us",
    "body": "Dear {given_name},\nmay I show you what we did for others?\n{me}",
}
CAMPAIGN: dict[str, Any] = {
    "name": "Energy spring",
    "description": "Grid operators with a tender in summer.",
    "sector": "Energy",
    "theme": "Grids",
    "start_date": "2026-03-01",
    "end_date": "2026-05-31",
    "goal_meetings": 10,
    "goal_touches": 120,
    "member_ids": ["0197d2c5-5c02-7d11-8a44-91c7e01b0c33"],
}
MERGE: dict[str, Any] = {
    "keep_id": "0197d2c5-6f1e-7c3a-9a55-2b8f6f1f0a11",
    "drop_id": "0197d2c5-6f1e-7c3a-9a55-2b8f6f1f0a12",
    "fields": {"job_title": "drop", "emails": "both"},
}
TWO_CONTACTS = {"one_id": "0197d2c5-6f1e-7c3a-9a55-2b8f6f1f0a11", "other_id": "0197d2c5-6f1e-7c3a-9a55-2b8f6f1f0a12"}
FIRM_MERGE = {"keep_id": "0197d2c5-7a10-7a3a-9a55-2b8f6f1f0b01", "drop_id": "0197d2c5-7a10-7a3a-9a55-2b8f6f1f0b02"}
BULK: dict[str, Any] = {"verb": "TAG", "tag": "spring", "contact_ids": ["0197d2c5-6f1e-7c3a-9a55-2b8f6f1f0a11"]}
BULK_LOG: dict[str, Any] = {
    "verb": "LOG",
    "query": "tag=fair&not_contacted_days=30",
    "touch": {"type": "CONFERENCE", "location": "Spring fair", "outcome": "MET"},
}
VIEW = {"name": "Warm and quiet", "query": "warmness_min=7&not_contacted_days=60&sort=last_contacted"}
BLOB = {"text": "Best regards\nJane Roe\nHead of Operations\nACME Ltd\n+44 20 7946 0123\njane.roe@acme.example"}
HAND_OVER = {"to_user_id": "0197d2c5-5c02-7d11-8a44-91c7e01b0c33"}
MOVE_MANY: dict[str, Any] = {
    "verb": "MOVE",
    "stage": "NOT_NOW",
    "contact_ids": ["0197d2c5-6f1e-7c3a-9a55-2b8f6f1f0a11"],
}
TAKE_OUT_MANY: dict[str, Any] = {"verb": "TAKE_OUT", "contact_ids": ["0197d2c5-6f1e-7c3a-9a55-2b8f6f1f0a11"]}
INTRODUCTION: dict[str, Any] = {
    "offered_to": "0197d2c5-5c02-7d11-8a44-91c7e01b0c33",
    "whom": "Jane Roe, ACME Ltd",
    "reach": "jane.roe@acme.example",
    "note": "We sat on the same board.",
}
USE_INTRODUCTION = {"contact_id": "0197d2c5-6f1e-7c3a-9a55-2b8f6f1f0a11"}
SAVED_REPORT: dict[str, Any] = {
    "name": "Channels this year",
    "question": "CHANNELS",
    "filters": {"from_": "2026-01-01"},
    "weekly": True,
}
CONTACT_IDS = {"contact_ids": ["0197d2c5-6f1e-7c3a-9a55-2b8f6f1f0a11"]}
SYNC = {"contact_id": "0197d2c5-6f1e-7c3a-9a55-2b8f6f1f0a11", "trigger": "MANUAL"}
REMOTE = {"remote": "https://acme.pipedrive.com/person/812"}
SYNC_IDS = {"sync_ids": ["0197d2c5-8a10-7bb1-8f27-0c6f3f5f0b22"]}
PASSWORD = {"old": "a few unrelated words", "new": "other quite unrelated words"}
SIGN_IN = {"email": "ada@firm.example", "password": "a few unrelated words"}
DEVICE: dict[str, Any] = {
    "endpoint": "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    "names": False,
}


def shown(value: dict[str, Any], **others: dict[str, Any]) -> dict[str, Example]:
    """The examples of one body: the usual one, and others by name."""
    return {name: {"value": each} for name, each in ({"usual": value} | others).items()}
