"""Somebody who calls the practice company directly, without a client in between."""

import json
from datetime import UTC, datetime

import pytest

from app.practice.company import Company
from app.practice.request_handler import answer

MEETING = {"subject": "Intro", "type": "meeting", "participants": [{"person_id": 1, "primary": True}]}


class Caller:
    """Somebody with a key, and a watch that stands still until it is moved."""

    def __init__(self, **given):
        self.now = datetime(2026, 11, 22, 9, 30, 15, 678_000, tzinfo=UTC)
        self.company = Company("acme", "Acme", clock=lambda: self.now, **given)
        self.company.add_user("key-anna", "Anna Berg", admin=True)
        self.company.add_user("key-bo", "Bo Lund")

    def ask(self, method, path, body=None, *, key="key-anna", content_type="application/json", raw=None, **query):
        headers = ({"x-api-token": key} if key else {}) | {"content-type": content_type}
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        self.reply = answer(self.company, method, path, list(query.items()), headers, content)
        return self.reply.status, json.loads(self.reply.body)

    def add(self, kind, body, **more):
        status, content = self.ask("POST", f"/api/v2/{kind}", body, **more)
        assert status == 200, content
        return content["data"]

    def refusal(self, *args, **kwargs):
        status, content = self.ask(*args, **kwargs)
        assert content["success"] is False
        return status, content["error"]

    def ids(self, path, **query):
        status, content = self.ask("GET", path, **query)
        assert status == 200, content
        data = content["data"]
        return [hit["item"]["id"] for hit in data["items"]] if isinstance(data, dict) else [row["id"] for row in data]


@pytest.fixture
def caller():
    return Caller()
