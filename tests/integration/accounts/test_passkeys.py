"""Passkeys: made behind a proof, signed in with once an answer, and never anybody else's."""

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from app import db
from app.errors import Invalid
from app.models import AuditEvent, FailedSignIn, OneTimeLink, Passkey, PersonDraft, Role, User, UserSession, now
from app.services.accounts import access_end, passkey_ceremony, passkeys, sessions, users
from app.services.accounts.passkey_ceremony import NoPasskeysHere, NotYourPasskey, Site
from tests.support import wall_server
from tests.support.api_client import ask, is_refusal
from tests.support.soft_authenticator import MAY_SYNC, PRESENT, SYNCED, VERIFIED, Authenticator
from tests.support.wall_server import PASSWORD

ADDRESS = "https://leads.example.com"
SITE = Site.at(ADDRESS)
FROM_THERE = {"Host": "leads.example.com", "Origin": ADDRESS}


@pytest.fixture(scope="module")
def house(url):
    with wall_server.running(url, BASE_URL=ADDRESS) as house:
        yield house


@pytest.fixture(autouse=True)
def _left_tidy(house):
    yield
    house.close()


@pytest.fixture
def kim(database):
    with db.transaction() as session:
        return users.add(session, PersonDraft(email="kim@firm.example", name="Kim Kline"), Role.CONSULTANT, PASSWORD)


def fresh_session(who, *, ago=timedelta()):
    with db.transaction() as session:
        sessions.open_session(session, who, "Firefox")
        session.flush()
        kept = session.exec(select(UserSession).order_by(UserSession.created_at.desc())).first()
        kept.created_at -= ago
    return kept.id


def begun(who, password=None, here=None):
    body = {"password": password} if password else {}
    return ask(who, "POST", "/api/me/passkeys/begin", body, session_id=here)


def made(who, key=None, name="My phone", **answer):
    """A new passkey of this person, over the wires."""
    key = key or Authenticator()
    asked = begun(who, here=fresh_session(who)).json()
    body = {"name": name, "ticket": asked["ticket"], "credential": key.make(asked["public_key"], **answer)}
    return key, ask(who, "POST", "/api/me/passkeys", body)


def question(browser):
    answer = browser.get("/login/passkey")
    assert answer.status_code == 200, answer.text
    return answer.json()


def answered(browser, credential, after="/press"):
    return browser.post("/login/passkey", json={"credential": credential, "next": after})


def browser(house):
    return Carrying(house.browser(**FROM_THERE))


class Carrying:
    """A browser that carries its cookies by hand: over plain http no client sends those that are bound to https."""

    def __init__(self, known):
        self.known, self.cookies = known, {}

    def _kept(self, answer):
        for name, value in answer.cookies.items():
            self.cookies[name] = value
        return answer

    def _sent(self):
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def get(self, path):
        return self._kept(self.known.get(path, headers=self._sent()))

    def post(self, path, **given):
        return self._kept(self.known.post(path, headers=self._sent(), **given))


def trail(action):
    with db.reading() as session:
        return session.exec(select(AuditEvent).where(AuditEvent.action == action)).all()


# --- making one


def test_a_passkey_is_made_named_listed_and_removed(kim):
    _, answer = made(kim)
    assert answer.status_code == 201
    assert answer.json()["name"] == "My phone"
    made(kim, name="My stick")
    one, two = ask(kim, "GET", "/api/me/passkeys").json()["items"]
    assert [one["name"], two["name"], one["used_at"]] == ["My phone", "My stick", None]
    assert ask(kim, "PUT", f"/api/me/passkeys/{two['id']}", {"name": "Blue stick"}).json()["name"] == "Blue stick"
    assert ask(kim, "DELETE", f"/api/me/passkeys/{one['id']}").status_code == 204
    assert [left["name"] for left in ask(kim, "GET", "/api/me/passkeys").json()["items"]] == ["Blue stick"]
    assert len(trail("passkey.added")) == 2


def test_what_the_browser_is_asked_names_the_host_and_demands_a_verified_person(kim):
    made(kim)
    asked = begun(kim, here=fresh_session(kim)).json()["public_key"]
    assert asked["rp"]["id"] == "leads.example.com"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert len(asked["excludeCredentials"]) == 1
    assert kim.email not in asked["user"]["id"]


def test_a_browser_that_signed_in_long_ago_proves_the_password_again(kim):
    here = fresh_session(kim, ago=timedelta(minutes=11))
    assert is_refusal(begun(kim, here=here), 422, "Invalid")
    assert begun(kim, "wrong", here).json()["fields"] == {"password": "This is not your current password."}
    assert begun(kim, PASSWORD, here).status_code == 200
    assert begun(kim, here=None).status_code == 422


def test_wrong_passwords_there_are_counted_and_have_to_wait(kim):
    assert [begun(kim, "wrong").status_code for _ in range(11)] == [422] * 10 + [429]
    assert begun(kim, PASSWORD).status_code == 429


@pytest.mark.parametrize(
    "wrong",
    [{"origin": "https://evil.example"}, {"host": "evil.example"}, {"challenge": "AAAA"}, {"type": "webauthn.get"},
     {"flags": PRESENT}, {"flags": VERIFIED}, {"flags": PRESENT | VERIFIED | SYNCED}],
    ids=str,
)  # fmt: skip
def test_an_answer_with_anything_wrong_in_it_makes_no_passkey(kim, wrong):
    _, answer = made(kim, **wrong)
    assert is_refusal(answer, 422, "Invalid")
    with db.reading() as session:
        assert session.exec(select(Passkey)).all() == []


def test_a_question_is_answered_once_in_time_and_by_whom_it_was_asked(kim, ada, monkeypatch):
    asked = begun(kim, here=fresh_session(kim)).json()

    def sent(who):
        body = {"name": "x", "ticket": asked["ticket"], "credential": Authenticator().make(asked["public_key"])}
        return ask(who, "POST", "/api/me/passkeys", body)

    assert is_refusal(sent(ada), 409, "TooLate")
    assert sent(kim).status_code == 201
    assert is_refusal(sent(kim), 403, "Forbidden")
    asked = begun(kim, here=fresh_session(kim)).json()
    later = now() + timedelta(minutes=6)
    monkeypatch.setattr("app.models.base.clock", lambda: later)
    assert is_refusal(sent(kim), 409, "TooLate")


def test_one_key_belongs_to_one_person(kim, ada):
    key, _ = made(kim)
    assert is_refusal(made(ada, key)[1], 409, "Conflict")


@pytest.mark.parametrize("address", ["http://127.0.0.1:8080", "https://192.0.2.7", "https://[2001:db8::1]:8443"])
def test_on_an_address_without_a_name_the_product_says_so(address):
    site = Site.at(address)
    assert "host name" in site.why_not
    with pytest.raises(NoPasskeysHere):
        site.require()


def test_by_plain_http_they_work_on_this_machine_alone():
    assert Site.at("http://localhost:8080") == Site("localhost", "http://localhost:8080")
    assert "https" in Site.at("http://leads.example.com").why_not
    assert Site.at("https://Leads.Example.com:8443").origin == "https://leads.example.com:8443"


# --- signing in


def test_one_tap_signs_in_and_stands_for_both_steps(kim, house):
    key, _ = made(kim)
    here = browser(house)
    answer = answered(here, key.use(question(here)))
    assert (answer.status_code, answer.json()) == (200, {"to": "/press"})
    assert here.get("/api/auth/session").json()["user"]["email"] == kim.email
    assert ask(kim, "GET", "/api/me/passkeys").json()["items"][0]["used_at"]
    assert [event.detail["by"] for event in trail("sign_in")] == ["passkey"]


def test_an_answer_is_worth_something_once(kim, house):
    key, _ = made(kim, Authenticator(counts=False))
    here = browser(house)
    credential = key.use(question(here))
    cookies = dict(here.cookies)
    assert answered(here, credential).status_code == 200
    again = browser(house)
    again.cookies = cookies
    assert answered(again, credential).status_code == 403
    stranger = browser(house)
    assert answered(stranger, credential).status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [{"origin": "https://evil.example"}, {"host": "evil.example"}, {"challenge": "AAAA"}, {"type": "webauthn.create"},
     {"flags": PRESENT}, {"flags": VERIFIED}, {"handle": b""}, {"handle": b"0123456789abcdef"},
     {"flags": PRESENT | VERIFIED | MAY_SYNC}],
    ids=str,
)  # fmt: skip
def test_an_answer_with_anything_wrong_in_it_lets_nobody_in(kim, house, wrong):
    key, _ = made(kim)
    here = browser(house)
    assert answered(here, key.use(question(here), **wrong)).status_code == 401
    assert here.get("/api/auth/session").status_code == 401
    assert trail("sign_in") == []


def test_a_copied_authenticator_is_refused_and_told_of(kim, house):
    key, _ = made(kim)
    for expected in (200, 401):
        here = browser(house)
        assert answered(here, key.use(question(here))).status_code == expected
        key.count = 1
    assert [event.about for event in trail("passkey.counter")] == [str(kim.id)]


def test_a_key_that_its_maker_copies_may_count_nothing(kim, house):
    key, answer = made(kim, Authenticator(counts=False, flags=MAY_SYNC))
    assert answer.json()["is_synced"] is False
    for _ in range(2):
        here = browser(house)
        assert answered(here, key.use(question(here), flags=PRESENT | VERIFIED | SYNCED)).status_code == 200
    assert ask(kim, "GET", "/api/me/passkeys").json()["items"][0]["is_synced"] is True


@pytest.mark.parametrize("end", ["remove", "disable"])
def test_a_passkey_that_ended_opens_nothing(kim, house, end):
    key, answer = made(kim)
    with db.transaction() as session:
        who = session.get_one(User, kim.id)
        if end == "remove":
            passkeys.remove(session, who, answer.json()["id"])
        else:
            access_end.by_disabling(session, who)
    here = browser(house)
    assert answered(here, key.use(question(here))).status_code == 401


def test_a_stranger_who_asks_and_guesses_fills_no_table(kim, house):
    made(kim)
    here = browser(house)
    before = _rows()
    for _ in range(15):
        answered(here, Authenticator().use(question(here)))
    rows = _rows()
    assert rows[OneTimeLink] == before[OneTimeLink]
    assert rows[AuditEvent] == before[AuditEvent]
    assert rows[FailedSignIn] == 10


def _rows():
    with db.reading() as session:
        return {table: len(session.exec(select(table)).all()) for table in (OneTimeLink, AuditEvent, FailedSignIn)}


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"credential": 1}', b'{"next": 1}', b"[" * 50_000, b"\xff"])
def test_nonsense_is_a_refusal(house, kim, body):
    here = browser(house)
    question(here)
    assert here.post("/login/passkey", content=body).status_code == 401


@pytest.mark.parametrize("said", ["\0", "\ud800", "a\0", "x" * 100_000, 7, None, ["a"], {"a": 1}, "ä", ""], ids=ascii)
def test_an_id_that_no_passkey_has_is_a_refusal_and_counts_as_a_try(house, kim, said):
    here = browser(house)
    question(here)
    body = json.dumps({"credential": {"id": said, "response": {"userHandle": said}}})
    assert here.post("/login/passkey", content=body.encode()).status_code == 401
    assert _rows()[FailedSignIn] == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda deeper: st.lists(deeper) | st.dictionaries(st.text(), deeper),
)
PARTS = st.fixed_dictionaries(
    {name: JSON | st.text("AB-_=0", max_size=40) for name in ("id", "rawId", "type")}
    | {"response": st.dictionaries(st.sampled_from(["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]), JSON) | JSON}
)  # fmt: skip


@settings(max_examples=60)
@given(PARTS)
def test_whatever_is_sent_as_an_answer_is_refused_in_words(credential):
    with pytest.raises(Invalid):
        passkey_ceremony.made(SITE, credential, "AAAA")
    with pytest.raises(NotYourPasskey):
        passkey_ceremony.used(SITE, credential, "AAAA", "AAAA", 0)
