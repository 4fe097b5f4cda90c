"""The morning mail at each person's hour, reminders, quiet hours, the outbox, answers from a mail."""

import re
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from app import db
from app.calendar_days import start_in_days
from app.errors import Forbidden, Invalid, NotFound
from app.mail.delivery import Delivery
from app.mail.senders import Brevo, Smtp, sender_for
from app.models import (
    Activity,
    ActivityDraft,
    ActivityType,
    Contact,
    Mail,
    Notification,
    NotificationKind,
    NotificationSettings,
    Outcome,
    Question,
    SavedReportDraft,
    Trigger,
    User,
    base,
    now,
)
from app.services.activities import activity_log
from app.services.notifications import (
    daily_digest,
    email_actions,
    email_rendering,
    inbox,
    mail_outbox,
)
from app.services.push_queue import push_jobs
from app.services.reports import saved_reports
from app.settings import Settings
from tests.support import fake_mail_servers
from tests.support.world import campaign, contact

SITE = "https://leads.example.com"
BERLIN = ZoneInfo("Europe/Berlin")
# a Monday; nine o'clock in Berlin is eight in UTC
MONDAY = datetime(2026, 11, 23, 8, 5, tzinfo=BERLIN)


@pytest.fixture
def at(monkeypatch):
    """Stop the clock: `at(moment)`."""

    def stop(moment):
        monkeypatch.setattr(base, "clock", lambda: moment.astimezone(ZoneInfo("UTC")))

    stop(MONDAY)
    return stop


def all_of(kind):
    with db.reading() as session:
        return session.exec(select(kind).order_by(kind.id)).all()


def morning(moment=None):
    return Delivery(None, SITE).write_digests(moment)


def occasion():
    return Delivery(None, SITE).create_notifications()


def plan(who, jane, due, kind=ActivityType.MEETING):
    with db.transaction() as session:
        draft = ActivityDraft(type=kind, due_date=due)
        return activity_log.log(session, session.get_one(User, who.id), jane.id, draft)


# --- the morning mail


def test_the_morning_mail_says_whom_to_contact_and_why(ada, jane, john, at):
    plan(ada, john, MONDAY + timedelta(hours=3), ActivityType.CALL)
    assert morning() == 1
    (mail,) = all_of(Mail)
    assert mail.address == ada.email
    assert mail.subject == "Jane Roe to contact today"
    assert "ACME Ltd · warm 5, never contacted" in mail.body
    assert "John Öström" in mail.body
    assert "Call · Mon 23 Nov, 11:05" in mail.body
    assert "<script" not in mail.html
    assert [notice.kind for notice in all_of(Notification)] == [NotificationKind.DIGEST]


def test_it_comes_once_a_day_at_the_persons_own_hour(ada, bo, jane, at):
    contact(bo, "Bo's Only")  # Bo lives in UTC: 7:05 there
    assert morning() == 1
    assert morning(MONDAY + timedelta(minutes=30)) == 0
    assert morning(MONDAY + timedelta(hours=1)) == 1
    assert {mail.address for mail in all_of(Mail)} == {ada.email, bo.email}
    assert morning(MONDAY + timedelta(days=1, hours=1)) == 2


@pytest.mark.parametrize(
    ("moment", "choice", "due"),
    [
        (MONDAY, {}, True),
        (MONDAY.replace(hour=7, minute=59), {}, False),
        (MONDAY.replace(hour=13), {}, False),
        (MONDAY.replace(day=22), {}, False),
        (MONDAY.replace(day=22), {"weekends": True}, True),
        (MONDAY, {"by_mail": False}, False),
        (MONDAY, {"off": ["DIGEST"]}, False),
        (MONDAY, {"digest_hour": 9}, False),
        (datetime(2026, 3, 30, 6, 30, tzinfo=ZoneInfo("UTC")), {}, True),
    ],
)
def test_whose_morning_has_come(moment, choice, due):
    assert daily_digest.is_due(NotificationSettings(user_id=base.new_id(), **choice), "Europe/Berlin", moment) is due


@pytest.mark.parametrize(
    ("day", "hour", "early", "first", "last"),
    [
        # in March an hour is missing, in October one comes twice: the mail comes once, at the hour on the wall
        ((2026, 3, 29), 8, (5, 55), (6, 5), (9, 30)),
        ((2026, 3, 29), 2, (0, 55), (1, 5), (3, 30)),
        ((2026, 10, 25), 8, (6, 55), (7, 5), (10, 30)),
        ((2026, 10, 25), 2, (-1, 55), (0, 5), (1, 5)),
    ],
)
def test_on_the_days_when_clocks_change_the_morning_comes_once(ada, jane, at, day, hour, early, first, last):
    with db.transaction() as session:
        inbox.change_settings(session, session.get_one(User, ada.id), weekends=True, digest_hour=hour)
    midnight = datetime(*day, tzinfo=ZoneInfo("UTC"))
    sent = []
    for hours, minutes in (early, first, last):
        at(midnight + timedelta(hours=hours, minutes=minutes))
        sent.append(morning())
    assert sent == [0, 1, 0]


def test_a_day_with_nothing_to_say_has_no_mail(ada, at):
    assert morning() == 0
    assert all_of(Mail) == []


def test_a_disabled_colleague_gets_no_mail(ada, jane, at):
    with db.transaction() as session:
        session.get_one(User, ada.id).active = False
    assert morning() == 0


def test_names_are_text_in_the_mail_and_nothing_else(ada, at):
    contact(ada, '<img src=x onerror="alert(1)">', warmness_score=9)
    morning()
    (mail,) = all_of(Mail)
    assert "<img" not in mail.html
    assert "&lt;img src=x" in mail.html


# --- the reports of the week


def reports(moment=None):
    return Delivery(None, SITE).write_weekly_reports(moment)


def test_saved_reports_come_on_mondays_once_with_the_week_that_ended(ada, bo, jane, at):
    spring = campaign(ada, "Energy spring", members=[bo], holds=[jane])
    with db.transaction() as session:
        session.add_all(
            Activity(type=kind, user_id=who.id, contact_id=jane.id, campaign_id=spring.id, happened_at=MONDAY - timedelta(days=days), created_at=MONDAY - timedelta(days=days))
            for kind, who, days in (("CALL", ada, 2), ("CALL", ada, 3), ("CALL", bo, 3), ("MEETING", ada, 1), ("EMAIL", ada, 9), ("CALL", ada, 0))
        )  # fmt: skip
        mine = {"user_id": ada.id, "last_days": 7}
        for name, weekly, question, filters in (
            ("Which way works", True, Question.CHANNELS, mine),
            ("The week", True, Question.WEEK, {}),
            ("Spring itself", True, Question.CAMPAIGN, mine | {"campaign_id": spring.id}),
            ("Not by mail", False, Question.CHANNELS, {}),
        ):
            draft = SavedReportDraft(name=name, question=question, weekly=weekly, filters=filters)
            saved_reports.save(session, ada, draft)
    assert reports(MONDAY + timedelta(days=1)) == 0
    assert reports() == 1
    assert reports(MONDAY + timedelta(hours=1)) == 0
    (mail,) = all_of(Mail)
    assert mail.subject == "Your reports of the week"
    first, last = (MONDAY.date() - timedelta(days=back) for back in (7, 1))
    days = f"{first.day} {first:%b %Y} to {last.day} {last:%b %Y}"
    assert f"the week that ended, {days} (Europe/Berlin)" in mail.body
    # the call of this Monday and the mail of the week before are not of that week
    assert "- Call\n  Touches: 2 · Meetings booked: 1 · Meetings per touch: 50.0%" in mail.body
    assert "- E-mail" not in mail.body
    assert f"{days} · Ada Lind." in mail.body
    assert f"Open: {SITE}/reports?days=7&person={ada.id}" in mail.body
    assert f"{first.day} to {last.day} {last:%b %Y}: 4 touches, 1 reached, 1 meeting booked" in mail.body
    assert "3 touches, 1 reached, 1 meetings booked, 1 meetings held" in mail.body
    assert f"Open: {SITE}/campaigns/{spring.id}?tab=report&days=7&person={ada.id}" in mail.body
    assert 'width="100%" height="8"' in mail.html
    assert "Not by mail" not in mail.body.title()
    assert reports(MONDAY + timedelta(days=7)) == 1


# --- answers from the mail


def links(mail, word):
    """The tokens with which the mail goes out now."""
    with db.transaction() as session:
        return re.findall(rf"  {word}: {SITE}/reply/(\S+)", mail_outbox.letter_of(session, mail.id).body)


def test_a_line_is_answered_once_without_signing_in(ada, jane, at):
    morning()
    (token,) = links(all_of(Mail)[0], "Reached")
    with db.transaction() as session:
        assert email_actions.find(session, token).words == "Log that you reached Jane Roe?"
    assert all_of(Activity) == []
    with db.transaction() as session:
        assert email_actions.carry_out(session, token) == "Logged: you reached Jane Roe."
    (touch,) = all_of(Activity)
    assert (touch.type, touch.outcome, touch.user_id) == (ActivityType.CALL, Outcome.REACHED, ada.id)
    for verb in (email_actions.find, email_actions.carry_out):
        with db.transaction() as session, pytest.raises(NotFound):
            verb(session, token)


@pytest.mark.parametrize(("word", "days"), [("Snooze", 14), ("Not relevant", 365)])
def test_an_answer_puts_somebody_off(ada, jane, at, word, days):
    morning()
    (token,) = links(all_of(Mail)[0], word)
    with db.transaction() as session:
        email_actions.carry_out(session, token)
    with db.reading() as session:
        assert session.get_one(Contact, jane.id).snoozed_until == start_in_days(days, "Europe/Berlin")


def test_a_link_dies_with_time_with_its_owner_and_with_the_contact(ada, jane, john, at):
    morning()
    first, second = links(all_of(Mail)[0], "Snooze")
    with db.transaction() as session:
        session.get_one(Contact, jane.id).deleted_at = now()
        session.get_one(Contact, john.id).deleted_at = now()
    for token in (first, second):
        with db.transaction() as session, pytest.raises(NotFound):
            email_actions.carry_out(session, token)
    with db.transaction() as session:
        session.get_one(Contact, jane.id).deleted_at = session.get_one(Contact, john.id).deleted_at = None
    at(MONDAY + timedelta(days=8))
    with db.transaction() as session, pytest.raises(NotFound):
        email_actions.carry_out(session, first)


# --- the bell


def test_a_planned_touch_rings_when_it_is_due_and_again_when_it_was_moved(ada, jane, at):
    call = plan(ada, jane, MONDAY + timedelta(hours=2), ActivityType.CALL)
    assert occasion() == 0
    at(MONDAY + timedelta(hours=1, minutes=50))
    assert occasion() == 1
    assert occasion() == 0
    assert all_of(Notification)[0].sentence == "Call with Jane Roe is due."
    with db.transaction() as session:
        activity_log.change(session, ada, call.id, {"due_date": MONDAY + timedelta(hours=5)})
    at(MONDAY + timedelta(hours=5))
    assert occasion() == 1


def test_a_meeting_is_announced_an_hour_before_by_mail_too_but_not_in_quiet_hours(ada, jane, at):
    plan(ada, jane, MONDAY.replace(hour=9))
    plan(ada, contact(ada, "Early Bird"), MONDAY.replace(day=24, hour=6, minute=30))
    occasion()
    assert [mail.subject for mail in all_of(Mail)] == ["Soon: meeting with Jane Roe"]
    at(MONDAY.replace(day=24, hour=5, minute=40))
    assert occasion() == 2  # the early one, and Jane's is over since yesterday
    assert len(all_of(Mail)) == 1


def test_after_its_end_a_meeting_asks_how_it_went(ada, jane, at):
    meeting = plan(ada, jane, MONDAY - timedelta(minutes=30))
    occasion()
    at(MONDAY + timedelta(minutes=30))
    occasion()
    assert all_of(Notification)[-1].sentence == "Meeting with Jane Roe: held, no-show or moved?"
    with db.transaction() as session:
        activity_log.change(session, ada, meeting.id, {"outcome": Outcome.HELD, "done": True})
    at(MONDAY + timedelta(hours=2))
    assert occasion() == 0


def test_a_push_that_needs_somebody_rings_for_its_owner_alone(ada, bo, jane, at):
    with db.transaction() as session:
        sync = push_jobs.enqueue(session, ada, session.merge(jane), Trigger.MANUAL)
        sync.status, sync.error, sync.finished_at = "FAILED", "Two people fit.", now()
        session.add(sync)
    assert occasion() == 1
    (notice,) = all_of(Notification)
    assert (notice.user_id, notice.path) == (ada.id, "/sync")
    assert notice.sentence == "The push of Jane Roe needs you: Two people fit."


def test_who_switched_a_kind_off_does_not_hear_of_it(ada, jane, at):
    with db.transaction() as session:
        inbox.change_settings(session, ada, off=["REMINDER"])
    plan(ada, jane, MONDAY + timedelta(minutes=5), ActivityType.CALL)
    assert occasion() == 0


def test_notices_are_counted_read_and_ones_own(ada, bo, at):
    with db.transaction() as session:
        for number in range(3):
            inbox.notify(session, ada, NotificationKind.CAMPAIGN, f"News {number}.", about=f"n{number}")
        assert not inbox.notify(session, ada, NotificationKind.CAMPAIGN, "Again.", about="n0")
    with db.transaction() as session:
        seen = inbox.newest(session, ada)
        assert (len(seen.notices), seen.unread) == (3, 3)
        assert inbox.mark_read(session, bo, [seen.notices[0].id]) == 0
        assert inbox.mark_read(session, ada, [seen.notices[0].id]) == 1
        assert inbox.mark_read(session, ada) == 2
        assert inbox.count_unread(session, ada) == 0


@pytest.mark.parametrize("wrong", [{"digest_hour": 24}, {"quiet_from": -1}, {"off": ["EVERYTHING"]}])
def test_choices_are_checked(ada, wrong):
    with db.transaction() as session, pytest.raises(Invalid):
        inbox.change_settings(session, ada, **wrong)


@pytest.mark.parametrize(
    ("hour", "window", "quiet", "loud"),
    [
        (3, (20, 7), True, 7),
        (21, (20, 7), True, 7),
        (12, (20, 7), False, 12),
        (13, (12, 14), True, 14),
        (8, (0, 0), False, 8),
    ],
)
def test_quiet_hours_go_over_midnight(hour, window, quiet, loud):
    chosen_ = NotificationSettings(user_id=base.new_id(), quiet_from=window[0], quiet_to=window[1])
    moment = datetime(2026, 3, 28, hour, tzinfo=BERLIN)  # clocks go forward in the following night
    assert inbox.is_quiet(chosen_, "Europe/Berlin", moment) is quiet
    assert inbox.end_of_quiet_hours(chosen_, "Europe/Berlin", moment).astimezone(BERLIN).hour == loud


# --- the post


def written(to="jane@acme.example", **more):
    told = email_rendering.invitation("leads.example.com", "Gwen", f"{SITE}/invite/x")
    with db.transaction() as session:
        return mail_outbox.enqueue(session, to, told, **more)


def test_brevo_takes_the_mail_and_what_it_said_is_forgotten(database):
    written()
    with fake_mail_servers.brevo() as server:
        sender = Brevo(
            fake_mail_servers.BREVO_KEY, "team@firm.example", "Firm", f"http://127.0.0.1:{server.server_port}"
        )
        Delivery(sender, SITE).send_mails()
        (taken,) = server.mails
    assert taken["to"] == [{"email": "jane@acme.example"}]
    assert taken["sender"] == {"email": "team@firm.example", "name": "Firm"}
    assert f"{SITE}/invite/x" in taken["textContent"]
    (mail,) = all_of(Mail)
    assert mail.sent_at
    assert (mail.body, mail.html) == ("", "")


@pytest.mark.parametrize(("status", "failed"), [(500, False), (429, False), (401, False), (400, True)])
def test_what_brevo_does_not_take_is_tried_later_or_never(database, status, failed):
    written()
    with fake_mail_servers.brevo(status) as server:
        sender = Brevo(
            fake_mail_servers.BREVO_KEY, "team@firm.example", "Firm", f"http://127.0.0.1:{server.server_port}"
        )
        Delivery(sender, SITE).send_mails()
        Delivery(sender, SITE).send_mails()
        assert server.mails == []
    (mail,) = all_of(Mail)
    assert mail.error
    assert bool(mail.failed_at) is failed
    assert failed or mail.due_at > now()


def test_smtp_carries_text_and_html_with_umlauts(database):
    written("jörg@müller.example", user=None)
    with fake_mail_servers.smtp() as server:
        Delivery(Smtp(f"smtp://127.0.0.1:{server.server_address[1]}", "team@firm.example", "Büro Ö"), SITE).send_mails()
    (mail,) = all_of(Mail)
    assert mail.error, "this server knows no SMTPUTF8, and nothing is lost silently"


def test_smtp_delivers_once_and_names_the_mail(database):
    written()
    with fake_mail_servers.smtp() as server:
        Delivery(Smtp(f"smtp://127.0.0.1:{server.server_address[1]}", "team@firm.example", "Büro Ö"), SITE).send_mails()
        (taken,) = server.mails
    (mail,) = all_of(Mail)
    assert mail.sent_at
    assert taken["Message-ID"] == f"<{mail.id}@pipedriven>"
    assert parsedate_to_datetime(taken["Date"]) == mail.created_at.replace(microsecond=0)
    assert taken["From"] == "Büro Ö <team@firm.example>"
    assert f"{SITE}/invite/x" in taken.get_body(("plain",)).get_content()
    assert taken.get_body(("html",)) is not None


@pytest.mark.parametrize(("answer", "failed"), [("550 nobody here", True), ("451 later", False)])
def test_smtp_says_later_or_never(database, answer, failed):
    written()
    with fake_mail_servers.smtp(RCPT=answer) as server:
        Delivery(Smtp(f"smtp://127.0.0.1:{server.server_address[1]}", "team@firm.example", "Firm"), SITE).send_mails()
    (mail,) = all_of(Mail)
    assert bool(mail.failed_at) is failed


def test_without_a_mail_server_it_stays_in_the_outbox_of_whom_it_is_for(ada, gwen, jane, at):
    morning()
    written()
    Delivery(None, SITE).send_mails()
    with db.reading() as session:
        assert [mail.subject for mail in mail_outbox.newest(session, ada)] == ["Jane Roe to contact today"]
        assert [mail.address for mail in mail_outbox.newest(session, gwen)] == ["jane@acme.example"]
        with pytest.raises(Forbidden):
            mail_outbox.retry(session, ada, all_of(Mail)[0].id)


def test_a_mail_is_given_up_after_eight_tries_and_a_golden_ticket_may_try_again(gwen, at):
    mail = written()
    moment = MONDAY
    with fake_mail_servers.brevo(*[500] * 9) as server:
        post = Delivery(Brevo("x", "a@b.example", "F", f"http://127.0.0.1:{server.server_port}"), SITE)
        for _ in range(9):
            post.send_mails()
            moment += timedelta(hours=3)
            at(moment)
    with db.transaction() as session:
        assert session.get_one(Mail, mail.id).attempts == 8
        assert mail_outbox.retry(session, gwen, mail.id).failed_at is None


def test_which_way_mail_goes():
    assert isinstance(
        sender_for(Settings(brevo_api_key="k", brevo_from_email="a@b.example", smtp_url="smtp://x")), Brevo
    )
    assert isinstance(sender_for(Settings(smtp_url="smtp://x")), Smtp)
    assert sender_for(Settings()) is None
