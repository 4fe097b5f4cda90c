"""Campaigns, their members, their lists, and who may do what."""

from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from app import db
from app.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from app.models import (
    Activity,
    ActivityDraft,
    ActivityType,
    AuditEvent,
    Campaign,
    CampaignDraft,
    CampaignMove,
    CampaignStatus,
    Outcome,
    Stage,
    now,
)
from app.services.activities import activity_log
from app.services.campaigns import board, board_assignments, board_stages, campaigns, listing, summary
from app.services.campaigns.listing import Wanted
from app.services.contacts import contact_bank
from app.services.permissions import visibility
from tests.support import world

TODAY = date(2026, 3, 15)
DAY = timedelta(days=1)


def do(verb, *given, **named):
    """One verb in a transaction of its own."""
    with db.transaction() as session:
        return verb(session, *given, **named)


def ask(question, *given, **named):
    with db.reading() as session:
        return question(session, *given, **named)


def new(who, name="Spring", **facts):
    return do(campaigns.add, who, CampaignDraft(name=name, **facts))


def names(who, today=TODAY, **wanted):
    return [card.campaign.name for card in ask(listing.listed, who, Wanted(**wanted), today).items]


@contextmanager
def counted():
    asked = []
    listener = lambda *given: asked.append(given[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listener)
    yield asked
    event.remove(db.engine, "before_cursor_execute", listener)


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [
        (None, None, "RUNNING"),
        (TODAY + DAY, None, "PLANNED"),
        (TODAY, None, "RUNNING"),
        (None, TODAY, "RUNNING"),
        (None, TODAY - DAY, "ENDED"),
        (TODAY - DAY, TODAY + DAY, "RUNNING"),
    ],
)
def test_its_dates_say_how_a_campaign_stands_and_the_list_agrees(ada, start, end, status):
    row = new(ada, start_date=start, end_date=end)
    assert row.status(TODAY) == status
    assert [one for one in CampaignStatus if names(ada, status=one)] == [status]
    do(campaigns.archive, ada, row.id)
    assert ask(campaigns.seen, ada, row.id).status(TODAY) is CampaignStatus.ARCHIVED
    assert [one for one in CampaignStatus if names(ada, status=one)] == ["ARCHIVED"]
    assert names(ada) == []


def test_who_makes_a_campaign_owns_it_and_is_its_first_member(ada, bo):
    row = new(ada, member_ids=[bo.id])
    assert row.owner_id == ada.id
    assert [user.name for user in ask(campaigns.members, bo, row.id)] == ["Ada Lind", "Bo Berg"]


def test_a_member_must_be_an_active_colleague_and_the_owner_always_stays(ada, bo):
    gone, row = world.person("Dora Dow", active=False), new(ada)
    for stranger in (gone.id, row.id):
        with pytest.raises(Invalid) as refused:
            do(campaigns.change, ada, row.id, {"member_ids": [bo.id, stranger]})
        assert list(refused.value.fields) == ["member_ids"]
    with pytest.raises(Invalid):
        new(ada, "Second", member_ids=[gone.id])
    do(campaigns.change, ada, row.id, {"member_ids": [bo.id]})
    assert {user.id for user in ask(campaigns.members, ada, row.id)} == {ada.id, bo.id}


def test_a_member_who_was_disabled_does_not_stop_the_next_change(ada, bo):
    row = new(ada, member_ids=[bo.id])
    with db.transaction() as session:
        session.merge(bo).active = False
    do(campaigns.change, ada, row.id, {"member_ids": [bo.id], "theme": "Grids"})
    assert len(ask(campaigns.members, ada, row.id)) == 2
    copied = do(campaigns.copy, ada, row.id, "Again")
    assert [user.id for user in ask(campaigns.members, ada, copied.id)] == [ada.id]


def test_only_members_and_golden_tickets_see_it_and_only_its_owner_and_they_change_it(ada, bo, gwen):
    cem, row = world.person("Cem Can"), new(ada, member_ids=[bo.id])
    for who in (ada, bo, gwen):
        assert ask(campaigns.seen, who, row.id).id == row.id
    with pytest.raises(NotFound):
        ask(campaigns.seen, cem, row.id)
    for verb, given in ((campaigns.change, ({"theme": "x"},)), (campaigns.archive, ()), (campaigns.unarchive, ())):
        with pytest.raises(Forbidden):
            do(verb, bo, row.id, *given)
        with pytest.raises(NotFound):
            do(verb, cem, row.id, *given)
        do(verb, ada, row.id, *given)
        do(verb, gwen, row.id, *given)
    for who, refusal in ((bo, Forbidden), (cem, NotFound)):
        with pytest.raises(refusal):
            do(campaigns.remove, who, row.id)


def test_a_change_has_a_line_in_the_history_and_a_stale_one_changes_nothing(ada, bo):
    row = new(ada, description="long text")
    do(campaigns.change, ada, row.id, {"name": "Autumn", "goal_meetings": 5, "member_ids": [bo.id], "description": "s"})
    with pytest.raises(Stale):
        do(campaigns.change, ada, row.id, {"name": "Winter"}, version=row.version)
    with db.reading() as session:
        line = session.exec(select(AuditEvent).where(AuditEvent.action == "campaign.changed")).one()
        stored = session.get_one(Campaign, row.id)
    assert line.actor == str(ada.id)
    assert line.detail["changes"] == {"name": ["Spring", "Autumn"], "goal_meetings": [None, "5"], "description": []}
    assert (line.detail["came"], line.detail["went"]) == ([str(bo.id)], [])
    assert (stored.name, stored.version) == ("Autumn", 2)


def test_a_change_keeps_the_rules_of_the_draft(ada):
    row = new(ada, start_date=TODAY)
    with pytest.raises(ValueError, match="end before it starts"):
        do(campaigns.change, ada, row.id, {"end_date": TODAY - DAY})
    assert ask(campaigns.seen, ada, row.id).end_date is None


def test_a_name_in_use_is_a_warning_that_tells_nobody_of_foreign_campaigns(ada, bo):
    row = new(ada, "Énergie Spring")
    assert [one.id for one in ask(campaigns.same_name, ada, " energie  SPRING")] == [row.id]
    assert ask(campaigns.same_name, bo, "Énergie Spring") == []
    do(campaigns.archive, ada, row.id)
    assert ask(campaigns.same_name, ada, "Énergie Spring") == []


def test_a_copy_has_the_facts_the_goals_and_the_members_but_no_contacts_and_no_dates(ada, bo, jane):
    row = new(ada, sector="Energy", theme="Grids", goal_meetings=5, start_date=TODAY, member_ids=[bo.id])
    do(board_assignments.assign, ada, row.id, [jane.id])
    copied = do(campaigns.copy, bo, row.id, "Autumn")
    assert (copied.name, copied.sector, copied.theme, copied.goal_meetings) == ("Autumn", "Energy", "Grids", 5)
    assert (copied.start_date, copied.end_date, copied.owner_id) == (None, None, bo.id)
    assert {user.id for user in ask(campaigns.members, bo, copied.id)} == {ada.id, bo.id}
    assert sum(ask(board.counts, bo, copied.id).values()) == 0


def test_the_trash_keeps_contacts_and_touches_and_shares_nothing_until_it_comes_back(ada, bo, gwen, jane):
    """And the deleted campaign's touches stay in the contact's story."""
    row = new(ada, member_ids=[bo.id])
    do(board_assignments.assign, ada, row.id, [jane.id])
    touch = do(activity_log.log, ada, jane.id, ActivityDraft(type=ActivityType.CALL, campaign_id=row.id))
    do(campaigns.remove, ada, row.id)
    for who in (ada, bo, gwen):
        assert names(who) == []
        with pytest.raises(NotFound):
            ask(campaigns.seen, who, row.id)
    with pytest.raises(NotFound):
        do(visibility.look, bo, jane.id)
    assert ask(visibility.look, ada, jane.id).places == []
    assert ask(contact_bank.owned, ada, jane.id).last_contacted == touch.happened_at
    with pytest.raises(NotFound):
        do(campaigns.put_back, bo, row.id)
    do(campaigns.put_back, gwen, row.id)
    assert do(visibility.look, bo, jane.id).places[0].stage is Stage.CONTACTED


def test_a_campaign_that_is_gone_for_good_leaves_its_touches_behind(ada, jane):
    row = new(ada)
    do(board_assignments.assign, ada, row.id, [jane.id])
    touch = do(activity_log.log, ada, jane.id, ActivityDraft(type=ActivityType.CALL, campaign_id=row.id))
    with db.transaction() as session:
        session.delete(session.get_one(Campaign, row.id))
    with db.reading() as session:
        assert session.get_one(Activity, touch.id).campaign_id is None
        assert session.exec(select(CampaignMove)).all() == []


def test_an_archived_campaign_is_read_and_not_worked_on(ada, jane, john):
    row = new(ada)
    do(board_assignments.assign, ada, row.id, [jane.id])
    touch = do(activity_log.log, ada, jane.id, ActivityDraft(type=ActivityType.CALL, campaign_id=row.id))
    other = do(activity_log.log, ada, jane.id, ActivityDraft(type=ActivityType.CALL))
    do(campaigns.archive, ada, row.id)
    assert len(ask(board.column, ada, row.id, Stage.CONTACTED).items) == 1
    for verb, *given in (
        (board_assignments.assign, ada, row.id, [john.id]),
        (board_stages.move, ada, row.id, jane.id, Stage.NOT_NOW),
        (activity_log.log, ada, jane.id, ActivityDraft(type=ActivityType.CALL, campaign_id=row.id)),
        (activity_log.change, ada, other.id, {"campaign_id": row.id}),
    ):
        with pytest.raises(Conflict, match="archived"):
            do(verb, *given)
    do(activity_log.change, ada, touch.id, {"note": "still mine to mend"})
    assert do(board_assignments.unassign, ada, row.id, [jane.id]) == 1
    do(campaigns.unarchive, ada, row.id)
    assert do(board_assignments.assign, ada, row.id, [john.id])[0].status == "assigned"


def test_lists_are_narrowed_by_words_sector_theme_and_mine(ada, bo, gwen):
    new(ada, "Energy spring", sector="Energy", theme="Grids", member_ids=[bo.id])
    new(bo, "Banks", sector="Finance", theme="Risk")
    new(gwen, "Own", theme="grids", member_ids=[ada.id])
    assert names(ada) == ["Energy spring", "Own"]
    assert names(bo) == ["Banks", "Energy spring"]
    assert names(gwen) == ["Banks", "Energy spring", "Own"]
    assert names(gwen, mine=True) == ["Own"]
    assert names(gwen, q="ener GRID") == ["Energy spring"]
    assert names(gwen, q="%") == []
    assert names(gwen, sector="energy") == ["Energy spring"]
    assert names(gwen, theme="Grids") == ["Energy spring", "Own"]
    assert ask(listing.pick_lists, bo) == (["Energy", "Finance"], ["Grids", "Risk"])
    assert ask(listing.pick_lists, world.person("Cem Can")) == ([], [])


def paced(who, contact, name, touches, goal_touches=None, goal_meetings=None, meetings=0):
    row = new(who, name, start_date=TODAY - 9 * DAY, end_date=TODAY + 10 * DAY, goal_touches=goal_touches, goal_meetings=goal_meetings)  # fmt: skip
    do(board_assignments.assign, who, row.id, [contact.id])
    for kind, times in ((ActivityType.CALL, touches), (ActivityType.MEETING, meetings)):
        for _ in range(times):
            do(activity_log.log, who, contact.id, ActivityDraft(type=kind, campaign_id=row.id))
    return row


def test_behind_is_the_worse_goals_share_minus_the_share_of_the_time(ada, jane):
    paced(ada, jane, "ahead", 3, goal_touches=4)
    paced(ada, jane, "behind", 1, goal_touches=4)
    paced(ada, jane, "worse of two", 3, goal_touches=4, goal_meetings=10)
    paced(ada, jane, "no goal", 3)
    new(ada, "no dates", goal_touches=4)
    page = ask(listing.listed, ada, Wanted(sort="behind"), TODAY)
    pace = {card.campaign.name: card.behind for card in page.items}
    assert list(pace)[:3] == ["worse of two", "behind", "ahead"]
    assert pace == {"worse of two": -0.5, "behind": -0.25, "ahead": 0.25, "no goal": None, "no dates": None}


def test_a_card_counts_what_was_done_and_booked_and_nothing_that_was_called_off(ada, bo, jane, john):
    row = new(ada, member_ids=[bo.id])
    do(board_assignments.assign, ada, row.id, [jane.id, john.id])

    def log(kind, **facts):
        return do(activity_log.log, ada, jane.id, ActivityDraft(type=kind, campaign_id=row.id, **facts))

    log(ActivityType.CALL)
    log(ActivityType.CALL, due_date=now() + DAY)
    for outcome in (Outcome.HELD, Outcome.NO_SHOW, Outcome.MOVED, Outcome.CANCELLED):
        log(ActivityType.MEETING, outcome=outcome)
    log(ActivityType.MEETING, due_date=now() + DAY)
    do(activity_log.remove, ada, log(ActivityType.MEETING).id)
    do(contact_bank.trash, ada, john.id)
    card = ask(summary.card, bo, row.id, TODAY)
    assert (card.owner_name, card.members, card.touches, card.booked) == ("Ada Lind", 2, 3, 3)
    assert {stage: n for stage, n in card.counts.items() if n} == {Stage.MEETING_BOOKED: 1}
    assert list(card.counts) == list(Stage)


@pytest.mark.parametrize("sort", ["name", "newest", "behind"])
def test_every_order_shows_every_campaign_once_and_asks_two_questions_a_page(ada, bo, jane, sort):
    for number in range(5):
        paced(ada, jane, "Same name", number % 2, goal_touches=(4, None)[number % 2])
    new(bo, "Foreign")
    seen, cursor = [], None
    while True:
        with counted() as asked:
            page = ask(listing.listed, ada, Wanted(sort=sort), TODAY, limit=2, cursor=cursor)
        assert len(asked) == 2
        seen += [card.campaign.id for card in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert len(seen) == len(set(seen)) == 5
