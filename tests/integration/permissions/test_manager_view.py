"""A golden ticket and a colleague's contact, cell by cell: all of it to see while a campaign holds it, nothing to change."""

import asyncio

import pytest
from sqlmodel import select

from app import db
from app.errors import Conflict, Forbidden, NotFound
from app.models import ActivityDraft, ActivityType, AuditEvent, Contact, Role, Stage, Trigger, User
from app.pages.contacts.detail import manager_view_panel
from app.pages.core import tap
from app.services.activities import activity_log
from app.services.campaigns import board_assignments, board_stages, campaigns
from app.services.contacts import bulk_actions, contact_bank, contact_merge, data_export
from app.services.contacts.erasure import contact_erasure
from app.services.permissions import visibility
from app.services.pipedrive import manual_push
from app.services.push_queue import push_jobs, push_status
from app.services.team import manager_view, transfer
from tests.support import world


def do(verb, *args, **given):
    with db.transaction() as session:
        return verb(session, *args, **given)


@pytest.fixture
def cem(database):
    return world.person("Cem Can")


@pytest.fixture
def spring(ada, bo, jane):
    """Jane is in it, Bo is a member; she has a touch for it and one beside it, notes, and waits for a key."""
    with db.transaction() as session:
        session.get_one(Contact, jane.id).notes = "private-note"
    row = world.campaign(ada, "Spring", members=[bo], holds=[jane])
    do(activity_log.log, ada, jane.id, ActivityDraft(type=ActivityType.CALL, note="for-spring", campaign_id=row.id))
    do(activity_log.log, ada, jane.id, ActivityDraft(type=ActivityType.CALL, note="beside"))
    do(push_jobs.enqueue, ada, jane, Trigger.MANUAL)
    return row


def looks():
    with db.reading() as session:
        found = session.exec(select(AuditEvent).where(AuditEvent.action == "contact.seen")).all()
    return [(event.actor, event.about) for event in found]


def test_everything_is_seen_and_the_look_is_noted_once(gwen, ada, jane, spring):
    found = do(manager_view.whole, gwen, jane.id)
    assert (found.view.contact.notes, found.view.contact.email) == ("private-note", "jane@acme.example")
    assert (found.view.owner.name, found.phones) == ("Ada Lind", ["030 1234567"])
    assert sorted(entry.activity.note for entry in found.entries) == ["beside", "for-spring"]
    assert ([place.campaign for place in found.view.places], [one.id for one in found.open_in]) == (
        ["Spring"],
        [spring.id],
    )
    assert (found.status.badge, found.status.reason) == (push_status.Badge.WAITING, push_jobs.NO_KEY)
    do(manager_view.whole, gwen, jane.id, noted=False)
    do(manager_view.may_open, gwen, jane.id)
    assert looks() == [(str(gwen.id), str(jane.id))]


@pytest.mark.parametrize(("name", "opens"), [("ada", True), ("gwen", True), ("bo", False), ("cem", False)])
def test_for_whom_a_contact_in_a_campaign_has_a_page(request, ada, bo, cem, gwen, jane, spring, name, opens):
    who = request.getfixturevalue(name)
    if opens:
        assert do(manager_view.may_open, who, jane.id).contact.id == jane.id
    else:
        with pytest.raises(NotFound):
            do(manager_view.may_open, who, jane.id)
    if name != "gwen":
        with pytest.raises(NotFound):
            do(manager_view.whole, who, jane.id)
    assert looks() == []


def test_a_contact_in_no_campaign_has_no_page_for_a_golden_ticket(gwen, ada, jane):
    for question in (manager_view.whole, manager_view.may_open):
        with pytest.raises(NotFound):
            do(question, gwen, jane.id)
    assert looks() == []


def taken_out(ada, spring, jane, gwen):
    do(board_assignments.unassign, ada, spring.id, [jane.id])


def removed(ada, spring, jane, gwen):
    do(campaigns.remove, ada, spring.id)


def trashed(ada, spring, jane, gwen):
    do(contact_bank.trash, ada, jane.id)


def without_ticket(ada, spring, jane, gwen):
    with db.transaction() as session:
        session.get_one(User, gwen.id).role = Role.CONSULTANT
    gwen.role = Role.CONSULTANT


@pytest.mark.parametrize("end", [taken_out, removed, trashed, without_ticket])
def test_sight_ends_at_once(gwen, ada, jane, spring, end):
    do(manager_view.whole, gwen, jane.id)
    end(ada, spring, jane, gwen)
    with pytest.raises(NotFound):
        do(manager_view.whole, gwen, jane.id, noted=False)


def test_an_archived_campaign_still_shows_and_takes_nothing(gwen, ada, jane, spring):
    do(campaigns.archive, ada, spring.id)
    assert do(manager_view.whole, gwen, jane.id).open_in == []
    with pytest.raises(Conflict):
        do(board_stages.move, gwen, spring.id, jane.id, Stage.NOT_NOW)


def test_a_golden_ticket_moves_logs_and_hands_over(gwen, ada, bo, jane, spring):
    do(board_stages.move, gwen, spring.id, jane.id, Stage.IN_DIALOGUE)
    touch = do(
        activity_log.log, gwen, jane.id, ActivityDraft(type=ActivityType.EMAIL, note="mine", campaign_id=spring.id)
    )
    assert touch.user_id == gwen.id
    do(transfer.transfer_contacts, gwen, ada.id, bo.id, [jane.id])
    found = do(manager_view.whole, gwen, jane.id)
    assert (found.view.owner.id, found.before) == (bo.id, ["Ada Lind"])
    do(transfer.transfer_contacts, gwen, bo.id, ada.id, [jane.id])
    assert do(manager_view.whole, gwen, jane.id).view.owner.id == ada.id


@pytest.mark.parametrize(
    "deed",
    [
        lambda s, who, jane, other: contact_bank.change(s, who, jane.id, {"notes": "taken over"}),
        lambda s, who, jane, other: contact_bank.set_warmness(s, who, jane.id, 9),
        lambda s, who, jane, other: contact_bank.snooze(s, who, jane.id, 3),
        lambda s, who, jane, other: contact_bank.trash(s, who, jane.id),
        lambda s, who, jane, other: contact_erasure.erase(s, who, jane.id),
        lambda s, who, jane, other: contact_merge.merge(s, who, jane.id, other.id),
        lambda s, who, jane, other: contact_merge.merge(s, who, other.id, jane.id),
        lambda s, who, jane, other: manual_push.push(s, who, jane.id, Trigger.MANUAL),
        lambda s, who, jane, other: data_export.export_contact(s, who, jane.id),
        lambda s, who, jane, other: activity_log.log(s, who, jane.id, ActivityDraft(type=ActivityType.CALL)),
    ],
)
def test_what_is_the_owners_alone(gwen, ada, jane, spring, deed):
    other = world.contact(gwen, "Jane Double")
    before = do(lambda session: session.get_one(Contact, jane.id).model_dump())
    with pytest.raises(NotFound):
        do(deed, gwen, jane, other)
    assert do(lambda session: session.get_one(Contact, jane.id).model_dump()) == before


def test_verbs_for_many_pass_a_colleagues_contact_over(gwen, ada, jane, spring):
    assert do(bulk_actions.trash, gwen, [jane.id]).n == 0
    assert do(bulk_actions.push, gwen, [jane.id]).n == 0
    assert do(bulk_actions.tag, gwen, [jane.id], "x").n == 0


def test_only_a_golden_ticket_hands_over(bo, ada, cem, jane, spring):
    with pytest.raises(Forbidden):
        do(transfer.transfer_contacts, bo, ada.id, cem.id, [jane.id])


def test_a_golden_tickets_own_contact_is_not_a_colleagues(gwen, ada):
    own = world.contact(gwen, "Mine Own")
    world.campaign(gwen, "Hers", holds=[own])
    with pytest.raises(NotFound):
        do(manager_view.whole, gwen, own.id)
    assert do(manager_view.may_open, gwen, own.id).sight is visibility.Sight.OWNER


def test_opening_the_page_is_a_look_that_is_noted(gwen, bo, ada, jane, spring, monkeypatch):
    def opened(who, name):
        monkeypatch.setattr(tap, "signed_in_id", lambda: who.id)
        return asyncio.run(manager_view_panel.open_contact(name))

    assert opened(gwen, str(jane.id)).view.contact.id == jane.id
    assert looks() == [(str(gwen.id), str(jane.id))]
    assert [opened(bo, str(jane.id)), opened(gwen, "nonsense"), opened(gwen, None)] == [None, None, None]
    assert isinstance(opened(ada, str(jane.id)), tuple)
    assert len(looks()) == 1
