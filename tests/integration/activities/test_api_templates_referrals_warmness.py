"""Mail templates, referrals and answers to a suggested warmness over HTTP."""

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from app.models import now
from tests.support import world
from tests.support.api_client import ask, is_refusal

HELLO = {
    "name": "Hello",
    "subject": "{organisation} & {given_name}?",
    "body": "Dear {given_name},\nGrüße & more = 100 %\n{me}",
}


def made(who, path, body) -> dict:
    answer = ask(who, "POST", path, body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def touch(who, contact, **facts) -> dict:
    return made(who, "/api/activities", {"type": "CALL", "contact_id": str(contact.id)} | facts)


def test_a_template_is_kept_changed_filled_in_and_removed(ada, bo, jane):
    kept = made(ada, "/api/templates", HELLO)
    assert kept == HELLO | {"id": kept["id"]}
    made(ada, "/api/templates", {"name": "An earlier one"})
    assert [one["name"] for one in ask(ada, "GET", "/api/templates").json()["items"]] == ["An earlier one", "Hello"]
    assert ask(bo, "GET", "/api/templates").json()["items"] == []
    path = f"/api/templates/{kept['id']}"
    mail = ask(ada, "GET", f"{path}/mail?contact_id={jane.id}").json()
    assert mail["subject"] == "ACME Ltd & Jane?"
    link = urlsplit(mail["link"])
    assert (link.scheme, link.path) == ("mailto", "jane@acme.example")
    assert "+" not in link.query
    words = {name: values[0] for name, values in parse_qs(link.query).items()}
    assert words == {"subject": mail["subject"], "body": "Dear Jane,\r\nGrüße & more = 100 %\r\nAda Lind"}
    assert ask(ada, "PUT", path, {"name": "Hi"}).json() == {"id": kept["id"], "name": "Hi", "subject": "", "body": ""}
    assert ask(ada, "DELETE", path).status_code == 204
    assert is_refusal(ask(ada, "DELETE", path), 404, "NotFound")


def test_a_name_is_taken_once_and_each_has_their_own(ada, bo):
    made(ada, "/api/templates", HELLO)
    assert is_refusal(ask(ada, "POST", "/api/templates", HELLO), 409, "Conflict")
    other = made(ada, "/api/templates", {"name": "Other"})
    assert is_refusal(ask(ada, "PUT", f"/api/templates/{other['id']}", {"name": "Hello"}), 409, "Conflict")
    made(bo, "/api/templates", HELLO)


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"name": ""}, "name"), ({"body": "Dear {first}"}, "body"), ({"subject": "two\nlines"}, "subject"), ({"bcc": "x"}, "bcc")],
)  # fmt: skip
def test_a_template_that_breaks_a_rule_is_named(ada, typed, field):
    answer = ask(ada, "POST", "/api/templates", HELLO | typed)
    assert is_refusal(answer, 422, "Invalid")
    assert list(answer.json()["fields"]) == [field]


def test_a_referral_links_both_and_plans_to_say_thanks(ada, bo, jane, john):
    wish = {"referred_contact_id": str(john.id), "note": "knows the board"}
    path = f"/api/contacts/{jane.id}/referrals"
    logged = made(ada, path, wish)
    assert (logged["type"], logged["outcome"], logged["contact_id"]) == ("REFERRAL", "INTRODUCED", str(jane.id))
    (one,) = ask(ada, "GET", path).json()["items"]
    assert (one["by"], one["whom"], one["activity_id"]) == ("Jane Roe", "John Öström", logged["id"])
    assert ask(ada, "GET", f"/api/contacts/{john.id}/referrals").json()["items"] == [one]
    thanks = [each for each in ask(ada, "GET", "/api/activities").json()["items"] if not each["done"]]
    assert [each["subject"] for each in thanks] == ["Thank you for bringing John Öström"]
    due = datetime.fromisoformat(thanks[0]["due_date"])
    assert timedelta(days=1) < due - now() < timedelta(days=3)
    stranger = world.contact(bo, "Stranger")
    assert is_refusal(ask(ada, "POST", path, {"referred_contact_id": str(stranger.id)}), 404, "NotFound")
    assert is_refusal(ask(ada, "POST", path, {"referred_contact_id": str(jane.id)}), 422, "Invalid")
    assert len(ask(ada, "GET", path).json()["items"]) == 1


def test_a_referral_is_linked_later_and_taken_back(ada, jane, john):
    logged = touch(ada, jane, type="REFERRAL")
    path = f"/api/activities/{logged['id']}/referral"
    assert ask(ada, "PUT", path, {"referred_contact_id": str(john.id)}).status_code == 200
    assert len(ask(ada, "GET", f"/api/contacts/{john.id}/referrals").json()["items"]) == 1
    assert ask(ada, "PUT", path, {"referred_contact_id": None}).status_code == 200
    assert ask(ada, "GET", f"/api/contacts/{john.id}/referrals").json()["items"] == []
    call = touch(ada, jane)
    answer = ask(ada, "PUT", f"/api/activities/{call['id']}/referral", {"referred_contact_id": str(john.id)})
    assert is_refusal(answer, 409, "Conflict")


def test_the_same_key_logs_a_referral_once(ada, jane, john):
    wish, key = {"referred_contact_id": str(john.id)}, {"idempotency-key": "abc-123"}
    path = f"/api/contacts/{jane.id}/referrals"
    first, again = (ask(ada, "POST", path, wish, headers=key) for _ in range(2))
    assert first.json() == again.json()
    assert first.headers["location"] == f"/api/activities/{first.json()['id']}"
    assert len(ask(ada, "GET", path).json()["items"]) == 1


def test_a_suggested_warmness_is_accepted_or_declined_once(ada, jane):
    path = f"/api/contacts/{jane.id}/warmness"
    assert ask(ada, "GET", path).json()["suggested"] is None
    assert is_refusal(ask(ada, "POST", f"{path}/accept"), 409, "Conflict")
    for _ in range(2):
        last = touch(ada, jane, outcome="REACHED")
    said = ask(ada, "GET", path).json()["suggested"]
    assert said == {
        "before": 5, "after": 6, "reason": "Replied twice in 30 days: 5 → 6?", "activity_id": last["id"],
    }  # fmt: skip
    taken = ask(ada, "POST", f"{path}/accept").json()
    assert (taken["warmness_score"], taken["suggested"]) == (6, None)
    assert [(one["before"], one["after"], one["reason"]) for one in taken["history"]][:1] == [(5, 6, "SUGGESTED")]
    for _ in range(2):
        touch(ada, jane, outcome="REACHED")
    left = ask(ada, "POST", f"{path}/decline").json()
    assert (left["warmness_score"], left["suggested"], left["history"][0]["reason"]) == (6, None, "DECLINED")
    assert len(ask(ada, "GET", f"{path}?limit=1").json()["history"]) == 1
