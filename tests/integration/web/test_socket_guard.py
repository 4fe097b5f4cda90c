"""A NiceGUI page obeys only the session that got it."""

import json

import pytest
import websockets
from nicegui import __version__
from nicegui.nicegui import sio
from sqlmodel import select

from app import db
from app.models import PersonDraft, Role, User
from app.services.accounts import users
from app.web.auth.identity import IdentityCache
from app.web.nicegui_adapter import socket_guard
from tests.support import wall_server
from tests.support.wall_server import PASSWORD, Page


@pytest.fixture(scope="module")
def house(url):
    with wall_server.running(url) as house:
        yield house


def person(name, role=Role.CONSULTANT):
    with db.transaction() as session:
        return users.add(session, PersonDraft(email=f"{name}@firm.example", name=name), role, PASSWORD)


@pytest.fixture
def alice(house):
    return Page(house, house.signed_in(person("alice")))


@pytest.fixture
def bob(house):
    return Page(house, house.signed_in(person("bob")))


def pressed(page):
    """How often anybody pressed since; asked over the API of a fresh session, after everything sent before."""
    return page.browser.get("/api/seen").json()["pressed"]


@pytest.fixture(autouse=True)
def _unpressed(house, alice):
    alice.before = len(pressed(alice))
    yield
    house.close()


def presses(alice, seconds=0.0):
    return len(pressed(alice)) - alice.before


def press_and_wait(line, page):
    """Press, and let the server answer something that comes after it."""
    line.press()
    return any(presses(page) for _ in range(100))


def test_the_page_of_the_session_works(alice):
    line = alice.open()
    assert line.is_open
    assert press_and_wait(line, alice)
    line.close()


def test_a_handshake_that_comes_after_connecting_works_too(alice):
    line = alice.open(implicit=False)
    assert line.is_open
    query = {"client_id": alice.client_id, "tab_id": "tab", "document_id": "doc", "next_message_id": 0}
    line.line.send("420" + json.dumps(["handshake", query]))
    assert "430[true]" in line.wait_for("430")
    assert press_and_wait(line, alice)
    line.close()


def test_a_late_handshake_for_another_persons_page_fails(alice, bob):
    line = bob.open(implicit=False)
    query = {"client_id": alice.client_id, "tab_id": "tab", "document_id": "doc", "next_message_id": 0}
    line.line.send("420" + json.dumps(["handshake", query]))
    assert "430[false]" in line.wait_for("430")
    line.close()


def test_a_foreign_site_gets_no_socket(alice):
    for origin in ("https://evil.example", "null", f"http://127.0.0.1:{alice.house.port + 1}"):
        with pytest.raises(websockets.InvalidStatus) as refused:
            alice.open(origin=origin)
        assert refused.value.response.status_code == 403


def test_a_foreign_site_gets_no_polling_either(alice):
    query = f"client_id={alice.client_id}&EIO=4&transport=polling"
    answer = alice.browser.get(f"/_nicegui_ws/socket.io/?{query}", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    own = alice.browser.get(f"/_nicegui_ws/socket.io/?{query}")
    assert own.status_code == 200
    assert not any(name.startswith("access-control") for name in own.headers)


def test_without_a_session_the_handshake_fails_so_that_the_browser_reloads(alice):
    line = alice.open(cookies={})
    assert not line.is_open
    assert "Implicit handshake failed" in line.welcome
    line.press()
    assert presses(alice) == 0


def test_another_persons_session_cannot_open_the_page(alice, bob):
    line = bob.open(client_id=alice.client_id)
    assert not line.is_open


def test_another_persons_socket_cannot_press_for_the_page(alice, bob):
    mine, theirs = alice.open(), bob.open()
    theirs.press(client_id=alice.client_id)
    assert theirs.is_cut()
    assert presses(alice) == 0
    assert press_and_wait(mine, alice)
    mine.close()


def test_one_page_cannot_press_for_another_page_of_the_same_browser(alice):
    second = Page(alice.house, alice.browser)
    line = second.open()
    line.press(client_id=alice.client_id)
    assert line.is_cut()
    assert presses(alice) == 0


def test_another_browser_of_the_same_person_cannot_press_for_the_page(alice):
    other = alice.house.signed_in(User(email="alice@firm.example"))
    assert not alice.open(cookies=other.cookies).is_open


@pytest.mark.parametrize("name", ["event", "javascript_response", "ack", "log"])
@pytest.mark.parametrize(
    "message", [None, 7, "text", [], {}, {"client_id": 3}, {"client_id": ["a"]}, {"client_id": None}]
)
def test_malformed_frames_are_cut_without_a_traceback(alice, name, message):
    line = alice.open()
    line.emit(name, message)
    assert line.is_cut()
    assert "Traceback" not in alice.house.logged()


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("event", {}),
        ("event", {"id": "x", "listener_id": "y", "args": []}),
        ("event", {"id": 1, "listener_id": "y", "args": "no list"}),
        ("javascript_response", {}),
        ("ack", {"next_message_id": "x"}),
    ],
)
def test_frames_of_the_own_page_with_the_wrong_shape_are_cut(alice, name, facts):
    line = alice.open()
    line.emit(name, {"client_id": alice.client_id} | facts)
    assert line.is_cut()
    assert "Traceback" not in alice.house.logged()


def test_what_a_browser_logs_makes_no_line_of_its_own(alice):
    line = alice.open()
    line.emit("log", {"client_id": alice.client_id, "level": "error", "message": "x\r\ncanary-log-line"})
    assert press_and_wait(line, alice)
    assert "canary-log-line" not in alice.house.logged()
    line.close()


def test_after_signing_out_the_tab_is_sent_away_and_can_press_nothing(alice, bob):
    line = alice.open()
    assert press_and_wait(line, alice)
    before = len(pressed(bob))
    alice.browser.post("/logout")
    heard = line.wait_for("/login")
    assert "location.href" in heard
    line.press()
    assert line.is_cut()
    assert len(pressed(bob)) == before


def test_a_disabled_colleagues_tabs_end_at_once(alice, bob):
    line = alice.open()
    gwen = person("gwen", Role.GOLDEN_TICKET)
    with db.transaction() as session:
        target = session.exec(select(User).where(User.email == "alice@firm.example")).one()
        users.disable(session, gwen, target.id)
    assert "/login" in line.wait_for("/login")
    line.press()
    assert line.is_cut()
    assert len(pressed(bob)) == alice.before
    assert alice.browser.get("/press", follow_redirects=False).status_code == 303


def test_signing_out_on_the_phone_leaves_the_laptops_tab_alone(alice, bob):
    phone = alice.house.signed_in(User(email="alice@firm.example"))
    laptop, other = alice.open(), bob.open()
    phone.post("/logout")
    bob.browser.post("/logout")
    assert "/login" in other.wait_for("/login")  # news come in order: alice's were dealt with before
    assert press_and_wait(laptop, alice)
    assert "/login" not in laptop.wait_for("/login", 0.3)
    laptop.close()


def test_nobody_uploads_to_another_persons_page(alice, bob):
    path = f"/_nicegui/client/{alice.client_id}/upload/{alice.shape['upload']}"
    file = {"file": ("a.txt", b"hello")}
    stranger = alice.house.browser()
    assert stranger.post(path, files=file).status_code == 403
    assert bob.browser.post(path, files=file).status_code == 403
    assert alice.browser.post(path, files=file, headers={"Origin": "https://evil.example"}).status_code == 403
    assert alice.browser.post(path, files={"file": ("a.txt", b"x" * 6_000_000)}).status_code == 413
    uploaded = alice.browser.get("/api/seen").json()["uploaded"]
    assert alice.browser.post(path, files=file).status_code == 200
    assert alice.browser.get("/api/seen").json()["uploaded"] == uploaded + 1


def test_one_person_has_at_most_twenty_sockets(alice):
    pages = [Page(alice.house, alice.browser) for _ in range(socket_guard.MOST_SOCKETS)]
    first = alice.open()
    lines = [page.open() for page in pages]
    # never silently: the page is told to say so before its line is taken
    assert "pausedByTabs" in first.wait_for("pausedByTabs")
    assert first.is_cut()
    assert all(line.is_open for line in lines)
    [line.close() for line in lines]


@pytest.fixture
def fresh_sio(monkeypatch):
    """NiceGUI's own handlers, and whatever is done to them undone."""
    guard = getattr(sio.handlers["/"]["connect"], "__self__", None)
    originals = guard.originals if isinstance(guard, socket_guard.SocketGuard) else sio.handlers["/"]
    monkeypatch.setitem(sio.handlers, "/", dict(originals))


def test_the_guard_stands_before_every_handler_that_nicegui_has(fresh_sio):
    assert set(sio.handlers["/"]) == socket_guard.KNOWN
    assert __version__.startswith(socket_guard.VERSION)
    socket_guard.install(IdentityCache())
    socket_guard.install(IdentityCache())
    for name, handler in sio.handlers["/"].items():
        assert handler.__module__ == socket_guard.__name__, name


def test_the_guard_refuses_a_nicegui_that_it_does_not_know(fresh_sio, monkeypatch):
    monkeypatch.setattr(socket_guard, "KNOWN", socket_guard.KNOWN - {"log"})
    with pytest.raises(RuntimeError):
        socket_guard.install(IdentityCache())
