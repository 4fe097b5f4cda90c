"""With 100,000 contacts and as many touches every list is read by index, page by page."""

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import text

from app import db
from app.models import ActivityType, User, now
from app.pages.contacts.list.filter_chips import QUIET, SORTS, SYNC
from app.services.activities import timeline
from app.services.activities.timeline import Filter
from app.services.campaigns import bulk_moves
from app.services.contacts import bulk_actions, contact_search
from app.services.contacts.contact_search import Search
from tests.support import world
from tests.support.bulk_data import counted, fill

MANY = 100_000
BIG = {"contacts", "pipedrive_syncs", "activities"}

FACTS = """
update contacts set cadence_days = 30 where user_id = :who and abs(hashtext(id::text)) % 20 = 0;
update contacts set next_due = now() - interval '1 hour' where user_id = :who and abs(hashtext(id::text)) % 50 = 1;
update contacts set pipedrive_person_id = abs(hashtext(id::text)) where user_id = :who and abs(hashtext(id::text)) % 10 = 2;
insert into pipedrive_syncs (id, created_at, updated_at, user_id, contact_id, entity_type, entity_id, trigger, dedupe_key,
                             status, generation, attempts, run_at)
select gen_random_uuid(), now(), now(), user_id, id, 'person', id, 'WARM', 'person:' || id,
       case abs(hashtext(id::text)) % 300 when 3 then 'FAILED' when 103 then 'PENDING' when 203 then 'RETRY' else 'SUCCESS' end, 1, 0, now()
from contacts where abs(hashtext(id::text)) % 2 = 1
"""

TOUCHES = """
insert into activities (id, created_at, updated_at, type, user_id, contact_id, campaign_id, subject, note, done, happened_at, due_date, version)
select gen_random_uuid(), now(), now(), case n % 3 when 0 then 'CALL' when 1 then 'EMAIL' else 'LINKEDIN' end, c.user_id, c.id,
       (select campaign_id from campaign_contacts cc where cc.contact_id = c.id), '', '', not planned,
       case when not planned then now() - n * interval '70 minutes' end, case when planned then now() + n * interval '10 minutes' end, 1
from (select *, row_number() over (order by md5(id::text)) as n from contacts where abs(hashtext(id::text)) % 10 = :part) c,
     lateral (select n % 10 = 0 as planned) p
"""


def met():
    """A touch with everybody, most of them past, spread over a year and a half."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
        for part in range(10):  # a statement ends after 15 seconds, and a busy machine is slow
            line.execute(text(TOUCHES), {"part": part})
        line.execute(text("vacuum analyze activities"))


@pytest.fixture
def bank(ada, bo):
    """Ada's 100,000 beside Bo's 20,000, some of them due, tagged, pushed and in a campaign; its campaign."""
    mine = fill(ada, MANY)
    fill(bo, 20_000)
    campaign = world.campaign(ada, members=[bo])
    with db.transaction() as session:
        me = session.get_one(User, ada.id)
        bulk_actions.tag(session, me, mine[:400], "rare")
        bulk_moves.assign_chosen(session, me, mine[:400], campaign.id)
        for statement in FACTS.split(";\n"):
            session.execute(text(statement), {"who": ada.id})
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
        for table in (*BIG, "campaign_contacts", "organisations"):
            line.execute(text(f"vacuum analyze {table}"))
    return campaign


def filters(campaign):
    yield "all", {}
    yield "due", {"due": True}
    yield "warm", {"warmness_min": 6}
    yield "never", {"never": True}
    yield "tag", {"tag": "rare"}
    yield "campaign", {"campaign_id": campaign.id}
    yield "typed", {"q": "p77777@crowd"}
    yield from ((f"quiet {days}", {"not_contacted_days": days}) for days in QUIET)
    yield from ((f"sync {state}", {"sync": state}) for state in SYNC)


def feeds(campaign, ada):
    yield "all", Filter()
    yield "done", Filter(planned=False)
    yield "planned", Filter(planned=True)
    yield "calls", Filter(type=ActivityType.CALL)
    yield "one campaign", Filter(campaign_id=campaign.id)
    yield "one person's", Filter(user_id=ada.id)
    yield "of a month", Filter(since=now() - timedelta(days=60), until=now() - timedelta(days=30))


def test_every_list_is_read_by_index_whoever_looks(ada, bo, gwen, bank):
    """Of the feed Ada sees most, Bo his own and what is done for a campaign, Gwen what is in one, and Kim nothing."""
    met()
    kim = world.person("Kim Neu")
    slow = {}
    for (name, narrowed), sort in product(filters(bank), SORTS):
        search = Search(**narrowed, sort=sort)
        with counted() as asked, db.reading() as session:
            page = contact_search.contacts(session, ada, search)
            if page.next_cursor:
                contact_search.contacts(session, ada, search, page.next_cursor)
            contact_search.count(session, ada, search)
        slow[f"{name} by {sort}"] = read_whole(asked)
    for who, (name, wanted), soonest in product((ada, bo, gwen, kim), feeds(bank, ada), (False, True)):
        with counted() as asked, db.reading() as session:
            page = timeline.feed(session, who, wanted, soonest=soonest)
            if page.next_cursor:
                timeline.feed(session, who, wanted, page.next_cursor, soonest=soonest)
        slow[f"{who.name}: {name}, {soonest}"] = read_whole(asked)
    assert {name: tables for name, tables in slow.items() if tables} == {}
    with counted() as asked, db.reading() as session:
        timeline.feed(session, kim)
    assert touched(asked) < 1_000  # nobody's feed is looked for among everybody's touches


def read_whole(asked) -> set[str]:
    """Which of the big tables any of these statements reads from end to end."""
    return set().union(*(scanned(plan) for plan in plans(asked, "format json"))) & BIG


def touched(asked) -> int:
    """How many rows these statements look at."""
    return sum(looked_at(plan) for plan in plans(asked, "analyze, format json"))


def plans(asked, how):
    with db.engine.connect() as line:
        for statement, values in asked:
            if statement.lstrip().lower().startswith(("select", "with")) and "set_config" not in statement:
                yield line.exec_driver_sql(f"explain ({how}) {statement}", values).scalar()


def scanned(plan) -> set[str]:
    """The tables that a plan reads from end to end."""
    if isinstance(plan, list):
        return set().union(*map(scanned, plan))
    if not isinstance(plan, dict):
        return set()
    here = {plan["Relation Name"]} if plan.get("Node Type") == "Seq Scan" else set()
    return here.union(*map(scanned, plan.values()))


def looked_at(plan) -> int:
    if isinstance(plan, list):
        return sum(map(looked_at, plan))
    if not isinstance(plan, dict):
        return 0
    here = plan.get("Actual Rows", 0) + plan.get("Rows Removed by Filter", 0)
    return int(here * plan.get("Actual Loops", 1)) + sum(map(looked_at, plan.values()))
