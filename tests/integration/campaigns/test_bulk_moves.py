"""Many contacts of a campaign in one go, and the one undo that concerns exactly what was done."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from app import db
from app.errors import Conflict, Forbidden, NotFound
from app.models import ActivityDraft, CampaignContact, CampaignMove, Role, Stage, base
from app.services.activities import activity_log
from app.services.campaigns import board_assignments, board_stages, bulk_moves, campaigns, undo_dispatch
from app.services.contacts import contact_bank, contact_search
from app.services.reports import campaign_report, filters
from app.services.team import transfer
from app.services.undo import undo_log
from tests.support import world
from tests.support.api_client import ask, is_refusal
from tests.support.bulk_data import fill


def do(verb, *args, **given):
    with db.transaction() as session:
        return verb(session, *args, **given)


def places(campaign):
    """Where everybody stands on that board, by id."""
    with db.reading() as session:
        found = session.exec(select(CampaignContact).where(CampaignContact.campaign_id == campaign.id))
        return {place.contact_id: place.model_dump(exclude={"updated_at"}) for place in found}


def stages_of(campaign):
    return {contact_id: place["stage"] for contact_id, place in places(campaign).items()}


@pytest.fixture
def spring(ada, bo, jane, john):
    return world.campaign(ada, "Spring", members=[bo], holds=[jane, john])


@pytest.fixture
def hers(bo):
    return world.contact(bo, "Hers Alone")


def test_what_matched_is_added_and_undo_takes_off_exactly_that(ada, spring, jane):
    fresh = [world.contact(ada, f"Match {n}").id for n in range(3)]
    there = places(spring)
    with db.transaction() as session:
        ids = list(session.scalars(contact_search.ids(session, ada, contact_search.Search())))
        done, undo_id = bulk_moves.assign(session, ada, spring.id, ids)
    assert sorted(one.status for one in done) == ["already"] * 2 + ["assigned"] * 3
    # somebody who matches now, and somebody who was put on by hand since
    late = world.contact(ada, "Match Late")
    do(board_assignments.assign, ada, spring.id, [late.id])
    assert do(undo_dispatch.undo, ada, undo_id).put_back == 3
    assert places(spring).keys() == there.keys() | {late.id}
    assert places(spring)[jane.id] == there[jane.id]
    assert not set(fresh) & places(spring).keys()


def test_who_was_worked_with_or_put_on_anew_since_stays(ada, spring):
    worked, anew, left = (world.contact(ada, name).id for name in ("Worked", "Anew", "Left"))
    _, undo_id = do(bulk_moves.assign, ada, spring.id, [worked, anew, left])
    do(board_stages.move, ada, spring.id, worked, Stage.IN_DIALOGUE)
    do(board_assignments.unassign, ada, spring.id, [anew])
    do(board_assignments.assign, ada, spring.id, [anew])
    undone = do(undo_dispatch.undo, ada, undo_id)
    assert (undone.put_back, undone.left) == (1, 2)
    assert {worked, anew} <= places(spring).keys()
    assert left not in places(spring)


def test_many_are_moved_and_moved_back_to_where_each_one_stood(ada, bo, spring, jane, john):
    do(board_stages.move, ada, spring.id, jane.id, Stage.IN_DIALOGUE)
    done = do(bulk_moves.move, bo, spring.id, [jane.id, john.id], Stage.NOT_NOW)
    assert (done.n, set(stages_of(spring).values())) == (2, {Stage.NOT_NOW})
    # a move by hand of many holds like that of one
    do(activity_log.log, ada, john.id, ActivityDraft(type="CALL", campaign_id=spring.id, outcome="NO_ANSWER"))
    assert stages_of(spring)[john.id] == Stage.NOT_NOW
    assert do(undo_dispatch.undo, bo, done.undo_id).put_back == 2
    assert stages_of(spring) == {jane.id: Stage.IN_DIALOGUE, john.id: Stage.TO_CONTACT}
    with pytest.raises(Conflict):
        do(undo_dispatch.undo, bo, done.undo_id)


def test_who_was_moved_on_since_stays_where_they_are(ada, spring, jane, john):
    done = do(bulk_moves.move, ada, spring.id, [jane.id, john.id], Stage.CONTACTED)
    do(board_stages.move, ada, spring.id, jane.id, Stage.MEETING_BOOKED)
    undone = do(undo_dispatch.undo, ada, done.undo_id)
    assert (undone.put_back, undone.left) == (1, 1)
    assert stages_of(spring) == {jane.id: Stage.MEETING_BOOKED, john.id: Stage.TO_CONTACT}


def test_moving_many_tells_the_history_and_only_who_moved(ada, spring, jane, john):
    do(board_stages.move, ada, spring.id, jane.id, Stage.CONTACTED)
    assert do(bulk_moves.move, ada, spring.id, [jane.id, john.id], Stage.CONTACTED).n == 1
    with db.reading() as session:
        steps = session.exec(select(CampaignMove).where(CampaignMove.contact_id == john.id)).all()
    assert [(step.from_stage, step.to_stage) for step in sorted(steps, key=lambda step: step.moved_at)] == [
        (None, Stage.TO_CONTACT),
        (Stage.TO_CONTACT, Stage.CONTACTED),
    ]
    assert do(bulk_moves.move, ada, spring.id, [john.id], Stage.CONTACTED) == (0, None)


def test_who_may_move_many(ada, bo, gwen, spring, jane, hers):
    cem = world.person("Cem Can")
    with pytest.raises(NotFound):
        do(bulk_moves.move, cem, spring.id, [jane.id], Stage.NOT_NOW)
    # not on this board: passed over
    assert do(bulk_moves.move, bo, spring.id, [jane.id, hers.id], Stage.NOT_NOW).n == 1
    assert do(bulk_moves.move, gwen, spring.id, [jane.id], Stage.CONTACTED).n == 1
    do(campaigns.archive, ada, spring.id)
    with pytest.raises(Conflict):
        do(bulk_moves.move, ada, spring.id, [jane.id], Stage.NOT_NOW)


def test_taken_out_they_come_back_as_they_stood(ada, spring, jane, john):
    do(board_stages.move, ada, spring.id, jane.id, Stage.HANDED_OVER)
    before = places(spring)
    done = do(bulk_moves.take_out, ada, spring.id, [jane.id, john.id])
    assert (done.n, places(spring)) == (2, {})
    assert do(undo_dispatch.undo, ada, done.undo_id).put_back == 2
    assert places(spring) == before
    do(activity_log.log, ada, john.id, ActivityDraft(type="CALL", campaign_id=spring.id, outcome="REACHED"))
    assert stages_of(spring) == {jane.id: Stage.HANDED_OVER, john.id: Stage.IN_DIALOGUE}


def test_a_hand_over_counts_when_it_was_not_when_it_came_back(ada, spring, jane, monkeypatch):
    do(board_stages.move, ada, spring.id, jane.id, Stage.HANDED_OVER)
    done = do(bulk_moves.take_out, ada, spring.id, [jane.id])
    real = base.clock
    monkeypatch.setattr(base, "clock", lambda: real() + timedelta(days=40))
    with db.transaction() as session:
        session.exec(select(CampaignMove).where(col(CampaignMove.to_stage).is_(None))).one().moved_at = (
            base.now() - timedelta(minutes=2)
        )
        deed = session.get_one(undo_log.UndoEntry, done.undo_id)
        deed.created_at = base.now()
    do(undo_dispatch.undo, ada, done.undo_id)
    with db.reading() as session:
        figure = campaign_report.report(session, ada, spring.id, filters.Asked()).figures["handed_over"]
    assert (figure.value, figure.before, figure.change) == (1, 0, 0)


@pytest.mark.parametrize("name", ["bo", "gwen"])
def test_whoever_leads_puts_back_a_colleagues_contact_that_they_just_took_out(request, ada, bo, gwen, jane, name):
    """Bo leads the campaign, Gwen has the ticket; Jane is Ada's."""
    who = request.getfixturevalue(name)
    camp = world.campaign(bo, "Led by Bo", members=[ada], holds=[jane])
    do(board_stages.move, ada, camp.id, jane.id, Stage.IN_DIALOGUE)
    before = places(camp)
    done = do(bulk_moves.take_out, who, camp.id, [jane.id])
    assert do(undo_dispatch.undo, who, done.undo_id).put_back == 1
    assert places(camp) == before


def later(ada, bo, camp, jane, monkeypatch):
    real = base.clock
    monkeypatch.setattr(base, "clock", lambda: real() + timedelta(minutes=11))


def leads_no_more(ada, bo, camp, jane, monkeypatch):
    with db.transaction() as session:
        session.get_one(campaigns.Campaign, camp.id).owner_id = ada.id


def handed_on(ada, bo, camp, jane, monkeypatch):
    gwen, cem = world.person("Gwen Two", Role.GOLDEN_TICKET), world.person("Cem Can")
    world.campaign(ada, "Other", holds=[jane])
    do(transfer.transfer_contacts, gwen, ada.id, cem.id, [jane.id])


def trashed(ada, bo, camp, jane, monkeypatch):
    do(contact_bank.trash, ada, jane.id)


@pytest.mark.parametrize("since", [later, leads_no_more, handed_on, trashed])
def test_a_second_thought_ends(ada, bo, jane, monkeypatch, since):
    camp = world.campaign(bo, "Led by Bo", members=[ada], holds=[jane])
    done = do(bulk_moves.take_out, bo, camp.id, [jane.id])
    since(ada, bo, camp, jane, monkeypatch)
    assert do(undo_dispatch.undo, bo, done.undo_id).put_back == 0
    assert places(camp) == {}


def test_a_member_takes_out_their_own_and_is_told_no_when_none_is(ada, bo, spring, jane, hers):
    do(board_assignments.assign, bo, spring.id, [hers.id])
    with pytest.raises(Forbidden):
        do(bulk_moves.take_out, bo, spring.id, [jane.id])
    assert do(bulk_moves.take_out, bo, spring.id, [jane.id, hers.id]).n == 1
    assert jane.id in places(spring)
    assert hers.id not in places(spring)


def test_nobody_undoes_a_colleagues_deed(ada, bo, spring, jane):
    done = do(bulk_moves.take_out, ada, spring.id, [jane.id])
    with pytest.raises(NotFound):
        do(undo_dispatch.undo, bo, done.undo_id)


def test_many_over_the_wires(ada, bo, spring, jane, john):
    path = f"/api/campaigns/{spring.id}/contacts/bulk"
    both = {"contact_ids": [str(jane.id), str(john.id)]}
    moved = ask(bo, "POST", path, both | {"verb": "MOVE", "stage": "NOT_NOW"}).json()
    assert (moved["n"], set(stages_of(spring).values())) == (2, {"NOT_NOW"})
    assert ask(bo, "POST", f"/api/undo/{moved['deed_id']}").json()["kind"] == "MOVE"
    assert is_refusal(ask(bo, "POST", path, both | {"verb": "TAKE_OUT"}), 403, "Forbidden")
    assert ask(ada, "POST", path, both | {"verb": "TAKE_OUT"}).json()["n"] == 2
    for odd in ({"verb": "MOVE"}, {"verb": "TAKE_OUT", "stage": "NOT_NOW"}, {"verb": "SELL"}):
        assert is_refusal(ask(ada, "POST", path, both | odd), 422)


def test_five_thousand_are_moved_and_moved_back_in_few_statements(ada, spring):
    ids = fill(ada, 5_000)
    do(board_assignments.assign, ada, spring.id, ids)
    done = do(bulk_moves.move, ada, spring.id, ids, Stage.CONTACTED)
    assert done.n == 5_000
    assert do(undo_dispatch.undo, ada, done.undo_id).put_back == 5_000
    assert set(stages_of(spring).values()) == {Stage.TO_CONTACT}
