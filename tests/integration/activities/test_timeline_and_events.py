"""Whose touches a feed may show, both stories of a referral, and names taken at an event."""

from datetime import timedelta

import pytest

from app import db
from app.errors import Invalid, LikelyDuplicate, NotFound
from app.models import (
    Activity,
    ActivityDraft,
    ActivityType,
    Contact,
    ContactDraft,
    EmailTemplateDraft,
    Outcome,
    User,
    now,
)
from app.services.activities import activity_log, email_templates, events, referrals, timeline
from app.services.activities.timeline import Filter
from tests.support import world


def do(verb, who, *given, **named):
    with db.transaction() as session:
        return verb(session, session.get_one(User, who.id), *given, **named)


def seen(verb, who, *given, **named):
    with db.reading() as session:
        return verb(session, session.get_one(User, who.id), *given, **named)


def log(who, contact, **facts):
    return do(activity_log.log, who, contact.id, ActivityDraft(**({"type": ActivityType.CALL} | facts)))


def test_a_feed_offers_only_people_whose_touches_one_may_see(ada, bo, gwen, jane):
    cem = world.person("Cem Can")
    world.campaign(ada, members=[bo], holds=[jane])
    assert list(seen(timeline.makers, ada).values()) == ["Ada Lind", "Bo Berg"]
    assert list(seen(timeline.makers, cem).values()) == ["Cem Can"]
    assert set(seen(timeline.makers, gwen).values()) == {"Ada Lind", "Bo Berg", "Cem Can", "Gwen Gold"}


def test_what_is_planned_comes_soonest_first_and_is_walked_by_its_cursor(ada, jane):
    for days in (5, 1, 3, 4, 2):
        log(ada, jane, due_date=now() + timedelta(days=days), note=str(days))
    log(ada, jane, note="done")
    walked, cursor = "", None
    for _ in range(3):
        page = seen(timeline.feed, ada, Filter(planned=True), cursor, 2, soonest=True)
        walked, cursor = walked + "".join(entry.activity.note for entry in page.items), page.next_cursor
    assert (walked, cursor) == ("12345", None)


def test_a_referral_stands_in_both_stories_and_the_other_name_is_its_owners_alone(ada, bo, gwen, jane, john):
    campaign = world.campaign(ada, members=[bo], holds=[jane])
    touch = log(ada, jane, type=ActivityType.REFERRAL, campaign_id=campaign.id, outcome=Outcome.INTRODUCED)
    do(referrals.link, ada, touch.id, john.id)
    (of_jane,), (of_john,) = seen(timeline.of_contact, ada, jane.id), seen(timeline.of_contact, ada, john.id)
    assert (of_jane.whom, of_john.contact, of_john.activity.id) == ("John Öström", "Jane Roe", touch.id)
    # John is in no campaign: whoever sees the touch does not learn of him
    for colleague in (bo, gwen):
        (entry,) = seen(timeline.feed, colleague).items
        assert (entry.activity.id, entry.whom) == (touch.id, None)
    with pytest.raises(NotFound):
        seen(timeline.of_contact, bo, john.id)


def test_names_at_an_event_are_added_met_and_taken_back(ada, jane):
    with db.transaction() as session:
        session.get_one(Contact, jane.id).created_at -= timedelta(hours=1)
    new = do(events.add, ada, "Hannover Messe", ContactDraft(name="Zoë Ångström", organisation="Nordwind"))
    with pytest.raises(LikelyDuplicate):
        do(events.add, ada, "Hannover Messe", ContactDraft(name="Jane Roe"))
    old = do(events.meet, ada, "Hannover Messe", jane.id)
    met = seen(events.lately, ada, "Hannover Messe")
    assert [(one.contact.name, one.new) for one in met] == [("Jane Roe", False), ("Zoë Ångström", True)]
    assert seen(events.lately, ada, "Another fair") == []
    with db.reading() as session:
        touch = session.get_one(Activity, old.touch_id)
        assert (touch.type, touch.outcome, touch.location) == ("CONFERENCE", "MET", "Hannover Messe")
        assert session.get_one(User, ada.id).default_event == "Hannover Messe"
        # the next touch is no conference for that
        assert session.get_one(User, ada.id).default_type == "CALL"
    for one in (new, old):
        do(events.take_back, ada, one)
    with db.reading() as session:
        assert session.get_one(Contact, new.contact.id).deleted_at is not None
        assert (session.get_one(Contact, jane.id).deleted_at, session.get_one(Contact, jane.id).last_contacted) == (
            None,
            None,
        )
    assert seen(events.lately, ada, "Hannover Messe") == []


def test_an_event_needs_a_name_and_somebody_elses_contact_is_not_met(ada, bo, jane):
    with pytest.raises(Invalid):
        do(events.add, ada, "  ", ContactDraft(name="Nobody"))
    with pytest.raises(NotFound):
        do(events.meet, bo, "Fair", jane.id)


def test_a_template_is_filled_for_the_address_that_was_tapped(ada, bo):
    two = world.contact(ada, "Two Mails", emails=["a@acme.example", "b@acme.example"])
    do(email_templates.save, ada, EmailTemplateDraft(name="Hello", subject="Hi {given_name}"))
    ((name, mail),) = seen(email_templates.choices, ada, two.id, "b@acme.example")
    assert (name, mail.link) == ("Hello", "mailto:b@acme.example?subject=Hi%20Two&body=")
    with pytest.raises(NotFound):
        seen(email_templates.choices, ada, two.id, "c@acme.example")
    with pytest.raises(NotFound):
        seen(email_templates.choices, bo, two.id, "b@acme.example")
    assert (seen(email_templates.any_, ada), seen(email_templates.any_, bo)) == (True, False)
