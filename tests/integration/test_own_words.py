"""PD-03, F14: what we have said ourselves, and lost the answer to, is nobody else's change."""

import desk as office
import faults
import pytest
from desk import ask, settled
from sqlmodel import select
from world import contact

from app import db
from app.models import SyncConflict
from app.services import contacts
from app.sync.drain import drain

fake, desk, ada = office.fake, office.desk, office.ada


@pytest.mark.parametrize("facts", [("phones", ["+4722000001"], ["+4722000002"]), ("name", "Kari Hansen", "Kari Berg")], ids=["phones", "name"])  # fmt: skip
@pytest.mark.parametrize("lost", [faults.server_error(commits=True), faults.reset(commits=True)], ids=["500", "reset"])
def test_an_edit_whose_answer_got_lost_and_another_edit_after_it_are_no_conflict(fake, desk, ada, facts, lost):
    field, first, second = facts
    kari = contact(ada, "Kari Nordmann", phone="+4722000000", email="kari@steel.example")
    ask(ada, kari)
    settled(desk)
    fake.next(lost, method="PATCH", kind="persons")
    edit(ada, kari, {field: first})
    drain(office.hurried(desk, first_wait=600, longest_wait=600))
    assert only_open().attempts == 1
    edit(ada, kari, {field: second})
    office.edit(only_open(), run_at=kari.created_at)
    settled(desk)
    with db.reading() as session:
        asked = [(row.field, row.ours, row.theirs) for row in session.exec(select(SyncConflict))]
    assert asked == []
    (there,) = fake.alive("persons")
    told = there["name"] if field == "name" else {row["value"] for row in there["phones"]}
    assert told == second or set(second) <= set(told)
    assert getattr(office.fresh(kari), field) == second


def edit(owner, row, changes):
    with db.transaction() as session:
        contacts.change(session, owner, row.id, changes)


def only_open():
    (row,) = [row for row in office.pushes() if row.is_open]
    return row
