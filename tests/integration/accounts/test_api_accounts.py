"""/api/me, /api/users, /api/tokens: who is who, and what each may do about it."""

import json
from uuid import uuid4

import pytest
from sqlmodel import select

from app import db
from app.models import ApiToken, FailedSignIn, OneTimeLink, Role, SyncLane, User, UserSession
from app.services.accounts import passwords, sessions
from app.services.base import firm_settings
from tests.support.api_client import COOKIE, FOREIGN_KEY, KEY, ask, is_refusal, raw, vault

PASSWORD = "a few unrelated words"


@pytest.fixture
def ada(ada):
    with db.transaction() as session:
        user = session.get_one(User, ada.id)
        user.password_hash = passwords.hash_password(PASSWORD)
    return user


def login(email="ada.lind@firm.example", password=PASSWORD, **more):
    return ask(None, "POST", "/api/auth/login", {"email": email, "password": password} | more)


def fresh(user) -> User:
    with db.reading() as session:
        return session.get_one(User, user.id)


# sign in, sign out


def test_signing_in_gives_the_session_and_the_cookie(ada):
    answer = login()
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "user": {
            "id": str(ada.id), "email": "ada.lind@firm.example", "name": "Ada Lind", "role": "CONSULTANT",
            "timezone": "Europe/Berlin",
        },
        "pipedrive": {"connected": False, "company_domain": None, "last4": None},
    }  # fmt: skip
    with db.reading() as session:
        found = sessions.find_session(session, answer.cookies[COOKIE])
    assert found
    assert found[0].id == ada.id


def test_a_wrong_password_and_an_unknown_address_sound_the_same_and_are_counted(ada):
    wrong, unknown = login(password="canary-canary"), login(email="nobody@firm.example")
    assert is_refusal(wrong, 401, "WrongPassword")
    assert wrong.json() == unknown.json()
    assert "set-cookie" not in wrong.headers
    with db.reading() as session:
        assert len(session.exec(select(FailedSignIn)).all()) == 2


def test_too_many_wrong_passwords_have_to_wait(ada):
    for _ in range(10):
        login(password="wrong")
    answer = login()
    assert is_refusal(answer, 429, "TooManyTries")
    assert 0 < int(answer.headers["retry-after"]) <= 300


@pytest.mark.parametrize(
    "body", [{}, {"email": "a"}, {"email": 1, "password": "x"}, {"email": "a@b.example", "password": ["canary"]},
             {"email": "a@b.example", "password": "canary\ud800"}, {"email": "a@b.example", "password": "x", "role": "GOLDEN_TICKET"}]
)  # fmt: skip
def test_a_sign_in_that_makes_no_sense_is_a_422_without_the_password(body):
    answer = raw(None, "POST", "/api/auth/login", json.dumps(body).encode())
    assert is_refusal(answer, 422, "Invalid")
    assert "canary" not in answer.text


def test_signing_out_ends_the_session_at_once(ada):
    token = login().cookies[COOKIE]
    with db.reading() as session:
        kept = session.exec(select(UserSession)).one()
    answer = ask(ada, "POST", "/api/auth/logout", session_id=kept.id)
    assert answer.status_code == 204
    assert 'sid=""' in answer.headers["set-cookie"]
    with db.reading() as session:
        assert sessions.find_session(session, token) is None


def test_nobody_has_no_session():
    assert is_refusal(ask(None, "GET", "/api/auth/session"), 401, "SignedOut")


def test_the_session_says_who(gwen):
    assert ask(gwen, "GET", "/api/auth/session").json()["user"]["role"] == "GOLDEN_TICKET"


# my own account


def test_a_profile_is_changed_in_parts(ada):
    body = ask(ada, "PUT", "/api/me", {"timezone": "Europe/Oslo"}).json()["user"]
    assert (body["name"], body["timezone"]) == ("Ada Lind", "Europe/Oslo")
    assert ask(ada, "GET", "/api/me").json()["user"] == body


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"timezone": "Mars/Base"}, "timezone"), ({"name": ""}, "name"), ({"name": "a\0b"}, "name"), ({"role": "GOLDEN_TICKET"}, "role"),
     ({"email": "other@firm.example"}, "email"), ({"timezone": "../etc/passwd"}, "timezone")],
)  # fmt: skip
def test_nobody_writes_more_than_a_profile(ada, typed, field):
    answer = ask(ada, "PUT", "/api/me", typed)
    assert is_refusal(answer, 422, "Invalid")
    assert list(answer.json()["fields"]) == [field]
    assert fresh(ada).role is Role.CONSULTANT


def test_a_new_password_needs_the_old_one(ada):
    new = "other quite unrelated words"
    assert is_refusal(ask(ada, "PUT", "/api/me/password", {"old": "wrong", "new": new}), 422, "Invalid")
    assert is_refusal(ask(ada, "PUT", "/api/me/password", {"old": PASSWORD, "new": "short"}), 422, "Invalid")
    assert ask(ada, "PUT", "/api/me/password", {"old": PASSWORD, "new": new}).status_code == 204
    assert login(password=new).status_code == 200
    assert login().status_code == 401


def test_browsers_are_listed_and_signed_out_one_by_one(ada, bo):
    login()
    login()
    with db.reading() as session:
        first, second = session.exec(select(UserSession).order_by(UserSession.id)).all()
    items = ask(ada, "GET", "/api/me/devices", session_id=first.id).json()["items"]
    assert {one["id"]: one["current"] for one in items} == {str(first.id): True, str(second.id): False}
    assert is_refusal(ask(bo, "DELETE", f"/api/me/devices/{second.id}"), 404, "NotFound")
    assert ask(ada, "DELETE", f"/api/me/devices/{second.id}").status_code == 204
    assert is_refusal(ask(ada, "DELETE", f"/api/me/devices/{second.id}"), 404, "NotFound")
    assert ask(bo, "GET", "/api/me/devices").json()["items"] == []


# my Pipedrive key


def test_a_key_is_checked_sealed_and_shown_by_its_last_four(ada, jane):
    ask(ada, "POST", "/api/pipedrive/sync", {"contact_id": str(jane.id)})
    with db.transaction() as session:
        session.exec(select(SyncLane)).one().paused_reason = "No key."
    answer = ask(ada, "PUT", "/api/me/pipedrive-key", {"api_key": KEY})
    assert answer.json() == {"company_domain": "acme", "user_name": "Ada in Pipedrive", "last4": "1111"}
    kept = fresh(ada)
    assert KEY not in kept.pipedrive_key
    assert vault.open(ada.id, kept.pipedrive_key) == KEY
    assert kept.pipedrive_user_id == 77
    with db.reading() as session:
        assert firm_settings.get(session, "pipedrive_company") == "acme"
        assert session.exec(select(SyncLane)).one().paused_reason is None
    session_now = ask(ada, "GET", "/api/auth/session").json()["pipedrive"]
    assert session_now == {"connected": True, "company_domain": "acme", "last4": "1111"}


def test_a_key_that_pipedrive_does_not_accept_is_not_kept_and_not_repeated(ada):
    answer = ask(ada, "PUT", "/api/me/pipedrive-key", {"api_key": "canary-canary-canary"})
    assert is_refusal(answer, 422, "Invalid")
    assert "canary" not in answer.text
    assert fresh(ada).pipedrive_key is None


def test_a_key_of_another_company_is_refused(ada, bo):
    assert ask(ada, "PUT", "/api/me/pipedrive-key", {"api_key": KEY}).status_code == 200
    answer = ask(bo, "PUT", "/api/me/pipedrive-key", {"api_key": FOREIGN_KEY})
    assert is_refusal(answer, 422, "Invalid")
    assert fresh(bo).pipedrive_key is None


@pytest.mark.parametrize("key", ["", "short", "x" * 201, "canary\r\nx: y 12345", "canary canary canary", None, 5])
def test_a_key_that_cannot_be_one_never_reaches_pipedrive(ada, key):
    answer = ask(ada, "PUT", "/api/me/pipedrive-key", {"api_key": key})
    assert is_refusal(answer, 422, "Invalid")
    assert "canary" not in answer.text


def test_a_key_is_forgotten_on_request(ada):
    ask(ada, "PUT", "/api/me/pipedrive-key", {"api_key": KEY})
    assert ask(ada, "DELETE", "/api/me/pipedrive-key").status_code == 204
    assert fresh(ada).pipedrive_key is None


# colleagues


def test_a_golden_ticket_sees_everybody_without_keys_or_hashes(gwen, ada, bo):
    ask(ada, "PUT", "/api/me/pipedrive-key", {"api_key": KEY})
    answer = ask(gwen, "GET", "/api/users")
    assert [one["name"] for one in answer.json()["items"]] == ["Ada Lind", "Bo Berg", "Gwen Gold"]
    assert answer.json()["items"][0]["pipedrive"]["last4"] == "1111"
    assert "argon2" not in answer.text
    assert KEY not in answer.text


def test_an_invitation_is_a_link_that_works_once(gwen):
    answer = ask(gwen, "POST", "/api/users", {"email": "New@Firm.example", "role": "GOLDEN_TICKET"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["link"].startswith("https://leads.example.com/invite/")
    with db.reading() as session:
        link = session.exec(select(OneTimeLink)).one()
    assert (link.email, link.role, link.made_by) == ("new@firm.example", Role.GOLDEN_TICKET, gwen.id)


@pytest.mark.parametrize(
    "body",
    [{}, {"email": "canary"}, {"email": "a@b.example", "role": "BOSS"}, {"email": "a@b.example", "active": True}],
)
def test_an_invitation_that_makes_no_sense_is_a_422(gwen, body):
    answer = ask(gwen, "POST", "/api/users", body)
    assert is_refusal(answer, 422, "Invalid")
    assert "canary" not in answer.text


def test_roles_change_and_the_last_golden_ticket_stays(gwen, ada):
    assert is_refusal(ask(gwen, "PUT", f"/api/users/{gwen.id}/role", {"role": "CONSULTANT"}), 403, "Forbidden")
    assert is_refusal(ask(gwen, "POST", f"/api/users/{gwen.id}/disable"), 409, "Conflict")
    assert ask(gwen, "PUT", f"/api/users/{ada.id}/role", {"role": "GOLDEN_TICKET"}).json()["role"] == "GOLDEN_TICKET"
    assert is_refusal(ask(gwen, "PUT", f"/api/users/{uuid4()}/role", {"role": "CONSULTANT"}), 404, "NotFound")


def test_a_disabled_colleague_is_out_at_once_and_comes_back(gwen, ada):
    assert ask(gwen, "POST", f"/api/users/{ada.id}/disable").json()["active"] is False
    assert is_refusal(ask(ada, "GET", "/api/contacts"), 401, "SignedOut")
    assert login().status_code == 401
    assert ask(gwen, "POST", f"/api/users/{ada.id}/enable").json()["active"] is True
    assert login().status_code == 200


def test_a_reset_link_is_made_for_a_colleague(gwen, ada):
    answer = ask(gwen, "POST", f"/api/users/{ada.id}/reset-link")
    assert answer.json()["link"].startswith("https://leads.example.com/reset/")


# tokens for scripts


def test_a_token_is_shown_once_and_revoked(ada, bo):
    made = ask(ada, "POST", "/api/tokens", {"name": "Report", "days": 30})
    assert made.status_code == 201, made.text
    token = made.json()["token"]
    with db.reading() as session:
        assert sessions.find_token(session, token)[0].id == ada.id
        assert token not in session.exec(select(ApiToken)).one().model_dump_json()
    listed = ask(ada, "GET", "/api/tokens")
    assert token not in listed.text
    assert [(one["name"], one["last4"], one["used_at"]) for one in listed.json()["items"]] == [
        ("Report", token[-4:], None)
    ]
    path = f"/api/tokens/{made.json()['id']}"
    assert ask(bo, "GET", "/api/tokens").json()["items"] == []
    assert is_refusal(ask(bo, "DELETE", path), 404, "NotFound")
    assert ask(ada, "DELETE", path).status_code == 204
    with db.reading() as session:
        assert sessions.find_token(session, token) is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "x" * 81},
        {"name": "x", "days": 0},
        {"name": "x", "days": 366},
        {"name": "a\0"},
        {"name": "x", "days": 10**40},
    ],
)
def test_a_token_lives_for_a_year_at_most_and_has_a_name(ada, body):
    assert is_refusal(ask(ada, "POST", "/api/tokens", body), 422, "Invalid")


def test_the_person_acting_is_asked_for_anew_each_time(ada):
    assert ask(ada, "GET", "/api/me").status_code == 200
    with db.transaction() as session:
        session.get_one(User, ada.id).active = False
    assert is_refusal(ask(ada, "GET", "/api/me"), 401, "SignedOut")
