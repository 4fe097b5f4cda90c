"""Contacts on the board of a campaign, from stage to stage."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from app import db
from app.errors import Forbidden, Invalid, NotFound
from app.models import (
    Activity,
    ActivityDraft,
    ActivityType,
    CampaignContact,
    CampaignMove,
    Outcome,
    Stage,
    next_stage,
    now,
)
from app.services.activities import activity_log
from app.services.base import firm_settings
from app.services.campaigns import board, board_assignments, board_filter, board_stages, campaigns, collision_warnings
from app.services.campaigns.board_filter import Narrow
from app.services.contacts import contact_bank, contact_search
from app.services.contacts.contact_search import Search
from app.services.permissions import visibility
from tests.support import world

CALL, EMAIL, MEETING = ActivityType.CALL, ActivityType.EMAIL, ActivityType.MEETING
T, C, D, M, H, N = Stage
DAY = timedelta(days=1)


def do(verb, *given, **named):
    with db.transaction() as session:
        return verb(session, *given, **named)


def ask(question, *given, **named):
    with db.reading() as session:
        return question(session, *given, **named)


def assign(who, campaign, *held):
    return [one.status for one in do(board_assignments.assign, who, campaign.id, [contact.id for contact in held])]


def log(who, contact, campaign, kind=CALL, **facts):
    return do(activity_log.log, who, contact.id, ActivityDraft(type=kind, campaign_id=campaign.id, **facts))


def stage_of(contact) -> Stage | None:
    with db.reading() as session:
        return session.exec(select(CampaignContact.stage).where(CampaignContact.contact_id == contact.id)).one_or_none()


def history(contact) -> list:
    with db.reading() as session:
        steps = session.exec(select(CampaignMove).where(CampaignMove.contact_id == contact.id)).all()
    return [(s.from_stage, s.to_stage) for s in sorted(steps, key=lambda step: step.moved_at)]


@pytest.fixture
def spring(ada, bo):
    return world.campaign(ada, "Spring", members=[bo])


def test_own_contacts_are_assigned_once_and_foreign_ones_do_not_exist(ada, bo, spring, jane, john):
    hers = world.contact(bo, "Bo's own")
    gone = world.contact(ada, "Gone")
    do(contact_bank.trash, ada, gone.id)
    assert assign(ada, spring, jane, hers, john, gone, jane) == ["assigned", "not_found", "assigned", "not_found"]
    assert assign(ada, spring, john, jane) == ["already", "already"]
    assert assign(bo, spring, hers, jane) == ["assigned", "not_found"]
    assert history(jane) == [(None, T)]


def test_a_golden_ticket_assigns_what_a_campaign_already_shows_and_no_more(ada, gwen, jane, john):
    world.campaign(ada, "Shown", holds=[jane])
    own, second = world.contact(gwen, "Gwen's own"), world.campaign(gwen, "Second")
    assert assign(gwen, second, jane, john, own) == ["assigned", "not_found", "assigned"]


def test_nobody_assigns_to_a_campaign_that_they_are_not_in(ada, gwen):
    cem = world.person("Cem Can")
    own, foreign = world.contact(cem, "Own"), world.campaign(gwen, "Foreign")
    with pytest.raises(NotFound):
        assign(cem, foreign, own)


def test_a_double_tap_in_the_same_moment_assigns_once(ada, spring):
    held = [world.contact(ada, f"P {number}") for number in range(20)]
    start, said = threading.Barrier(2), []

    def tap(order):
        start.wait(5)
        said.append(assign(ada, spring, *held[::order]))

    taps = [threading.Thread(target=tap, args=(order,)) for order in (1, -1)]
    for one in taps:
        one.start()
    for one in taps:
        one.join(10)
    assert sorted([*said[0], *said[1]]) == ["already"] * 20 + ["assigned"] * 20
    with db.reading() as session:
        assert len(session.exec(select(CampaignMove)).all()) == 20


def found_by(who, campaign, search):
    """What became of everybody whom a search finds, as the sheet assigns them."""

    def work(session):
        return board_assignments.assign(
            session, who, campaign.id, session.scalars(contact_search.ids(session, who, search))
        )

    return [one.status for one in do(work)]


def test_everybody_that_a_search_finds_is_assigned_in_one_go(ada, bo, spring, jane, john):
    world.contact(bo, "Jane of Bo")
    assert found_by(ada, spring, Search(q="acme")) == ["assigned"]
    assert sorted(found_by(ada, spring, Search())) == ["already", "assigned"]
    assert found_by(ada, spring, Search(trash=True)) == []
    assert ask(board.counts, ada, spring.id)[T] == 2
    found = ask(contact_search.contacts, ada, Search(campaign_id=spring.id))
    assert [contact.name for contact in found.items] == ["Jane Roe", "John Öström"]
    do(campaigns.remove, ada, spring.id)
    assert ask(contact_search.count, ada, Search(campaign_id=spring.id)) == 0


def warning(who, campaign, contact):
    return do(board_assignments.assign, who, campaign.id, [contact.id])[0].warning


def test_a_contact_in_another_live_campaign_is_warned_of_by_name_only_to_who_may_see_it(ada, bo, gwen, jane, spring):
    open_one, hidden = world.campaign(ada, "Open"), world.campaign(gwen, "Hidden canary")
    assert warning(ada, open_one, jane) is None
    assert warning(gwen, hidden, jane) == "Already in Open."
    assert warning(ada, spring, jane) == "Already in Open and another campaign."
    do(board_assignments.unassign, ada, spring.id, [jane.id])
    for campaign in (open_one, hidden):
        do(campaigns.archive, gwen, campaign.id)
    assert warning(ada, spring, jane) is None
    assert do(board_assignments.assign, ada, spring.id, [jane.id])[0] == board_assignments.Assigned(
        jane.id, "already", None
    )


@pytest.mark.parametrize(
    ("days", "courtesy", "said"),
    [(0, 14, "today"), (1, 14, "yesterday"), (3, 14, "3 days ago"), (15, 14, None), (15, 30, "15 days ago"), (3, 0, None)],
)  # fmt: skip
def test_a_colleague_who_was_just_in_touch_is_mentioned_without_a_name(
    ada, bo, gwen, jane, spring, days, courtesy, said
):
    world.contact(bo, "J. Roe", email="JANE@acme.example", days=days)
    do(firm_settings.change, gwen, courtesy_days=courtesy)
    assert warning(ada, spring, jane) == (said and f"A colleague was in touch {said}.")


def test_so_many_people_a_day_are_looked_up_and_then_it_is_said_that_nobody_is(ada, bo, jane, spring, monkeypatch):
    """Whoever guesses addresses learns nothing more, also by taking them off and putting them on again."""
    monkeypatch.setattr(collision_warnings, "MOST_A_DAY", 2)
    world.contact(bo, "J. Roe", email="jane@acme.example", days=3)
    for _ in range(2):
        assert warning(ada, spring, jane) == "A colleague was in touch 3 days ago."
        do(board_assignments.unassign, ada, spring.id, [jane.id])
    assert warning(ada, spring, jane) == collision_warnings.NO_MORE
    assert warning(ada, spring, world.contact(ada, "Without an address")) is None
    other = world.contact(bo, "John Berg", email="john@acme.example")
    world.contact(ada, "J. Berg", email="john@acme.example", days=1)
    assert warning(bo, world.campaign(bo, "Another"), other) == "A colleague was in touch yesterday."


def test_ones_own_touch_and_an_empty_address_are_no_reason_to_warn(ada, bo, spring):
    blank = world.contact(ada, "Blank", days=1)
    world.contact(bo, "Other blank", days=1)
    world.contact(ada, "Twin", email="same@acme.example", days=1)
    assert warning(ada, spring, blank) is None
    assert warning(ada, spring, world.contact(ada, "Same", email="same@acme.example")) is None


def test_courtesy_is_0_to_365_days(gwen):
    for days in (-1, 366):
        with pytest.raises(Invalid, match="365"):
            do(firm_settings.change, gwen, courtesy_days=days)


@pytest.mark.parametrize("name", ["ada", "gwen", "bo"])
def test_taking_out_is_for_the_contacts_owner_the_campaigns_owner_and_a_golden_ticket(
    request, ada, bo, gwen, jane, name
):
    """Bo owns the campaign here, Ada the contact, and Cem is a mere member."""
    cem = world.person("Cem Can")
    campaign = world.campaign(bo, "Bo's", members=[ada, cem], holds=[jane])
    with pytest.raises(Forbidden):
        do(board_assignments.unassign, cem, campaign.id, [jane.id])
    with pytest.raises(NotFound):
        do(board_assignments.unassign, world.person("Dora Dow"), campaign.id, [jane.id])
    assert do(board_assignments.unassign, request.getfixturevalue(name), campaign.id, [jane.id]) == 1
    assert do(board_assignments.unassign, cem, campaign.id, [jane.id]) == 0
    assert history(jane) == [(None, T), (T, None)]


def test_a_member_undoes_for_their_own_contacts_only(ada, bo, jane, spring):
    own = world.contact(bo, "Bo's own")
    assign(ada, spring, jane)
    assign(bo, spring, own)
    assert do(board_assignments.unassign, bo, spring.id, [own.id, jane.id]) == 1
    assert stage_of(jane) is T
    assert stage_of(own) is None


def test_an_owner_who_is_no_member_takes_their_contact_back(ada, gwen, jane):
    world.campaign(ada, "Shown", holds=[jane])
    hidden = world.campaign(gwen, "Hidden", holds=[jane])
    assert do(board_assignments.unassign, ada, hidden.id, [jane.id]) == 1


@pytest.mark.parametrize(
    ("stage", "kind", "facts", "to"),
    [
        (T, CALL, {}, C),
        (T, CALL, {"outcome": Outcome.NO_ANSWER}, C),
        (T, CALL, {"outcome": Outcome.REACHED}, D),
        (C, EMAIL, {"outcome": Outcome.REPLIED}, D),
        (C, EMAIL, {"outcome": Outcome.SENT}, C),
        (T, ActivityType.CONFERENCE, {"outcome": Outcome.MET}, D),
        (T, ActivityType.REFERRAL, {"outcome": Outcome.INTRODUCED}, D),
        (T, CALL, {"due_date": now() + DAY}, T),
        (T, MEETING, {"due_date": now() + DAY}, M),
        (D, MEETING, {"outcome": Outcome.HELD}, M),
        (D, MEETING, {"outcome": Outcome.NO_SHOW}, M),
        (D, MEETING, {"outcome": Outcome.CANCELLED}, D),
        (D, EMAIL, {"outcome": Outcome.DECLINED}, N),
        (M, EMAIL, {"outcome": Outcome.DECLINED}, N),
        (D, CALL, {"outcome": Outcome.NO_ANSWER}, D),
        (M, CALL, {"outcome": Outcome.REACHED}, M),
        (N, CALL, {"outcome": Outcome.NO_ANSWER}, N),
        (N, EMAIL, {"outcome": Outcome.REPLIED}, D),
        (N, MEETING, {"due_date": now() + DAY}, M),
        (H, EMAIL, {"outcome": Outcome.DECLINED}, H),
        (H, MEETING, {"due_date": now() + DAY}, H),
    ],
)
def test_what_a_touch_does_to_a_stage(stage, kind, facts, to):
    draft = ActivityDraft(type=kind, **facts)
    touch = Activity(type=kind, user_id=None, done=draft.is_done, outcome=draft.outcome)
    assert next_stage(stage, touch) is to
    touch.deleted_at = now()
    assert next_stage(stage, touch) is stage


def test_the_stage_follows_the_touches_and_the_history_says_which(ada, jane, spring):
    assign(ada, spring, jane)
    log(ada, jane, spring)
    reached = log(ada, jane, spring, outcome=Outcome.REACHED)
    log(ada, jane, spring, MEETING, due_date=now() + DAY)
    assert stage_of(jane) is M
    assert history(jane) == [(None, T), (T, C), (C, D), (D, M)]
    with db.reading() as session:
        step = session.exec(select(CampaignMove).where(CampaignMove.to_stage == D)).one()
    assert (step.activity_id, step.user_id) == (reached.id, ada.id)


def test_taking_a_touch_back_takes_back_what_it_moved(ada, jane, spring):
    assign(ada, spring, jane)
    first = log(ada, jane, spring)
    meeting = log(ada, jane, spring, MEETING, due_date=now() + DAY)
    do(activity_log.remove, ada, first.id)
    assert stage_of(jane) is M
    do(activity_log.remove, ada, meeting.id)
    assert stage_of(jane) is T
    do(activity_log.put_back, ada, first.id)
    assert stage_of(jane) is C
    do(activity_log.put_back, ada, meeting.id)
    assert stage_of(jane) is M


def test_correcting_a_touch_corrects_the_stage_and_a_note_does_not(ada, jane, spring):
    assign(ada, spring, jane)
    mail = log(ada, jane, spring, EMAIL, outcome=Outcome.REPLIED)
    assert stage_of(jane) is D
    do(activity_log.change, ada, mail.id, {"outcome": Outcome.SENT})
    assert stage_of(jane) is C
    log(ada, jane, spring, EMAIL, outcome=Outcome.DECLINED)
    do(activity_log.change, ada, mail.id, {"note": "just a word"})
    assert stage_of(jane) is N
    do(activity_log.change, ada, mail.id, {"outcome": Outcome.REPLIED})
    assert stage_of(jane) is D
    no = log(ada, jane, spring, EMAIL, outcome=Outcome.DECLINED)
    do(activity_log.change, ada, mail.id, {"note": "and another"})
    assert stage_of(jane) is N
    do(activity_log.remove, ada, no.id)
    assert stage_of(jane) is D
    log(ada, jane, spring, outcome=Outcome.NO_ANSWER)
    assert stage_of(jane) is D


def test_a_move_by_hand_holds_against_what_was_there_before(ada, jane, spring):
    assign(ada, spring, jane)
    mail = log(ada, jane, spring, EMAIL, outcome=Outcome.SENT)
    meeting = log(ada, jane, spring, MEETING, due_date=now() + DAY)
    do(board_stages.move, ada, spring.id, jane.id, N)
    log(ada, jane, spring, outcome=Outcome.VOICEMAIL)
    do(activity_log.remove, ada, meeting.id)
    assert stage_of(jane) is N
    do(activity_log.change, ada, mail.id, {"outcome": Outcome.REPLIED})
    assert stage_of(jane) is D
    log(ada, jane, spring, outcome=Outcome.VOICEMAIL)
    assert stage_of(jane) is D


def test_a_touch_that_changes_its_campaign_moves_both_places(ada, jane, spring):
    autumn = world.campaign(ada, "Autumn", holds=[jane])
    assign(ada, spring, jane)
    touch = log(ada, jane, spring, outcome=Outcome.REACHED)
    do(activity_log.change, ada, touch.id, {"campaign_id": autumn.id})
    places = {place.campaign: place.stage for place in ask(visibility.look, ada, jane.id).places}
    assert places == {"Spring": T, "Autumn": D}


def test_a_touch_for_no_campaign_moves_nothing(ada, jane, spring):
    assign(ada, spring, jane)
    do(activity_log.log, ada, jane.id, ActivityDraft(type=CALL, outcome=Outcome.REACHED))
    assert stage_of(jane) is T


def test_a_contact_that_comes_back_begins_again(ada, jane, spring):
    assign(ada, spring, jane)
    log(ada, jane, spring, outcome=Outcome.REACHED)
    do(board_assignments.unassign, ada, spring.id, [jane.id])
    assign(ada, spring, jane)
    assert stage_of(jane) is T
    log(ada, jane, spring)
    assert stage_of(jane) is C


def test_a_members_touch_counts_for_the_contact_of_a_colleague(ada, bo, jane, spring):
    assign(ada, spring, jane)
    touch = log(bo, jane, spring, outcome=Outcome.REACHED)
    assert ask(contact_bank.owned, ada, jane.id).last_contacted == touch.happened_at
    assert stage_of(jane) is D


@pytest.mark.parametrize("name", ["ada", "bo", "gwen"])
def test_a_card_moves_for_its_owner_a_member_and_a_golden_ticket(request, ada, bo, gwen, jane, spring, name):
    assign(ada, spring, jane)
    with pytest.raises(NotFound):
        do(board_stages.move, world.person("Cem Can"), spring.id, jane.id, D)
    who = request.getfixturevalue(name)
    assert do(board_stages.move, who, spring.id, jane.id, D).stage is D
    do(board_stages.move, who, spring.id, jane.id, D)
    assert history(jane) == [(None, T), (T, D)]


def test_a_card_says_what_a_member_may_know_and_not_more(ada, bo, gwen, jane, spring):
    assign(ada, spring, jane)
    do(activity_log.log, ada, jane.id, ActivityDraft(type=EMAIL, note="private canary"))
    card = ask(board.column, bo, spring.id, T).items[0]
    assert (card.name, card.organisation, card.owner_name, card.warmness) == ("Jane Roe", "ACME Ltd", "Ada Lind", 5)
    assert (card.last_touch_at, card.last_touch_type, card.can_open) == (None, None, False)
    first = log(bo, jane, spring, happened_at=now() - 2 * DAY)
    log(bo, jane, spring, EMAIL, happened_at=now() - 3 * DAY)
    log(bo, jane, spring, MEETING, due_date=now() + DAY)
    card = ask(board.card, bo, spring.id, jane.id)
    assert (card.last_touch_at, card.last_touch_type, card.stage) == (first.happened_at, CALL, M)
    assert ask(board.card, ada, spring.id, jane.id).can_open
    assert ask(board.card, gwen, spring.id, jane.id).can_open
    with pytest.raises(NotFound):
        ask(board.card, world.person("Cem Can"), spring.id, jane.id)


def test_a_column_is_walked_from_the_newest_move_on_and_a_trashed_contact_leaves_it(ada, bo, spring):
    held = [world.contact(ada, f"P {number}") for number in range(5)]
    assign(ada, spring, *held)
    for one in held[:4]:
        do(board_stages.move, ada, spring.id, one.id, D)
    do(contact_bank.trash, ada, held[2].id)
    seen, after = [], None
    while True:
        page = ask(board.column, bo, spring.id, D, limit=2, after=after)
        seen += [card.name for card in page.items]
        if (after := page.next_cursor) is None:
            break
    assert seen == ["P 3", "P 1", "P 0"]
    assert ask(board.counts, bo, spring.id) == {**dict.fromkeys(Stage, 0), T: 1, D: 3}
    assert len(ask(board.column, bo, spring.id, None).items) == 4
    do(contact_bank.restore, ada, held[2].id)
    assert ask(board.counts, bo, spring.id)[D] == 4


def test_a_column_can_be_narrowed_to_one_colleagues_work(ada, bo, spring, jane):
    own = world.contact(bo, "Bo's own")
    assign(ada, spring, jane)
    assign(bo, spring, own)

    def named(who):
        return [card.name for card in ask(board.column, ada, spring.id, T, narrow=Narrow(person=who.id)).items]

    assert (named(ada), named(bo)) == (["Jane Roe"], ["Bo's own"])
    with db.transaction() as session:
        place = session.exec(select(CampaignContact).where(CampaignContact.contact_id == jane.id)).one()
        place.assigned_user_id = bo.id
    assert (named(ada), named(bo)) == ([], ["Bo's own", "Jane Roe"])


MANY = """insert into contacts (id, created_at, updated_at, user_id, name, given_name, family_name, sort_name, search_text,
    emails, phones, notes, tags, warmness_score, version)
    select gen_random_uuid(), now(), now(), :who, 'P ' || n, '', '', 'p ' || n, '', array['p' || n || '@a.example'], '{}',
    '', '{}', 3, 1 from generate_series(1, 5000) n"""


TOUCHED = """insert into activities (id, created_at, updated_at, type, user_id, contact_id, campaign_id, subject, note, happened_at, done, version)
    select gen_random_uuid(), now(), now(), 'CALL', :who, id, :campaign, '', '', now(), true, 1 from contacts"""


def test_five_thousand_contacts_are_assigned_counted_and_shown_without_reading_whole_tables(ada, spring):
    """And a column of a large board is one look into an index."""
    with db.engine.begin() as line:
        line.execute(text(MANY), {"who": ada.id})
        line.execute(text("analyze contacts"))
    begin = now()
    assert found_by(ada, spring, Search()) == ["assigned"] * 5_000
    assert now() - begin < timedelta(seconds=5)
    with db.engine.begin() as line:
        line.execute(text("update campaign_contacts set stage_at = stage_at + random() * interval '1 h'"))
        line.execute(text(TOUCHED), {"who": ada.id, "campaign": spring.id})
        line.execute(text("analyze campaign_contacts, contacts, activities"))
    with db.reading() as session:
        query = board._cards(spring.id)[0].where(CampaignContact.stage == T)
        query = query.order_by(CampaignContact.stage_at.desc(), CampaignContact.id.desc()).limit(51)
        words = query.compile(db.engine, compile_kwargs={"literal_binds": True})
        plan = "\n".join(row[0] for row in session.exec(text(f"explain {words}")))
    assert "campaign_contacts_board" in plan, plan
    for table in ("campaign_contacts", "contacts", "activities"):
        assert f"Seq Scan on {table}" not in plan, plan
    shown = ask(board.column, ada, spring.id, T).items
    assert [card.last_touch_type for card in shown] == [CALL] * 50


def test_a_board_is_found_in_narrowed_and_ordered_the_same_by_columns_counts_and_pages(ada, bo, gwen, spring):
    names = ("Zoë Öström", "Anna Berg", "Carl Cole", "Dora Dahl")
    _, anna, carl, dora = held = [
        world.contact(ada, name, organisation=firm, warmness_score=warm, tags=tags)
        for name, firm, warm, tags in zip(
            names, ("Nordic Steel AS", "ACME", "ACME", None), (9, 2, 7, 4), (["vip"], [], ["vip"], []), strict=True
        )
    ]
    hers = world.contact(bo, "Bo's own", tags=["vip"])
    assign(ada, spring, *held)
    assign(bo, spring, hers)
    log(ada, carl, spring, due_date=now() + DAY)
    log(ada, dora, spring, due_date=now() + 2 * DAY)
    with db.transaction() as session:
        for row in session.exec(select(Activity).where(Activity.contact_id == carl.id)):
            row.due_date = now() - DAY
    # what is planned for something else is nobody's business here
    do(activity_log.log, ada, anna.id, ActivityDraft(type=CALL, due_date=now() + DAY))

    def shown(who=ada, **said):
        narrow = Narrow(**said)
        whole = [card.name for card in ask(board.column, who, spring.id, None, narrow=narrow).items]
        assert sum(ask(board.counts, who, spring.id, narrow).values()) == len(whole)
        assert len(ask(board.everybody, who, spring.id, narrow)) == len(whole)
        paged, mark = [], None
        while mark or not paged:
            page = ask(board.column, who, spring.id, None, narrow=narrow, limit=1, after=mark)
            paged += [card.name for card in page.items]
            mark = page.next_cursor
            if not mark:
                break
        assert paged == whole
        return whole

    assert shown(q="ostrom") == shown(q="nordic stee") == ["Zoë Öström"]
    assert set(shown(q="acme")) == {"Anna Berg", "Carl Cole"}
    assert shown(q="jane@acme") == shown(q="%") == []
    assert shown(overdue=True) == ["Carl Cole"]
    assert set(shown(warmness_min=7)) == {"Zoë Öström", "Carl Cole"}
    assert shown(person=bo.id) == ["Bo's own"]
    # tags are the owner's
    assert (set(shown(tag="vip")), shown(bo, tag="vip")) == ({"Zoë Öström", "Carl Cole"}, ["Bo's own"])
    assert len(shown(gwen, tag="vip")) == 3
    assert (ask(board_filter.tags, bo, spring.id), ask(board_filter.tags, gwen, spring.id)) == (["vip"], ["vip"])
    assert shown(sort="name") == ["Anna Berg", "Bo's own", "Carl Cole", "Dora Dahl", "Zoë Öström"]
    assert shown(sort="warmness")[:2] == ["Zoë Öström", "Carl Cole"]
    assert shown(sort="due")[:2] == ["Carl Cole", "Dora Dahl"]
    assert shown(sort="waiting") == shown(sort="recent")[::-1]
    cards = {card.name: card for card in ask(board.column, bo, spring.id, None).items}
    assert cards["Carl Cole"].next_due < now() < cards["Dora Dahl"].next_due
    assert cards["Carl Cole"].next_type is CALL
    assert cards["Anna Berg"].next_due is None
