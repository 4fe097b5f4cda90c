"""What people do about Pipedrive in the tests of the sync, each in a transaction of its own, and the listening in between."""

from app import db
from app.models import User
from app.services.contacts import contact_bank
from app.services.pipedrive import conflicts, push_receipts
from app.sync.pull import listener
from tests.support.sync_harness import listen_next, settled


def listened(desk):
    """The time to listen has come; afterwards everything that follows from it is pushed."""
    listen_next()
    assert listener.listen(desk) == 1
    return settled(desk)


def change(owner, row, **facts):
    """Their contact has other facts now."""
    with db.transaction() as session:
        return contact_bank.change(session, session.get_one(User, owner.id), row.id, facts)


def questions(owner):
    """What they have to decide: fields that both sides fill differently."""
    with db.reading() as session:
        return list(conflicts.list_open(session, session.get_one(User, owner.id)))


def decide(owner, question, resolution):
    with db.transaction() as session:
        return conflicts.resolve(session, session.get_one(User, owner.id), question.id, resolution)


def undo(owner, sync):
    with db.transaction() as session:
        return push_receipts.undo(session, session.get_one(User, owner.id), sync.id)
