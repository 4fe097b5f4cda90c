"""Two contacts that are one person become one, with everything that hangs on them, and two again."""

import pytest
from sqlalchemy import text
from sqlmodel import select

from app import db
from app.errors import Conflict, Invalid, NotFound
from app.models import (
    Activity,
    ActivityDraft,
    ActivityType,
    CampaignContact,
    Contact,
    EntityType,
    LinkState,
    PendingOutcome,
    PipedriveLink,
    PipedriveSync,
    Trigger,
    User,
    WarmnessChange,
)
from app.services.activities import activity_log, pending_outcomes, referrals
from app.services.campaigns import undo_dispatch
from app.services.contacts import contact_bank, contact_merge
from app.services.push_queue import push_jobs
from tests.support import world

NEWS = {"version", "updated_at"}
TABLES = (
    "contacts", "activities", "campaign_contacts", "campaign_moves", "warmness_changes", "owed_answers",
    "pipedrive_syncs", "pipedrive_links",
)  # fmt: skip


def bank():
    with db.reading() as session:
        return {
            table: [
                {name: value for name, value in row._mapping.items() if name not in NEWS}
                for row in session.execute(text(f"select * from {table} order by id"))
            ]
            for table in TABLES
        }


def do(verb, who, *given, **named):
    with db.transaction() as session:
        return verb(session, session.get_one(User, who.id), *given, **named)


def rows(model, **where):
    with db.reading() as session:
        return list(session.exec(select(model).filter_by(**where)))


@pytest.fixture
def twin(ada, jane):
    """Jane once more, from a card, with a past of her own and a place in Pipedrive."""
    row = world.contact(
        ada, "Roe, Jane", emails=["j.roe@acme.example", "jane@private.example"], phone="+49 171 1234567",
        organisation="ACME Gruppe", job_title="CEO", tags=["fair"], notes="Met at the fair.", warmness_score=8,
    )  # fmt: skip
    with db.transaction() as session:
        me = session.get_one(User, ada.id)
        contact_bank.change(session, me, jane.id, {"notes": "Knows Bo.", "tags": ["energy"]})
        activity_log.log(session, me, jane.id, ActivityDraft(type=ActivityType.CALL, happened_at="2026-01-05T09:00Z"))
        activity_log.log(session, me, row.id, ActivityDraft(type=ActivityType.EMAIL, happened_at="2026-02-05T09:00Z"))
        activity_log.log(session, me, row.id, ActivityDraft(type=ActivityType.CALL, due_date="2031-02-05T09:00Z"))
        pending_outcomes.ask_outcome(session, me, row.id, ActivityType.CALL)
        referrals.refer(session, me, jane.id, row.id, thanks=False)
        push_jobs.enqueue(session, me, session.get_one(Contact, jane.id), Trigger.MANUAL)
        session.get_one(Contact, row.id).pipedrive_person_id = 77
        session.add(
            PipedriveLink(
                account="acme",
                entity_type=EntityType.PERSON,
                entity_key=str(row.id),
                state=LinkState.LINKED,
                remote_id=77,
            )
        )
    world.campaign(ada, "Both", holds=[jane, row])
    world.campaign(ada, "Only the twin", holds=[row])
    with db.transaction() as session:
        place = session.exec(select(CampaignContact).where(CampaignContact.contact_id == row.id)).first()
        place.stage = "IN_DIALOGUE"
    return row


def test_the_plan_says_field_by_field_what_would_be_kept(ada, jane, twin):
    plan = do(contact_merge.plan, ada, jane.id, twin.id)
    assert {one.field: (one.choice, one.choices) for one in plan.fields} == {
        "name": ("keep", ("keep", "drop")),
        "emails": ("both", ("keep", "drop", "both")),
        "phones": ("both", ("keep", "drop", "both")),
        "organisation": ("keep", ("keep", "drop")),
        "job_title": ("drop", ("keep", "drop")),
        "tags": ("both", ("keep", "drop", "both")),
        "notes": ("both", ("keep", "drop", "both")),
        "warmness_score": ("drop", ("keep", "drop")),
        "pipedrive_person_id": ("drop", ("keep", "drop")),
    }
    assert plan.moves == {"touches": 2, "campaigns": 2, "pushes": 1}
    assert plan.warning is None


def test_everything_moves_to_the_one_that_is_kept(ada, jane, twin):
    kept, _ = do(contact_merge.merge, ada, jane.id, twin.id)
    assert [row.id for row in rows(Contact)] == [jane.id]
    assert (kept.name, kept.job_title, kept.organisation.name) == ("Jane Roe", "CEO", "ACME Ltd")
    assert kept.emails == ["jane@acme.example", "j.roe@acme.example", "jane@private.example"]
    assert kept.phones == ["+49301234567", "+491711234567"]
    assert (kept.tags, kept.notes) == (["energy", "fair"], "Knows Bo.\n\nMet at the fair.")
    assert (kept.warmness_score, kept.pipedrive_person_id) == (8, 77)
    assert kept.last_contacted.year == 2026
    assert kept.next_due.year == 2031
    assert {row.contact_id for row in rows(Activity)} == {jane.id}
    assert {row.contact_id for row in rows(PendingOutcome)} == {jane.id}
    assert {(row.contact_id, row.entity_id, row.dedupe_key) for row in rows(PipedriveSync)} == {
        (jane.id, jane.id, f"person:{jane.id}")
    }
    assert [row.entity_key for row in rows(PipedriveLink)] == [str(jane.id)]
    assert sorted((row.contact_id, row.stage.value) for row in rows(CampaignContact)) == sorted(
        [(jane.id, "IN_DIALOGUE"), (jane.id, "TO_CONTACT")]
    )
    assert (5, 8) in {(row.before, row.after) for row in rows(WarmnessChange)}
    assert do(contact_bank.owned, ada, jane.id).search_text.count("private.example") == 1


@pytest.mark.parametrize(
    "fields", [{}, {"name": "drop", "emails": "drop", "notes": "keep", "pipedrive_person_id": "keep"}]
)
def test_the_undo_restores_both_exactly(ada, jane, twin, fields):
    before = bank()
    _, undo_id = do(contact_merge.merge, ada, jane.id, twin.id, fields)
    assert len(rows(Contact)) == 1
    undone = do(undo_dispatch.undo, ada, undo_id)
    after = bank()
    # the push that the merge asked for goes on: it is level-triggered and tells Pipedrive what is true
    after["pipedrive_syncs"] = [row for row in after["pipedrive_syncs"] if row["trigger"] != "UPDATE"]
    for pair in (before, after):
        for row in pair["pipedrive_syncs"]:
            for name in ("generation", "urgent"):
                row.pop(name)
    assert after == before
    assert (undone.put_back, undone.left) == (1, 0)


def test_choices_are_taken_as_said(ada, jane, twin):
    said = {"name": "drop", "emails": "drop", "organisation": "drop", "notes": "keep", "warmness_score": "keep"}
    kept, _ = do(contact_merge.merge, ada, jane.id, twin.id, said)
    assert (kept.name, kept.organisation.name, kept.notes, kept.warmness_score) == (
        "Roe, Jane",
        "ACME Gruppe",
        "Knows Bo.",
        5,
    )
    assert kept.emails == ["j.roe@acme.example", "jane@private.example"]
    assert kept.given_name == "Jane"


def test_two_different_people_in_pipedrive_are_a_conflict_told_plainly(ada, jane, twin):
    with db.transaction() as session:
        session.get_one(Contact, jane.id).pipedrive_person_id = 12
    before = bank()
    with pytest.raises(Conflict, match="Both are in Pipedrive, as persons 12 and 77"):
        do(contact_merge.merge, ada, jane.id, twin.id)
    assert bank() == before
    assert do(contact_merge.plan, ada, jane.id, twin.id).warning.startswith("Both are in Pipedrive")
    kept, _ = do(contact_merge.merge, ada, jane.id, twin.id, {"pipedrive_person_id": "keep"})
    assert kept.pipedrive_person_id == 12


@pytest.mark.parametrize("fields", [{"name": "both"}, {"colour": "keep"}, {"name": "x"}])
def test_a_choice_that_there_is_not_is_refused(ada, jane, twin, fields):
    with pytest.raises(Invalid):
        do(contact_merge.merge, ada, jane.id, twin.id, fields)
    assert len(rows(Contact)) == 2


def test_more_addresses_than_a_contact_holds_are_refused_whole(ada, jane, twin):
    do(contact_bank.change, ada, jane.id, {"emails": [f"j{n}@acme.example" for n in range(9)]})
    before = bank()
    with pytest.raises(Invalid, match="more than 10 emails"):
        do(contact_merge.merge, ada, jane.id, twin.id)
    assert bank() == before


def test_somebody_elses_contact_or_the_same_one_cannot_be_merged(ada, bo, jane, twin):
    theirs = world.contact(bo, "Jane Roe")
    with pytest.raises(NotFound):
        do(contact_merge.merge, ada, jane.id, theirs.id)
    with pytest.raises(NotFound):
        do(contact_merge.plan, bo, jane.id, twin.id)
    with pytest.raises(Conflict):
        do(contact_merge.merge, ada, jane.id, jane.id)


def test_what_happened_since_stays_with_the_one_that_was_kept(ada, jane, twin):
    _, undo_id = do(contact_merge.merge, ada, jane.id, twin.id)
    new = do(activity_log.log, ada, jane.id, ActivityDraft(type=ActivityType.CALL))
    do(contact_bank.change, ada, jane.id, {"job_title": "Chair"})
    undone = do(undo_dispatch.undo, ada, undo_id)
    assert undone.left == 1
    assert {row.contact_id for row in rows(Activity, id=new.id)} == {jane.id}
    assert len(rows(Activity, contact_id=twin.id)) == 2
    assert do(contact_bank.owned, ada, jane.id).job_title == "Chair"


def test_a_merge_of_merges_is_undone_from_the_last_one(ada, jane, john, twin):
    _, first = do(contact_merge.merge, ada, jane.id, twin.id)
    _, second = do(contact_merge.merge, ada, john.id, jane.id)
    with pytest.raises(Conflict, match="no longer"):
        do(undo_dispatch.undo, ada, first)
    do(undo_dispatch.undo, ada, second)
    do(undo_dispatch.undo, ada, first)
    assert {row.name for row in rows(Contact)} == {"Jane Roe", "John Öström", "Roe, Jane"}
