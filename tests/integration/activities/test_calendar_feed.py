"""Meetings as calendar files, and a private feed that Outlook and Google can read."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from sqlmodel import delete, select

from app import db
from app.errors import NotFound
from app.models import ActivityDraft, ActivityType, CalendarFeed, CampaignContact, Contact, Outcome, User, now
from app.services.activities import activity_log, calendar_feed
from app.services.contacts import contact_bank
from app.services.contacts.erasure import contact_erasure
from tests.support.api_client import ask, is_refusal
from tests.support.world import campaign, contact

TOMORROW = (now() + timedelta(days=1)).replace(microsecond=0)


def plan(who, jane, **facts):
    draft = ActivityDraft(**({"type": ActivityType.MEETING, "due_date": TOMORROW} | facts))
    with db.transaction() as session:
        return activity_log.log(session, session.get_one(User, who.id), jane.id, draft)


def opened(who):
    with db.transaction() as session:
        return calendar_feed.open_feed(session, who)


def events(token):
    """The feed as a calendar program understands it."""
    with db.transaction() as session:
        raw = calendar_feed.feed(session, token)
    assert b"\r\n" in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 75
    return icalendar.Calendar.from_ical(raw).walk("VEVENT")


def test_a_meeting_stands_in_the_feed_with_its_time_place_and_reminder(ada, jane):
    plan(
        ada,
        jane,
        duration_minutes=30,
        location="https://meet.example/jane",
        note="Bring; the \\ paper, and\nBEGIN:VEVENT",
    )
    (event,) = events(opened(ada))
    assert event.decoded("dtstart") == TOMORROW
    assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(minutes=30)
    assert event.decoded("dtstart").tzinfo is not None
    assert str(event["summary"]) == "Meeting with Jane Roe"
    assert str(event["location"]) == str(event["url"]) == "https://meet.example/jane"
    assert str(event["description"]) == "Bring; the \\ paper, and\nBEGIN:VEVENT"
    assert event.walk("VALARM")[0].decoded("trigger") == timedelta(minutes=-15)
    assert event["status"] == "CONFIRMED"


def test_a_moved_meeting_keeps_its_uid_and_counts_up(ada, jane):
    token, meeting = opened(ada), plan(ada, jane)
    (before,) = events(token)
    later = TOMORROW + timedelta(days=2)
    with db.transaction() as session:
        activity_log.change(session, ada, meeting.id, {"due_date": later})
    (after,) = events(token)
    assert after["uid"] == before["uid"]
    assert after.decoded("dtstart") == later
    assert int(after["sequence"]) > int(before["sequence"])


def test_a_meeting_called_off_says_so_and_a_removed_one_is_gone(ada, jane):
    token, off, gone = opened(ada), plan(ada, jane), plan(ada, jane)
    with db.transaction() as session:
        activity_log.change(session, ada, off.id, {"outcome": Outcome.CANCELLED})
        activity_log.remove(session, ada, gone.id)
    (event,) = events(token)
    assert event["status"] == "CANCELLED"


@pytest.mark.parametrize("fate", [Outcome.CANCELLED, Outcome.MOVED, Outcome.NO_SHOW])
def test_a_meeting_that_did_not_take_place_is_told_under_its_own_uid(ada, jane, fate):
    token, meeting = opened(ada), plan(ada, jane)
    (before,) = events(token)
    with db.transaction() as session:
        activity_log.change(session, ada, meeting.id, {"outcome": fate, "done": True})
    (after,) = events(token)
    assert (after["uid"], after["status"]) == (before["uid"], "CANCELLED")
    assert int(after["sequence"]) > int(before["sequence"])
    assert after.walk("VALARM") == []


def test_long_words_are_folded_by_bytes_and_every_event_has_what_the_standard_asks_for(ada, jane):
    """RFC 5545: 3.1 content lines, 3.6.1 events."""
    subject = "Müßiggang über Straßenbahnöfen für Äquatorgrößen " * 4
    plan(ada, jane, subject=subject[:200], note="😀" * 300, location="Große Straße 5; Köln, Rhein")
    token = opened(ada)
    (event,) = events(token)
    assert str(event["summary"]) == subject[:200].strip()
    assert str(event["description"]) == "😀" * 300
    assert str(event["location"]) == "Große Straße 5; Köln, Rhein"
    for name in ("uid", "dtstamp", "dtstart", "dtend", "sequence"):
        assert len([one for one in event.property_items(recursive=False) if one[0] == name.upper()]) == 1
    with db.transaction() as session:
        raw = calendar_feed.feed(session, token)
    assert raw.count(b"\n") == raw.count(b"\r\n")
    whole = icalendar.Calendar.from_ical(raw)
    assert (whole["version"], whole["method"], whole.errors) == ("2.0", "PUBLISH", [])
    assert event.errors == []


def test_the_feed_holds_my_planned_touches_and_nobody_elses(ada, bo, jane):
    theirs = contact(bo, "Private Petra")
    plan(bo, theirs)
    plan(ada, jane, type=ActivityType.CALL)
    plan(ada, jane, due_date=None)
    with db.transaction() as session:
        activity_log.log(session, ada, jane.id, ActivityDraft(type=ActivityType.CALL))
    (event,) = events(opened(ada))
    assert str(event["summary"]) == "Call with Jane Roe"
    assert event["transp"] == "TRANSPARENT"


def test_a_new_address_ends_the_old_one_and_a_disabled_colleague_has_none(ada):
    old, new = opened(ada), opened(ada)
    with pytest.raises(NotFound):
        events(old)
    assert events(new) == []
    with db.transaction() as session:
        session.get_one(User, ada.id).active = False
    with pytest.raises(NotFound):
        events(new)


def test_only_a_digest_of_the_address_is_kept_and_reading_is_noted(ada):
    token = opened(ada)
    events(token)
    with db.reading() as session:
        kept = session.exec(select(CalendarFeed)).one()
    assert token not in kept.model_dump_json()
    assert kept.read_at
    assert kept.read_at <= datetime.now(UTC)


def test_one_meeting_as_a_file_for_its_owner_alone(ada, bo, jane):
    meeting = plan(ada, jane)
    with db.reading() as session:
        (event,) = icalendar.Calendar.from_ical(calendar_feed.file(session, ada, meeting.id)).walk("VEVENT")
        assert str(event["uid"]).startswith(str(meeting.id))
        with pytest.raises(NotFound):
            calendar_feed.file(session, bo, meeting.id)


def handed(session, ada, bo, gwen, jane):
    session.get_one(Contact, jane.id).user_id = bo.id


def trashed(session, ada, bo, gwen, jane):
    contact_bank.trash(session, ada, jane.id)


def erased(session, ada, bo, gwen, jane):
    contact_erasure.erase(session, ada, jane.id)


@pytest.mark.parametrize("fate", [handed, trashed, erased], ids=lambda fate: fate.__name__)
def test_a_contact_that_is_mine_no_more_leaves_my_calendar(ada, bo, gwen, jane, john, fate):
    """In the feed and as a file, held or planned, and no other contact with it."""
    token = opened(ada)
    plans = [
        plan(ada, jane, note="private"),
        plan(ada, jane, type=ActivityType.CALL),
        plan(ada, jane, done=True, due_date=now() - timedelta(days=1)),
    ]
    other = plan(ada, john)
    with db.transaction() as session:
        fate(session, session.get_one(User, ada.id), bo, gwen, jane)
    assert [str(event["uid"]) for event in events(token)] == [f"{other.id}@pipedriven"]
    for one in plans:
        with pytest.raises(NotFound), db.reading() as session:
            calendar_feed.file(session, ada, one.id)


def test_a_restored_contact_is_in_the_calendar_again(ada, jane):
    token, meeting = opened(ada), plan(ada, jane)
    with db.transaction() as session:
        contact_bank.trash(session, ada, jane.id)
        contact_bank.restore(session, ada, jane.id)
    assert [str(event["uid"]) for event in events(token)] == [f"{meeting.id}@pipedriven"]


def test_a_touch_for_a_campaign_is_in_the_calendar_as_long_as_the_campaign_opens_the_contact(ada, bo, jane):
    spring = campaign(ada, members=[bo], holds=[jane])
    token, mine = opened(bo), plan(bo, jane, campaign_id=spring.id)
    assert [str(event["uid"]) for event in events(token)] == [f"{mine.id}@pipedriven"]
    with db.transaction() as session:
        session.exec(delete(CampaignContact))
    assert list(events(token)) == []


def test_over_the_wires_the_address_is_made_once_and_ended(ada):
    url = ask(ada, "POST", "/api/me/calendar").json()["url"]
    assert url.startswith("https://leads.example.com/calendar/")
    token = url.removeprefix("https://leads.example.com/calendar/").removesuffix(".ics")
    assert events(token) == []
    assert ask(ada, "DELETE", "/api/me/calendar").status_code == 204
    with pytest.raises(NotFound):
        events(token)
    assert is_refusal(ask(None, "POST", "/api/me/calendar"), 401)
