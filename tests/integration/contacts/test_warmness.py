"""Warmness, last touch, next date and ranking agree with plain rules written twice."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from app import db
from app.errors import Conflict, Invalid, NotFound
from app.models import (
    OUTCOMES,
    Activity,
    ActivityDraft,
    ActivityType,
    Contact,
    EmailTemplateDraft,
    Outcome,
    PipedriveSync,
    SavedSearchDraft,
    User,
    WarmnessChange,
    now,
)
from app.services.activities import activity_log, email_templates, referrals
from app.services.contacts import (
    contact_bank,
    contact_search,
    contact_warmness,
    derived_fields,
    saved_searches,
)
from tests.support import world

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DB = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


def do(verb, who, *given, **named):
    with db.transaction() as session:
        return verb(session, session.get_one(User, who.id), *given, **named)


def rows(model, **where):
    with db.reading() as session:
        return list(session.exec(select(model).filter_by(**where)))


# what a touch does to the contact's two dates, against a list in memory

STEP = st.one_of(
    st.tuples(st.just("done"), st.integers(0, 400)),
    st.tuples(st.just("plan"), st.integers(-30, 60)),
    st.tuples(st.sampled_from(["remove", "put back", "finish", "move", "call off", "put off", "hold", "miss"]), st.integers(0, 9)),
)  # fmt: skip
# what becomes of a meeting, and whether anybody was in touch with anybody
FATES = {
    "call off": ("CANCELLED", False),
    "put off": ("MOVED", False),
    "hold": ("HELD", True),
    "miss": ("NO_SHOW", False),
}


@DB
@example(steps=[("plan", 5), ("finish", 0)], elsewhere=None)
@example(steps=[("plan", 0), ("done", 0), ("remove", 0), ("remove", 1), ("put back", 0)], elsewhere=None)
@example(steps=[("plan", -3), ("done", 0), ("hold", 0), ("remove", 1)], elsewhere=None)
@example(steps=[("done", 5), ("done", 9), ("remove", 0)], elsewhere=7)
@example(steps=[("done", 5), ("plan", 1), ("call off", 1), ("remove", 0)], elsewhere=None)
@example(steps=[("plan", 1), ("put off", 0), ("hold", 0)], elsewhere=3)
@given(steps=st.lists(STEP, max_size=8), elsewhere=st.none() | st.integers(0, 300))
def test_last_touch_and_next_date_are_what_the_touches_say(ada, steps, elsewhere):
    contact = world.contact(ada, f"P {uuid4()}")
    base = now().replace(microsecond=0)
    if elsewhere is not None:
        with db.transaction() as session:
            session.get_one(Contact, contact.id).contacted_elsewhere = base - timedelta(days=elsewhere)
    told = []

    def answer(touch):
        for plan in told:
            if plan["verb"] == "plan" and not (plan["gone"] or plan["by"]) and plan["at"] <= base <= touch["at"]:
                plan["by"] = touch["id"]

    def open_again(touch):
        for plan in told:
            if plan["by"] == touch["id"]:
                plan["by"] = None

    for verb, number in steps:
        with db.transaction() as session:
            me = session.get_one(User, ada.id)
            if verb in {"done", "plan"}:
                moment = base - timedelta(days=number) if verb == "done" else base + timedelta(days=number)
                when = {"happened_at": moment} if verb == "done" else {"due_date": moment, "done": False}
                row = activity_log.log(session, me, contact.id, ActivityDraft(type=ActivityType.CALL, **when))
                told.append({"id": row.id, "verb": verb, "at": moment, "gone": False, "counts": True, "by": None})
                if verb == "done":
                    answer(told[-1])
            elif told:
                one = told[number % len(told)]
                if verb == "remove" and not one["gone"]:
                    activity_log.remove(session, me, one["id"])
                    one["gone"] = True
                    open_again(one)
                elif verb == "put back" and one["gone"]:
                    activity_log.put_back(session, me, one["id"])
                    one["gone"] = False
                    if one["verb"] == "done" and one["counts"]:
                        answer(one)
                elif verb == "finish" and not (one["gone"] or one["by"]) and one["verb"] == "plan":
                    activity_log.change(session, me, one["id"], {"done": True, "happened_at": base})
                    one |= {"verb": "done", "at": base}
                    answer(one)
                elif verb in FATES and not one["gone"]:
                    outcome, counts = FATES[verb]
                    fate = {"type": "MEETING", "outcome": outcome, "done": True, "happened_at": base}
                    activity_log.change(session, me, one["id"], fate)
                    one |= {"verb": "done", "at": base, "counts": counts, "by": None}
                elif verb == "move" and not (one["gone"] or one["by"]) and one["verb"] == "plan":
                    one["at"] = base + timedelta(days=number)
                    activity_log.change(session, me, one["id"], {"due_date": one["at"]})
        alive = [one for one in told if not one["gone"]]
        done = [one["at"] for one in alive if one["verb"] == "done" and one["counts"]]
        if elsewhere is not None and told:
            done.append(base - timedelta(days=elsewhere))
        (row,) = rows(Contact, id=contact.id)
        if told:
            assert row.last_contacted == max(done, default=None)
            # many at once are told anew by a statement of its own
            with db.transaction() as session:
                derived_fields.update_touch_dates(session, [contact.id])
            assert rows(Contact, id=contact.id)[0].version == row.version
        assert row.next_due == min(
            (one["at"] for one in alive if one["verb"] == "plan" and not one["by"]), default=None
        )


# the suggestion of warmness, against the rule as a person would say it

TOUCH = st.tuples(st.sampled_from(Outcome), st.integers(0, 40), st.booleans())


@settings(max_examples=300, deadline=None)
@given(score=st.integers(0, 10), told=st.lists(TOUCH, max_size=6))
def test_the_suggested_warmness_is_what_a_person_would_say(score, told):
    contact = Contact(user_id=uuid4(), name="P", warmness_score=score, last_contacted=NOW)
    touches = [
        Activity(type=ActivityType.CALL, user_id=contact.user_id, outcome=outcome, happened_at=NOW - timedelta(days=days, minutes=place),
                 deleted_at=NOW if gone else None)
        for place, (outcome, days, gone) in enumerate(told)
    ]  # fmt: skip
    said = contact_warmness.suggest(contact, touches, zone="UTC", at=NOW)

    lately = [
        (days, place, outcome.value) for place, (outcome, days, gone) in enumerate(told) if days < 30 and not gone
    ]
    words = [word for _, _, word in sorted(lately)]
    by = 0
    if words and words[0] in {"DECLINED", "WRONG_NUMBER", "BOUNCED"}:
        by = -1
    elif {"HELD", "INTRODUCED"} & set(words):
        by = 2
    elif sum(word in {"REACHED", "REPLIED", "MEETING_BOOKED", "MET"} for word in words) >= 2:
        by = 1
    elif (
        not {"REACHED", "REPLIED", "MEETING_BOOKED", "MET"} & set(words)
        and sum(word in {"NO_ANSWER", "VOICEMAIL", "REQUESTED", "SENT", "NO_SHOW"} for word in words) >= 3
    ):
        by = -1
    after = min(10, max(0, score + by))
    assert (said.after if said else score) == after
    if said:
        assert said.reason.endswith(f": {score} → {after}?")


def log(who, contact, outcome, days=0):
    kind = next(kind for kind, outcomes in OUTCOMES.items() if outcome in outcomes)
    draft = ActivityDraft(type=kind, outcome=outcome, happened_at=now() - timedelta(days=days))
    return do(activity_log.log, who, contact.id, draft)


def test_two_answers_in_thirty_days_suggest_one_degree_with_the_reason(ada, jane):
    assert do(contact_warmness.suggested, ada, jane.id) is None
    log(ada, jane, Outcome.REPLIED, 9)
    last = log(ada, jane, Outcome.REACHED)
    said = do(contact_warmness.suggested, ada, jane.id)
    assert (said.reason, said.activity_id) == ("Replied twice in 30 days: 5 → 6?", last.id)


def test_accepting_writes_the_history_with_the_touch_and_is_not_suggested_again(ada, bo, jane):
    for _ in range(2):
        last = log(ada, jane, Outcome.REACHED)
    with pytest.raises(NotFound):
        do(contact_warmness.accept, bo, jane.id)
    assert do(contact_warmness.accept, ada, jane.id).warmness_score == 6
    newest = do(contact_warmness.history, ada, jane.id)[0]
    assert (newest.before, newest.after, newest.reason, newest.activity_id) == (5, 6, "SUGGESTED", last.id)
    assert do(contact_warmness.suggested, ada, jane.id) is None
    with pytest.raises(Conflict):
        do(contact_warmness.accept, ada, jane.id)


def test_declining_keeps_the_warmness_and_new_touches_ask_anew(ada, jane):
    for _ in range(2):
        log(ada, jane, Outcome.REACHED)
    do(contact_warmness.decline, ada, jane.id)
    assert rows(Contact, id=jane.id)[0].warmness_score == 5
    assert do(contact_warmness.suggested, ada, jane.id) is None
    assert do(contact_warmness.history, ada, jane.id)[0].reason == "DECLINED"
    for _ in range(2):
        log(ada, jane, Outcome.REACHED)
    assert do(contact_warmness.suggested, ada, jane.id).after == 6


def test_crossing_the_threshold_by_suggestion_hands_over_once(ada, jane):
    do(contact_bank.set_warmness, ada, jane.id, 6)
    log(ada, jane, Outcome.INTRODUCED)
    assert do(contact_warmness.accept, ada, jane.id).warmness_score == 8
    assert len(rows(PipedriveSync)) == 1


def test_half_a_year_of_silence_suggests_one_degree_less_once(ada, jane):
    log(ada, jane, Outcome.REACHED, 200)
    with db.transaction() as session:
        for step in session.exec(select(WarmnessChange)):
            step.created_at -= timedelta(days=300)
    said = do(contact_warmness.suggested, ada, jane.id)
    assert (said.after, said.reason) == (4, "No contact for 200 days: 5 → 4?")
    do(contact_warmness.decline, ada, jane.id)
    assert do(contact_warmness.suggested, ada, jane.id) is None


def test_a_contact_starts_the_rhythm_anew_and_an_attempt_does_not(ada):
    calm = world.contact(ada, "Calm", cadence_days=10, days=11)
    due = contact_search.Search(due=True)
    assert do(contact_search.count, ada, due) == 1
    log(ada, calm, Outcome.NO_ANSWER)
    assert do(contact_search.count, ada, due) == 1
    log(ada, calm, Outcome.REACHED)
    assert do(contact_search.count, ada, due) == 0


# referrals, conferences, templates, views


def test_a_referral_links_both_and_reminds_to_say_thanks(ada, bo, jane, john):
    touch = do(referrals.refer, ada, jane.id, john.id, "knows the board")
    (one,) = do(referrals.of, ada, john.id)
    assert (one.by, one.whom, one.activity_id) == ("Jane Roe", "John Öström", touch.id)
    assert do(referrals.of, ada, jane.id) == [one]
    (thanks,) = rows(Activity, done=False)
    assert (thanks.subject, thanks.contact_id) == ("Thank you for bringing John Öström", jane.id)
    with pytest.raises(Invalid):
        do(referrals.refer, ada, jane.id, jane.id)
    with pytest.raises(NotFound):
        do(referrals.of, bo, john.id)
    stranger = world.contact(bo, "Stranger")
    with pytest.raises(NotFound):
        do(referrals.refer, ada, jane.id, stranger.id)
    assert do(referrals.link, ada, touch.id, None).referred_contact_id is None
    assert do(referrals.of, ada, john.id) == []
    assert do(referrals.link, ada, touch.id, john.id)
    call = log(ada, jane, Outcome.REACHED)
    with pytest.raises(Conflict):
        do(referrals.link, ada, call.id, john.id)


def test_the_event_is_remembered_for_the_next_card(ada, jane):
    do(activity_log.log, ada, jane.id, ActivityDraft(type=ActivityType.CONFERENCE, location="Hannover Messe"))
    do(activity_log.log, ada, jane.id, ActivityDraft(type=ActivityType.CALL, location="elsewhere"))
    assert rows(User, id=ada.id)[0].default_event == "Hannover Messe"


def test_a_template_is_filled_with_what_we_know_and_opens_the_mail_program(ada, bo, jane):
    draft = EmailTemplateDraft(
        name="Hello", subject="{organisation} & {given_name}", body="Dear {given_name},\n{job_title}\n{me}"
    )
    kept = do(email_templates.save, ada, draft)
    mail = do(email_templates.fill, ada, kept.id, jane.id)
    assert (mail.subject, mail.body) == ("ACME Ltd & Jane", "Dear Jane,\n\nAda Lind")
    assert (
        mail.link
        == "mailto:jane@acme.example?subject=ACME%20Ltd%20%26%20Jane&body=Dear%20Jane%2C%0D%0A%0D%0AAda%20Lind"
    )
    with pytest.raises(Conflict):
        do(email_templates.save, ada, EmailTemplateDraft(name="Hello"))
    with pytest.raises(NotFound):
        do(email_templates.fill, bo, kept.id, jane.id)
    assert do(email_templates.save, ada, EmailTemplateDraft(name="Hi"), kept.id).name == "Hi"
    assert [row.name for row in do(email_templates.templates, ada)] == ["Hi"]
    do(email_templates.remove, ada, kept.id)
    assert do(email_templates.templates, ada) == []


def test_a_name_with_braces_stays_a_name(ada):
    odd = world.contact(ada, "{me} {x")
    kept = do(email_templates.save, ada, EmailTemplateDraft(name="T", body="{name}!"))
    assert do(email_templates.fill, ada, kept.id, odd.id).body == "{me} {x!"


@pytest.mark.parametrize("body", ["{nonsense}", "{", "}", "{name", "{{name}}"])
def test_a_template_knows_only_what_a_contact_has(body):
    with pytest.raises(ValueError, match="nothing else"):
        EmailTemplateDraft(name="T", body=body)


def test_a_view_finds_again_what_was_saved(ada, bo, jane, john):
    kept = do(saved_searches.save, ada, SavedSearchDraft(name="Warm", query="?warmness_min=4&sort=-warmness&view=warm"))
    wanted = do(saved_searches.search, ada, kept.id)
    assert wanted == contact_search.Search(warmness_min=4, sort="-warmness")
    assert [row.id for row in do(contact_search.contacts, ada, wanted).items] == [jane.id]
    assert do(saved_searches.save, ada, SavedSearchDraft(name="Warm", query="q=x")).id == kept.id
    assert do(saved_searches.rename, ada, kept.id, "Hot").name == "Hot"
    other = do(saved_searches.save, ada, SavedSearchDraft(name="Other"))
    with pytest.raises(Conflict):
        do(saved_searches.rename, ada, other.id, "Hot")
    for verb in (saved_searches.search, saved_searches.remove):
        with pytest.raises(NotFound):
            do(verb, bo, kept.id)
    do(saved_searches.remove, ada, kept.id)
    assert [view.name for view in do(saved_searches.views, ada)] == ["Other"]


@pytest.mark.parametrize("query", ["colour=red", "warmness_min=x", "sort=password", "campaign_id=1", "q=a&q=b"])
def test_a_view_of_a_made_up_search_is_refused(ada, query):
    with pytest.raises(Invalid):
        do(saved_searches.save, ada, SavedSearchDraft(name="V", query=query))
