"""Hand-over with everything still to be done, organisations with one spelling, twins while typing."""

import pytest
from sqlmodel import select

from app import db
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.models import (
    Activity,
    ActivityDraft,
    ActivityType,
    CampaignContact,
    Contact,
    EntityType,
    LinkState,
    Organisation,
    OwnerChange,
    PendingOutcome,
    PipedriveLink,
    PipedriveSync,
    SyncStatus,
    Trigger,
    User,
)
from app.services.accounts import users
from app.services.activities import activity_log, pending_outcomes
from app.services.campaigns import collision_warnings, undo_dispatch
from app.services.contacts import bulk_actions, contact_bank, contact_search, duplicates, organisations, trash
from app.services.contacts.contact_search import Search
from app.services.contacts.duplicates import Typed
from app.services.permissions import visibility
from app.services.push_queue import push_jobs
from app.services.team import transfer
from tests.support import world
from tests.support.api_client import ask, is_refusal
from tests.support.bulk_data import counted


def do(verb, who, *given, **named):
    with db.transaction() as session:
        return verb(session, session.get_one(User, who.id), *given, **named)


def rows(model, **where):
    with db.reading() as session:
        return list(session.exec(select(model).filter_by(**where)))


# hand-over


@pytest.fixture
def busy(ada, bo, jane, john):
    """Jane is in a campaign and has everything that may be under way; John is private."""
    campaign = world.campaign(ada, holds=[jane])
    with db.transaction() as session:
        me = session.get_one(User, ada.id)
        activity_log.log(session, me, jane.id, ActivityDraft(type=ActivityType.CALL, note="done by Ada"))
        activity_log.log(session, me, jane.id, ActivityDraft(type=ActivityType.CALL, due_date="2031-01-01T09:00Z"))
        pending_outcomes.ask_outcome(session, me, jane.id, ActivityType.CALL)
        push_jobs.enqueue(session, me, session.get_one(Contact, jane.id), Trigger.MANUAL)
        session.add(PipedriveSync(user_id=ada.id, contact_id=jane.id, entity_type=EntityType.PERSON, entity_id=jane.id, trigger=Trigger.WARM,
                                  dedupe_key="old", status=SyncStatus.SUCCESS))  # fmt: skip
        session.exec(select(CampaignContact)).one().assigned_user_id = ada.id
    return campaign


def test_what_is_to_be_done_follows_and_what_was_done_stays_with_who_did_it(ada, bo, gwen, jane, john, busy):
    assert do(transfer.transfer_contacts, gwen, ada.id, bo.id) == 1
    (moved,) = rows(Contact, id=jane.id)
    assert moved.user_id == bo.id
    assert rows(Contact, id=john.id)[0].user_id == ada.id
    assert [row.user_id for row in rows(Activity, done=True)] == [ada.id]
    assert [row.user_id for row in rows(Activity, done=False)] == [bo.id]
    assert {row.status: row.user_id for row in rows(PipedriveSync)} == {
        SyncStatus.PENDING: bo.id,
        SyncStatus.SUCCESS: ada.id,
    }
    assert rows(CampaignContact)[0].assigned_user_id == bo.id
    assert rows(PendingOutcome)[0].answered_at
    (step,) = rows(OwnerChange)
    assert (step.contact_id, step.from_user_id, step.to_user_id, step.by_user_id) == (jane.id, ada.id, bo.id, gwen.id)
    (firm,) = rows(Organisation, id=moved.organisation_id)
    assert (firm.user_id, firm.name) == (bo.id, "ACME Ltd")
    assert [one.from_user_id for one in do(transfer.history, bo, jane.id)] == [ada.id]


def test_from_then_on_the_old_owner_knows_nothing(ada, bo, gwen, jane, busy):
    do(transfer.transfer_contacts, gwen, ada.id, bo.id, [jane.id])
    assert is_refusal(ask(ada, "PUT", f"/api/contacts/{jane.id}", {"notes": "x"}), 404)
    with db.reading() as session:
        assert [row.id for row in contact_search.contacts(session, bo, Search()).items] == [jane.id]
        assert jane.id not in {row.id for row in contact_search.contacts(session, ada, Search()).items}
        assert visibility.look(session, bo, jane.id).sight.value == "OWNER"
    assert do(transfer.history, ada, jane.id) == []


def test_before_a_hand_over_one_sees_what_would_go_and_nobody_who_is_private(ada, bo, gwen, jane, john, busy):
    assert do(transfer.preview_transfer, gwen, ada.id) == transfer.Offer(total=1, shared=1, planned=1, pushes=1)
    assert do(transfer.transferable_ids, gwen, ada.id) == [jane.id]
    assert [one.id for one in do(transfer.search_transferable, gwen, ada.id)] == [jane.id]
    assert [one.id for one in do(transfer.search_transferable, gwen, ada.id, "acme roe")] == [jane.id]
    assert do(transfer.search_transferable, gwen, ada.id, "ostrom") == []
    assert (
        do(transfer.preview_transfer, gwen, ada.id, []).total
        == do(transfer.preview_transfer, gwen, ada.id, [john.id]).total
        == 0
    )


def test_of_somebody_disabled_all_would_go_but_only_those_in_campaigns_are_named(ada, gwen, jane, john, busy):
    do(users.disable, gwen, ada.id)
    offer = do(transfer.preview_transfer, gwen, ada.id)
    assert (offer.total, offer.shared) == (2, 1)
    assert set(do(transfer.transferable_ids, gwen, ada.id)) == {jane.id, john.id}
    assert [one.id for one in do(transfer.search_transferable, gwen, ada.id)] == [jane.id]


def test_only_a_golden_ticket_looks_at_what_could_be_handed_over(ada, bo, busy):
    for verb in (
        transfer.preview_transfer,
        transfer.search_transferable,
        transfer.transferable_ids,
    ):
        with pytest.raises(Forbidden):
            do(verb, bo, ada.id)


def test_the_trash_is_one_s_own_and_the_latest_lies_on_top(ada, bo, jane, john):
    do(contact_bank.trash, ada, jane.id)
    do(contact_bank.trash, ada, john.id)
    assert [one.id for one in do(trash.listed, ada)] == [john.id, jane.id]
    assert [one.id for one in do(trash.listed, ada, "acme")] == [jane.id]
    assert (do(trash.count, ada), do(trash.count, ada, "acme"), do(trash.count, bo)) == (2, 1, 0)
    assert do(trash.listed, bo) == []


def test_a_private_contact_of_somebody_active_is_not_there_to_be_handed_over(ada, bo, gwen, jane, john, busy):
    with pytest.raises(NotFound):
        do(transfer.transfer_contacts, gwen, ada.id, bo.id, [jane.id, john.id])
    assert rows(OwnerChange) == []
    assert rows(Contact, id=jane.id)[0].user_id == ada.id


def test_the_bank_of_somebody_disabled_goes_over_whole_with_its_trash(ada, bo, gwen, jane, john, busy):
    do(contact_bank.trash, ada, john.id)
    do(users.disable, gwen, ada.id)
    answer = ask(gwen, "POST", f"/api/users/{ada.id}/hand-over", {"to_user_id": str(bo.id)})
    assert (answer.status_code, answer.json()) == (200, {"handed_over": 2})
    assert {row.user_id for row in rows(Contact)} == {bo.id}
    assert rows(PipedriveSync, status="PENDING")[0].user_id == bo.id


def test_a_firm_that_both_banks_have_becomes_the_one_of_the_new_owner(ada, bo, gwen, jane, busy):
    theirs = world.contact(bo, "Somebody", organisation="Acme GmbH")
    do(transfer.transfer_contacts, gwen, ada.id, bo.id)
    assert rows(Contact, id=jane.id)[0].organisation_id == theirs.organisation_id


def test_only_a_golden_ticket_hands_over_and_only_to_somebody_active(ada, bo, gwen, jane, busy):
    with pytest.raises(Forbidden):
        do(transfer.transfer_contacts, ada, ada.id, bo.id)
    with pytest.raises(Conflict):
        do(transfer.transfer_contacts, gwen, ada.id, ada.id)
    with pytest.raises(NotFound):
        do(transfer.transfer_contacts, gwen, ada.id, jane.id)
    do(users.disable, gwen, bo.id)
    with pytest.raises(Conflict, match="active"):
        do(transfer.transfer_contacts, gwen, ada.id, bo.id)


# organisations


@pytest.fixture
def firms(ada):
    for name, firm in [
        ("A", "Nordlicht Energie GmbH"),
        ("B", "Nordlicht Energie GmbH"),
        ("C", "Nordlicht"),
        ("D", "ACME"),
    ]:
        world.contact(ada, name, organisation=firm)
    return {firm.name: firm.id for firm in rows(Organisation)}


def used(who, q=""):
    with db.reading() as session:
        return [(firm.name, firm.used) for firm in organisations.pick(session, who, q)]


def test_the_pick_list_shows_the_most_used_first_and_only_mine(ada, bo, firms):
    world.contact(bo, "X", organisation="Secret Ltd")
    assert used(ada) == [("Nordlicht Energie GmbH", 2), ("ACME", 1), ("Nordlicht", 1)]
    assert used(ada, "licht ener") == [("Nordlicht Energie GmbH", 2)]
    assert used(ada, "secret") == []


def test_a_new_name_is_one_spelling_for_all_who_work_there_and_is_undone(ada, firms):
    with db.transaction() as session:
        session.add(
            PipedriveLink(
                account="acme",
                entity_type=EntityType.ORGANIZATION,
                entity_key="nordlicht energie",
                state=LinkState.LINKED,
                remote_id=9,
            )
        )
    _, undo_id = do(organisations.rename, ada, firms["Nordlicht Energie GmbH"], " Sonnenschein  AG ")
    assert used(ada, "sonnen") == [("Sonnenschein AG", 2)]
    with db.reading() as session:
        assert [row.name for row in contact_search.contacts(session, ada, Search(q="sonnenschein")).items] == ["A", "B"]
        assert contact_search.count(session, ada, Search(q="energie")) == 0
        assert contact_search.count(session, ada, Search(organisation="Sonnenschein")) == 2
    assert {row.entity_key: row.remote_id for row in rows(PipedriveLink)} == {"nordlicht energie": 9}
    do(undo_dispatch.undo, ada, undo_id)
    assert used(ada, "nordlicht energie") == [("Nordlicht Energie GmbH", 2)]
    with db.reading() as session:
        assert contact_search.count(session, ada, Search(q="energie")) == 2
        assert contact_search.count(session, ada, Search(q="sonnenschein")) == 0
    assert [row.entity_key for row in rows(PipedriveLink)] == ["nordlicht energie"]


def test_a_name_that_is_taken_asks_for_a_merge_and_an_empty_one_is_refused(ada, bo, firms):
    with pytest.raises(Conflict, match="ACME is there already"):
        do(organisations.rename, ada, firms["Nordlicht"], "Acme Ltd.")
    with pytest.raises(Invalid):
        do(organisations.rename, ada, firms["Nordlicht"], "  ")
    with pytest.raises(NotFound):
        do(organisations.rename, bo, firms["Nordlicht"], "Mine")
    # the same firm in another spelling is no other firm
    assert do(organisations.rename, ada, firms["ACME"], "Acme Ltd")[0].name == "Acme Ltd"


def test_two_organisations_become_one_and_two_again(ada, firms):
    with db.transaction() as session:
        session.exec(select(Contact).where(Contact.name == "C")).one().pipedrive_person_id = 3
    _, undo_id = do(organisations.merge, ada, firms["Nordlicht Energie GmbH"], firms["Nordlicht"])
    assert used(ada) == [("Nordlicht Energie GmbH", 3), ("ACME", 1)]
    with db.reading() as session:
        assert contact_search.count(session, ada, Search(q="energie")) == 3
    assert [row.trigger for row in rows(PipedriveSync)] == [Trigger.UPDATE]
    do(undo_dispatch.undo, ada, undo_id)
    assert used(ada) == [("Nordlicht Energie GmbH", 2), ("ACME", 1), ("Nordlicht", 1)]
    with db.reading() as session:
        assert contact_search.count(session, ada, Search(q="energie")) == 2


def test_an_organisation_of_somebody_else_cannot_be_merged(ada, bo, firms):
    theirs = world.contact(bo, "X", organisation="Globex").organisation_id
    with pytest.raises(NotFound):
        do(organisations.merge, ada, firms["ACME"], theirs)
    with pytest.raises(Conflict):
        do(organisations.merge, ada, firms["ACME"], firms["ACME"])


# twins


def alike(who, *given, **typed):
    with db.reading() as session:
        return [
            (twin.contact.name, twin.reason)
            for twin in duplicates.find_duplicates(session, who, Typed(*given, **typed))
        ]


@pytest.mark.parametrize("typed", ["jane roe", "JANE  ROE", "Roe, Jane", "Jané Roé"])
def test_a_name_is_known_however_it_is_written(ada, jane, typed):
    assert alike(ada, typed) == [("Jane Roe", "Same name at ACME Ltd.")]


@pytest.mark.parametrize(
    ("there", "typed"),
    [
        ("Jörg Müller", "Joerg Mueller"),
        ("Joerg Mueller", "Jörg Müller"),
        ("Müller, Jörg", "jorg muller"),
        ("Søren Kjær", "Soeren Kjaer"),
    ],
)
def test_umlauts_may_be_spelled_out(ada, there, typed):
    world.contact(ada, there)
    assert alike(ada, typed) == [(there, "Same name.")]


def test_any_address_counts_and_the_surest_reason_comes_first(ada, jane):
    world.contact(ada, "Other", emails=["a@x.example", "second@x.example"], phone="+49 171 5555555")
    assert alike(ada, emails=["new@x.example", " SECOND@x.example"]) == [
        ("Other", "Same e-mail address second@x.example.")
    ]
    assert alike(ada, phones=["0171 5555555"]) == [("Other", "Same phone number +491715555555.")]
    found = alike(ada, "Jane Roe", phones=["0171-555 55 55"], emails=["jane@acme.example"])
    assert [name for name, _ in found] == ["Jane Roe", "Other"]


def test_nothing_typed_is_like_nobody_and_two_empty_values_are_never_equal(ada):
    world.contact(ada, "No Address")
    assert alike(ada) == []
    assert alike(ada, "", emails=["", " "], phones=["", "12", "017"]) == []
    with counted() as asked:
        alike(ada, " ")
    assert not [statement for statement, _ in asked if "FROM contacts" in statement]


def test_the_same_name_elsewhere_is_somebody_else(ada, bo, jane):
    assert alike(ada, "Jane Roe", organisation="Globex") == []
    assert alike(ada, "Jane Roe", organisation="acme gmbh") == [("Jane Roe", "Same name at ACME Ltd.")]
    assert alike(bo, "Jane Roe") == []
    do(bulk_actions.trash, ada, [jane.id])
    assert alike(ada, "Jane Roe") == []


def test_a_colleague_who_was_in_touch_lately_is_mentioned_and_not_named(ada, bo, jane):
    world.contact(bo, "Jane", email="jane@acme.example", days=3)
    spring = world.campaign(ada, holds=[jane])
    assert do(collision_warnings.warnings, ada, spring.id, [jane.id]) == {
        jane.id: "A colleague was in touch 3 days ago."
    }
    assert do(collision_warnings.warnings, bo, spring.id, [jane.id]) == {}
