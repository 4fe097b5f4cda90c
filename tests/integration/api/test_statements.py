"""Every route has its number of statements, and asks no more of them when there is more to show."""

from datetime import timedelta

import pytest

from app import db, signals
from app.models import ActivityDraft, Trigger, User, now
from app.services.activities import activity_log
from app.services.base.firm_cache import firm_cache
from app.services.campaigns import board_assignments
from app.services.push_queue import push_jobs
from app.signals import NewsConnection
from tests.support import world
from tests.support.api_client import ask
from tests.support.bulk_data import counted
from tests.support.database_reset import put_back
from tests.support.route_table import TABLE, sent
from tests.support.statement_table import ROUTES

# what people ask all day; a touch without a campaign has its own test
HOT = ["/api/contacts", "/api/contacts/{contact_id}", "/api/activities/feed", "/api/contacts/suggested"]


@pytest.fixture(autouse=True)
def _empty():
    """The firm is made once; whatever a route writes is put back before the next one that writes."""


@pytest.fixture(scope="module", autouse=True)
def _hearing():
    """What the firm chose is remembered, as in a running product."""
    with pytest.MonkeyPatch.context() as patch:
        line = NewsConnection()
        patch.setattr(signals, "news_connection", line)
        patch.setattr(signals, "SURE", 3_600)
        line.mark_open()
        yield
    firm_cache.forget()


def name_of(row):
    return f"{row.method} {row.path}"


def role_of(row):
    return "owner" if row.expected("owner") < 400 else "golden"


def number(firm, row, **given):
    """How many statements this route asks of the one who may ask it."""
    said = sent(row, firm) | given
    with counted() as asked:
        answer = ask(firm.people[role_of(row)], row.method, row.path.format(**firm.ids), **said)
    assert answer.status_code == row.expected(role_of(row)), answer.text
    return len(asked)


@pytest.fixture(scope="module")
def counts(made, url):
    """By route: with a little to show, and for those that only read with a lot."""
    firm, rows = made
    found = {}
    ask(firm.people["owner"], "GET", "/api/contacts/suggested")  # the firm's choices are known
    for row in sorted(TABLE, key=lambda row: row.method != "GET"):
        if row.method != "GET":
            put_back(url, rows)
            firm_cache.forget()
            ask(firm.people["owner"], "GET", "/api/contacts/suggested")
        found[name_of(row)] = number(firm, row)
    put_back(url, rows)
    more(firm)
    much = {name_of(row): number(firm, row) for row in TABLE if row.method == "GET"}
    put_back(url, rows)
    return found, much


def more(firm):
    """Twelve of whatever lists show, some of it waiting to be pushed."""
    for place in range(12):
        other = world.contact(firm.people["owner"], f"Person {place}", organisation=f"Firm {place}", warmness_score=8, days=50)  # fmt: skip
        with db.transaction() as session:
            ada = session.get_one(User, firm.people["owner"].id)
            board_assignments.assign(session, ada, firm.ids["campaign_id"], [other.id])
            touch = ActivityDraft(type="CALL", outcome="REACHED", campaign_id=firm.ids["campaign_id"])
            activity_log.log(session, ada, other.id, touch)
            activity_log.log(session, ada, other.id, ActivityDraft(type="CALL", due_date=now() + timedelta(days=1)))
            push_jobs.enqueue(session, ada, other, Trigger.MANUAL)


def test_every_route_has_its_number():
    assert set(ROUTES) == {name_of(row) for row in TABLE}


@pytest.mark.parametrize("row", TABLE, ids=name_of)
def test_a_route_asks_no_more_than_its_number(counts, row):
    few, many = counts
    assert few[name_of(row)] <= ROUTES[name_of(row)]
    if row.method == "GET":
        assert many[name_of(row)] <= ROUTES[name_of(row)], "it grows with the rows"


def test_what_is_asked_most_asks_least():
    assert max(ROUTES[f"GET {path}"] for path in HOT) <= 3


def test_a_touch_with_a_key_asks_three_more(made, url):
    firm, rows = made
    put_back(url, rows)
    ask(firm.people["owner"], "GET", "/api/contacts/suggested")
    body = {"type": "CALL", "contact_id": firm.ids["contact_id"], "outcome": "REACHED"}
    plain, keyed = {}, {"Idempotency-Key": "one"}
    with counted() as asked:
        assert ask(firm.people["owner"], "POST", "/api/activities", body, headers=plain).status_code == 201
    assert len(asked) <= 6
    with counted() as asked:
        assert ask(firm.people["owner"], "POST", "/api/activities", body, headers=keyed).status_code == 201
    assert len(asked) <= 9
    put_back(url, rows)
