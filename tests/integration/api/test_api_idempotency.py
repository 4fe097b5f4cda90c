"""A phone repeats a POST, and it is done once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from app import db
from app.models import Activity, Contact, IdempotencyKey, now
from tests.support.api_client import ask, built, is_refusal

KEY = {"idempotency-key": "a-random-text-1"}


def count(kind) -> int:
    with db.reading() as session:
        return len(session.exec(select(kind)).all())


def test_the_same_key_and_body_give_the_same_answer_and_one_row(ada):
    first = ask(ada, "POST", "/api/contacts", {"name": "Jane Roe"}, headers=KEY)
    again = ask(ada, "POST", "/api/contacts", {"name": "Jane Roe"}, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert {name: again.headers[name] for name in ("etag", "location")} == {
        name: first.headers[name] for name in ("etag", "location")
    }
    assert count(Contact) == 1


def test_the_same_key_for_something_else_is_a_409(ada, jane):
    ask(ada, "POST", "/api/contacts", {"name": "Zoe"}, headers=KEY)
    assert is_refusal(ask(ada, "POST", "/api/contacts", {"name": "Zoe B"}, headers=KEY), 409, "Conflict")
    touch = {"type": "CALL", "contact_id": str(jane.id)}
    assert is_refusal(ask(ada, "POST", "/api/activities", touch, headers=KEY), 409, "Conflict")
    assert is_refusal(ask(ada, "POST", "/api/contacts?force=true", {"name": "Zoe"}, headers=KEY), 409, "Conflict")
    assert (count(Contact), count(Activity)) == (2, 0)


def test_a_key_belongs_to_one_person(ada, bo):
    for who in (ada, bo):
        assert ask(who, "POST", "/api/contacts", {"name": "Jane Roe"}, headers=KEY).status_code == 201
    assert count(Contact) == 2


def test_twenty_at_once_make_one_touch(ada, jane):
    app = built()
    body = {"type": "CALL", "contact_id": str(jane.id), "note": "once"}
    headers = {"x-user": str(ada.id), "idempotency-key": str(uuid4())}

    def post(_):
        return TestClient(app).post("/api/activities", json=body, headers=headers)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(post, range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert count(Activity) == 1


def test_a_refused_deed_keeps_no_key(ada, jane):
    twin = {"name": "Jane Roe", "email": "jane@acme.example"}
    assert ask(ada, "POST", "/api/contacts", twin, headers=KEY).status_code == 409
    assert count(IdempotencyKey) == 0
    assert ask(ada, "DELETE", f"/api/contacts/{jane.id}").status_code == 204
    assert ask(ada, "POST", "/api/contacts", twin, headers=KEY).status_code == 201


def test_a_key_is_forgotten_after_a_day(ada):
    ask(ada, "POST", "/api/contacts", {"name": "Jane Roe"}, headers=KEY)
    with db.transaction() as session:
        session.exec(select(IdempotencyKey)).one().created_at = now() - timedelta(hours=23)
    assert is_refusal(ask(ada, "POST", "/api/contacts", {"name": "Zoe"}, headers=KEY), 409)
    with db.transaction() as session:
        session.exec(select(IdempotencyKey)).one().created_at = now() - timedelta(hours=25)
    assert ask(ada, "POST", "/api/contacts", {"name": "Zoe"}, headers=KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "with space", "\u00e9"])
def test_a_key_that_cannot_be_kept_is_a_422(ada, key):
    answer = ask(ada, "POST", "/api/contacts", {"name": "Jane"}, headers={"idempotency-key": key.encode("latin-1")})
    assert is_refusal(answer, 422, "Invalid")
    assert list(answer.json()["fields"]) == ["Idempotency-Key"]
    assert count(Contact) == 0
