"""People, their sessions and the links that let them in."""

import threading
from datetime import timedelta

import psycopg
import pytest
from sqlmodel import select

from app import db, proofs
from app.errors import Conflict, Forbidden, Invalid, NotFound, SignedOut, TooManyTries
from app.models import (
    ApiToken,
    AuditEvent,
    FailedSignIn,
    OneTimeLink,
    PersonDraft,
    Purpose,
    Role,
    User,
    UserSession,
    base,
    now,
)
from app.services.accounts import login_throttle, password_proofs, passwords, sessions, user_profile, users
from app.services.base import secret_tokens
from app.signals import CHANNEL
from tests.support import world
from tests.support.waiting import announced

PASSWORD = "seven quiet otters"
OTHER = "nine loud herons on a roof"
HERE = "198.51.100.7"


def did(verb, *args, **kwargs):
    with db.transaction() as session:
        return verb(session, *args, **kwargs)


def typed(email, password, address):
    """An attempt to sign in: the person, or None."""
    begun, proof = proofs.attempt(email, password, address)
    came = did(password_proofs.settle_sign_in, begun, proof)
    if isinstance(came, TooManyTries):
        raise came
    return came if isinstance(came, User) else None


def asked(verb, *args, **kwargs):
    with db.reading() as session:
        return verb(session, *args, **kwargs)


def draft(name="Kim Kline", email="kim@firm.example", timezone="Europe/Berlin"):
    return PersonDraft(email=email, name=name, timezone=timezone)


def reload(user):
    with db.reading() as session:
        return session.get_one(User, user.id)


def audited(action):
    with db.reading() as session:
        return session.exec(select(AuditEvent).where(AuditEvent.action == action)).all()


@pytest.fixture
def later(monkeypatch):
    def move(**ahead):  # from where the clock already is
        moment = now() + timedelta(**ahead)
        monkeypatch.setattr(base, "clock", lambda: moment)

    return move


@pytest.fixture
def kim(database):
    return did(users.add, draft(), Role.CONSULTANT, PASSWORD)


@pytest.fixture
def news(database):
    with psycopg.connect(database, autocommit=True) as line:
        line.execute(f"listen {CHANNEL}")
        yield lambda: announced(line, database)


# --- set-up


def test_the_set_up_link_makes_the_first_golden_ticket_once():
    token = did(users.setup_link)
    first = did(users.create_first_account, token, draft(), passwords.new(PASSWORD))
    assert first.is_golden
    assert passwords.verify(reload(first).password_hash, PASSWORD)
    with pytest.raises(NotFound):
        did(users.create_first_account, token, draft(email="second@firm.example"), passwords.new(PASSWORD))
    with pytest.raises(NotFound):
        did(users.setup_link)


def test_a_new_set_up_link_replaces_the_earlier_one():
    early, late = did(users.setup_link), did(users.setup_link)
    with pytest.raises(NotFound):
        did(users.create_first_account, early, draft(), passwords.new(PASSWORD))
    did(users.create_first_account, late, draft(), passwords.new(PASSWORD))


def test_two_set_ups_in_the_same_moment_make_exactly_one_account():
    first = did(users.setup_link)
    second = "a second link that should never have been there"
    with db.transaction() as session:
        ends = now() + timedelta(hours=1)
        session.add(OneTimeLink(purpose=Purpose.SETUP, token_hash=secret_tokens.digest(second), expires_at=ends))
    start, outcomes = threading.Barrier(2), []

    def go(token, email):
        start.wait()
        try:
            did(users.create_first_account, token, draft(email=email), passwords.new(PASSWORD))
            outcomes.append("made")
        except NotFound:
            outcomes.append("gone")

    pairs = ((first, "a@firm.example"), (second, "b@firm.example"))
    both = [threading.Thread(target=go, args=pair) for pair in pairs]
    [one.start() for one in both]
    [one.join() for one in both]
    assert sorted(outcomes) == ["gone", "made"]
    with db.reading() as session:
        assert len(session.exec(select(User)).all()) == 1


def test_a_weak_password_leaves_the_set_up_link_usable():
    token = did(users.setup_link)
    with pytest.raises(Invalid):
        did(users.create_first_account, token, draft(), passwords.new("password1234"))
    assert did(users.create_first_account, token, draft(), passwords.new(PASSWORD)).is_golden


# --- invitations and resets


def test_an_invited_colleague_joins_once_with_the_invited_role(gwen):
    token = did(users.invite, gwen, "Kim@Firm.example", Role.CONSULTANT)
    assert asked(users.find_invitation, token).email == "kim@firm.example"
    kim = did(users.accept_invitation, token, draft(), passwords.new(PASSWORD))
    assert kim.role is Role.CONSULTANT
    with pytest.raises(NotFound):
        did(users.accept_invitation, token, draft(email="kim@firm.example"), passwords.new(PASSWORD))


def test_an_invitation_is_for_the_address_that_was_invited(gwen):
    token = did(users.invite, gwen, "kim@firm.example", Role.GOLDEN_TICKET)
    with pytest.raises(Invalid):
        did(users.accept_invitation, token, draft(email="eve@evil.example"), passwords.new(PASSWORD))


def test_an_invitation_expires_after_72_hours(gwen, later):
    token = did(users.invite, gwen, "kim@firm.example", Role.CONSULTANT)
    later(hours=71)
    asked(users.find_invitation, token)
    later(hours=73)
    with pytest.raises(NotFound):
        asked(users.find_invitation, token)
    with pytest.raises(NotFound):
        did(users.accept_invitation, token, draft(), passwords.new(PASSWORD))


def test_who_has_an_account_cannot_be_invited_again(gwen, ada):
    with pytest.raises(Conflict):
        did(users.invite, gwen, ada.email.upper(), Role.CONSULTANT)


def test_no_token_is_stored_as_text(gwen, kim):
    tokens = [
        did(users.invite, gwen, "new@firm.example", Role.CONSULTANT),
        did(users.reset_link, gwen, kim.id),
        did(sessions.open_session, kim, "Firefox"),
        did(sessions.issue_token, kim, "backup script")[1],
    ]
    with db.reading() as session:
        rows = [session.exec(select(table)).all() for table in (OneTimeLink, UserSession, ApiToken, AuditEvent)]
    stored = repr([[row.model_dump() for row in table] for table in rows])
    assert all(len(token) >= 43 and token not in stored for token in tokens)


def test_a_reset_ends_every_session_and_token_and_works_once(gwen, kim):
    cookie = did(sessions.open_session, kim, "Safari")
    script = did(sessions.issue_token, kim, "script")[1]
    token = did(users.reset_link, gwen, kim.id)
    assert asked(users.user_of_reset_link, token).id == kim.id
    did(users.reset_password, token, passwords.new(OTHER))
    assert asked(sessions.find_session, cookie) is None
    assert asked(sessions.find_token, script) is None
    assert typed(kim.email, PASSWORD, HERE) is None
    assert typed(kim.email, OTHER, HERE).id == kim.id
    with pytest.raises(NotFound):
        did(users.reset_password, token, passwords.new(PASSWORD))


def test_a_reset_link_lives_an_hour_and_dies_with_the_next(gwen, kim, later):
    early, late = did(users.reset_link, gwen, kim.id), did(users.reset_link, gwen, kim.id)
    with pytest.raises(NotFound):
        asked(users.user_of_reset_link, early)
    later(minutes=61)
    with pytest.raises(NotFound):
        did(users.reset_password, late, passwords.new(OTHER))


# --- signing in


def test_the_right_password_signs_in_and_a_wrong_one_does_not(kim):
    assert typed(" KIM@firm.example ", PASSWORD, HERE).id == kim.id
    assert typed(kim.email, PASSWORD + "x", HERE) is None
    assert typed("nobody@firm.example", PASSWORD, HERE) is None


@pytest.mark.parametrize("email", ["", "\0", "\ud800@x.example", "x" * 100_000, "kim", "kim@firm.example\0"])
def test_hostile_addresses_are_just_wrong(kim, email):
    assert typed(email, PASSWORD, HERE) is None


def test_a_disabled_colleague_cannot_sign_in(gwen, kim):
    did(users.disable, gwen, kim.id)
    assert typed(kim.email, PASSWORD, HERE) is None


def test_ten_failures_throttle_the_account_and_slow_the_address_but_nobody_else(kim, ada):
    for n in range(10):
        assert typed(kim.email, "wrong", f"203.0.113.{n}") is None
    with pytest.raises(TooManyTries) as wait:
        typed(kim.email, PASSWORD, HERE)
    assert 0 < wait.value.retry_after <= 300
    assert typed(ada.email, "wrong", HERE) is None
    for n in range(9):
        typed(f"{n}@firm.example", "wrong", HERE)
    with pytest.raises(TooManyTries):
        typed("fresh@firm.example", "wrong", HERE)


def test_the_throttle_only_delays(kim, later):
    for _ in range(10):
        typed(kim.email, "wrong", HERE)
    later(minutes=5, seconds=5)
    assert typed(kim.email, PASSWORD, HERE).id == kim.id


def test_a_thousand_failures_throttle_everybody(kim):
    with db.transaction() as session:
        session.add_all(FailedSignIn(account=str(n), address=str(n)) for n in range(1000))
    with pytest.raises(TooManyTries):
        typed(kim.email, PASSWORD, HERE)


def test_an_ipv6_network_counts_as_one_address():
    assert (
        login_throttle.address_key("2001:db8:1:2::1")
        == login_throttle.address_key("2001:db8:1:2:ffff::9")
        == "2001:db8:1:2::/64"
    )
    assert login_throttle.address_key("2001:db8:1:3::1") != login_throttle.address_key("2001:db8:1:2::1")
    assert login_throttle.address_key("::ffff:198.51.100.7") == "198.51.100.7"
    assert len(login_throttle.address_key("unix:" * 50)) == 64


def test_a_typed_address_is_never_kept_as_text(kim):
    typed("my-password-in-the-wrong-field", PASSWORD, HERE)
    with db.reading() as session:
        kept = session.exec(select(FailedSignIn)).one()
    assert "password" not in repr(kept.model_dump()) + repr([e.model_dump() for e in audited("sign_in.failed")])


def test_signing_in_renews_a_hash_made_with_older_parameters(hashed_in_earnest, kim):
    weak = passwords.argon2.using(type="ID", memory_cost=8192, time_cost=1, parallelism=1).hash(PASSWORD)
    with db.transaction() as session:
        session.get_one(User, kim.id).password_hash = weak
    typed(kim.email, PASSWORD, HERE)
    assert "m=47104" in reload(kim).password_hash


# --- sessions


def test_a_session_belongs_to_its_token_until_it_is_closed(kim, news):
    token = did(sessions.open_session, kim, "Firefox\r\n on Debian")
    user, kept = asked(sessions.find_session, token)
    assert user.id == kim.id
    assert kept.browser == "Firefox on Debian"
    assert asked(sessions.find_session, token + "x") is None
    news()
    did(sessions.close_session, kim, kept.id)
    assert asked(sessions.find_session, token) is None
    assert str(kim.id) in news()[0]


@pytest.mark.parametrize(("role", "idle"), [(Role.CONSULTANT, 7 * 24), (Role.GOLDEN_TICKET, 12)])
def test_a_session_ends_when_nothing_happens_in_it(database, later, role, idle):
    who = world.person("Sam", role)
    token = did(sessions.open_session, who, "")
    later(hours=idle - 1)
    _, kept = asked(sessions.find_session, token)
    assert sessions.is_use_due(kept)
    did(sessions.record_use, kept.id)
    later(hours=idle - 1)
    assert asked(sessions.find_session, token)
    later(hours=2)
    assert asked(sessions.find_session, token) is None


def test_an_active_session_still_ends_after_its_absolute_time(kim, later):
    token = did(sessions.open_session, kim, "")
    start = now()
    for day in range(1, 30, 6):
        later(seconds=(start + timedelta(days=day) - now()).total_seconds())
        _, kept = asked(sessions.find_session, token)
        did(sessions.record_use, kept.id)
    later(seconds=(start + timedelta(days=30, hours=1) - now()).total_seconds())
    assert asked(sessions.find_session, token) is None


def test_sliding_writes_at_most_once_in_five_minutes(kim, later):
    token = did(sessions.open_session, kim, "")
    seen = asked(sessions.find_session, token)[1]
    later(minutes=4)
    assert not sessions.is_use_due(seen)
    did(sessions.record_use, seen.id)
    assert asked(sessions.find_session, token)[1].seen_at == seen.seen_at


def test_one_sees_and_closes_only_ones_own_browsers(kim, ada, gwen):
    did(sessions.open_session, kim, "Phone")
    did(sessions.open_session, kim, "Laptop")
    mine = asked(sessions.devices, kim)
    assert {device.browser for device in mine} == {"Phone", "Laptop"}
    with pytest.raises(NotFound):
        did(sessions.close_session, ada, mine[0].id)
    did(sessions.close_session, kim, mine[0].id)
    did(sessions.close_session, gwen, mine[1].id)
    assert asked(sessions.devices, kim) == []


def test_changing_the_password_keeps_this_browser_and_ends_the_others(kim):
    here, there = did(sessions.open_session, kim, "Phone"), did(sessions.open_session, kim, "Laptop")
    this = asked(sessions.find_session, here)[1]
    with pytest.raises(Invalid):
        proofs.own_password(kim.id, "wrong")
    proved = proofs.new_password(kim.id, PASSWORD, OTHER)
    did(lambda s: user_profile.change_password(s, users.acting(s, kim.id), *proved, but=this.id))
    assert asked(sessions.find_session, here)
    assert asked(sessions.find_session, there) is None
    assert typed(kim.email, OTHER, HERE)


def test_a_script_token_works_until_it_is_revoked_or_expires(kim, ada, later):
    kept, token = did(sessions.issue_token, kim, "nightly export", days=30)
    assert token.endswith(kept.last4)
    assert asked(sessions.find_token, token)[0].id == kim.id
    did(sessions.record_token_use, kept.id)
    assert asked(sessions.tokens, kim)[0].used_at
    with pytest.raises(NotFound):
        did(sessions.revoke_token, ada, kept.id)
    did(sessions.revoke_token, kim, kept.id)
    assert asked(sessions.find_token, token) is None
    _, second = did(sessions.issue_token, kim, "again", days=30)
    later(days=31)
    assert asked(sessions.find_token, second) is None


@pytest.mark.parametrize(("name", "days"), [("", 30), ("x" * 81, 30), ("a\0b", 30), ("ok", 0), ("ok", 366)])
def test_a_token_needs_a_name_and_a_life_of_at_most_a_year(kim, name, days):
    with pytest.raises(Invalid):
        did(sessions.issue_token, kim, name, days)


# --- roles


@pytest.mark.parametrize(
    "verb",
    [
        lambda s, who, other: users.invite(s, who, "new@firm.example", Role.CONSULTANT),
        lambda s, who, other: users.reset_link(s, who, other.id),
        lambda s, who, other: users.change_role(s, who, other.id, Role.GOLDEN_TICKET),
        lambda s, who, other: users.disable(s, who, other.id),
        lambda s, who, other: users.enable(s, who, other.id),
    ],
)
def test_a_consultant_manages_nobody(ada, bo, verb):
    with pytest.raises(Forbidden):
        did(verb, ada, bo)


def test_nobody_changes_their_own_role(gwen):
    world.person("Second Gold", Role.GOLDEN_TICKET)
    with pytest.raises(Forbidden):
        did(users.change_role, gwen, gwen.id, Role.CONSULTANT)


def test_the_last_active_golden_ticket_stays(gwen):
    second = world.person("Second Gold", Role.GOLDEN_TICKET)
    did(users.disable, gwen, second.id)
    with pytest.raises(Conflict):
        did(users.disable, gwen, gwen.id)
    with pytest.raises(Conflict):
        did(users.change_role, users.operator("root"), gwen.id, Role.CONSULTANT)


def test_two_golden_tickets_who_remove_each_other_leave_one(gwen):
    second = world.person("Second Gold", Role.GOLDEN_TICKET)
    start, outcomes = threading.Barrier(2), []

    def go(who, whom):
        start.wait()
        try:
            did(users.disable, who, whom.id)
            outcomes.append("done")
        except Conflict:
            outcomes.append("refused")

    both = [threading.Thread(target=go, args=pair) for pair in ((gwen, second), (second, gwen))]
    [one.start() for one in both]
    [one.join() for one in both]
    assert sorted(outcomes) == ["done", "refused"]


def test_disabling_stops_everything_and_keeps_the_person(gwen, kim, news):
    cookie, script = did(sessions.open_session, kim, ""), did(sessions.issue_token, kim, "script")[1]
    reset = did(users.reset_link, gwen, kim.id)
    news()
    did(users.disable, gwen, kim.id)
    assert str(kim.id) in news()[0]
    assert asked(sessions.find_session, cookie) is None
    assert asked(sessions.find_token, script) is None
    with pytest.raises(SignedOut):
        asked(users.acting, kim.id)
    with pytest.raises(NotFound):
        did(users.reset_password, reset, passwords.new(OTHER))
    did(users.enable, gwen, kim.id)
    assert asked(users.acting, kim.id).name == "Kim Kline"
    assert asked(sessions.find_session, cookie) is None


def test_a_new_role_needs_a_new_sign_in(gwen, kim, news):
    cookie = did(sessions.open_session, kim, "")
    news()
    did(users.change_role, gwen, kim.id, Role.GOLDEN_TICKET)
    assert reload(kim).is_golden
    assert asked(sessions.find_session, cookie) is None
    assert news()


def test_nobody_and_the_unknown_are_signed_out(ada):
    for user_id in (None, base.new_id()):
        with pytest.raises(SignedOut):
            asked(users.acting, user_id)


def test_a_consultant_does_not_see_who_has_left(gwen, ada, bo):
    did(users.disable, gwen, bo.id)
    assert [u.name for u in asked(users.colleagues, ada)] == ["Ada Lind", "Gwen Gold"]
    assert [u.name for u in asked(users.colleagues, gwen)] == ["Ada Lind", "Bo Berg", "Gwen Gold"]


def test_a_profile_keeps_its_rules(ada):
    did(lambda s: user_profile.change_profile(s, users.acting(s, ada.id), "  Ada L. ", "Asia/Tokyo"))
    assert (reload(ada).name, reload(ada).timezone) == ("Ada L.", "Asia/Tokyo")
    with pytest.raises(Invalid) as refused:
        did(lambda s: user_profile.change_profile(s, users.acting(s, ada.id), "\0", "Mars/Olympus"))
    assert set(refused.value.fields) == {"name", "timezone"}


def test_the_pipedrive_key_is_kept_sealed_and_dropped(ada):
    did(
        lambda s: user_profile.save_pipedrive_key(
            s, users.acting(s, ada.id), "sealed", "1234", "acme", 7, "Ada at ACME"
        )
    )
    assert reload(ada).pipedrive_last4 == "1234"
    did(lambda s: user_profile.delete_pipedrive_key(s, users.acting(s, ada.id)))
    assert reload(ada).pipedrive_key is None
    assert "sealed" not in repr([e.model_dump() for e in audited("pipedrive_key.kept")])


def test_the_operator_is_in_the_trail_by_name_and_has_no_account(gwen, ada):
    root = users.operator("root")
    did(users.disable, root, ada.id)
    did(users.invite, root, "new@firm.example", Role.CONSULTANT)
    assert audited("user.disabled")[0].actor == "cli:root"
    with db.reading() as session:
        assert len(session.exec(select(User)).all()) == 2


def test_every_deed_leaves_a_trace(gwen, kim):
    typed(kim.email, PASSWORD, HERE)
    typed(kim.email, "wrong", HERE)
    did(users.change_role, gwen, kim.id, Role.GOLDEN_TICKET)
    for action in ("user.added", "sign_in", "sign_in.failed", "user.role"):
        assert audited(action)[0].about == str(kim.id)
