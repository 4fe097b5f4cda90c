"""A second step at sign-in, its codes once each, and ways back in when the phone is gone."""

import re

import pyotp
import pytest
from sqlmodel import col, select

from app import db, proofs
from app.errors import Conflict, Forbidden, Invalid, NotFound, TooManyTries
from app.models import AuditEvent, PersonDraft, Role, TwoFactor, UserSession, base
from app.services.accounts import key_rotation, login_throttle, two_factor, users
from app.services.accounts.password_proofs import PasswordProof
from app.vault import Vault
from tests.support import wall_server, world
from tests.support.wall_server import PASSWORD

VAULT = Vault("w" * 40)


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


@pytest.fixture
def alice(database):
    return did(users.add, PersonDraft(email="alice@firm.example", name="Alice"), Role.CONSULTANT, PASSWORD)


def enrolled(user):
    """Her authenticator, and her codes on paper."""
    secret = did(two_factor.begin, user, VAULT.seal).secret.replace(" ", "")
    app = pyotp.TOTP(secret)
    paper = did(two_factor.confirm, user, app.at(base.now(), counter_offset=-1), VAULT.open)
    return app, paper


def sign_in(browser, email="alice@firm.example", **code):
    return browser.post("/api/auth/login", json={"email": email, "password": PASSWORD} | code)


def test_the_password_alone_lets_nobody_in_any_more(house, alice):
    app, _ = enrolled(alice)
    browser = house.browser()
    asked = sign_in(browser)
    assert (asked.status_code, asked.json()["error"]) == (401, "CodeNeeded")
    assert "set-cookie" not in asked.headers
    assert browser.get("/api/auth/session").status_code == 401
    assert sign_in(browser, code=app.now()).status_code == 200
    assert browser.get("/api/auth/session").json()["user"]["email"] == "alice@firm.example"


def test_a_wrong_password_is_told_before_any_code_is_looked_at(house, alice):
    app, _ = enrolled(alice)
    answer = house.browser().post(
        "/api/auth/login", json={"email": "alice@firm.example", "password": "wrong", "code": app.now()}
    )
    assert answer.json()["error"] == "WrongPassword"
    assert sign_in(house.browser(), code=app.now()).status_code == 200


def test_a_code_works_once(house, alice):
    app, paper = enrolled(alice)
    code = app.now()
    assert sign_in(house.browser(), code=code).status_code == 200
    again = sign_in(house.browser(), code=code)
    assert (again.status_code, again.json()["error"]) == (401, "WrongCode")
    assert sign_in(house.browser(), code=paper[0].upper()).status_code == 200
    assert sign_in(house.browser(), code=paper[0]).status_code == 401


@pytest.mark.parametrize(("steps", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(database, steps, fits):
    user = world.person("Ada")
    secret = did(two_factor.begin, user, VAULT.seal).secret.replace(" ", "")
    code = pyotp.TOTP(secret).at(base.now(), counter_offset=steps)
    if fits:
        assert len(set(did(two_factor.confirm, user, code, VAULT.open))) == two_factor.PAPER_CODES
    else:
        with pytest.raises(Invalid):
            did(two_factor.confirm, user, code, VAULT.open)


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "abcdef", "１２３４５６", "12 34\x0056", "\ud800" * 6, "a" * 40]
)
def test_what_is_no_code_is_a_wrong_code(database, code):
    user = world.person("Ada")
    enrolled(user)
    assert not did(two_factor.passes, user, code, VAULT.open)


def test_guessing_is_slowed_down_and_a_right_code_does_not_help_meanwhile(house, alice):
    app, _ = enrolled(alice)
    for _ in range(5):
        assert sign_in(house.browser(), code="000000").status_code == 401
    refused = sign_in(house.browser(), code=app.now())
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 300


def test_twenty_wrong_codes_in_an_hour_are_enough(database, monkeypatch):
    user, start = world.person("Ada"), base.now()
    for number in range(20):
        with db.transaction() as session:
            session.add(
                login_throttle.FailedSignIn(account=f"{login_throttle.CODE}{user.id}", address=f"10.0.0.{number}")
            )
    with db.transaction() as session:
        for row in session.exec(select(login_throttle.FailedSignIn)):
            row.created_at = start - login_throttle.timedelta(minutes=30)
    with pytest.raises(TooManyTries):
        did(login_throttle.reserve_code, user.id, "10.0.0.1")


def test_the_page_asks_for_the_code_and_keeps_where_one_wanted_to_go(house, alice):
    app, _ = enrolled(alice)
    browser = house.browser()
    page = browser.post("/login", data={"email": "alice@firm.example", "password": PASSWORD, "next": "/press"})
    assert page.status_code == 200
    assert 'autocomplete="one-time-code"' in page.text
    assert PASSWORD not in page.text
    ticket = re.search(r'name="ticket" value="([^"]+)"', page.text)[1]
    wrong = browser.post("/login/code", data={"ticket": ticket, "code": "000000", "next": "/press"})
    assert (wrong.status_code, ticket in wrong.text) == (401, True)
    right = browser.post("/login/code", data={"ticket": ticket, "code": app.now(), "next": "/press"})
    assert (right.status_code, right.headers["location"]) == (303, "/press")
    assert browser.get("/press").status_code == 200
    # the ticket is used up
    other = house.browser().post("/login/code", data={"ticket": ticket, "code": app.at(base.now(), counter_offset=1)})
    assert other.status_code == 401
    assert "too long" in other.text


def test_turning_it_on_signs_every_other_browser_out(house, alice):
    elsewhere = house.browser()
    assert sign_in(elsewhere).status_code == 200
    enrolled(alice)
    assert elsewhere.get("/api/auth/session").status_code == 401


def test_it_is_turned_off_with_the_password_and_by_a_golden_ticket(house, alice):
    gwen, bo = world.person("Gwen", Role.GOLDEN_TICKET), world.person("Bo")
    enrolled(alice)
    with pytest.raises(Invalid):
        did(two_factor.turn_off, alice, PasswordProof(gwen.id, alice.password_hash))
    with pytest.raises(Forbidden):
        did(two_factor.take_off, bo, alice.id)
    with pytest.raises(Conflict):
        did(two_factor.begin, alice, VAULT.seal)
    did(two_factor.take_off, gwen, alice.id)
    assert sign_in(house.browser()).status_code == 200
    enrolled(alice)
    did(two_factor.turn_off, alice, proofs.own_password(alice.id, PASSWORD))
    assert sign_in(house.browser()).status_code == 200
    with db.reading() as session:
        trail = session.exec(select(AuditEvent.action).where(col(AuditEvent.action).startswith("second_factor"))).all()
    assert sorted(trail) == ["second_factor.off"] * 2 + ["second_factor.on"] * 2


def test_the_secret_is_sealed_for_its_owner_and_nowhere_else(alice):
    bo = world.person("Bo")
    secret = did(two_factor.begin, alice, VAULT.seal).secret.replace(" ", "")
    with db.reading() as session:
        kept = session.exec(select(TwoFactor)).one()
        trail = str([row.model_dump() for row in session.exec(select(AuditEvent))])
    assert secret not in kept.secret + trail
    assert VAULT.open(alice.id, kept.secret) == secret
    with pytest.raises(Exception, match="cannot be opened"):
        VAULT.open(bo.id, kept.secret)


def test_a_rotation_seals_it_anew_and_a_lost_secret_leaves_the_paper(alice):
    app, paper = enrolled(alice)
    newer = Vault("n" * 40, "w" * 40)
    with db.transaction() as session:
        assert key_rotation.reseal(session, alice, newer).now == 1
    assert did(two_factor.passes, alice, app.now(), Vault("n" * 40).open)
    stranger = Vault("x" * 40)
    assert not did(two_factor.passes, alice, app.at(base.now(), counter_offset=1), stranger.open)
    assert did(two_factor.passes, alice, paper[3], stranger.open)


def test_nothing_is_confirmed_that_was_not_begun(alice):
    with pytest.raises(NotFound):
        did(two_factor.confirm, alice, "123456", VAULT.open)
    assert not did(two_factor.passes, alice, "123456", VAULT.open)


def test_over_the_wires(house, alice):
    browser = house.browser()
    assert sign_in(browser).status_code == 200
    begun = browser.post("/api/me/second-factor")
    assert begun.status_code == 201
    app = pyotp.TOTP(begun.json()["secret"].replace(" ", ""))
    assert pyotp.parse_uri(begun.json()["uri"]).secret == app.secret
    assert browser.put("/api/me/second-factor", json={"code": "000000"}).status_code == 422
    confirmed = browser.put("/api/me/second-factor", json={"code": app.now()})
    assert len(confirmed.json()["recovery_codes"]) == 10
    # the browser that did it stays
    assert browser.get("/api/me/second-factor").json() == {"on": True, "codes_left": 10}
    gone = browser.request("DELETE", "/api/me/second-factor", json={"password": PASSWORD})
    assert gone.status_code == 204
    with db.reading() as session:
        assert len(session.exec(select(UserSession)).all()) == 1
