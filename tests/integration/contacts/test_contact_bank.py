"""What is changed of a contact, and what stays as it is."""

from app import db
from app.models import Contact, User
from app.services.contacts import contact_bank
from tests.support import world


def test_a_number_that_was_taken_under_other_rules_stays_and_blocks_no_edit(ada):
    row = world.contact(ada, "Jane Roe")
    with db.transaction() as session:
        session.get_one(Contact, row.id).phones = ["+49301"]
    with db.transaction() as session:
        contact_bank.change(session, session.get_one(User, ada.id), row.id, {"job_title": "CFO"})
    with db.reading() as session:
        kept = session.get_one(Contact, row.id)
        assert (kept.phones, kept.job_title) == (["+49301"], "CFO")
