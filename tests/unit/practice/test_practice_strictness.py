"""The practice company refuses what the real one refuses."""

import pytest

from tests.support import practice_client

caller = practice_client.caller


def test_person_id_on_an_activity_is_refused_in_the_words_of_the_real_service(caller):
    status, error = caller.refusal("POST", "/api/v2/activities", {"subject": "s", "type": "call", "person_id": 1})
    assert status == 400
    assert error.startswith("'person_id' is a read-only field. Add a primary participant")


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        (
            "persons",
            {"name": "K", "private": 1},
            "Validation failed: private: Parameter 'private' is not allowed for this request",
        ),
        ("persons", {"name": "K", "id": 7}, "Parameter 'id' is not allowed"),
        ("persons", {"name": "K", "org_id": "1"}, "org_id: Expected integer, received string"),
        ("persons", {"name": "K", "org_id": True}, "org_id: Expected integer, received boolean"),
        ("persons", {"name": "K", "org_id": None}, "org_id: Expected integer, received null"),
        ("persons", {"name": "K", "emails": "k@x.example"}, "emails: Expected array"),
        ("persons", {"name": "K", "emails": [{"label": "work"}]}, "emails[0].value: Required"),
        (
            "persons",
            {"name": "K", "emails": [{"value": "a", "primary": True}, {"value": "b", "primary": True}]},
            "only one",
        ),
        ("persons", {}, "name: Required"),
        ("organizations", {"name": "  "}, "name: Required"),
        ("organizations", {"name": "A", "address": "Oslo"}, "address: Expected object"),
        ("organizations", {"name": "A", "custom_fields": {"abc": "x"}}, "Parameter 'abc' is not allowed"),
        ("activities", {"type": "call"}, "subject: Required"),
        ("activities", {"subject": "s", "type": "linkedin"}, "unknown activity type"),
        ("activities", {"subject": "s", "type": "call", "done": 1}, "done: Expected boolean, received number"),
        ("activities", {"subject": "s", "type": "call", "due_date": "01.12.2026"}, "not a valid date"),
        ("activities", {"subject": "s", "type": "call", "due_time": "08:30:00"}, "not a valid time"),
        ("activities", {"subject": "s", "type": "call", "participants": [{"person_id": 99}]}, "Person 99 not found"),
        ("persons", {"name": "K", "org_id": 99}, "Organization 99 not found"),
        ("persons", {"name": "K", "owner_id": 99}, "Owner not found"),
    ],
)
def test_what_does_not_fit_is_refused(caller, path, body, error):
    status, said = caller.refusal("POST", f"/api/v2/{path}", body)
    assert status == 400
    assert error in said
    assert caller.company.records(path) == []


def test_fields_of_contact_sync_are_forbidden(caller):
    assert caller.refusal("POST", "/api/v2/persons", {"name": "K", "job_title": "CEO"})[0] == 403


def test_a_body_must_be_json_and_say_so(caller):
    assert caller.refusal("POST", "/api/v2/persons", {"name": "K"}, content_type="text/plain")[0] == 400
    assert caller.refusal("POST", "/api/v2/persons", raw=b'{"name": "K"')[0] == 400
    assert caller.refusal("POST", "/api/v2/persons", raw=b"[]")[0] == 400
