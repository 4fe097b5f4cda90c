"""Undoing a push removes only what nobody else has touched or uses, and says in words what stayed and why."""

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import text
from sqlmodel import delete, select, update

from app import db
from app.errors import Conflict
from app.models import Contact, EntityType, PipedriveLink, PushReceipt, SyncStatus, User, WebhookNote, now
from app.services.base import firm_settings
from app.services.contacts.erasure import contact_erasure
from app.services.push_queue import push_rules, push_status
from app.sync.pull import listener
from app.sync.push import push_undo
from app.sync.runner.worker import drain
from tests.support import faults
from tests.support.colleague import DEEDS, EVERY_DEED, note, part_of_a_deal, typed_there
from tests.support.sync_deeds import change, listened, undo
from tests.support.sync_harness import (
    ADAS_KEY,
    ask,
    connect,
    counts,
    edit,
    fresh,
    links,
    listen_next,
    meet,
    pushes,
    settled,
)
from tests.support.world import contact

NAMES = {"persons": "Kari Nordmann", "organizations": "Nordic Steel AS", "activities": "Meeting with Kari Nordmann"}
SINGULAR = {"persons": "person", "organizations": "organization", "activities": "activity"}


@pytest.fixture
def kari(ada_with_key):
    return contact(ada_with_key, "Kari Nordmann", organisation="Nordic Steel AS", email="kari@steel.example")


@pytest.fixture
def first(desk, ada_with_key, kari):
    """A first push, which created organization 1, person 1 and activity 1."""
    meet(ada_with_key, kari, note="Agenda")
    (row,) = settled(desk)
    assert row.status is SyncStatus.SUCCESS
    return row


def undone(desk, owner, sync):
    """Undo it, run it, and return its row."""
    asked = undo(owner, sync)
    settled(desk)
    row = fresh(asked)
    assert row.status is SyncStatus.SUCCESS, (row.error, row.detail)
    return row


def receipts(sync):
    with db.reading() as session:
        rows = session.exec(select(PushReceipt).where(PushReceipt.sync_id == sync.id, PushReceipt.what == "CREATED"))
        return {one.entity_type.value: one for one in rows}


def numbers():
    """Every number of Pipedrive's that a row of ours keeps, by kind."""
    with db.reading() as session:
        kept = session.exec(select(Contact.pipedrive_person_id, Contact.pipedrive_org_id)).all()
    people = {person for person, _ in kept} | {one.remote_id for one in links() if one.entity_type == "person"}
    firms = {firm for _, firm in kept} | {one.remote_id for one in links() if one.entity_type == "organization"}
    return {"persons": people - {None}, "organizations": firms - {None}}


def nothing_leads_nowhere(fake):
    """No row of ours keeps the number of a deleted record."""
    for kind, kept in numbers().items():
        assert kept <= {row["id"] for row in fake.alive(kind)}


# who takes part in a deal is told by a counter alone
LISTED = [(kind, deed) for kind, deed in EVERY_DEED if deed is not part_of_a_deal]


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("kind", "deed", "counted"),
    [*((*one, True) for one in EVERY_DEED), *((*one, False) for one in LISTED)],
    ids=lambda given: getattr(given, "__name__", given),
)
def test_what_a_colleague_touched_or_uses_stays_and_is_named(fake, desk, ada_with_key, first, kind, deed, counted):
    deed(fake, kind, 1)
    if not counted:
        fake.next(faults.refused("include_fields is unknown"), method="GET", times=None, about="include_fields")
    row = undone(desk, ada_with_key, first)
    assert not fake.company.record(kind, 1)["is_deleted"]
    assert f"{fake.company.record(kind, 1).get('name') or NAMES[kind]} stays in Pipedrive: " in row.detail
    kept = receipts(first)[SINGULAR[kind]]
    assert (kept.undone_at, kept.stays.removesuffix(".") in row.detail) == (None, True)
    assert kind == "activities" or 1 in numbers()[kind]
    nothing_leads_nowhere(fake)


def test_what_nobody_touched_goes_for_a_hundred_and_ninety_tokens(fake, desk, ada_with_key, first):
    spent = fake.company.limits.spent
    row = undone(desk, ada_with_key, first)
    assert (counts(fake), row.detail, links()) == ((0, 0, 0), None, [])
    assert fake.company.limits.spent - spent <= 190
    assert all(one.undone_at and one.stays is None for one in receipts(first).values())


def test_the_last_request_before_each_delete_reads_that_record(fake, desk, ada_with_key, first):
    fake.heard.clear()
    undone(desk, ada_with_key, first)
    for at, heard in enumerate(fake.heard):
        if heard.method == "DELETE":
            before = fake.heard[at - 1]
            assert (before.method, before.path) == ("GET", heard.path)


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(12))
def test_a_random_deed_before_or_after_listening_never_costs_the_colleague_anything(
    fake, desk, ada_with_key, first, seed
):
    chance = Random(seed)
    kind = chance.choice(list(DEEDS))
    chance.choice(DEEDS[kind])(fake, kind, 1)
    touched = fake.company.record(kind, 1)
    if chance.random() < 0.7:
        listen_next()
        listener.listen(desk)
        settled(desk)
    for row in [row for row in pushes() if row.status is SyncStatus.SUCCESS]:
        if any(one.undone_at is None for one in receipts(row).values()):
            undone(desk, ada_with_key, row)
    assert fake.company.record(kind, 1) == touched
    assert len(fake.company.attachments.notes) + len(fake.company.attachments.files) <= 1
    nothing_leads_nowhere(fake)


def test_what_the_colleague_only_read_stays_nobodys_and_is_deleted_after_a_listening_turn(
    fake, desk, ada_with_key, first
):
    listen_next()
    listener.listen(desk)
    assert undone(desk, ada_with_key, first).detail is None
    assert counts(fake) == (0, 0, 0)


def test_another_contact_and_another_bank_keep_the_person_and_the_firm(fake, desk, ada_with_key, bo_with_key, first):
    ask(bo_with_key, contact(bo_with_key, "Kari Nordmann", email="kari@steel.example", organisation="Nordic Steel AS"))
    settled(desk)
    row = undone(desk, ada_with_key, first)
    assert counts(fake) == (1, 1, 0)
    assert "Kari Nordmann stays in Pipedrive: another contact here is linked to it." in row.detail


def later(fake, **passed):
    clock = fake.company.clock
    fake.company.clock = lambda: clock() + timedelta(**passed)


@pytest.mark.parametrize("deed", ["an edit", "a deletion"])
@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("ours_since", [False, True])
def test_what_a_colleague_changed_and_took_back_is_theirs_too(
    fake, desk, ada_with_key, kari, first, deed, kind, ours_since
):
    later(fake, minutes=2)
    field, value = ("is_deleted", True) if deed == "a deletion" else ("owner_id", 999)
    stood = fake.company.record(kind, 1)[field]
    fake.company.edit(kind, 1, **{field: value})
    fake.company.edit(kind, 1, **{field: stood})
    if ours_since:
        change(ada_with_key, kari, phone="+4722334455")
        settled(desk)
        listened(desk)
    row = undone(desk, ada_with_key, first)
    assert "stays in Pipedrive: somebody changed it there" in row.detail
    assert not fake.company.record(kind, 1)["is_deleted"]


@pytest.mark.parametrize("hung", ["made", "taken away"])
def test_what_our_own_meeting_left_on_its_person_and_firm_keeps_neither_there(fake, desk, ada_with_key, first, hung):
    """Pipedrive may write on a record when something is hung on it, or deleted."""
    for kind in ("persons", "organizations"):
        later(fake, seconds=2)
        fake.company.edit(kind, 1)
    if hung == "taken away":
        later(fake, minutes=2)
        with db.transaction() as session:
            session.exec(update(PushReceipt).values(at=PushReceipt.at - timedelta(hours=1)))
            made = PushReceipt.sync_id == first.id, PushReceipt.entity_type == EntityType.ACTIVITY
            session.exec(update(PushReceipt).where(*made).values(undone_at=now() + timedelta(minutes=2, seconds=4)))
        for kind in ("persons", "organizations"):
            fake.company.edit(kind, 1)
        fake.company.remove("activities", 1)
    undone(desk, ada_with_key, first)
    assert counts(fake) == (0, 0, 0)


def test_what_we_wrote_ourselves_is_no_reason_to_leave_it_there(fake, desk, ada_with_key, kari, first):
    later(fake, minutes=2)
    change(ada_with_key, kari, phone="+4722334455")
    settled(desk)
    later(fake, minutes=2)
    fake.next(faults.server_error(commits=True), method="PATCH", kind="persons")
    change(ada_with_key, kari, name="Kari Berg")
    settled(desk)
    listened(desk)
    undone(desk, ada_with_key, first)
    assert counts(fake) == (0, 0, 0)


def test_what_we_cannot_prove_to_have_created_stays(fake, desk, ada_with_key, first):
    for link in links():
        edit(link, created_by_us=False)
    row = undone(desk, ada_with_key, first)
    assert counts(fake) == (1, 1, 1)
    assert row.detail.count("it is not certain that we created it") == 3


def test_whoever_was_handed_to_a_colleague_is_theirs_now(fake, desk, ada_with_key, bo, kari, first):
    edit(kari, user_id=bo.id, organisation_id=None)
    row = undone(desk, ada_with_key, first)
    assert counts(fake) == (1, 1, 1)
    assert row.detail.count("the contact belongs to a colleague here now") == 3


def test_what_no_contact_is_linked_to_any_more_stays(fake, desk, ada_with_key, first):
    with db.transaction() as session:
        session.exec(delete(PipedriveLink))
    row = undone(desk, ada_with_key, first)
    assert counts(fake) == (1, 1, 1)
    assert row.detail.count("no contact here is linked to it any more") == 3


def test_whoever_is_erased_while_their_undo_waits_is_still_looked_at_and_not_named(
    fake, desk, ada_with_key, kari, first
):
    note(fake, "persons", 1)
    asked = undo(ada_with_key, first)
    with db.transaction() as session:
        contact_erasure.erase(session, session.get_one(User, ada_with_key.id), kari.id)
    settled(desk)
    assert (counts(fake), receipts(first)["activity"].undone_at is None) == ((1, 1, 0), False)
    assert fresh(asked).detail == (
        "Person 1 stays in Pipedrive: a note hangs on it. Organization 1 stays in Pipedrive: people belong to it."
    )
    with db.reading() as session:
        assert "Kari" not in str(session.exec(text("select proof, stays from sync_receipts")).all())


def test_the_first_contact_of_a_firm_goes_after_the_second_one_was_undone(fake, desk, ada_with_key, first):
    ask(ada_with_key, contact(ada_with_key, "Ola Dahl", email="ola@steel.example", organisation="Nordic Steel AS"))
    settled(desk)
    second = next(row for row in pushes() if row.contact_id != first.contact_id)
    assert undone(desk, ada_with_key, second).detail is None
    assert undone(desk, ada_with_key, first).detail is None
    assert counts(fake) == (0, 0, 0)
    nothing_leads_nowhere(fake)


def test_what_our_key_no_longer_sees_is_not_said_to_be_gone(fake, desk, ada_with_key, first):
    fake.company.edit("persons", 1, owner_id=999, visible_to=1)
    row = undone(desk, ada_with_key, first)
    assert "Person 1 may still be in Pipedrive: your key does not see it, so nothing was deleted." in row.detail
    assert (fresh(pushes()[0]).status, receipts(first)["person"].undone_at) == (SyncStatus.SUCCESS, None)


def test_what_a_colleague_deleted_is_done_with(fake, desk, ada_with_key, first):
    fake.company.remove("activities", 1)
    fake.company.remove("persons", 1)
    assert undone(desk, ada_with_key, first).detail is None
    assert (counts(fake), links()) == ((0, 0, 0), [])


def test_with_a_key_of_another_company_nothing_is_said_to_be_gone(fake, desk, ada_with_key, first):
    connect(ada_with_key, ADAS_KEY, "other")
    assert undone(desk, ada_with_key, first).detail.count("your key leads to another company now.") == 3
    assert counts(fake) == (1, 1, 1)


def test_whom_a_colleague_pushes_in_the_moment_of_the_delete_is_there_in_the_end(
    fake, desk, ada_with_key, bo_with_key, first, monkeypatch
):
    theirs, deletion = contact(bo_with_key, "Kari Nordmann", email="kari@steel.example"), push_undo._deletion

    def meanwhile(line, receipt):
        if receipt.entity_type == "person":
            ask(bo_with_key, theirs)
            drain(desk)
            assert fresh(theirs).pipedrive_person_id == 1
        return deletion(line, receipt)

    monkeypatch.setattr(push_undo, "_deletion", meanwhile)
    undone(desk, ada_with_key, first)
    (person,) = fake.alive("persons")
    assert fresh(theirs).pipedrive_person_id == person["id"] != 1
    nothing_leads_nowhere(fake)


def test_a_colleagues_record_that_was_merged_into_ours_brings_what_hangs_on_it(fake, desk, ada_with_key, first):
    double = typed_there(fake, "persons", name="K. Nordmann")["id"]
    note(fake, "persons", double)
    fake.company.merge("persons", double, 1)
    assert "Kari Nordmann stays in Pipedrive: a note hangs on it." in undone(desk, ada_with_key, first).detail


def test_ours_that_was_merged_into_a_colleagues_leaves_the_contact_linked_and_says_so(
    fake, desk, ada_with_key, kari, first
):
    other = typed_there(fake, "persons", name="K. Nordmann", emails=[{"value": "kari@steel.example"}])["id"]
    fake.company.merge("persons", 1, other)
    with db.transaction() as session:
        session.add(WebhookNote(account="acme", entity_type=EntityType.PERSON, remote_id=1, merged_to_id=other))
    listened(desk)
    assert fresh(kari).pipedrive_person_id == other
    said = undone(desk, ada_with_key, first).detail
    gone = (
        f"Person 1 is not in Pipedrive any more. Kari Nordmann is linked to person {other} now, and stays linked to it."
    )
    assert gone in said
    assert [one["id"] for one in fake.alive("persons")] == [other]
    assert fresh(kari).pipedrive_person_id == other


def test_an_organization_whose_person_was_refused_is_told_and_can_be_taken_back(fake, desk, ada_with_key, kari):
    fake.next(faults.not_allowed(), method="POST", kind="persons")
    ask(ada_with_key, kari)
    (push,) = settled(desk)
    assert (push.status, counts(fake)) == (SyncStatus.FAILED, (1, 0, 0))
    assert set(receipts(push)) == {"organization"}
    assert undone(desk, ada_with_key, push).detail is None
    assert counts(fake) == (0, 0, 0)


def test_a_delete_that_pipedrive_forbids_is_said_and_the_rest_goes_on(fake, desk, ada_with_key, first):
    fake.next(faults.not_allowed(), method="DELETE", kind="activities")
    row = undone(desk, ada_with_key, first)
    assert "stays in Pipedrive: your key may not look at it or delete it." in row.detail


def test_a_counter_that_still_tells_of_what_we_deleted_ourselves_keeps_nothing(
    fake, desk, ada_with_key, first, monkeypatch
):
    counts_now = fake.company.attachments.counts
    late = {"activities_count": 1, "people_count": 1}
    monkeypatch.setattr(fake.company.attachments, "counts", lambda *about: counts_now(*about) | late)
    assert undone(desk, ada_with_key, first).detail is None
    assert counts(fake) == (0, 0, 0)


def test_a_first_push_that_a_later_meeting_hangs_on_is_refused_until_that_is_undone(
    fake, desk, ada_with_key, kari, first
):
    meet(ada_with_key, kari, subject="Second talk", due_date=now() + timedelta(days=1))
    settled(desk)
    with pytest.raises(Conflict, match=r"^The meeting “Second talk” of \d+ \w+ 20\d\d hangs on what this push created"):
        undo(ada_with_key, first)
    later = max(pushes(), key=lambda row: row.created_at)
    undo(ada_with_key, later)
    assert undone(desk, ada_with_key, first).detail is None
    assert (counts(fake), links()) == ((0, 0, 0), [])


def test_two_later_meetings_are_both_named(desk, ada_with_key, kari, first):
    for name in ("Second", "Third"):
        meet(ada_with_key, kari, subject=name, due_date=now() + timedelta(days=1))
    settled(desk)
    with pytest.raises(
        Conflict, match=r"“Second” of .* and the meeting “Third” of .* hang on .* their own pushes first"
    ):
        undo(ada_with_key, first)


@pytest.mark.parametrize("kind", ["lead", "deal"])
def test_a_later_pushs_lead_or_deal_is_undone_first(fake, desk, ada_with_key, kari, kind):
    ask(ada_with_key, kari)
    settled(desk)
    with db.transaction() as session:
        firm_settings.save(session, pipedrive_on_meeting=kind)
    meet(ada_with_key, kari)
    settled(desk)
    first, later = sorted(pushes(), key=lambda row: row.created_at)
    with pytest.raises(Conflict, match=f"the {kind} of a meeting hang on"):
        undo(ada_with_key, first)
    undone(desk, ada_with_key, later)
    assert undone(desk, ada_with_key, first).detail is None
    assert (counts(fake), fake.company.leads, fake.alive("deals")) == ((0, 0, 0), {}, [])


@pytest.mark.sweep
@pytest.mark.parametrize("deed", ["title", "moved", "won", "value", "owner", "note", "call", "guest"])
@pytest.mark.parametrize("kind", ["lead", "deal"])
def test_a_lead_or_deal_that_a_colleague_worked_on_stays(fake, desk, ada_with_key, kari, kind, deed):
    if kind == "lead" and deed in {"moved", "won", "guest"}:
        deed = "archived"
    with db.transaction() as session:
        firm_settings.save(session, pipedrive_on_meeting=kind)
    meet(ada_with_key, kari)
    (row,) = settled(desk)
    ours = next(iter(fake.company.leads.values()), None) or fake.alive("deals")[0]
    worked_on(fake, kind, ours["id"], deed)
    said = undone(desk, ada_with_key, row).detail
    assert len(fake.company.leads) + len(fake.alive("deals")) == 1
    assert counts(fake) == (1, 1 + (deed == "guest"), deed == "call")
    assert said.count("stays in Pipedrive: ") == 3


def worked_on(fake, kind, number, deed):
    """A colleague's hands on our lead or deal."""
    where = {f"{kind}_id": number}
    changes = {
        "title": {"title": "Bo's title"},
        "moved": {"stage_id": 2, "add_time": "2026-11-28T12:00:00Z"},
        "won": {"status": "won"},
        "archived": {"is_archived": True},
        "value": {"value": 900 if kind == "deal" else {"amount": 900, "currency": "EUR"}},
        "owner": {"owner_id": 100_102},
    }
    if deed in changes and kind == "lead":
        fake.company.leads[number].update(changes[deed])
    elif deed in changes:
        fake.company.edit("deals", number, **changes[deed])
    elif deed == "note":
        fake.company.attachments.add_note(1, "2026-11-29T12:00:00Z", "x", where)
    elif deed == "guest":
        fake.company.attachments.participants.append([number, typed_there(fake, "persons", name="A friend")["id"]])
    else:
        made = typed_there(fake, "activities", subject="Bo's call", type="call")
        fake.company.edit("activities", made["id"], **where)


@pytest.mark.parametrize("what", ["person", "meeting"])
def test_an_edit_that_waited_goes_over_where_the_person_stays(fake, desk, ada_with_key, kari, first, what):
    """It is set aside when the undo is asked for; a badge that says "in Pipedrive" afterwards would not be true."""
    push = first
    if what == "person":
        note(fake, "persons", 1)
    else:
        meet(ada_with_key, kari, subject="Another talk")
        push = settled(desk)[-1]
    change(ada_with_key, kari, name="Kari Berg")
    undone(desk, ada_with_key, push)
    settled(desk)
    assert fake.company.record("persons", 1)["name"] == "Kari Berg"


def test_a_skipped_edit_is_said_beside_the_badge(desk, ada_with_key, kari, first):
    change(ada_with_key, kari, name="Kari Berg")
    with db.transaction() as session:
        push_rules.set_aside_pushes(session, session.get_one(User, ada_with_key.id), fresh(kari))
    with db.reading() as session:
        status = push_status.status_of(session, fresh(kari))
    seen = status.badge, status.reason, status.agreed_at
    assert seen == (push_status.Badge.IN_PIPEDRIVE, push_status.LAST_SKIPPED, None)
