"""What every answer carries, and what the wall keeps out."""

import asyncio
import gzip
import re
import socket
from uuid import uuid4

import brotli
import httpx
import nicegui
import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse

from app import db, settings
from app.models import PersonDraft, Role
from app.services.accounts import sessions, users
from app.web.auth.identity import IdentityCache
from app.web.middleware.access_control import AccessControl
from app.web.middleware.trusted_hosts import TrustedHosts
from app.web.nicegui_adapter import asset_cache
from tests.support import wall_server
from tests.support.wall_server import PASSWORD

MIB = 1024 * 1024
VUE = f"/_nicegui/{nicegui.__version__}/static/vue.esm-browser.prod.js"


@pytest.fixture(scope="module")
def house(url):
    with wall_server.running(url) as house:
        yield house


@pytest.fixture(autouse=True)
def _left_tidy(house):
    yield
    house.close()


@pytest.fixture
def alice(database):
    with db.transaction() as session:
        return users.add(session, PersonDraft(email="alice@firm.example", name="Alice"), Role.CONSULTANT, PASSWORD)


@pytest.fixture
def browser(house, alice):
    return house.signed_in(alice)


def raw(house, text):
    """Exactly these bytes over a plain socket."""
    with socket.create_connection(("127.0.0.1", house.port), timeout=10) as line:
        line.sendall(text.encode("latin-1"))
        heard = b""
        while b"\r\n\r\n" not in heard and (more := line.recv(65536)):
            heard += more
    return heard.decode("latin-1")


# --- headers

ANSWERS = [
    "/press",
    "/login",
    "/nothing",
    "/healthz",
    "/api/seen",
    "/api/nothing",
    "/api/broken",
    "/broken",
    "/static/plain.css",
    VUE,
]


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_says_what_the_browser_must_refuse(browser, path):
    headers = browser.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert (
        policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == policy["script-src-attr"] == "'none'"
    )
    assert "unsafe-inline" not in policy["script-src"]
    assert ("unsafe-eval" in policy["script-src"]) == (path == "/press")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert re.fullmatch(r"[0-9a-f]{32}", headers["x-request-id"])
    assert "server" not in headers
    assert not any(name.startswith("access-control") for name in headers)


@pytest.mark.parametrize("path", ["/press", "/login", "/nothing", "/api/seen", "/api/broken"])
def test_private_answers_are_never_kept(browser, path):
    assert browser.get(path).headers["cache-control"] == "no-store"


def test_scripts_run_only_with_this_answers_nonce(browser):
    first, second = browser.get("/press"), browser.get("/press")
    nonces = [re.search(r"'nonce-([^']+)'", answer.headers["content-security-policy"])[1] for answer in (first, second)]
    assert nonces[0] != nonces[1]
    tags = re.findall(r"<script[^>]*>", first.text)
    assert len(tags) > 3
    assert all(f'nonce="{nonces[0]}"' in tag for tag in tags)


def test_another_origin_is_granted_nothing(browser):
    answer = browser.get("/api/seen", headers={"Origin": "https://evil.example"})
    assert not any(name.startswith("access-control") for name in answer.headers)
    assert browser.options("/api/seen", headers={"Access-Control-Request-Method": "PUT"}).status_code >= 400


# --- the doorway


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "evil.example:80",
        "a@127.0.0.1",
        "",
        "127.0.0.1/evil",
        "localhost\\evil",
    ],
)
def test_a_name_that_is_not_ours_is_not_answered(house, host):
    assert raw(house, f"GET /login HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").startswith("HTTP/1.1 400")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LocalHost:8080", "[::1]:99"])
def test_our_own_names_are_answered(house, database, host):
    assert raw(house, f"GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").startswith("HTTP/1.1 200")


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "PROPFIND", "DEBUG"])
def test_methods_that_we_do_not_know_do_not_exist(house, method):
    answer = raw(house, f"{method} /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert answer.startswith(("HTTP/1.1 405", "HTTP/1.1 400"))


@pytest.mark.parametrize(
    ("method", "path", "there"),
    [
        ("POST", "/static/app.css", "GET"),
        ("DELETE", "/healthz", "GET"),
        ("PATCH", "/login", "POST"),
        ("PUT", "/api/auth/login", "POST"),
    ],
)
def test_a_method_that_an_address_has_not_is_answered_with_those_that_it_has(browser, method, path, there):
    answer = browser.request(method, path)
    assert answer.status_code == 405
    allowed = answer.headers["allow"].split(", ")
    assert there in allowed
    assert method not in allowed


def test_no_header_changes_the_method_or_the_prefix(browser):
    answer = browser.get("/press", headers={"X-Forwarded-Prefix": "//evil.example", "X-HTTP-Method-Override": "DELETE"})
    assert answer.status_code == 200
    assert "evil.example" not in answer.text
    browser.cookies.clear()
    away = browser.get("/press", headers={"X-Forwarded-Prefix": "//evil.example", "X-Forwarded-Host": "evil.example"})
    assert away.headers["location"].startswith("/login")


@pytest.mark.parametrize(
    ("trusted", "peer", "said", "caller"),
    [
        ("", "203.0.113.9", "1.2.3.4", "203.0.113.9"),
        ("10.0.0.0/8", "203.0.113.9", "1.2.3.4", "203.0.113.9"),
        ("10.0.0.0/8", "10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.0/8", "10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        ("10.0.0.0/8", "10.0.0.1", "1.2.3.4, 10.0.0.2", "1.2.3.4"),
        ("10.0.0.0/8", "10.0.0.1", "no address", "10.0.0.1"),
        ("10.0.0.0/8", "10.0.0.1", "", "10.0.0.1"),
        ("::1/128,10.0.0.0/8", "::1", "2001:db8::7", "2001:db8::7"),
    ],
)
async def test_only_a_trusted_proxy_says_who_is_asking(trusted, peer, said, caller):
    seen = {}

    async def inside(scope, receive, send):
        seen.update(scope)

    door = TrustedHosts(inside, settings.load(trusted_proxies=trusted))
    headers = [
        (b"host", b"localhost"),
        (b"x-forwarded-for", said.encode()),
        (b"x-forwarded-prefix", b"//evil"),
        (b"forwarded", b"for=1"),
    ]
    await door({"type": "http", "method": "GET", "path": "/", "headers": headers, "client": (peer, 1)}, None, None)
    assert seen["client"][0] == caller
    assert [name for name, _ in seen["headers"]] == [b"host"]


@pytest.mark.parametrize(
    ("peer", "said", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("203.0.113.9", {}, 404),
        # a proxy on this machine that TRUSTED_PROXIES does not name: who asks is somewhere else
        ("127.0.0.1", {"x-forwarded-for": "203.0.113.9"}, 404),
        ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}, 404),
        ("127.0.0.1", {"x-real-ip": "203.0.113.9"}, 404),
        ("127.0.0.1", {"forwarded": "for=203.0.113.9"}, 404),
    ],
    ids=str,
)
async def test_the_numbers_are_for_this_machine_and_not_for_who_comes_through_a_proxy_on_it(peer, said, status):
    inside, heard = FastAPI(), []
    inside.get("/metrics")(lambda: None)
    chosen = settings.load()
    door = TrustedHosts(AccessControl(PlainTextResponse("numbers"), inside, chosen, IdentityCache()), chosen)
    headers = [(b"host", b"localhost"), *((name.encode(), value.encode()) for name, value in said.items())]
    scope = {"type": "http", "method": "GET", "path": "/metrics", "query_string": b"", "headers": headers}

    async def told(message):
        heard.append(message.get("status"))

    await door(scope | {"client": (peer, 1), "state": {"request_id": "r-1"}}, None, told)
    assert heard[0] == status


# --- sizes


def chunks(size):
    for start in range(0, size, 65536):
        yield b"x" * min(65536, size - start)


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_is_counted_while_it_arrives(browser, declared):
    for size, status in ((MIB, 200), (MIB + 1, 413), (12 * MIB, 413)):
        answer = browser.post("/api/contacts", content=b"x" * size if declared else chunks(size))
        assert answer.status_code == status, size
    assert answer.json()["error"] == "TooLarge"


def multipart(size):
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    yield head
    yield from chunks(size)
    yield b"\r\n--edge--\r\n"


@pytest.mark.parametrize("declared", [True, False])
def test_a_file_may_have_five_megabytes_and_no_more(browser, declared):
    kind = {"Content-Type": "multipart/form-data; boundary=edge"}
    for size, status in ((5 * MIB, 200), (6 * MIB, 413), (12 * MIB, 413)):
        body = multipart(size)
        answer = browser.post("/api/contacts/import", content=b"".join(body) if declared else body, headers=kind)
        assert answer.status_code == status, size


def test_a_false_content_length_opens_nothing(house, browser):
    for length in ("-1", "1e9", "9" * 30):
        head = (
            f"POST /api/contacts HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        )
        assert raw(house, head).split(" ")[1][0] == "4"


def test_people_read_about_a_form_that_is_too_large(house, database):
    answer = house.browser().post("/login", content=b"x" * (2 * MIB))
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("text/html")


# --- limits


def test_a_stranger_may_ask_sixty_times_a_minute(house, database):
    stranger = house.browser()
    answers = [stranger.get("/login") for _ in range(65)]
    assert [answer.status_code for answer in answers] == [200] * 60 + [429] * 5
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert answers[-1].headers["content-type"].startswith("text/html")
    for path in ("/healthz", VUE, "/static/plain.css"):
        assert stranger.get(path).status_code == 200
    assert house.browser().get("/login").status_code == 200


async def test_a_colleague_may_ask_the_api_three_hundred_times_in_ten_seconds(alice):
    def arrive():
        with db.transaction() as session:
            return sessions.open_session(session, alice, "")

    token = await asyncio.to_thread(arrive)
    inside, statuses = FastAPI(), []
    inside.get("/api/nothing")(lambda: None)

    async def let_in(scope, receive, send):
        statuses.append(200)

    async def heard(message):
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    gate = AccessControl(let_in, inside, settings.load(), IdentityCache())
    headers = [(b"host", b"localhost"), (b"cookie", f"sid={token}".encode())]
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/api/nothing",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "state": {},
    }
    for _ in range(310):
        await gate(scope, None, heard)
    assert statuses == [200] * 300 + [429] * 10


# --- bad news


@pytest.mark.parametrize("path", ["/login", "/forgot", "/api/auth/login"])
def test_whoever_hangs_up_within_a_request_writes_nothing_into_the_log(house, path):
    before = len(house.logged())
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nOrigin: {house.address}\r\nContent-Type: application/json\r\n"
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", house.port)) as line:
            line.sendall(f"{head}Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n".encode())
            # it is read by now
            assert line.recv(100).startswith(b"HTTP/1.1 100")
    # what came before is done with once this is answered
    assert house.browser().get("/login").status_code == 200
    assert house.logged()[before:] == ""


@pytest.mark.parametrize("path", ["/api/broken", "/broken"])
def test_a_bug_is_told_without_its_text_and_logged_with_it(house, browser, path):
    answer = browser.get(path)
    assert answer.status_code == 500
    assert "canary" not in answer.text
    assert "RuntimeError" not in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "canary-7f3a" in house.logged()


def test_an_error_of_the_api_has_one_shape(browser):
    answer = browser.get("/api/broken")
    assert answer.json() == {
        "error": "Broken",
        "detail": "Something broke on our side. Nothing was saved.",
        "request_id": answer.headers["x-request-id"],
    }


def test_a_database_that_is_away_means_come_back(browser):
    answer = browser.get("/api/away")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert answer.json()["error"] == "Unavailable"


def test_without_a_database_there_is_a_page_that_says_so(database):
    gone = "postgresql://nobody:x@127.0.0.1:1/nothing"
    with wall_server.running(gone) as house:
        stranger = house.browser(Cookie="sid=anything")
        assert stranger.get("/healthz").status_code == 200
        for path in ("/login", "/press"):
            answer = stranger.get(path)
            assert answer.status_code == 503
            assert "retry-after" in answer.headers
            assert "database does not answer" in answer.text
        assert stranger.get("/api/seen").json()["error"] == "Unavailable"
        assert stranger.get(VUE).status_code == 200


# --- files and compression


@pytest.mark.parametrize(
    ("encoding", "undo"), [("br", brotli.decompress), ("gzip", gzip.decompress), ("identity", bytes)]
)
def test_files_are_squeezed_once_and_kept_for_a_year(house, encoding, undo):
    with httpx.Client(base_url=house.address, trust_env=False) as client:
        answers = []
        for _ in range(2):
            with client.stream("GET", VUE, headers={"Accept-Encoding": encoding}) as answer:
                answers.append(undo(b"".join(answer.iter_raw())))
                assert answer.headers.get("content-encoding", "identity") == encoding
                assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
                assert answer.headers["vary"] == "Accept-Encoding"
    plain = (asset_cache.Path(nicegui.__file__).parent / "static/vue.esm-browser.prod.js").read_bytes()
    assert answers == [plain, plain]


def test_our_own_files_are_kept_for_a_year_only_under_a_changing_address(house):
    stranger = house.browser()
    assert "immutable" in stranger.get("/static/plain.css?v=abc").headers["cache-control"]
    assert stranger.get("/static/plain.css").headers["cache-control"] == "public, max-age=3600"
    missing = stranger.get("/static/nothing.css?v=abc")
    assert missing.status_code == 404
    assert "immutable" not in missing.headers.get("cache-control", "")


@pytest.mark.parametrize("encoding", ["br", "gzip"])
@pytest.mark.parametrize("path", ["/api/much", "/press"])
def test_pages_and_json_are_squeezed(browser, path, encoding):
    with browser.stream("GET", path, headers={"Accept-Encoding": encoding}) as answer:
        sent = sum(len(piece) for piece in answer.iter_raw())
        assert answer.headers["content-encoding"] == encoding
        assert int(answer.headers["content-length"]) == sent
    whole = browser.get(path, headers={"Accept-Encoding": "identity"})
    assert sent < len(whole.content) / 2


def test_every_first_visit_file_exists_and_can_be_squeezed_before(house):
    names = asset_cache.first_visit()
    assert any("quasar.umd.prod.js" in name for name in names)
    assert not any("sass" in name or name.endswith("quasar.umd.js") for name in names)
    stranger = house.browser()
    assert {stranger.get(name).status_code for name in names if "echart" not in name} == {200}


def test_text_in_a_page_cannot_become_a_script(browser):
    page = browser.get("/things/canary-script")
    assert page.status_code == 200
    assert "<script>canary-script" not in page.text


# --- whose deed it is


def test_what_was_meant_for_somebody_else_is_not_done_by_whoever_is_signed_in_now(browser, alice):
    assert browser.get("/api/seen", headers={"X-Meant-For": str(alice.id)}).status_code == 200
    answer = browser.get("/api/seen", headers={"X-Meant-For": str(uuid4())})
    assert (answer.status_code, answer.json()["detail"]) == (403, "Somebody else is signed in here now.")
