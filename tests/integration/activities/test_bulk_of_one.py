"""Every bulk action with one contact leaves the rows that the single action leaves, whatever the contact was before."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, DateTime, Uuid, text
from sqlmodel import Session, SQLModel, select

from app import db
from app.models import (
    ActivityDraft,
    ActivityType,
    CampaignContact,
    Contact,
    Outcome,
    PipedriveSync,
    Stage,
    SyncStatus,
    Trigger,
    User,
    now,
)
from app.services.activities import activity_log, bulk_log, pending_outcomes
from app.services.campaigns import board_assignments, board_stages, bulk_moves
from app.services.contacts import bulk_actions, contact_bank
from app.services.pipedrive import manual_push
from app.services.push_queue import push_jobs
from tests.support import world

# what only a bulk action writes: the entry that undoes it, and its line in the audit trail
OWN = {"bank_deeds", "audit_events"}
WHEN = datetime(2031, 1, 1, 9, tzinfo=UTC)

# a contact's past: warmness, is it in Pipedrive, an open question, its planned touch, its pushes, its stage
PUSH = st.tuples(
    st.sampled_from([Trigger.WARM, Trigger.UPDATE, Trigger.UNDO]),
    st.sampled_from([SyncStatus.PENDING, SyncStatus.RETRY, SyncStatus.FAILED, SyncStatus.SUCCESS]),
    st.sampled_from([None, "contact_gone", "SKIPPED"]),
)
PAST = st.fixed_dictionaries(
    {
        "warmness": st.integers(0, 9),
        "pipedrive": st.none() | st.just(812),
        "question": st.booleans(),
        "planned": st.booleans(),
        "pushes": st.lists(PUSH, max_size=3),
        "stage": st.none() | st.sampled_from(Stage),
    }
)

CALL = ActivityDraft(type=ActivityType.CALL, outcome=Outcome.REACHED)
DRAFTS = {
    "a call": CALL,
    "a call of last year": CALL.model_copy(update={"happened_at": datetime(2025, 3, 1, 9, tzinfo=UTC)}),
    "a planned e-mail": ActivityDraft(type=ActivityType.EMAIL, due_date=WHEN, subject="Write"),
    "an event": ActivityDraft(type=ActivityType.CONFERENCE, outcome=Outcome.MET, location="Fair", note="Tea."),
    "our own words": CALL.model_copy(update={"subject": "Call with Jane Roe"}),
}


def log(name: str, *, campaign: bool = False) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def draft(spring: UUID) -> ActivityDraft:
        return DRAFTS[name].model_copy(update={"campaign_id": spring if campaign else None})

    return (
        lambda session, who, one, spring: activity_log.log(session, who, one, draft(spring)),
        lambda session, who, one, spring: bulk_log.log(session, who, [one], draft(spring)),
    )


def retry_by_restore(session: Session, who: User, one: UUID, _: UUID) -> None:
    contact_bank.trash(session, who, one)
    contact_bank.restore(session, who, one)


def retry_many_by_restore(session: Session, who: User, one: UUID, _: UUID) -> None:
    bulk_actions.trash(session, who, [one])
    bulk_actions.restore(session, who, [one])


TAGGINGS = (["spring"], ["autumn", "spring"], ["autumn"])

# by name: for one, and for many
VERBS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    **{f"log {name}": log(name) for name in DRAFTS},
    **{f"log {name} for a campaign": log(name, campaign=True) for name in DRAFTS},
    "push": (
        lambda session, who, one, _: manual_push.push(session, who, one, Trigger.MANUAL),
        lambda session, who, one, _: bulk_actions.push(session, who, [one]),
    ),
    "warm": (
        lambda session, who, one, _: contact_bank.set_warmness(session, who, one, contact_bank.owned(session, who, one).warmness_score + 1),
        lambda session, who, one, _: bulk_actions.warm(session, who, [one], 1),
    ),
    "snooze": (
        lambda session, who, one, _: contact_bank.snooze(session, who, one, 30),
        lambda session, who, one, _: bulk_actions.snooze(session, who, [one], 30),
    ),
    "wake": (
        lambda session, who, one, _: [contact_bank.snooze(session, who, one, days) for days in (30, 0)],
        lambda session, who, one, _: [bulk_actions.snooze(session, who, [one], days) for days in (30, 0)],
    ),
    "tag": (
        lambda session, who, one, _: contact_bank.change(session, who, one, {"tags": ["spring"]}),
        lambda session, who, one, _: bulk_actions.tag(session, who, [one], "Spring "),
    ),
    "tag twice and untag": (
        lambda session, who, one, _: [contact_bank.change(session, who, one, {"tags": tags}) for tags in TAGGINGS],
        lambda session, who, one, _: [
            bulk_actions.tag(session, who, [one], "spring"),
            bulk_actions.tag(session, who, [one], "autumn"),
            bulk_actions.untag(session, who, [one], "spring"),
        ],
    ),
    "trash": (
        lambda session, who, one, _: contact_bank.trash(session, who, one),
        lambda session, who, one, _: bulk_actions.trash(session, who, [one]),
    ),
    "trash and restore": (retry_by_restore, retry_many_by_restore),
    "assign": (
        lambda session, who, one, spring: board_assignments.assign(session, who, spring, [one]),
        lambda session, who, one, spring: bulk_moves.assign_chosen(session, who, [one], spring),
    ),
    "move": (
        lambda session, who, one, spring: board_stages.move(session, who, spring, one, Stage.IN_DIALOGUE),
        lambda session, who, one, spring: bulk_moves.move(session, who, spring, [one], Stage.IN_DIALOGUE),
    ),
    "take out": (
        lambda session, who, one, spring: board_assignments.unassign(session, who, spring, [one]),
        lambda session, who, one, spring: bulk_moves.take_out(session, who, spring, [one]),
    ),
}  # fmt: skip
ON_A_BOARD = {name for name in VERBS if name.endswith("campaign")} | {"move", "take out"}


def live(session: Session, who: User, contact: Contact, spring: UUID, past: dict[str, Any]) -> None:
    """Give the contact that past."""
    contact.warmness_score, contact.pipedrive_person_id = past["warmness"], past["pipedrive"]
    session.add(contact)
    if past["question"]:
        pending_outcomes.ask_outcome(session, who, contact.id, ActivityType.CALL)
    if past["planned"]:
        activity_log.log(session, who, contact.id, ActivityDraft(type=ActivityType.CALL, due_date=WHEN))
    if past["stage"]:
        board_assignments.assign(session, who, spring, [contact.id])
        board_stages.move(session, who, spring, contact.id, past["stage"])
    for number, (trigger, status, code) in enumerate(past["pushes"]):
        push_jobs.enqueue(session, who, contact, trigger)
        row = session.exec(select(PipedriveSync).order_by(PipedriveSync.created_at.desc())).first()
        row.trigger, row.status, row.attempts = trigger, status, number
        row.error_code = code if status is SyncStatus.FAILED else None
        row.finished_at = None if row.is_open else WHEN
        session.add(row)
        session.flush()


TABLES = {table.name: table for table in SQLModel.metadata.sorted_tables if table.name not in OWN}
# one question instead of one for each table, which took a third of the time
EVERY_ROW = text(" union all ".join(f"select '{name}', to_jsonb(row) from {name} row" for name in TABLES))


def snapshot(session: Session, known: set[str]) -> dict[str, list[list[Any]]]:
    """All rows of all tables, apart from new ids and from the time at which they were written."""
    session.flush()

    def plain(column: Column[Any], value: Any) -> Any:
        if value is not None and isinstance(column.type, DateTime):
            moment = datetime.fromisoformat(value)
            return "now" if abs(moment - now()) < timedelta(hours=1) else moment.date()
        return "new" if value is not None and isinstance(column.type, Uuid) and value not in known else value

    rows: dict[str, list[list[Any]]] = {name: [] for name in TABLES}
    for name, row in session.execute(EVERY_ROW):
        rows[name].append([(column.name, plain(column, row[column.name])) for column in TABLES[name].columns])
    return {name: sorted(found, key=repr) for name, found in rows.items()}


def after(verb: Callable[..., Any], who: User, contact: Contact, spring: UUID, past: dict[str, Any]) -> Any:
    """The rows that the verb leaves; none of them stays."""
    with db.transaction() as session:
        me, one = session.get_one(User, who.id), session.get_one(Contact, contact.id)
        live(session, me, one, spring, past)
        session.flush()
        verb(session, me, contact.id, spring)
        rows = snapshot(session, {str(who.id), str(contact.id), str(spring)})
        session.rollback()
    return rows


@pytest.mark.parametrize("name", VERBS)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(past=PAST)
@example(
    past={"warmness": 6, "pipedrive": None, "question": True, "planned": True, "stage": Stage.CONTACTED,
          "pushes": [(Trigger.WARM, SyncStatus.FAILED, "contact_gone"), (Trigger.UNDO, SyncStatus.PENDING, None)]}
)  # fmt: skip
@example(
    past={"warmness": 3, "pipedrive": 812, "question": False, "planned": False, "stage": None,
          "pushes": [(Trigger.WARM, SyncStatus.RETRY, None)]}
)  # fmt: skip
def test_a_bulk_action_with_one_contact_leaves_the_rows_of_the_single_action(ada, jane, name, past):
    spring = world.campaign(ada).id
    if name in ON_A_BOARD and past["stage"] is None:
        past = past | {"stage": Stage.TO_CONTACT}
    one, many = VERBS[name]
    single, bulk = (after(verb, ada, jane, spring, past) for verb in (one, many))
    assert single
    for table, rows in single.items():
        assert bulk[table] == rows, table
    with db.reading() as session:
        assert session.exec(select(CampaignContact)).all() == []
