"""Every route, with the id of a colleague's row in each place where it takes one: nothing is told of it, nothing done to it."""

import json
import re
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from app import db
from app.models import (
    ActivityDraft,
    ActivityType,
    Contact,
    EmailTemplateDraft,
    IntroductionDraft,
    SavedSearchDraft,
    User,
)
from app.services.activities import activity_log, email_templates, introductions
from app.services.contacts import bulk_actions, saved_searches
from tests.support import world
from tests.support.api_client import client
from tests.support.database_reset import kept, put_back
from tests.support.route_table import FILE, TABLE, named

CANARY = "Kanarienvogel"
PLACE = re.compile(r"\{(\w+)_id\}")
# what the places of the route table stand for
KINDS = {
    "contact": ("contact", "twin", "trashed"),
    "campaign": ("campaign", "binned"),
    "activity": ("activity", "removed", "referral"),
    "firm": ("firm", "other_firm"),
    "template": ("template",),
    "view": ("view",),
    "deed": ("deed",),
    "introduction": ("introduction",),
}
KIND_OF = {place: kind for kind, places in KINDS.items() for place in places}
# bodies that take more ids than the one in the table
MORE = {
    ("PUT", "/api/activities/{activity_id}"): {"contact_id": "{contact_id}", "campaign_id": "{campaign_id}"},
    ("POST", "/api/contacts/bulk"): {"verb": "ASSIGN", "campaign_id": "{campaign_id}", "contact_ids": ["{contact_id}"]},
    ("POST", "/api/reports"): {"name": "x", "question": "CHANNELS", "filters": {"campaign_id": "{campaign_id}"}},
}
QUERIES = {"contact_id": "contact", "campaign_id": "campaign"}


@pytest.fixture(autouse=True)
def _empty():
    """The firm of the route table stays."""


@pytest.fixture(scope="module")
def theirs(made, url):
    """What Cem has and nobody else may know of, beside the firm of the route table; and all of it to be put back."""
    firm, rows = made
    put_back(url, rows)
    cem, gwen = firm.people["other"], firm.people["golden"]
    jill = world.contact(cem, f"Jill {CANARY}", organisation=f"{CANARY} Ltd", email=f"jill@{CANARY.lower()}.example")
    campaign = world.campaign(cem, CANARY, holds=[jill])
    with db.transaction() as session:
        me = session.get_one(User, cem.id)
        draft = ActivityDraft(type=ActivityType.CALL, note=CANARY, campaign_id=campaign.id)
        offer = IntroductionDraft(offered_to=cem.id, whom=CANARY)
        found = {
            "contact": jill,
            "campaign": campaign,
            "activity": activity_log.log(session, me, jill.id, draft),
            "template": email_templates.save(session, me, EmailTemplateDraft(name=CANARY, body=CANARY)),
            "view": saved_searches.save(session, me, SavedSearchDraft(name=CANARY)),
            "introduction": introductions.offer(session, session.get_one(User, gwen.id), offer),
        }
        session.flush()
        ids = {kind: str(row.id) for kind, row in found.items()}
        ids["deed"] = str(bulk_actions.tag(session, me, [jill.id], CANARY.lower()).undo_id)
        ids["firm"] = str(session.get_one(Contact, jill.id).organisation_id)
    return SimpleNamespace(firm=firm, ids=ids, rows=kept(url))


def asked(row, ids):
    """The requests of a row, each with one of these ids in one place and the asker's own in all others."""
    own = None if row.body is FILE else row.body
    whole = json.dumps([row.path, MORE.get((row.method, row.path), own)])
    for place in PLACE.finditer(whole):
        if kind := KIND_OF.get(place[1]):
            yield json.loads(whole[: place.start()] + ids[kind] + whole[place.end() :])
    if row.method == "GET":
        yield from ([f"{row.path.partition('?')[0]}?{name}={ids[kind]}", None] for name, kind in QUERIES.items())


def what_they_have(ids):
    """Every row that names one of these, but what says who asked for it."""
    with db.reading() as session:
        return {
            (table.name, said)
            for table in SQLModel.metadata.sorted_tables
            if table.name != "audit_events"
            for (said,) in session.execute(text(f"select to_jsonb(t)::text from {table.name} t"))
            if CANARY.lower() in said.lower() or any(one in said for one in ids.values())
        }


@pytest.mark.parametrize("row", [row for row in TABLE if row.method == "GET" or PLACE.search(f"{row.path}{row.body}")], ids=lambda row: f"{row.method} {row.path}")  # fmt: skip
def test_no_route_tells_or_does_anything_by_an_id_of_a_colleagues(theirs, url, row):
    before = None
    for path, body in asked(row, theirs.ids):
        if row.method != "GET":
            put_back(url, theirs.rows)
            before = before or what_they_have(theirs.ids)
        given = {"json": named(body, theirs.firm)} if isinstance(body, dict) else {}
        known = {"x-user": str(theirs.firm.people["owner"].id)}
        answer = client.request(row.method, path.format(**theirs.firm.ids), headers=known, **given)
        assert answer.status_code < 500
        assert CANARY.lower() not in answer.text.lower()
        if before is not None:
            assert what_they_have(theirs.ids) == before, (path, body, answer.text)
