"""Notices on a lock screen: encrypted by the standard, once, not at night, and only to the open internet."""

import socket
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import ValidationError
from sqlmodel import select

from app import db, secret_key
from app.errors import Conflict, NotFound
from app.mail import web_push_client, web_push_encryption
from app.mail.delivery import Delivery
from app.mail.senders import TemporaryFailure
from app.mail.web_push_client import Gone, WebPushClient
from app.mail.web_push_encryption import VapidKey
from app.models import ActivityDraft, ActivityType, DeviceDraft, NotificationKind, PushDevice, User, WebPush, base
from app.services.accounts import sessions
from app.services.activities import activity_log
from app.services.notifications import inbox, push_devices, web_push_outbox
from tests.support.api_client import ask
from tests.support.fake_push_service import CURVE, Browser, push_service, raw, text

SITE = "https://leads.example.com"
NOON = datetime(2026, 11, 24, 12, 5, tzinfo=ZoneInfo("Europe/Berlin"))
KEY = VapidKey(VapidKey.fresh())


@pytest.fixture
def at(monkeypatch):
    """Stop the clock: `at(moment)`."""

    def stop(moment):
        monkeypatch.setattr(base, "clock", lambda: moment.astimezone(ZoneInfo("UTC")))

    stop(NOON)
    return stop


@pytest.fixture
def service(tmp_path):
    with push_service(tmp_path, KEY.public) as running:
        yield running


@pytest.fixture
def post(service):
    return Delivery(None, SITE, WebPushClient(KEY, SITE, check=lambda _: None, trust=service.trust))


def device(service, who, name="phone", *, known=True, **facts):
    """A browser of this person's, whose service runs on this machine."""
    browser = Browser()
    if known:
        service.browsers[f"/{name}"] = browser
    with db.transaction() as session:
        row = PushDevice(user_id=who.id, endpoint=f"{service.origin}/{name}", key=KEY.public, **browser.keys, **facts)
        session.add(row)
    return row


def tell(who, sentence="Call with Jane Roe is due.", kind=NotificationKind.REMINDER, about="x"):
    with db.transaction() as session:
        return inbox.notify(session, session.get_one(User, who.id), kind, sentence, path="/contacts", about=about)


def rings():
    with db.reading() as session:
        return session.exec(select(WebPush)).all()


def devices():
    with db.reading() as session:
        return session.exec(select(PushDevice).order_by(PushDevice.id)).all()


def test_the_example_of_the_standard():
    """RFC 8291, appendix A."""
    once = ec.derive_private_key(int.from_bytes(raw("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), CURVE)
    theirs = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    made = web_push_encryption.encrypt(
        b"When I grow up, I want to be a watermelon", theirs, "BTBZMqHH6r4Tts7J_aSIgg",
        once=once, salt=raw("DGv6ra1nlYgDCS1FRnbzlw"),
    )  # fmt: skip
    assert text(made) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_a_reminder_rings_every_device_once_and_names_only_where_they_may_stand(ada, bo, jane, service, post, at):
    device(service, ada, "phone", names=True)
    device(service, ada, "desk")
    device(service, bo, "somebody-else")
    with db.transaction() as session:
        draft = ActivityDraft(type=ActivityType.CALL, due_date=NOON + timedelta(minutes=10))
        activity_log.log(session, session.get_one(User, ada.id), jane.id, draft)
    for _ in range(2):
        for take in post.rounds().values():
            take()
    assert sorted(mail["words"] for mail in service.mails) == ["A planned touch is due.", "Call with Jane Roe is due."]
    assert {mail["path"] for mail in service.mails} == {f"/contacts/{jane.id}"}
    assert rings() == []
    assert [bool(one.rung_at) for one in devices()] == [True, True, False]


def test_a_kind_that_is_switched_off_rings_nowhere(ada, service, post, at):
    device(service, ada)
    with db.transaction() as session:
        inbox.change_settings(session, session.get_one(User, ada.id), off=["REMINDER"])
    tell(ada)
    assert rings() == []


def test_a_night_is_quiet_and_in_the_morning_one_line_tells_of_many(ada, service, post, at):
    device(service, ada)
    at(NOON.replace(hour=22))
    for number in range(5):
        tell(ada, about=str(number))
    post.send_web_pushes()
    at(NOON.replace(hour=6, minute=59) + timedelta(days=1))
    post.send_web_pushes()
    assert service.mails == []
    at(NOON.replace(hour=7, minute=1) + timedelta(days=1))
    post.send_web_pushes()
    assert [(mail["words"], mail["path"]) for mail in service.mails] == [("5 new notifications", "/notices")]


def test_the_night_in_which_clocks_change_ends_when_the_clock_on_the_wall_says_so(ada, service, post, at):
    device(service, ada)
    berlin = ZoneInfo("Europe/Berlin")
    for night, before, after in (
        (datetime(2026, 3, 28, 23, tzinfo=berlin), (4, 59), (5, 1)),
        (datetime(2026, 10, 24, 23, tzinfo=berlin), (5, 59), (6, 1)),
    ):
        service.mails.clear()
        at(night)
        tell(ada, about=str(night))
        morning = (night + timedelta(days=1)).date()
        at(datetime(morning.year, morning.month, morning.day, *before, tzinfo=ZoneInfo("UTC")))
        post.send_web_pushes()
        assert service.mails == []
        at(datetime(morning.year, morning.month, morning.day, *after, tzinfo=ZoneInfo("UTC")))
        post.send_web_pushes()
        assert len(service.mails) == 1


def test_what_was_read_meanwhile_or_is_too_old_does_not_ring(ada, service, post, at):
    device(service, ada)
    at(NOON.replace(hour=22))
    tell(ada)
    with db.transaction() as session:
        inbox.mark_read(session, session.get_one(User, ada.id))
    at(NOON.replace(hour=8) + timedelta(days=1))
    post.send_web_pushes()
    tell(ada, about="late")
    at(NOON.replace(hour=8) + timedelta(days=2))
    post.send_web_pushes()
    assert (service.mails, rings()) == ([], [])


@pytest.mark.parametrize("answer", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(ada, service, post, at, answer):
    device(service, ada)
    tell(ada)
    service.answers[:] = [answer]
    post.send_web_pushes()
    assert (devices(), rings()) == ([], [])


@pytest.mark.parametrize("answer", [400, 403, 413, 429, 500, 503])
def test_a_service_that_has_trouble_is_asked_again_and_not_for_ever(ada, service, post, at, answer):
    device(service, ada)
    tell(ada)
    service.answers[:] = [answer]
    post.send_web_pushes()
    assert len(rings()) == 1
    post.send_web_pushes()
    assert service.mails == []
    at(NOON + timedelta(seconds=31))
    post.send_web_pushes()
    assert (len(service.mails), rings()) == (1, [])
    tell(ada, about="never")
    service.answers[:] = [answer] * 20
    for hour in range(10):
        at(NOON + timedelta(minutes=40 * hour))
        post.send_web_pushes()
    assert rings() == []
    assert len(service.answers) == 20 - web_push_outbox.OUTBOX.attempts
    assert len(devices()) == 1


def test_two_processes_ring_once(ada, service, at):
    device(service, ada)
    tell(ada)
    with db.transaction() as one, db.transaction() as other:
        assert [len(web_push_outbox.claim(session, KEY.public)) for session in (one, other)] == [1, 0]


def test_a_device_that_knows_another_key_is_forgotten(ada, service, at):
    """A restored database beside a new key: the browser asks again and gets it."""
    device(service, ada)
    with db.transaction() as session:
        assert web_push_outbox.claim(session, VapidKey(VapidKey.fresh()).public) == []
    assert devices() == []


def test_signing_out_ends_it(ada, service, at):
    with db.transaction() as session:
        sessions.open_session(session, session.get_one(User, ada.id), "A phone")
    with db.reading() as session:
        here = sessions.devices(session, ada)[0].id
    device(service, ada, session_id=here)
    with db.transaction() as session:
        sessions.close_session(session, session.get_one(User, ada.id), here)
    assert devices() == []


@pytest.mark.parametrize(("days", "names"), [(6, True), (8, False)])
def test_a_phone_whose_sign_in_has_ended_by_itself_names_nobody(ada, service, post, at, days, names):
    with db.transaction() as session:
        sessions.open_session(session, session.get_one(User, ada.id), "A phone")
    with db.reading() as session:
        here = sessions.devices(session, ada)[0].id
    device(service, ada, session_id=here, names=True)
    at(NOON + timedelta(days=days))
    tell(ada)
    for take in post.rounds().values():
        take()
    assert ["Jane Roe" in mail["words"] for mail in service.mails] == [names]


# --- the door of the browser


ENDPOINT = "https://updates.push.services.mozilla.com/wpush/v2/gAAAA"


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example/x", "https://127.0.0.1/x", "https://[::1]/x", "https://10.0.0.8/x", "https://2130706433/x",
        "https://localhost/x", "https://db.internal/x", "https://printer.local/x", "https://push.example:8443/x",
        "https://user:pass@push.example/x", "https://push/x", "ftp://push.example/x", "https://x.localhost/y",
    ],
)  # fmt: skip
def test_only_a_name_on_the_internet_is_the_address_of_a_push_service(endpoint):
    with pytest.raises(ValidationError):
        DeviceDraft(endpoint=endpoint, **Browser().keys)


@pytest.mark.parametrize(
    "keys",
    [
        {"p256dh": text(b"\x04" + b"x" * 63)}, {"p256dh": text(b"\x05" + b"x" * 64)}, {"auth": text(b"short of sixtee")},
        {"p256dh": "ä" * 87}, {"auth": "%" * 22},
    ],
)  # fmt: skip
def test_the_keys_of_a_browser_are_looked_at(keys):
    with pytest.raises(ValidationError):
        DeviceDraft(endpoint=ENDPOINT, **Browser().keys | keys)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fe80::1", "fd00::1", "100.64.0.1"]
)
def test_a_name_that_leads_into_our_own_network_is_not_called(monkeypatch, ada, service, at, address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    known = [(socket.AF_INET, 1, 6, "", ("93.184.215.14", 443)), (family, 1, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: known)
    with pytest.raises(Gone):
        web_push_client.require_public_host("push.example")
    device(service, ada)
    tell(ada)
    Delivery(None, SITE, WebPushClient(KEY, SITE, trust=service.trust)).send_web_pushes()
    assert (service.mails, devices()) == ([], [])


def test_a_name_that_leads_nowhere_is_tried_later(monkeypatch):
    def nobody(*_, **__):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(TemporaryFailure):
        web_push_client.require_public_host("push.example")


def test_a_service_without_a_certificate_is_not_talked_to(ada, service, at):
    device(service, ada)
    tell(ada)
    Delivery(None, SITE, WebPushClient(KEY, SITE, check=lambda _: None)).send_web_pushes()
    assert (service.mails, len(rings())) == ([], 1)


def test_over_the_wires_a_device_is_added_named_rung_and_removed(ada, bo):
    wish = {"endpoint": ENDPOINT, **Browser().keys}
    made = ask(ada, "POST", "/api/notices/push", json=wish).json()
    assert (made["service"], made["names"]) == ("updates.push.services.mozilla.com", False)
    assert ask(ada, "POST", "/api/notices/push", json=wish | {"names": True}).json()["id"] == made["id"]
    listed = ask(ada, "GET", "/api/notices/push").json()["items"]
    assert [(one["id"], one["names"]) for one in listed] == [(made["id"], True)]
    assert ENDPOINT not in str(listed)
    assert ask(bo, "GET", "/api/notices/push").json()["items"] == []
    assert ask(ada, "POST", f"/api/notices/push/{made['id']}/test").status_code == 202
    assert [one.words for one in rings()] == [web_push_outbox.TEST]
    # the next person at the same browser: it is theirs now, and nothing of the first one's rings there
    assert ask(bo, "POST", "/api/notices/push", json=wish).status_code == 201
    assert ask(ada, "GET", "/api/notices/push").json()["items"] == []
    assert rings() == []


def test_somebody_has_ten_devices_at_most(ada):
    with db.transaction() as session:
        who = session.get_one(User, ada.id)
        for number in range(10):
            push_devices.register(session, who, DeviceDraft(endpoint=f"{ENDPOINT}{number}", **Browser().keys), key="k")
        with pytest.raises(Conflict):
            push_devices.register(session, who, DeviceDraft(endpoint=ENDPOINT, **Browser().keys), key="k")


def test_somebody_elses_device_does_not_exist(ada, bo, service):
    row = device(service, ada)
    with db.transaction() as session:
        for verb in (push_devices.remove, web_push_outbox.enqueue_test):
            with pytest.raises(NotFound):
                verb(session, session.get_one(User, bo.id), row.id)


def test_the_key_is_made_once_for_its_owners_eyes(tmp_path):
    file = tmp_path / "push.key"
    first = secret_key.made_once(file, VapidKey.fresh)
    assert secret_key.made_once(file, VapidKey.fresh) == first
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(VapidKey(first).public) == 87
