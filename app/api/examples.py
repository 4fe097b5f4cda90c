"""One example for every body, as the OpenAPI document shows them."""

from typing import Any

from fastapi.openapi.models import Example

CONTACT: dict[str, Any] = {
    "name": "Jane Roe",
    "email": "jane.roe@acme.example",
    "phone": "+49 30 1234567",
    "organisation": "ACME Ltd",
    "job_title": "Head of Operations",
    "linkedin_url": "https://www.linkedin.com/in/jane-roe",
    "notes": "Met at the spring fair.",
    "tags": ["energy"],
    "warmness_score": 5,
    "cadence_days": 60,
}
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
SYNC = {"contact_id": "0197d2c5-6f1e-7c3a-9a55-2b8f6f1f0a11", "trigger": "MANUAL"}
SYNC_IDS = {"sync_ids": ["0197d2c5-8a10-7bb1-8f27-0c6f3f5f0b22"]}
PASSWORD = {"old": "a few unrelated words", "new": "other quite unrelated words"}
SIGN_IN = {"email": "ada@firm.example", "password": "a few unrelated words"}


def shown(value: dict[str, Any], **others: dict[str, Any]) -> dict[str, Example]:
    """The examples of one body: the usual one, and others by name."""
    return {name: {"value": each} for name, each in ({"usual": value} | others).items()}
