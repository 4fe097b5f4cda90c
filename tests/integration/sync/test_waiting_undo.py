"""A waiting undo of a push runs, whatever becomes of its contact meanwhile."""

import pytest

from app import db
from app.models import PipedriveSync, SyncStatus, Trigger, User
from app.services.contacts import bulk_actions, contact_bank, contact_merge
from app.services.contacts.erasure import contact_erasure
from app.services.pipedrive import push_receipts, record_choice
from app.services.team import transfer
from tests.support.sync_harness import ADAS_KEY, ask, edit, pushes, settled
from tests.support.world import contact


def bulk_trash(session, ada, kari, **_):
    bulk_actions.trash(session, ada, [kari.id])


def single_trash(session, ada, kari, **_):
    contact_bank.trash(session, ada, kari.id)


def erase(session, ada, kari, **_):
    contact_erasure.erase(session, ada, kari.id)


def unlink(session, ada, kari, **_):
    record_choice.unlink(session, ada, kari.id)


def merge_away(session, ada, kari, other, **_):
    contact_merge.merge(session, ada, other.id, kari.id)


def hand_over(session, ada, kari, bo, gwen, **_):
    ada.active = False
    session.add(ada)
    session.flush()
    transfer.transfer_contacts(session, gwen, ada.id, bo.id)


def erase_and_hand_over(session, ada, kari, bo, gwen, **_):
    contact_erasure.erase(session, ada, kari.id)
    hand_over(session, ada, kari, bo, gwen)


DEEDS = [bulk_trash, single_trash, erase, unlink, merge_away, hand_over, erase_and_hand_over]


@pytest.mark.parametrize("deed", DEEDS)
def test_what_its_owner_took_back_goes_from_pipedrive_although_the_contact_went_elsewhere(
    fake, desk, ada_with_key, bo_with_key, gwen, deed
):
    # as saving a key leaves it: whose records there are hers
    edit(ada_with_key, pipedrive_user_id=fake.user_ids[ADAS_KEY])
    kari = contact(ada_with_key, "Kari Nordmann", email="kari@steel.example")
    other = contact(ada_with_key, "Kari N")
    ask(ada_with_key, kari)
    (row,) = settled(desk)
    if deed is merge_away:
        ask(ada_with_key, other)
    with db.transaction() as session:
        push_receipts.undo(session, session.get_one(User, ada_with_key.id), row.id)
    with db.transaction() as session:
        ada = session.get_one(User, ada_with_key.id)
        deed(session, ada, kari=kari, other=other, bo=bo_with_key, gwen=gwen)
    (undo,) = [one for one in pushes() if one.trigger is Trigger.UNDO]
    assert undo.is_open
    settled(desk)
    with db.reading() as session:
        assert session.get_one(PipedriveSync, undo.id).status is SyncStatus.SUCCESS
    assert fake.company.records("persons")[0]["is_deleted"]
