"""A forgotten password, by mail to the account's own address."""

import re
import statistics
import time

import pytest
from sqlmodel import select

from app import db
from app.models import Mail, PersonDraft, Role, User
from app.services.accounts import users
from app.services.notifications import mail_outbox
from app.web.public import password_reset_page
from tests.support import wall_server
from tests.support.wall_server import PASSWORD

NEW = "nine loud herons on a roof"


@pytest.fixture(scope="module")
def house(url):
    with wall_server.running(url, SMTP_URL="smtp://127.0.0.1:9", BREVO_FROM_EMAIL="leads@firm.example") as house:
        yield house


@pytest.fixture(autouse=True)
def _left_tidy(house):
    yield
    house.close()


@pytest.fixture
def alice(database):
    with db.transaction() as session:
        return users.add(session, PersonDraft(email="alice@firm.example", name="Alice"), Role.CONSULTANT, PASSWORD)


def mails():
    with db.reading() as session:
        return list(session.exec(select(Mail)))


def sent_text(mail):
    """What the mail says when it goes out."""
    with db.transaction() as session:
        return mail_outbox.letter_of(session, mail.id).body


def ask(house, email):
    return house.browser().post("/forgot", data={"email": email})


def test_a_link_comes_by_mail_works_once_and_ends_every_session(house, alice):
    browser = house.signed_in(alice)
    assert 'href="/forgot"' in house.browser().get("/login").text
    assert ask(house, " Alice@Firm.example ").status_code == 200
    [mail] = mails()
    assert mail.address == "alice@firm.example"
    path = re.search(r"/reset/[\w-]+", sent_text(mail))[0]
    stranger = house.browser()
    assert stranger.post(path, data={"password": NEW}).status_code == 303
    assert browser.get("/api/auth/session").status_code == 401
    assert stranger.post(path, data={"password": NEW}).status_code == 404
    signed_in = stranger.post("/api/auth/login", json={"email": "alice@firm.example", "password": NEW})
    assert signed_in.status_code == 200


@pytest.mark.parametrize("email", ["nobody@firm.example", "not an address", "", "\ud800@x", "a" * 5000])
def test_the_answer_says_the_same_and_nothing_is_mailed(house, alice, email):
    known = ask(house, "alice@firm.example")
    unknown = house.browser().post("/forgot", content=f"email={email}".encode("utf-8", "surrogatepass"))
    assert unknown.status_code == known.status_code
    assert unknown.text == known.text
    assert len(mails()) == 1


def test_somebody_disabled_gets_no_link(house, alice):
    with db.transaction() as session:
        session.get_one(User, alice.id).active = False
    ask(house, "alice@firm.example")
    assert mails() == []


def test_at_most_five_a_day_and_signing_in_still_works(house, alice):
    for _ in range(12):
        assert ask(house, "alice@firm.example").status_code == 200
    assert len(mails()) == 5
    assert house.signed_in(alice).get("/api/auth/session").status_code == 200


def test_without_mail_it_says_whom_to_ask(url, alice):
    with wall_server.running(url) as bare:
        page, answer = bare.browser().get("/forgot"), ask(bare, "alice@firm.example")
    assert "Ask a golden ticket" in page.text
    assert "Ask a golden ticket" in answer.text
    assert mails() == []


def test_the_time_does_not_tell_whether_there_is_an_account(house, alice):
    """With a beat that every answer waits for; half of one is far beyond what a known address takes longer."""

    def seconds(email):
        began = time.monotonic()
        assert ask(house, email).status_code == 200
        return time.monotonic() - began

    took = [(seconds("alice@firm.example"), seconds(f"nobody{number}@firm.example")) for number in range(7)]
    known, unknown = (statistics.median(column) for column in zip(*took, strict=True))
    assert min(map(min, took)) >= password_reset_page.BEAT
    assert abs(known - unknown) < 0.1
