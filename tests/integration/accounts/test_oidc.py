"""Signing in with the firm's own account, and everything that an identity provider must not get away with."""

from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import OctKey, RSAKey
from sqlmodel import select

from app import db, settings
from app.models import AuditEvent, PersonDraft, Role, SsoIdentity
from app.services.accounts import users
from app.settings import ConfigTrouble
from tests.support import wall_server
from tests.support.fake_identity_provider import CLIENT, SECRET, FakeProvider
from tests.support.wall_server import PASSWORD


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
    assert provider.refused == []


@pytest.fixture
def alice(database):
    with db.transaction() as session:
        return users.add(session, PersonDraft(email="alice@firm.example", name="Alice"), Role.CONSULTANT, PASSWORD)


def goes_off(browser, after="/press"):
    answer = browser.get("/login/provider", params={"next": after})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def comes_back(browser, provider, after="/press"):
    _, brought = provider.signs_in(goes_off(browser, after))
    return browser.get("/login/provider/back", params=brought)


def is_in(browser):
    return browser.get("/api/auth/session").status_code == 200


def test_the_sign_in_page_offers_it_and_it_leads_to_where_one_wanted_to_go(house, provider, alice):
    browser = house.browser()
    assert "/login/provider?next=%2Fpress" in browser.get("/login?next=/press").text
    answer = comes_back(browser, provider)
    assert (answer.status_code, answer.headers["location"]) == (303, "/press")
    assert is_in(browser)
    assert {"HttpOnly", "SameSite=lax"} <= {part.strip() for part in answer.headers["set-cookie"].split(";")}
    with db.reading() as session:
        assert session.exec(select(SsoIdentity)).one().user_id == alice.id
        assert "identity.linked" in session.exec(select(AuditEvent.action)).all()


def test_once_known_the_address_may_change_over_there(house, provider, alice):
    comes_back(house.browser(), provider)
    provider.will_say(email="alice.new@firm.example", email_verified=False)
    browser = house.browser()
    comes_back(browser, provider)
    assert is_in(browser)


def test_an_address_that_was_given_to_somebody_else_opens_no_account_that_is_linked(house, provider, alice):
    assert comes_back(house.browser(), provider).status_code == 303
    provider.will_say(sub="the-new-one")
    browser = house.browser()
    assert comes_back(browser, provider).status_code == 403
    assert not is_in(browser)
    with db.reading() as session:
        assert session.exec(select(SsoIdentity)).one().user_id == alice.id


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-app"}, {"aud": [CLIENT, "another-app"]}, {"azp": "another-app"}, {"iss": "http://127.0.0.1:1/realm"},
        {"nonce": "of-another-sign-in"}, {"nonce": None}, {"exp": 1_000_000_000}, {"exp": None}, {"iat": None}, {"sub": None},
        {"iat": 4_000_000_000}, {"email_verified": False}, {"email_verified": "true"}, {"email": None},
        {"email": "stranger@firm.example"}, {"email": ["alice@firm.example"]},
    ],
    ids=str,
)  # fmt: skip
def test_a_word_that_does_not_fit_lets_nobody_in(house, provider, alice, claims):
    provider.will_say(**claims)
    browser = house.browser()
    answer = comes_back(browser, provider)
    assert answer.status_code in {401, 403}
    assert 'role="alert"' in answer.text
    assert not is_in(browser)
    with db.reading() as session:
        assert session.exec(select(SsoIdentity)).all() == []


STRANGE = ["a\0b", "\ud800", "u-1\u202e", "u-1\n", "x" * 256, 7, ["u-1"], {"u-1": 1}]


@pytest.mark.parametrize("name", ["sub", "sid"])
def test_a_subject_or_session_that_cannot_be_kept_whole_lets_nobody_in(house, provider, alice, name):
    for odd in STRANGE:
        provider.will_say(**{name: odd})
        browser = house.browser()
        assert comes_back(browser, provider).status_code == 401, odd
        assert not is_in(browser)


def test_two_long_subjects_that_begin_alike_are_two_people(house, provider, alice):
    provider.will_say(sub="x" * 254 + "a")
    assert comes_back(house.browser(), provider).status_code == 303
    for other in ("x" * 254 + "b", "x" * 254 + "ab", "x" * 254):
        provider.will_say(sub=other, email=None)
        assert not is_in(browser := house.browser())
        assert comes_back(browser, provider).status_code >= 400
        assert not is_in(browser)


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ({"alg": "none"}, None),
        # the client's secret and the public key are no keys to sign with
        ({"alg": "HS256"}, OctKey.import_key(SECRET * 4)),
        ({"alg": "RS256", "kid": "one"}, RSAKey.generate_key(2048)),
        ({"alg": "RS256", "kid": "two"}, RSAKey.generate_key(2048)),
        # signed by it, and something else: an access token, a logout token
        ({"alg": "RS256", "kid": "one", "typ": "at+jwt"}, None),
        ({"alg": "RS256", "kid": "one", "typ": "logout+jwt"}, None),
    ],
    ids=["none", "secret", "another key", "unknown key", "access token", "logout token"],
)
def test_a_word_that_the_provider_did_not_sign_lets_nobody_in(house, provider, alice, header, key):
    provider.header, provider.signed_by = header, key
    browser = house.browser()
    assert comes_back(browser, provider).status_code == 401
    assert not is_in(browser)


def test_an_answer_for_another_browser_is_worth_nothing(house, provider, alice):
    mine, theirs = house.browser(), house.browser()
    _, brought = provider.signs_in(goes_off(mine))
    assert theirs.get("/login/provider/back", params=brought).status_code == 401
    goes_off(theirs)
    assert theirs.get("/login/provider/back", params=brought).status_code == 401
    assert not is_in(theirs)


def test_an_answer_works_once(house, provider, alice):
    browser = house.browser()
    address = goes_off(browser)
    way = browser.cookies["way"]
    _, brought = provider.signs_in(address)
    assert browser.get("/login/provider/back", params=brought).status_code == 303
    other = house.browser()
    other.cookies.set("way", way)
    again = provider.signs_in(address)[1]
    assert other.get("/login/provider/back", params=again).status_code == 403
    assert not is_in(other)


def test_somebody_disabled_stays_out(house, provider, alice):
    comes_back(house.browser(), provider)
    with db.transaction() as session:
        row = session.get_one(type(alice), alice.id)
        row.active = False
    browser = house.browser()
    assert comes_back(browser, provider).status_code == 403
    assert not is_in(browser)


@pytest.mark.parametrize("after", ["//evil.example", "https://evil.example", "/\\evil.example", "/login?x"])
def test_it_leads_to_no_other_site(house, provider, alice, after):
    assert comes_back(house.browser(), provider, after).headers["location"] == "/"


def test_the_secret_and_the_code_stand_in_no_log_and_no_address(house, provider, alice):
    browser = house.browser()
    address = goes_off(browser)
    assert SECRET not in address
    assert set(parse_qs(urlsplit(address).query)) == {
        "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method"
    }  # fmt: skip
    _, brought = provider.signs_in(address)
    browser.get("/login/provider/back", params=brought)
    assert brought["code"] not in house.logged()
    assert SECRET not in house.logged()


def test_a_provider_that_is_not_the_one_that_was_named_is_not_believed(url, database):
    with FakeProvider() as other:
        other.published = "http://127.0.0.1:1/somebody-else"
        named = {"OIDC_ISSUER": other.issuer, "OIDC_CLIENT_ID": CLIENT}
        with wall_server.running(url, **named) as house:
            answer = house.browser().get("/login/provider")
    assert answer.status_code == 424
    assert "cannot be reached" in answer.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"oidc_issuer": "https://id.example.com"},
        {"oidc_client_id": "x"},
        {"oidc_issuer": "http://id.example.com", "oidc_client_id": "x"},
        {"oidc_issuer": "https://me@id.example.com", "oidc_client_id": "x"},
    ],
    ids=str,
)
def test_half_a_provider_stops_the_start(wrong):
    with pytest.raises(ConfigTrouble, match="OIDC_ISSUER"):
        settings.load(**wrong)
