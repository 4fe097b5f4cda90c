"""Working links stand nowhere in clear: not in the whole database dumped and searched, not on the outbox page, not in the mails that wait."""

import re

import psycopg
import pytest
from sqlmodel import SQLModel, select

from app import db
from app.errors import Forbidden, NotFound
from app.models import AuditEvent, EmailAction, Mail, PersonDraft, Role, User
from app.services.accounts import invitations, password_reset, passwords, users
from app.services.notifications import email_actions, email_rendering, mail_outbox, mailed_links
from app.web.middleware.access_control import LINKS
from tests.support import world
from tests.support.api_client import ask

SITE = "https://leads.example.com"
PASSWORD = "nine loud herons on a roof"
# what opens by its path without a sign-in: these are mailed, the others are shown once
SHOWN_ONCE = {"/r/", "/calendar/", "/pipedrive/hook/"}


def did(verb, *args, **kwargs):
    with db.transaction() as session:
        return verb(session, *args, **kwargs)


def dump(url):
    with psycopg.connect(url) as line, line.cursor() as cursor:
        for table in SQLModel.metadata.sorted_tables:
            with cursor.copy(f"copy {table.name} to stdout") as rows:
                yield from (bytes(row).decode() for row in rows)


def mails():
    with db.reading() as session:
        return session.exec(select(Mail).order_by(Mail.created_at)).all()


def looks():
    with db.reading() as session:
        return [(row.actor, row.about) for row in session.exec(select(AuditEvent)) if row.action == "mail.links_seen"]


@pytest.fixture
def written(ada, gwen):
    """A mail of each kind that holds a link, by the kind of its link."""
    jane = world.contact(ada, "Jane Roe")
    tokens = [ask(gwen, "POST", "/api/users", {"email": "new@firm.example"}).json()["link"].rpartition("/")[2]]
    tokens.append(ask(gwen, "POST", f"/api/users/{ada.id}/reset-link").json()["link"].rpartition("/")[2])
    with db.transaction() as session:
        token = email_actions.create_link(session, ada, jane.id, EmailAction.SNOOZE)
        item = email_rendering.MailItem("Jane Roe", links=(("Snooze", f"{SITE}/reply/{token}"),))
        letter = email_rendering.render("Jane Roe to contact today", "Good morning.", [("", [item])], "")
        mail_outbox.enqueue(session, ada.email, letter, user=session.get_one(User, ada.id))
        tokens.append(token)
    return {"invite": mails()[0], "reset": mails()[1], "reply": mails()[2]}, tokens


def test_every_kind_of_link_that_is_mailed_is_kept_by_its_row():
    """A new prefix: add it to `mailed_links.TABLES`, or say that it is never mailed."""
    assert {f"/{kind}/" for kind in mailed_links.TABLES} | SHOWN_ONCE == set(LINKS)


def test_no_working_link_stands_in_the_database(database, written):
    kept, tokens = written
    rows = "\n".join(dump(database))
    assert not [token for token in tokens if token in rows]
    shaped = set(re.findall(r"/(?:invite|reset|reply|r|calendar)/[\w-]{43}", rows))
    assert shaped == set()
    for kind, mail in kept.items():
        assert f"/{kind}/~" in mail.body
        assert f"/{kind}/…" in mailed_links.hidden(mail.body)


def test_what_goes_out_works_each_time_it_goes_out_and_is_used_once(database, written, ada):
    kept, _ = written
    first, second = (did(mail_outbox.letter_of, kept["invite"].id) for _ in range(2))
    tokens = [re.search(r"/invite/([\w-]{43})", letter.body)[1] for letter in (first, second)]
    assert tokens[0] in first.html
    assert len(set(tokens)) == 2
    assert not [token for token in tokens if token in "\n".join(dump(database))]
    for token in tokens:
        assert did(users.find_invitation, token).email == "new@firm.example"
    did(users.accept_invitation, tokens[0], PersonDraft(email="new@firm.example", name="New"), passwords.new(PASSWORD))
    for token in (*tokens, re.search(r"/invite/([\w-]{43})", did(mail_outbox.letter_of, kept["invite"].id).body)[1]):
        with pytest.raises(NotFound):
            did(users.find_invitation, token)


def test_an_answer_works_from_any_copy_of_its_mail_and_once(written, ada):
    kept, _ = written
    letters = [did(mail_outbox.letter_of, kept["reply"].id).body for _ in range(2)]
    tokens = [re.search(r"/reply/([\w-]{43})", letter)[1] for letter in letters]
    did(email_actions.carry_out, tokens[1])
    for token in tokens:
        with pytest.raises(NotFound):
            did(email_actions.find, token)


def test_a_look_at_a_link_is_in_the_trail_and_opens_it(written, gwen, ada, bo):
    kept, _ = written
    text = did(mail_outbox.links_of, gwen, kept["invite"].id)
    assert did(users.find_invitation, re.search(r"/invite/([\w-]{43})", text)[1])
    assert looks() == [(str(gwen.id), str(kept["invite"].id))]
    for who in (bo, ada):
        with pytest.raises(NotFound):
            did(mail_outbox.links_of, who, kept["invite"].id)
    # a password link is for its person alone, also where another golden ticket made it
    for who in (gwen, bo):
        with pytest.raises(NotFound):
            did(mail_outbox.links_of, who, kept["reset"].id)
    assert len(looks()) == 1


def test_whoever_holds_a_session_is_not_shown_a_way_around_the_old_password(written, ada):
    kept, _ = written
    did(password_reset.mail_link, ada.email, "192.0.2.1", SITE)
    for mail in (kept["reset"], mails()[-1]):
        assert not did(mailed_links.has_links, mail.body)
        assert not re.search(r"/reset/[\w-]{43}", did(mail_outbox.links_of, ada, mail.id))
    assert did(mailed_links.has_links, kept["reply"].body)
    assert re.search(r"/reply/[\w-]{43}", did(mail_outbox.links_of, ada, kept["reply"].id))


def test_an_invitation_that_is_sent_again_ends_what_was_mailed_before(written, gwen):
    kept, _ = written
    token = re.search(r"/invite/([\w-]{43})", did(mail_outbox.letter_of, kept["invite"].id).body)[1]
    did(invitations.send_again, gwen, did(users.find_invitation, token).id)
    with pytest.raises(NotFound):
        did(users.find_invitation, token)


def test_a_forgotten_password_is_mailed_by_its_row_too(database, ada):
    did(password_reset.mail_link, ada.email, "192.0.2.1", SITE)
    [mail] = mails()
    assert "/reset/~" in mail.body
    assert not re.search(r"/reset/[\w-]{43}", "\n".join(dump(database)))
    token = re.search(r"/reset/([\w-]{43})", did(mail_outbox.letter_of, mail.id).body)[1]
    assert did(users.user_of_reset_link, token).id == ada.id


def test_who_may_not_see_every_mail_retries_none(written, ada):
    with pytest.raises(Forbidden):
        did(mail_outbox.retry, ada, written[0]["reply"].id)
    assert ada.role is Role.CONSULTANT
