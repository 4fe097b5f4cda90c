"""Coming in by the plain pages and by the API, and going out."""

import html
import re
import threading

import httpx
import psycopg
import pytest
from sqlmodel import select

from app import db
from app.models import PersonDraft, Role, User, UserSession
from app.services.accounts import passwords, sessions, users
from app.services.base import firm_settings
from tests.support import wall_server
from tests.support.waiting import until
from tests.support.wall_server import PASSWORD

OTHER = "nine loud herons on a roof"


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


def person(name, role=Role.CONSULTANT):
    return did(users.add, PersonDraft(email=f"{name}@firm.example", name=name), role, PASSWORD)


@pytest.fixture
def alice(database):
    return person("alice")


@pytest.fixture
def gwen(database):
    return person("gwen", Role.GOLDEN_TICKET)


def form(browser, path, **fields):
    return browser.post(path, data=fields)


# --- signing in


def test_the_sign_in_page_works_without_a_script_and_keeps_what_was_typed(house, alice):
    browser = house.browser()
    page = browser.get("/login?next=/press")
    assert 'name="next" value="/press"' in page.text
    assert 'autocomplete="username"' in page.text
    assert 'autocomplete="current-password"' in page.text
    wrong = form(browser, "/login", email="alice@firm.example", password="wrong password", next="/press")
    assert wrong.status_code == 401
    assert 'role="alert"' in wrong.text
    assert 'value="alice@firm.example"' in wrong.text
    assert "wrong password" not in wrong.text.replace("address or password is wrong", "")
    right = form(browser, "/login", email="alice@firm.example", password=PASSWORD, next="/press")
    assert (right.status_code, right.headers["location"]) == (303, "/press")
    assert browser.get("/press").status_code == 200
    assert browser.get("/login?next=/press").headers["location"] == "/press"


def test_what_was_typed_comes_back_escaped(house, alice):
    evil = '"><script>alert(1)</script>'
    page = form(house.browser(), "/login", email=evil, password="x", next=evil)
    assert evil not in page.text
    assert evil in html.unescape(page.text)


def test_the_api_signs_in_and_tells_who_it_is(house, alice):
    browser = house.browser()
    answer = browser.post("/api/auth/login", json={"email": "alice@firm.example", "password": PASSWORD})
    assert answer.status_code == 200
    assert answer.json()["user"] == {
        "id": str(alice.id), "email": "alice@firm.example", "name": "alice", "role": "CONSULTANT", "timezone": "UTC"
    }  # fmt: skip
    assert answer.json()["pipedrive"] == {"connected": False, "company_domain": None, "last4": None}
    assert browser.get("/api/auth/session").json() == answer.json()


def test_the_cookie_is_opaque_and_out_of_reach_of_scripts(house, alice):
    answer = house.browser().post("/api/auth/login", json={"email": alice.email, "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("sid=")
    assert {"httponly", "path=/", "samesite=lax"} <= set(cookie.replace(" ", "").split(";"))
    assert "domain" not in cookie
    with db.reading() as session:
        kept = session.exec(select(UserSession)).one()
    assert kept.token_hash not in cookie
    assert kept.browser == "Firefox"


def test_by_https_the_cookie_is_bound_to_the_host(url, alice):
    with wall_server.running(url, BASE_URL="https://leads.example.com") as house:
        headers = {"Host": "leads.example.com", "Origin": "https://leads.example.com"}
        answer = house.browser(**headers).post("/api/auth/login", json={"email": alice.email, "password": PASSWORD})
        assert answer.headers["set-cookie"].startswith("__Host-sid=")
        assert "secure" in answer.headers["set-cookie"].lower()
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        plain = house.browser(Host="leads.example.com", Origin="http://leads.example.com")
        assert plain.post("/api/auth/login", json={"email": alice.email, "password": PASSWORD}).status_code == 403


def test_signing_in_again_ends_the_session_before(house, alice):
    browser = house.signed_in(alice)
    before = dict(browser.cookies)
    browser.post("/api/auth/login", json={"email": alice.email, "password": PASSWORD})
    assert dict(browser.cookies) != before
    stolen = house.browser(Cookie=f"sid={before['sid']}")
    until(lambda: is_out(stolen))


def test_a_cookie_planted_before_signing_in_opens_nothing(house, alice):
    browser = house.browser(Cookie="sid=planted-by-somebody")
    browser.post("/api/auth/login", json={"email": alice.email, "password": PASSWORD})
    assert house.browser(Cookie="sid=planted-by-somebody").get("/api/auth/session").status_code == 401


def is_out(browser):
    return browser.get("/api/auth/session").status_code == 401


# --- throttle


def test_many_wrong_passwords_are_slowed_down_and_no_header_resets_that(house, alice):
    for n in range(10):
        answer = house.browser().post("/api/auth/login", json={"email": alice.email, "password": "wrong"})
        assert answer.status_code == 401, n
    slowed = house.browser().post("/api/auth/login", json={"email": alice.email, "password": PASSWORD})
    assert slowed.status_code == 429
    assert 0 < int(slowed.headers["retry-after"]) <= 300
    page = form(house.browser(), "/login", email=alice.email, password=PASSWORD)
    assert page.status_code == 429
    assert "retry-after" in page.headers
    bob = person("bob")
    assert house.signed_in(bob)


def test_nobody_learns_whether_an_address_exists(house, alice):
    emails = (alice.email, "nobody@firm.example")
    wrong = ({"email": email, "password": "wrong"} for email in emails)
    known, unknown = (house.browser().post("/api/auth/login", json=body) for body in wrong)
    assert known.status_code == unknown.status_code == 401
    assert known.json() | {"request_id": ""} == unknown.json() | {"request_id": ""}


@pytest.fixture
def earnest_house(url):
    with wall_server.running(url, prepare=None) as house:
        yield house


def test_fifty_sign_ins_at_once_leave_the_house_answering(earnest_house, hashed_in_earnest, alice):
    house = earnest_house

    def one():
        with httpx.Client(trust_env=False, timeout=60, verify=False) as client:
            answer = client.post(
                f"{house.address}/api/auth/login",
                json={"email": alice.email, "password": PASSWORD},
                headers={"Origin": house.address, "X-Forwarded-For": f"198.51.100.{threading.get_ident() % 250}"},
            )
            assert answer.status_code in {200, 429}

    many = [threading.Thread(target=one) for _ in range(50)]
    [thread.start() for thread in many]
    answered, browser = 0, house.browser()
    while any(thread.is_alive() for thread in many):
        assert browser.get("/healthz").status_code == 200
        answered += 1
    [thread.join() for thread in many]
    # one that computes the hashes where it answers gets to a handful
    assert answered > 25


# --- hostile input

HOSTILE = [
    b"", b"null", b"7", b'"text"', b"[]", b"{", b"{}", b'{"email": 7, "password": []}', b'{"email": "\\u0000", "password": "x"}',
    b'{"email": "\\ud800", "password": "x"}', b'{"email": "a@b.example", "password": "\\ud800"}', b'{"email": "a@b.example", "password": "\\u0000"}',
    b'{"email": NaN, "password": "x"}', b'{"email": 1e999, "password": "x"}', b'{"email": ' + b"9" * 40 + b', "password": "x"}',
    b"[" * 50_000, b'{"a":' * 50_000, b'{"email": "a@b.example", "password": "x", "role": "GOLDEN_TICKET"}',
    b"\xff\xfe\x00", b'{"email": "' + b"a" * 100_000 + b'", "password": "x"}', b'{"email": "a@b.example", "password": "' + b"x" * 900_000 + b'"}',
    b'{"email": {"$ne": null}, "password": {"$ne": null}}', b'{"email": "a@b.example", "email": "c@d.example", "password": true}',
]  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_json_is_refused_and_never_repeated(house, database, body):
    answer = house.browser().post("/api/auth/login", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {401, 422}
    assert set(answer.json()) <= {"error", "detail", "request_id", "fields"}
    assert answer.json()["detail"].endswith(".")
    assert "xxx" not in answer.text
    assert "a@b.example" not in answer.text


def test_only_json_is_json(house, alice):
    body = {"email": alice.email, "password": PASSWORD}
    browser = house.browser()
    assert browser.post("/api/auth/login", data=body).status_code == 415
    assert browser.post("/api/auth/login", content=str(body), headers={"Content-Type": "text/plain"}).status_code == 415
    assert browser.post("/api/auth/login", content=str(body)).status_code == 415


@pytest.mark.parametrize("path", ["/login", "/setup", "/invite/x", "/reset/x"])
@pytest.mark.parametrize(
    "body",
    [b"", b"\x00\xff", b"email=%00&password=%ff", b"&".join(b"a=1" for _ in range(99)), b"password=" + b"x" * 9999],
)
def test_hostile_forms_are_refused(house, database, path, body):
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert 400 <= house.browser().post(path, content=body, headers=kind).status_code < 500


# --- who is not signed in


@pytest.mark.parametrize("path", ["/", "/press", "/things/1", "/nothing", "/logout", "/admin"])
def test_strangers_are_sent_to_the_sign_in_page(house, database, path):
    answer = house.browser().get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")
    assert "x-nicegui-content" not in answer.headers


@pytest.mark.parametrize("path", ["/api/seen", "/api/auth/session", "/api/nothing", "/api/contacts"])
def test_strangers_get_nothing_from_the_api(house, database, path):
    for method in ("GET", "POST", "DELETE"):
        answer = house.browser().request(method, path)
        assert answer.status_code == 401
        assert answer.json()["error"] == "SignedOut"


def test_strangers_cost_no_nicegui_page(house, alice):
    before = house.signed_in(alice).get("/api/seen").json()["clients"]
    for path in (
        "/press",
        "/login",
        "/nothing",
        "/_nicegui/3.18.0/nothing",
        "/static/nothing",
        "/_nicegui_ws/nothing",
        "/setup",
        "/invite/x",
        "/api/x",
    ):
        for _ in range(10):
            house.browser().get(path)
            house.browser().post(path)
    assert house.signed_in(alice).get("/api/seen").json()["clients"] == before


def test_a_wrong_address_costs_no_nicegui_page_either(house, alice):
    browser = house.signed_in(alice)
    before = browser.get("/api/seen").json()["clients"]
    answer = browser.get("/nothing/here")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert browser.get("/api/nothing").json()["error"] == "NotFound"
    assert browser.delete("/api/me").status_code == 405
    assert browser.post("/press").status_code == 405
    assert browser.get("/api/seen").json()["clients"] == before


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/.env", "/.git/config", "/metrics"])
def test_there_is_nothing_to_read_for_the_curious(house, alice, path):
    assert house.browser().get(path).status_code in {303, 404}
    assert house.signed_in(alice).get(path).status_code == 404


NEXT = ["//evil.example", "https://evil.example", "/\\evil.example", "\\/evil.example", "javascript:alert(1)", "/%0d%0aX: y", "evil.example", "///evil.example", "/\t/evil.example"]  # fmt: skip


@pytest.mark.parametrize("wanted", NEXT)
def test_signing_in_never_leads_to_another_site(house, alice, wanted):
    answer = form(house.browser(), "/login", email=alice.email, password=PASSWORD, next=wanted)
    assert answer.status_code == 303
    assert re.fullmatch(r"/(?![/\\])[ -~]*", answer.headers["location"])
    assert "evil" not in answer.headers["location"].split("?")[0]
    assert answer.headers["location"] == "/" or wanted == "/%0d%0aX: y"
    signed_in = house.signed_in(alice)
    assert signed_in.get("/login", params={"next": wanted}).headers["location"].startswith("/")


# --- writes are meant


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1.evil.example", ""]
)
@pytest.mark.parametrize(
    "path", ["/api/auth/login", "/login", "/setup", "/api/contacts", "/logout", "/api/auth/logout"]
)
def test_another_sites_page_cannot_write(house, alice, origin, path):
    browser = house.signed_in(alice)
    for headers in ({"Origin": origin}, {"Origin": origin, "Sec-Fetch-Site": "same-origin"}):
        assert browser.post(path, json={}, headers=headers).status_code == 403
    assert browser.get("/api/auth/session").status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_the_browsers_own_word_counts_where_there_is_no_origin(house, alice, site):
    cookie = f"sid={house.signed_in(alice).cookies['sid']}"
    silent = house.browser(Origin=None, Cookie=cookie)
    assert silent.post("/api/contacts").status_code == 403
    assert silent.post("/api/contacts", headers={"Sec-Fetch-Site": site}).status_code == 403
    assert silent.post("/api/contacts", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_a_script_signs_in_without_an_origin_but_a_browser_does_not_forget_it(house, alice):
    script = house.browser(Origin=None)
    body = {"email": alice.email, "password": PASSWORD}
    assert script.post("/api/auth/login", json=body, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert script.post("/api/auth/login", json=body).status_code == 200
    assert script.post("/login", data=body).status_code == 403


def test_a_scripts_token_works_for_the_api_alone_and_needs_no_origin(house, alice):
    kept, token = did(sessions.issue_token, alice, "nightly", 30)
    script = house.browser(Origin=None, Authorization=f"Bearer {token}")
    assert script.post("/api/contacts", content=b"12345").json() == {"by": str(alice.id), "size": 5}
    assert script.get("/press").status_code == 303
    wrong = house.browser(Authorization="Bearer pd_wrong", Cookie=f"sid={house.signed_in(alice).cookies['sid']}")
    assert wrong.get("/api/seen").status_code == 401
    did(sessions.revoke_token, alice, kept.id)
    until(lambda: script.get("/api/seen").status_code == 401)


# --- going out


def test_signing_out_ends_the_session_everywhere_at_once(house, alice):
    browser = house.signed_in(alice)
    cookie = browser.cookies["sid"]
    answer = browser.post("/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?bye")
    assert "storage" in answer.headers["clear-site-data"]
    assert "sid" not in browser.cookies
    assert house.browser(Cookie=f"sid={cookie}").get("/api/auth/session").status_code == 401


def test_a_link_signs_nobody_out(house, alice):
    browser = house.signed_in(alice)
    page = browser.get("/logout")
    assert '<form method="post" action="/logout">' in page.text
    assert browser.get("/api/auth/session").status_code == 200
    assert browser.post("/api/auth/logout").status_code == 204
    assert browser.get("/api/auth/session").status_code == 401


@pytest.mark.parametrize("end", ["disable", "role", "password", "elsewhere"])
def test_what_the_golden_ticket_does_ends_a_session_that_is_open(house, alice, gwen, end):
    browser = house.signed_in(alice)
    verbs = {
        "disable": lambda s: users.disable(s, gwen, alice.id),
        "role": lambda s: users.change_role(s, gwen, alice.id, Role.GOLDEN_TICKET),
        "password": lambda s: users.reset_password(s, users.reset_link(s, gwen, alice.id), passwords.new(OTHER)),
        "elsewhere": lambda s: sessions.close_everywhere(s, alice),
    }
    did(verbs[end])
    until(lambda: is_out(browser))


def test_a_session_that_vanished_without_news_is_not_believed_for_long(house, alice, url):
    browser = house.signed_in(alice)
    assert browser.get("/api/auth/session").status_code == 200
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("delete from user_sessions")
    until(lambda: is_out(browser))


# --- arriving


def test_set_up_by_the_link_and_never_again(house, database):
    browser = house.browser()
    assert "set-up link" in browser.get("/login").text
    assert browser.get("/setup").status_code == 404
    token = did(users.setup_link)
    page = browser.get(f"/setup?token={token}")
    assert page.status_code == 200
    assert all(f'name="{name}"' in page.text for name in ("name", "email", "password", "timezone", "sample", "country"))
    fields = {
        "token": token,
        "name": "Gwen Gold",
        "email": "gwen@firm.example",
        "timezone": "Europe/Oslo",
        "country": "NO",
        "sample": "yes",
    }
    weak = form(browser, "/setup", password="short", **fields)
    assert weak.status_code == 422
    assert all(f'value="{value}"' in weak.text for value in ("Gwen Gold", "gwen@firm.example"))
    assert re.search(r'value="Europe/Oslo" selected', weak.text)
    assert re.search(r'value="NO" selected', weak.text)
    assert "checked" in weak.text
    assert "12 characters" in weak.text
    done = form(browser, "/setup", password=PASSWORD, **fields)
    assert (done.status_code, done.headers["location"]) == (303, "/")
    me = browser.get("/api/auth/session").json()["user"]
    assert (me["role"], me["timezone"]) == ("GOLDEN_TICKET", "Europe/Oslo")
    assert browser.get("/api/seen").json()["set_up"][-1] == [me["id"], True]
    with db.reading() as session:
        assert firm_settings.get(session, "country") == "NO"
    for again in (browser.get(f"/setup?token={token}"), form(browser, "/setup", password=PASSWORD, **fields)):
        assert again.status_code == 404


def test_the_set_up_link_shows_nothing_once_there_is_an_account_from_elsewhere(house, database):
    token = did(users.setup_link)
    browser = house.browser()
    assert browser.get(f"/setup?token={token}").status_code == 200
    person("kim")
    assert browser.get(f"/setup?token={token}").status_code == 404
    for email in ("gwen@firm.example", "no address"):
        sent = form(browser, "/setup", token=token, name="Gwen", email=email, password="short", timezone="UTC")
        assert (sent.status_code, "password" in sent.text) == (404, False)


def test_two_set_ups_in_the_same_moment_make_one(house, database):
    token = did(users.setup_link)
    statuses = []

    def one(n):
        fields = {"token": token, "name": "A", "email": f"a{n}@firm.example", "password": PASSWORD, "timezone": "UTC"}
        statuses.append(form(house.browser(), "/setup", **fields).status_code)

    both = [threading.Thread(target=one, args=(n,)) for n in range(2)]
    [thread.start() for thread in both]
    [thread.join() for thread in both]
    assert sorted(statuses) == [303, 404]
    with db.reading() as session:
        assert len(session.exec(select(User)).all()) == 1


def test_an_invitation_is_opened_often_and_used_once(house, gwen):
    token = did(users.invite, gwen, "kim@firm.example", Role.CONSULTANT)
    browser = house.browser()
    for _ in range(3):
        page = browser.get(f"/invite/{token}")
        assert 'value="kim@firm.example"' in page.text
    weak = form(browser, f"/invite/{token}", name="Kim", password="password12345", timezone="Asia/Tokyo")
    assert weak.status_code == 422
    assert "too easy" in weak.text
    done = form(
        browser, f"/invite/{token}", name="Kim", password=PASSWORD, timezone="Asia/Tokyo", email="eve@evil.example"
    )
    assert done.status_code == 303
    assert browser.get("/api/auth/session").json()["user"]["email"] == "kim@firm.example"
    assert house.browser().get(f"/invite/{token}").status_code == 404
    assert token not in house.logged()


def test_a_reset_link_changes_the_password_and_ends_every_session(house, alice, gwen):
    before = house.signed_in(alice)
    token = did(users.reset_link, gwen, alice.id)
    browser = house.browser()
    assert 'value="alice@firm.example"' in browser.get(f"/reset/{token}").text
    done = form(browser, f"/reset/{token}", password=OTHER)
    assert (done.status_code, done.headers["location"]) == (303, "/login?reset")
    assert "new password works" in browser.get("/login?reset").text
    assert form(browser, "/login", email=alice.email, password=OTHER).status_code == 303
    assert form(browser, f"/reset/{token}", password=PASSWORD).status_code == 404
    until(lambda: is_out(before))


def test_no_secret_is_in_the_log(house, alice, url):
    browser = house.signed_in(alice)
    form(browser, "/login", email="canary-address@firm.example", password="canary password")
    browser.get("/api/broken")
    log = house.logged()
    assert not any(text in log for text in ("canary-address", "canary password", browser.cookies["sid"], PASSWORD))
    with psycopg.connect(url) as connection:
        assert connection.execute("select count(*) from users where password_hash like '$argon2id$%'").fetchone() == (
            1,
        )
