"""Whatever a person changes of what Pipedrive hears, by whichever verb, stands there afterwards, or a question about it stands here."""

from contextlib import suppress
from random import Random

import pytest
from sqlalchemy import text

from app import db
from app.errors import Refusal
from app.models import Contact, Trigger, User
from app.models.contact_fields import PUSHED
from app.services.campaigns import undo_dispatch
from app.services.contacts import bulk_actions, contact_bank, contact_merge, organisations
from app.services.imports import import_undo
from app.services.push_queue import push_jobs
from app.services.push_queue.push_status import Badge, status_of
from tests.support.imported_files import take_files
from tests.support.sync_harness import ask, fresh, pushes, settled
from tests.support.world import contact


def do(who, verb, *given, **named):
    with db.transaction() as session:
        return verb(session, session.get_one(User, who.id), *given, **named)


def undone(who, undo_id):
    return do(who, undo_dispatch.undo, undo_id)


def csv(*rows):
    return "people.csv", "\n".join(["name,email,phone,organisation", *rows]).encode()


def edit(who, jane, _twin):
    do(who, contact_bank.change, jane.id, {"name": "Jane Rowe"})


def number(who, jane, _twin):
    do(who, contact_bank.change, jane.id, {"phones": ["+49 30 1234567", "+49 30 7654321"]})


def another_firm(who, jane, _twin):
    do(who, contact_bank.change, jane.id, {"organisation": "Nordic Steel AS"})


def merge(who, jane, twin):
    return do(who, contact_merge.merge, jane.id, twin.id, {"emails": "both", "phones": "both", "name": "drop"})[1]


def undo_of_a_merge(who, jane, twin):
    undo_id = merge(who, jane, twin)
    yield
    undone(who, undo_id)


def merge_that_keeps_the_person_of_the_other(who, jane, twin):
    do(who, contact_merge.merge, twin.id, jane.id, {"name": "keep", "emails": "both"})


def undo_of_a_merge_that_kept_the_person_of_the_other(who, jane, twin):
    undo_id = do(who, contact_merge.merge, twin.id, jane.id, {"name": "keep", "emails": "both"})[1]
    yield
    undone(who, undo_id)


def firm_rename(who, jane, _twin):
    do(who, organisations.rename, jane.organisation_id, "Acme Works")


def undo_of_a_firm_rename(who, jane, _twin):
    undo_id = do(who, organisations.rename, jane.organisation_id, "Acme Works")[1]
    yield
    undone(who, undo_id)


def firm_merge(who, jane, twin):
    do(who, organisations.merge, twin.organisation_id, jane.organisation_id)


def undo_of_a_firm_merge(who, jane, twin):
    undo_id = do(who, organisations.merge, twin.organisation_id, jane.organisation_id)[1]
    yield
    undone(who, undo_id)


def a_file(who, _jane, _twin):
    assert take_files(who, csv("Jane Roe,jane@acme.example,+49 30 5555555,")).updated == 1


def undo_of_a_file(who, _jane, _twin):
    batch = take_files(who, csv("Jane Roe,jane@acme.example,+49 30 5555555,")).batch_id
    yield
    do(who, import_undo.undo, batch)


def edit_while_in_the_trash(who, jane, _twin):
    do(who, contact_bank.trash, jane.id)
    do(who, organisations.rename, jane.organisation_id, "Acme Works")
    yield
    do(who, contact_bank.restore, jane.id)


def bulk_trash_and_restore(who, jane, _twin):
    undo_id = do(who, bulk_actions.trash, [jane.id]).undo_id
    do(who, organisations.rename, jane.organisation_id, "Acme Works")
    yield
    undone(who, undo_id)


def plain_sql(_who, jane, _twin):
    with db.transaction() as session:
        session.execute(text("update contacts set name = 'Jane Rowe' where id = :id"), {"id": jane.id})


VERBS = [
    edit, number, another_firm, merge, undo_of_a_merge, merge_that_keeps_the_person_of_the_other,
    undo_of_a_merge_that_kept_the_person_of_the_other, firm_rename, undo_of_a_firm_rename, firm_merge,
    undo_of_a_firm_merge, a_file, undo_of_a_file, edit_while_in_the_trash, bulk_trash_and_restore, plain_sql,
]  # fmt: skip


@pytest.fixture
def jane(fake, desk, ada_with_key):
    """Somebody whom both sides know and agree on."""
    row = contact(ada_with_key, "Jane Roe", organisation="Acme Ltd", email="jane@acme.example")
    ask(ada_with_key, row)
    settled(desk)
    return fresh(row)


@pytest.fixture
def twin(ada_with_key):
    return contact(
        ada_with_key, "Jane R. Roe", organisation="Beta Works", email="roe@beta.example", phone="+49 40 1234567"
    )


def there(fake, row):
    """What Pipedrive has of the person, as we would say it."""
    person = fake.company.record("persons", row.pipedrive_person_id)
    firm = fake.company.record("organizations", person["org_id"]) if person["org_id"] else None
    said = {name: {one["value"] for one in person[name]} for name in ("emails", "phones")}
    return {"name": person["name"], "firm": firm and firm["name"], **said}


def here(row):
    with db.reading() as session:
        return {
            "name": row.name,
            "firm": organisations.name_of(session, row.organisation_id),
            "emails": set(row.emails),
            "phones": set(row.phones),
        }


def linked():
    with db.reading() as session:
        known = text("select id from contacts where pipedrive_person_id is not null and deleted_at is null")
        return [session.get_one(Contact, one) for one in session.scalars(known)]


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_what_a_person_changes_stands_in_pipedrive_afterwards(fake, desk, ada_with_key, jane, twin, verb):
    for _ in verb(ada_with_key, jane, twin) or () if verb is not merge else (merge(ada_with_key, jane, twin),):
        settled(desk)
    settled(desk)
    rows = linked()
    assert rows
    for row in rows:
        assert there(fake, row) == here(row)
        with db.reading() as session:
            assert status_of(session, row).badge is Badge.IN_PIPEDRIVE
            assert not session.scalars(text("select id from sync_conflicts where resolved_at is null")).all()
    assert len(fake.alive("persons")) == len({row.pipedrive_person_id for row in rows})


def agreed(fake):
    """What stands on one side only, of everybody whose badge says that both sides agree."""
    with db.reading() as session:
        shown = {row.id: status_of(session, row) for row in linked()}
    return [
        (row.name, there(fake, row), here(row))
        for row in linked()
        if shown[row.id].badge is Badge.IN_PIPEDRIVE and shown[row.id].reason is None and there(fake, row) != here(row)
    ]


def alive(row):
    with db.reading() as session:
        found = session.get(Contact, row.id)
        return found if found and not found.deleted_at else None


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(12))
def test_after_any_row_of_deeds_the_badge_is_true(fake, desk, ada_with_key, jane, twin, seed):
    """Deeds one after the other, some of them before Pipedrive heard of the last one; what is refused changes nothing."""
    dice = Random(seed)
    for _ in range(8):
        rows = [row for row in (alive(jane), alive(twin)) if row]
        if len(rows) < 2:
            break
        dice.shuffle(rows)
        with suppress(Refusal):
            for _ in dice.choice([verb for verb in VERBS if verb not in {merge, a_file}])(ada_with_key, *rows) or ():
                if dice.random() < 0.5:
                    settled(desk)
        if dice.random() < 0.5:
            settled(desk)
            assert agreed(fake) == []
    settled(desk)
    assert agreed(fake) == []


def test_the_database_watches_every_field_that_pipedrive_hears_of(database):
    with db.reading() as session:
        watched = set(
            session.scalars(
                text(
                    "select event_object_column from information_schema.triggered_update_columns"
                    " where trigger_name = 'contacts_told'"
                )
            )
        )
    assert {field.column for field in PUSHED} | {"deleted_at"} == watched


def test_who_is_not_in_pipedrive_is_not_told_of(desk, ada_with_key, twin):
    edit(ada_with_key, twin, twin)
    assert pushes() == []


def test_of_many_that_change_at_once_only_the_first_is_asked_for_alone(fake, desk, ada_with_key, jane):
    other = contact(ada_with_key, "John Roe", organisation="Acme Ltd", email="john@acme.example")
    ask(ada_with_key, other)
    settled(desk)
    firm = contact(ada_with_key, "Kim Roe", organisation="Gamma").organisation_id
    do(ada_with_key, organisations.merge, firm, jane.organisation_id)
    assert sorted(row.urgent for row in pushes() if row.is_open) == [False, True]


def test_the_database_writes_the_row_that_the_queue_would_write(desk, ada_with_key, jane):
    def queued(write):
        with db.transaction() as session:
            session.exec(text("delete from pipedrive_syncs"))
        write()
        (row,) = pushes()
        return row.model_dump(exclude={"id", "created_at", "updated_at", "run_at"})

    edited = queued(lambda: plain_sql(ada_with_key, jane, None))
    assert edited == queued(lambda: do(ada_with_key, push_jobs.enqueue, fresh(jane), Trigger.UPDATE))
