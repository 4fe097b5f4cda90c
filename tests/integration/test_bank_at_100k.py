"""I7, F1, P2.4: with 100,000 contacts every filter in every order is read by index, page by page."""

import json
from itertools import product

import pytest
import world
from crowd import counted, fill
from sqlalchemy import text

from app import db
from app.models import User
from app.pages.bank_filters import QUIET, SORTS, SYNC
from app.services import finding, many
from app.services.finding import Search

MANY = 100_000
BIG = {"contacts", "pipedrive_syncs"}

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


@pytest.fixture
def bank(ada, bo):
    """Ada's 100,000 beside Bo's 20,000, some of them due, tagged, pushed and in a campaign; its campaign."""
    mine = fill(ada, MANY)
    fill(bo, 20_000)
    campaign = world.campaign(ada)
    with db.transaction() as session:
        me = session.get_one(User, ada.id)
        many.tag(session, me, mine[:400], "rare")
        many.assign(session, me, mine[:400], campaign.id)
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


def test_every_filter_in_every_order_is_read_by_index(ada, bank):
    slow = {}
    for (name, narrowed), sort in product(filters(bank), SORTS):
        search = Search(**narrowed, sort=sort)
        with counted() as asked, db.reading() as session:
            page = finding.contacts(session, ada, search)
            if page.next_cursor:
                finding.contacts(session, ada, search, page.next_cursor)
            finding.count(session, ada, search)
        with db.engine.connect() as line:
            for statement, values in asked:
                if not statement.lstrip().lower().startswith(("select", "with")) or "set_config" in statement:
                    continue
                plan = line.exec_driver_sql("explain (format json) " + statement, values).scalar()
                if read := scanned(plan if isinstance(plan, list) else json.loads(plan)) & BIG:
                    slow.setdefault(f"{name} by {sort}", set()).update(read)
    assert slow == {}


def scanned(plan) -> set[str]:
    """The tables that a plan reads from end to end."""
    if isinstance(plan, list):
        return set().union(*map(scanned, plan))
    if not isinstance(plan, dict):
        return set()
    here = {plan["Relation Name"]} if plan.get("Node Type") == "Seq Scan" else set()
    return here.union(*map(scanned, plan.values()))
