"""A second step that the firm asks for: of browsers, from a day on, by role; nobody is shut out and no script is asked."""

import re
from datetime import timedelta

import pyotp
import pytest
from sqlmodel import select

from app import db, proofs
from app.errors import Conflict, Forbidden
from app.models import Passkey, PersonDraft, Role, User, now
from app.services.accounts import passkeys, second_step_rule, sessions, two_factor, users
from tests.support import wall_server
from tests.support.api_client import ask, vault
from tests.support.waiting import until
from tests.support.wall_server import PASSWORD

TODAY = now().date()


@pytest.fixture(scope="module")
def house(url):
    with wall_server.running(url) as house:
        yield house


@pytest.fixture(autouse=True)
def _left_tidy(house):
    yield
    house.close()


def did(verb, *args, **kwargs):
    with db.transaction() as session:
        return verb(session, *args, **kwargs)


def person(name, role):
    return did(users.add, PersonDraft(email=f"{name}@firm.example", name=name), role, PASSWORD)


@pytest.fixture
def gold(database):
    return person("gold", Role.GOLDEN_TICKET)


@pytest.fixture
def kim(database):
    return person("kim", Role.CONSULTANT)


def asked_from(gold, day, role=Role.CONSULTANT):
    did(second_step_rule.choose, gold, {role: day})


def waits(browser):
    """Whether the one page is all that is open."""
    page, wire = browser.get("/press"), browser.get("/api/seen")
    if page.status_code == wire.status_code == 200:
        return False
    assert (page.status_code, page.headers["location"]) == (303, "/second-step")
    assert (wire.status_code, wire.json()["error"]) == (403, "SecondStepNeeded")
    return True


def test_it_is_off_until_a_day_is_chosen_and_begins_on_that_day(house, gold, kim):
    assert not waits(house.signed_in(kim))
    asked_from(gold, TODAY + timedelta(days=1))
    assert not waits(house.signed_in(kim))
    asked_from(gold, TODAY)
    assert waits(house.signed_in(kim))
    assert not waits(house.signed_in(gold))
    asked_from(gold, None)
    assert not waits(house.signed_in(kim))


def test_a_browser_that_is_in_already_is_asked_too(house, gold, kim):
    browser = house.signed_in(kim)
    assert not waits(browser)
    asked_from(gold, TODAY)
    # what is known of a session is believed for two seconds
    until(lambda: browser.get("/press").status_code == 303, pause=0.2)
    assert waits(browser)


def test_the_page_sets_it_up_and_then_everything_is_open(house, gold, kim):
    asked_from(gold, TODAY)
    browser = house.signed_in(kim)
    page = browser.get("/second-step")
    assert "Set up an authenticator" in page.text
    assert 'action="/logout"' in page.text
    page = browser.post("/second-step/begin")
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)[1].replace(" ", "")
    uri = re.search(r'name="uri" value="([^"]+)"', page.text)[1]
    wrong = browser.post("/second-step/code", data={"code": "000000", "secret": secret, "uri": uri})
    assert wrong.status_code == 422
    assert "This code does not fit" in wrong.text
    assert waits(browser)
    done = browser.post("/second-step/code", data={"code": pyotp.TOTP(secret).now(), "secret": secret, "uri": uri})
    assert done.text.count("<li>") == 10
    assert not waits(browser)
    assert browser.get("/second-step").headers["location"] == "/"


def test_nothing_else_is_reachable_and_signing_out_is(house, gold, kim):
    asked_from(gold, TODAY)
    browser = house.signed_in(kim)
    for path in ("/", "/settings", "/setup/..", "/practice", "/meetings/x.ics", "/login"):
        assert browser.get(path).headers["location"] == "/second-step", path
    for path in ("/api/contacts", "/api/me/password", "/api/tokens", "/api/me/calendar"):
        assert browser.post(path).status_code == 403, path
    assert browser.get("/_nicegui_ws/socket.io/?EIO=4&transport=polling").status_code == 403
    assert browser.get("/api/auth/session").status_code == 200
    assert browser.post("/logout").headers["location"] == "/login?bye"


def test_a_script_is_never_asked(house, gold, kim):
    asked_from(gold, TODAY)
    token = did(sessions.issue_token, kim, "script")[1]
    assert house.browser(Origin=None, Authorization=f"Bearer {token}").get("/api/seen").status_code == 200


def test_the_last_golden_ticket_is_not_shut_out(house, gold):
    asked_from(gold, TODAY, Role.GOLDEN_TICKET)
    browser = house.signed_in(gold)
    assert waits(browser)
    assert browser.post("/api/me/second-factor").status_code != 403
    assert "Set up an authenticator" in browser.get("/second-step").text
    # whoever lost everything is let back in by the operator, and sets it up anew
    did(two_factor.take_off, users.operator("root"), gold.id)
    assert "Set up an authenticator" in house.signed_in(gold).get("/second-step").text


def with_passkey(who, host):
    with db.transaction() as session:
        session.add(key := Passkey(user_id=who.id, name="Phone", host=host, credential_id=host, public_key="x"))
    return key


def test_whoever_has_a_passkey_proves_it_instead_of_setting_up_another_with_the_password_alone(house, gold, kim):
    asked_from(gold, TODAY)
    with_passkey(kim, "127.0.0.1")
    browser = house.signed_in(kim)
    assert "Use my passkey" in browser.get("/second-step").text
    assert browser.post("/second-step/begin").status_code == 403
    assert browser.post("/api/me/second-factor").status_code == 403
    assert browser.post("/api/me/passkeys/begin", json={}).status_code == 403


def test_a_passkey_of_a_former_host_name_keeps_nobody_out(house, gold, kim):
    asked_from(gold, TODAY)
    with_passkey(kim, "old.example.com")
    assert "Set up an authenticator" in house.signed_in(kim).get("/second-step").text


def test_what_is_asked_for_is_not_taken_away_by_its_owner(gold, kim):
    enrolment = did(two_factor.begin, kim, vault.seal)
    code = pyotp.TOTP(enrolment.secret.replace(" ", "")).now()
    did(lambda s: two_factor.confirm(s, s.get_one(User, kim.id), code, vault.open))
    asked_from(gold, TODAY)
    with pytest.raises(Conflict):
        did(lambda s: two_factor.turn_off(s, s.get_one(User, kim.id), proofs.own_password(kim.id, PASSWORD)))
    key = with_passkey(kim, "leads.example.com")
    did(lambda s: two_factor.turn_off(s, s.get_one(User, kim.id), proofs.own_password(kim.id, PASSWORD)))
    with pytest.raises(Conflict):
        did(passkeys.remove, kim, key.id)
    did(two_factor.take_off, gold, kim.id)
    with db.reading() as session:
        assert session.exec(select(Passkey)).all() == []


def test_a_passkey_made_in_this_browser_proves_it(kim):
    with db.transaction() as session:
        token = sessions.open_session(session, kim, "")
    with db.transaction() as session:
        _, kept = sessions.find_session(session, token)
        sessions.record_second_step(session, kept.id)
    with db.reading() as session:
        assert sessions.find_session(session, token)[1].two_steps


def test_the_rule_is_read_and_changed_over_the_wires_by_golden_tickets(gold, kim):
    body = {"second_step_from": {"GOLDEN_TICKET": TODAY.isoformat()}}
    both = {"second_step_from": {"CONSULTANT": None, "GOLDEN_TICKET": TODAY.isoformat()}}
    assert ask(gold, "PUT", "/api/sign-in-rules", body).json() == both
    assert ask(gold, "GET", "/api/sign-in-rules").json() == both
    for wrong in (
        {"second_step_from": {"BOSS": None}},
        {"second_step_from": {"CONSULTANT": "soon"}},
        {"second_step_from": {"CONSULTANT": "0001-01-01"}},
    ):
        assert ask(gold, "PUT", "/api/sign-in-rules", wrong).status_code == 422
    with pytest.raises(Forbidden):
        did(second_step_rule.choose, kim, {})
