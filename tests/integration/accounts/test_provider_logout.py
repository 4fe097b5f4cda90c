"""Back-channel logout: what a logout token must not get away with, and what a good one ends."""

import time
from uuid import uuid4

import pytest
from joserfc.jwk import OctKey, RSAKey
from sqlmodel import select

from app import db
from app.models import OneTimeLink, PersonDraft, Role
from app.services.accounts import users
from app.settings import ConfigTrouble, load
from tests.support import wall_server
from tests.support.fake_identity_provider import CLIENT, SECRET, FakeProvider
from tests.support.waiting import until
from tests.support.wall_server import PASSWORD

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TYPED = {"alg": "RS256", "kid": "one", "typ": "logout+jwt"}


@pytest.fixture(scope="module")
def provider():
    with FakeProvider() as fake:
        yield fake


@pytest.fixture(scope="module")
def house(url, provider):
    named = {"OIDC_ISSUER": provider.issuer, "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": SECRET}
    with wall_server.running(url, **named) as house:
        yield house


@pytest.fixture(autouse=True)
def _left_tidy(house, provider):
    yield
    house.close()
    provider.will_say()
    provider.header, provider.signed_by = {"alg": "RS256", "kid": "one"}, None


@pytest.fixture
def alice(database):
    with db.transaction() as session:
        return users.add(session, PersonDraft(email="alice@firm.example", name="Alice"), Role.CONSULTANT, PASSWORD)


def comes(house, provider, session=None):
    """Alice comes by the provider, under this name of the session over there."""
    browser = house.browser()
    provider.will_say(sid=session)
    _, brought = provider.signs_in(browser.get("/login/provider").headers["location"])
    browser.get("/login/provider/back", params=brought)
    assert is_in(browser)
    return browser


def is_in(browser):
    return browser.get("/api/auth/session").status_code == 200


def token(provider, header=TYPED, **changed):
    now = int(time.time())
    claims = {"iss": provider.issuer, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": str(uuid4()), "sub": "u-1", "events": {EVENT: {}}}  # fmt: skip
    provider.header = header
    said = provider.sign({name: value for name, value in (claims | changed).items() if value is not None})
    provider.header = {"alg": "RS256", "kid": "one"}
    return said


def told(house, said):
    """As the provider itself calls: no cookie, no Origin."""
    return house.browser(Origin=None).post("/login/provider/logout", data={"logout_token": said})


def test_a_logout_of_one_session_ends_that_one_and_of_a_person_all_of_theirs(house, provider, alice):
    first, second, unnamed = (comes(house, provider, name) for name in ("s-1", "s-2", None))
    by_password = house.signed_in(alice)
    answer = told(house, token(provider, sub=None, sid="s-1"))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    until(lambda: not is_in(first))
    assert is_in(second)
    assert is_in(unnamed)
    assert told(house, token(provider)).status_code == 200
    until(lambda: not is_in(second) and not is_in(unnamed))
    assert is_in(by_password)


def test_a_session_that_was_never_named_goes_with_its_person(house, provider, alice):
    browser = comes(house, provider)
    assert told(house, token(provider, sid="s-9")).status_code == 200
    until(lambda: not is_in(browser))


def test_a_session_of_somebody_else_does_not_go(house, provider, alice):
    browser = comes(house, provider, "s-1")
    assert told(house, token(provider, sub="u-2", sid="s-1")).status_code == 200
    assert told(house, token(provider, sub="u-2")).status_code == 200
    assert is_in(browser)


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "http://127.0.0.1:1/realm"}, {"iss": None}, {"aud": "another-app"}, {"aud": None}, {"iat": None},
        {"iat": 1_000_000_000, "exp": None}, {"iat": 4_000_000_000}, {"exp": 1_000_000_000}, {"jti": None}, {"jti": 7},
        {"sub": None}, {"sub": ["u-1"]}, {"events": None}, {"events": [EVENT]}, {"events": {"other": {}}},
        {"events": {EVENT: True}}, {"nonce": "n"}, {"iat": 10**400},
        {"sub": "a\0b"}, {"sid": "\ud800"}, {"sid": "s-1" + "x" * 255}, {"sub": 7}, {"jti": "\ud800"}, {"header": {"alg": "none"}},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_with_anything_wrong_in_it_ends_nothing(house, provider, alice, wrong):
    browser = comes(house, provider, "s-1")
    answer = told(house, token(provider, **wrong))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert is_in(browser)


@pytest.mark.parametrize(
    "kind",
    [
        "at+jwt",
        "secevent+jwt",
        "id_token+jwt",
        "application/at+jwt",
        "logout",
        "",
        "text/logout+jwt",
    ],
)
def test_a_token_that_says_it_is_of_another_kind_ends_nothing(house, provider, alice, kind):
    browser = comes(house, provider, "s-1")
    assert told(house, token(provider, TYPED | {"typ": kind})).status_code == 400
    assert is_in(browser)


@pytest.mark.parametrize("kind", ["logout+jwt", "application/logout+jwt", "LOGOUT+JWT", "JWT", None])
def test_a_provider_may_leave_the_kind_out_as_the_standard_lets_it(house, provider, alice, kind):
    browser = comes(house, provider, "s-1")
    assert told(house, token(provider, TYPED | {"typ": kind}, nonce="n")).status_code == 400
    assert is_in(browser)
    assert told(house, token(provider, TYPED | {"typ": kind})).status_code == 200
    until(lambda: not is_in(browser))


@pytest.mark.parametrize("key", [OctKey.import_key(SECRET * 4), RSAKey.generate_key(2048)], ids=["secret", "foreign"])
def test_a_token_of_another_key_ends_nothing(house, provider, alice, key):
    browser = comes(house, provider, "s-1")
    provider.signed_by = key
    header = {"alg": "HS256"} if isinstance(key, OctKey) else TYPED
    assert told(house, token(provider, header)).status_code == 400
    assert is_in(browser)


def test_an_id_token_is_no_logout_token(house, provider, alice):
    browser = comes(house, provider, "s-1")
    said = token(provider, {"alg": "RS256", "kid": "one"}, events=None, nonce="n")
    assert told(house, said).status_code == 400
    assert is_in(browser)


def test_the_same_token_comes_once(house, provider, alice):
    said = token(provider)
    assert told(house, said).status_code == 200
    browser = comes(house, provider)
    assert told(house, said).status_code == 400
    assert is_in(browser)


def test_nonsense_of_strangers_is_refused_and_kept_nowhere(house, provider, alice):
    for said in ("", "x", "a.b.c", "." * 5000, "\0"):
        assert told(house, said).status_code == 400
    with db.reading() as session:
        assert session.exec(select(OneTimeLink)).all() == []


def test_a_page_of_another_site_cannot_send_one(house, provider, alice):
    evil = house.browser(Origin="https://evil.example")
    assert evil.post("/login/provider/logout", data={"logout_token": token(provider)}).status_code == 403


@pytest.mark.parametrize(
    "wrong", [{"oidc_roles": "sales"}, {"oidc_roles": "sales=BOSS"}, {"oidc_roles": "=CONSULTANT"}, {"oidc_scopes": "email"}], ids=str
)  # fmt: skip
def test_a_wrong_rule_stops_the_start(wrong):
    known = {"oidc_issuer": "https://id.example.com", "oidc_client_id": "x"}
    with pytest.raises(ConfigTrouble, match=next(iter(wrong)).upper()):
        load(**known, **wrong)


def test_rules_without_a_provider_stop_the_start():
    with pytest.raises(ConfigTrouble, match="OIDC_ISSUER"):
        load(oidc_roles="sales=CONSULTANT")
