"""One verb for many contacts, and one undo that puts all of them back as they were."""

import pytest
from sqlalchemy import text
from sqlmodel import select

from app import db
from app.errors import Conflict, Invalid, NotFound, TooLarge
from app.models import (
    Activity,
    ActivityDraft,
    ActivityType,
    CampaignContact,
    CampaignMove,
    Contact,
    Outcome,
    PipedriveSync,
    UndoEntry,
    User,
    WarmnessChange,
)
from app.services.activities import activity_log, bulk_log
from app.services.campaigns import bulk_moves, undo_dispatch
from app.services.contacts import bulk_actions, contact_bank
from app.services.contacts.contact_search import Search
from app.services.undo import undo_log
from tests.support import world
from tests.support.bulk_data import counted, fill

# what moves on whatever happens to a row: it says that there is news
NEWS = {"version", "updated_at"}
TABLES = ("contacts", "activities", "campaign_contacts", "warmness_changes", "pipedrive_syncs", "owed_answers")


def bank() -> dict[str, list[dict]]:
    """Every row that a deed may touch, but for the touches that were taken back."""
    with db.reading() as session:
        return {
            table: [
                {name: value for name, value in row._mapping.items() if name not in NEWS}
                for row in session.execute(text(f"select * from {table} order by id"))
                if table != "activities" or row.deleted_at is None
            ]
            for table in TABLES
        }


def do(verb, who, *given, **named):
    with db.transaction() as session:
        return verb(session, session.get_one(User, who.id), *given, **named)


def rows(model):
    with db.reading() as session:
        return list(session.exec(select(model)))


CALL = ActivityDraft(type=ActivityType.CALL, outcome=Outcome.REACHED)

DEEDS = {
    "tag": lambda who, ids: do(bulk_actions.tag, who, ids, "Spring"),
    "untag": lambda who, ids: do(bulk_actions.untag, who, ids, "old"),
    "warmer": lambda who, ids: do(bulk_actions.warm, who, ids, 2),
    "colder": lambda who, ids: do(bulk_actions.warm, who, ids, -3),
    "snooze": lambda who, ids: do(bulk_actions.snooze, who, ids, 30),
    "log": lambda who, ids: do(bulk_log.log, who, ids, CALL),
    "push": lambda who, ids: do(bulk_actions.push, who, ids),
    "trash": lambda who, ids: do(bulk_actions.trash, who, ids),
}


@pytest.fixture
def some(ada, jane, john):
    with db.transaction() as session:
        me = session.get_one(User, ada.id)
        contact_bank.change(session, me, jane.id, {"tags": ["energy", "old"], "warmness_score": 6})
        contact_bank.change(session, me, john.id, {"tags": ["old"]})
        activity_log.log(session, me, john.id, ActivityDraft(type=ActivityType.CALL, due_date="2031-01-01T09:00Z"))
    return [jane.id, john.id]


@pytest.mark.parametrize("deed", DEEDS)
def test_every_deed_changes_all_and_its_undo_puts_everything_back(ada, some, deed):
    before = bank()
    done = DEEDS[deed](ada, some)
    assert done.n == 2
    assert bank() != before
    assert do(undo_dispatch.undo, ada, done.undo_id).put_back == 2
    assert bank() == before


@pytest.mark.parametrize("deed", DEEDS)
def test_the_number_of_statements_does_not_grow_with_the_number_of_contacts(ada, deed):
    few, crowd = fill(ada, 12), fill(ada, 120)[12:]

    def statements(ids):
        with counted() as asked:
            do(undo_dispatch.undo, ada, DEEDS[deed](ada, ids).undo_id)
        return len(asked)

    assert statements(few) == statements(crowd)


def test_five_thousand_go_there_and_back_in_one_deed(ada):
    done = DEEDS["log"](ada, fill(ada, 5_000))
    assert done.n == do(undo_dispatch.undo, ada, done.undo_id).put_back == 5_000


def test_all_that_a_search_finds_are_meant_and_nobody_else(ada, bo, some):
    world.contact(bo, "Bo's own", tags=["old"])
    quiet = world.contact(ada, "Quiet", tags=["new"])
    done = do(bulk_actions.tag, ada, Search(tag="old"), "mine")
    assert done.n == 2
    tagged = {row.name for row in rows(Contact) if "mine" in row.tags}
    assert tagged == {"Jane Roe", "John Öström"}
    assert quiet.tags == ["new"]


def test_somebody_elses_contacts_are_passed_over_and_somebody_elses_deed_does_not_exist(ada, bo, some):
    assert do(bulk_actions.trash, bo, some) == (0, None)
    done = do(bulk_actions.trash, ada, some)
    with pytest.raises(NotFound):
        do(undo_dispatch.undo, bo, done.undo_id)
    assert all(row.deleted_at for row in rows(Contact))


def test_what_was_changed_since_stays_and_the_sentence_says_so(ada, some):
    done = do(bulk_actions.tag, ada, some, "spring")
    do(contact_bank.change, ada, some[0], {"tags": ["chosen by hand"]})
    undone = do(undo_dispatch.undo, ada, done.undo_id)
    assert (undone.put_back, undone.left) == (1, 1)
    assert undone.sentence == "Undone for 1. 1 changed since and stays as it is."
    assert {row.name: row.tags for row in rows(Contact)} == {"Jane Roe": ["chosen by hand"], "John Öström": ["old"]}


def test_a_deed_is_undone_once_and_not_after_thirty_days(ada, some):
    first, second = do(bulk_actions.tag, ada, some, "a"), do(bulk_actions.tag, ada, some, "b")
    do(undo_dispatch.undo, ada, second.undo_id)
    with pytest.raises(Conflict, match="already"):
        do(undo_dispatch.undo, ada, second.undo_id)
    with db.transaction() as session:
        session.get_one(UndoEntry, first.undo_id).created_at -= undo_log.KEPT
    with pytest.raises(Conflict, match="too long ago"):
        do(undo_dispatch.undo, ada, first.undo_id)


def test_a_handed_over_contact_is_not_written_to_by_its_old_owners_undo(ada, bo, some):
    done = do(bulk_actions.tag, ada, some, "spring")
    with db.transaction() as session:
        session.get_one(Contact, some[0]).user_id = bo.id
    assert do(undo_dispatch.undo, ada, done.undo_id).put_back == 1
    assert "spring" in next(row for row in rows(Contact) if row.id == some[0]).tags


def test_crossing_the_threshold_together_hands_each_over_once_and_the_undo_takes_it_back(ada, some):
    done = do(bulk_actions.warm, ada, some, 1)
    assert [row.contact_id for row in rows(PipedriveSync)] == [some[0]]
    assert sorted((row.before, row.after) for row in rows(WarmnessChange))[-2:] == [(5, 6), (6, 7)]
    do(undo_dispatch.undo, ada, done.undo_id)
    assert rows(PipedriveSync) == []


def test_what_went_over_meanwhile_is_not_taken_back(ada, some):
    done = do(bulk_actions.push, ada, some)
    with db.transaction() as session:
        session.exec(select(PipedriveSync).where(PipedriveSync.contact_id == some[0])).one().status = "SUCCESS"
    undone = do(undo_dispatch.undo, ada, done.undo_id)
    assert (undone.put_back, undone.left) == (1, 1)
    assert [row.contact_id for row in rows(PipedriveSync)] == [some[0]]


def test_the_trash_closes_what_waits_and_restoring_opens_it_again(ada, some):
    do(bulk_actions.push, ada, some)
    do(bulk_actions.trash, ada, some)
    assert {row.status for row in rows(PipedriveSync)} == {"FAILED"}
    done = do(bulk_actions.restore, ada, Search(trash=True))
    assert done.n == 2
    assert {row.status for row in rows(PipedriveSync)} == {"PENDING"}
    do(undo_dispatch.undo, ada, done.undo_id)
    assert {row.status for row in rows(PipedriveSync)} == {"FAILED"}
    assert all(row.deleted_at for row in rows(Contact))


def test_a_touch_for_all_moves_their_stage_in_the_campaign_and_back(ada, some, jane, john):
    spring = world.campaign(ada, holds=[jane, john])
    before, history = bank(), len(rows(CampaignMove))
    done = do(bulk_log.log, ada, some, CALL.model_copy(update={"campaign_id": spring.id}))
    assert {row.stage for row in rows(CampaignContact)} == {"IN_DIALOGUE"}
    assert len(rows(CampaignMove)) == history + 2
    assert all(row.last_contacted for row in rows(Contact))
    do(undo_dispatch.undo, ada, done.undo_id)
    assert bank() == before
    assert len(rows(CampaignMove)) == history


def test_a_touch_for_a_campaign_that_has_not_all_of_them_is_refused_whole(ada, some, jane):
    spring = world.campaign(ada, holds=[jane])
    with pytest.raises(Conflict, match="1 of these contacts is not in Energy spring"):
        do(bulk_log.log, ada, some, CALL.model_copy(update={"campaign_id": spring.id}))
    assert len(rows(Activity)) == 1


def test_assigning_many_to_a_campaign_and_taking_them_off_again(ada, some, jane):
    spring = world.campaign(ada, holds=[jane])
    done = do(bulk_moves.assign_chosen, ada, some, spring.id)
    assert done.n == 1
    assert len(rows(CampaignContact)) == 2
    assert do(undo_dispatch.undo, ada, done.undo_id).put_back == 1
    assert [row.contact_id for row in rows(CampaignContact)] == [jane.id]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda who, ids: do(bulk_actions.tag, who, ids, " "),
        lambda who, ids: do(bulk_actions.warm, who, ids, 0),
        lambda who, ids: do(bulk_actions.warm, who, ids, 11),
        lambda who, ids: do(bulk_actions.snooze, who, ids, 731),
        lambda who, ids: do(bulk_log.log, who, ids, ActivityDraft(type=ActivityType.MEETING)),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(ada, some, wrong):
    before = bank()
    with pytest.raises(Invalid):
        wrong(ada, some)
    assert bank() == before


def test_more_than_ten_thousand_at_once_are_too_many(ada, some):
    with pytest.raises(TooLarge):
        do(bulk_actions.tag, ada, some * 5_001, "x")


def test_nothing_to_do_leaves_no_deed(ada, some):
    assert do(bulk_actions.untag, ada, some, "unknown") == (0, None)
    assert rows(UndoEntry) == []
    assert do(undo_log.recent, ada) == []
