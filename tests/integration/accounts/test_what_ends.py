"""What opens something as a person, or was made by one, ends with their account, role or password, and comes back with nothing."""

import pytest
from sqlmodel import Session, SQLModel, select

from app import db, proofs
from app.errors import NotFound, Refusal, SignedOut
from app.models import DeviceDraft, EmailAction, Mail, PersonDraft, Purpose, Role, User
from app.services.accounts import one_time_links, password_proofs, passwords, sessions, user_profile, users
from app.services.activities import calendar_feed
from app.services.notifications import email_actions, email_rendering, mail_outbox, push_devices
from app.services.reports import share_links
from tests.support import world

PASSWORD, OTHER = "seven quiet otters", "nine loud herons on a roof"
POINT, SIXTEEN = "B" + "A" * 86, "A" * 22

# every table whose rows open something to whoever holds the text behind the digest
OPENERS = {table.name: table for table in SQLModel.metadata.sorted_tables if "token_hash" in table.c}


def did(verb, *args, **kwargs):
    with db.transaction() as session:
        return verb(session, *args, **kwargs)


def works(verb, *args):
    """Whether it still opens something."""
    try:
        found = did(verb, *args)
    except Refusal:
        return False
    return found is not None


def golden(name):
    email = f"{name.lower()}@firm.example"
    return did(users.add, PersonDraft(email=email, name=name), Role.GOLDEN_TICKET, PASSWORD)


def device(session, who, session_id, path):
    draft = DeviceDraft(endpoint=f"https://push.example/{path}", p256dh=POINT, auth=SIXTEEN)
    return push_devices.register(session, who, draft, key="k", session_id=session_id)


@pytest.fixture
def eve(database):
    return golden("Eve")


@pytest.fixture
def held(eve, gwen, ada):
    """Everything that Eve can hold or make, as a question whether it still opens something."""
    jane = world.contact(eve, "Jane Roe")
    campaign = world.campaign(eve)
    cookie = did(sessions.open_session, eve, "Firefox")
    with db.reading() as session:
        here = sessions.find_session(session, cookie)[1].id
    did(device, eve, here, "of-a-browser")
    did(device, eve, None, "of-a-script")
    script = did(sessions.issue_token, eve, "script")[1]
    feed = did(calendar_feed.open_feed, eve)
    report = did(share_links.share, eve, campaign.id, 30)
    invitation = did(users.invite, eve, "backdoor@evil.example", Role.GOLDEN_TICKET)
    password_for_ada = did(users.reset_link, eve, ada.id)
    password_for_eve = did(users.reset_link, gwen, eve.id)
    waiting = did(one_time_links.create, Purpose.CODE, user_id=eve.id)
    answer = did(email_actions.create_link, eve, jane.id, EmailAction.SNOOZE)
    letter = email_rendering.render("Jane Roe to contact today", "Good morning.", [], "")
    written = did(mail_outbox.enqueue, eve.email, letter, user=eve).id
    joining = PersonDraft(email="backdoor@evil.example", name="Back Door")
    return {
        "browser": lambda: works(sessions.find_session, cookie),
        "token": lambda: works(sessions.find_token, script),
        "calendar": lambda: works(calendar_feed.feed, feed),
        "report link": lambda: works(share_links.opened, report),
        "invitation": lambda: (
            works(users.find_invitation, invitation)
            or works(users.accept_invitation, invitation, joining, passwords.new(OTHER))
        ),
        "password link for another": lambda: (
            works(users.user_of_reset_link, password_for_ada)
            or works(users.reset_password, password_for_ada, passwords.new(OTHER))
        ),
        "password link for them": lambda: works(users.user_of_reset_link, password_for_eve),
        "sign-in that waits": lambda: works(one_time_links.find, Purpose.CODE, waiting),
        "answer from a mail": lambda: works(email_actions.find, answer),
        "mail on its way": lambda: did(Session.get, Mail, written) is not None,
        "device of a browser": lambda: len(_devices(eve, "of-a-browser")) == 1,
        "device of a script": lambda: len(_devices(eve, "of-a-script")) == 1,
    }


def _devices(who, path):
    with db.reading() as session:
        return [one for one in push_devices.of_user(session, who) if one.endpoint.endswith(path)]


def still(held):
    return {name for name, ask in held.items() if ask()}


OWN = {"browser", "token", "calendar", "device of a browser", "device of a script"}
MADE = {"report link", "invitation", "password link for another"}


def test_the_list_of_what_opens_something_is_whole(held):
    filled = set()
    with db.reading() as session:
        for name, table in OPENERS.items():
            if session.execute(select(table.c.id)).first():
                filled.add(name)
    assert filled == set(OPENERS), "a table with tokens that this file does not fill: give Eve one"


def test_everything_works_before(held):
    asked = {name: held[name]() for name in held if name not in {"invitation", "password link for another"}}
    assert all(asked.values()), asked


def test_disabling_ends_everything_and_enabling_revives_nothing(held, gwen, eve):
    did(users.disable, gwen, eve.id)
    did(users.enable, gwen, eve.id)
    assert still(held) == set()
    begun, proof = proofs.attempt(eve.email, PASSWORD, "198.51.100.7")
    assert did(password_proofs.settle_sign_in, begun, proof).id == eve.id


def test_a_demotion_ends_what_the_golden_ticket_held_and_made(held, gwen, eve):
    did(users.change_role, gwen, eve.id, Role.CONSULTANT)
    did(users.change_role, gwen, eve.id, Role.GOLDEN_TICKET)
    assert still(held) & (OWN | MADE) == set()


def test_a_promotion_gives_no_old_token_new_rights(gwen, ada):
    script = did(sessions.issue_token, ada, "script")[1]
    did(users.change_role, gwen, ada.id, Role.GOLDEN_TICKET)
    assert not works(sessions.find_token, script)


@pytest.mark.parametrize("way", ["by hand", "by link"])
def test_a_new_password_ends_what_was_got_with_the_old_one(held, gwen, eve, way):
    if way == "by hand":
        proved = proofs.new_password(eve.id, PASSWORD, OTHER)
        with db.transaction() as session:
            user_profile.change_password(session, session.get_one(User, eve.id), *proved)
    else:
        did(users.reset_password, did(users.reset_link, gwen, eve.id), passwords.new(OTHER))
    assert still(held) & OWN == set()
    assert not held["password link for them"]()
    assert not held["sign-in that waits"]()


def test_a_link_stands_on_the_right_of_whoever_made_it(gwen, eve, ada):
    """Even when nobody deleted it: the row alone opens nothing."""
    invitation = did(users.invite, eve, "new@firm.example", Role.CONSULTANT)
    password = did(users.reset_link, eve, ada.id)
    with db.transaction() as session:
        session.get_one(User, eve.id).role = Role.CONSULTANT
    with pytest.raises(NotFound):
        did(users.find_invitation, invitation)
    with pytest.raises(NotFound):
        did(users.reset_password, password, passwords.new(OTHER))


def test_who_was_disabled_makes_nothing_more(gwen, eve):
    did(users.disable, gwen, eve.id)
    with pytest.raises(SignedOut):
        did(users.acting, eve.id)
