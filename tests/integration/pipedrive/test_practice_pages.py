"""The practice pages show everybody what came from their own bank, and nothing where nobody practises."""

import re

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app import db
from app.models import Role
from app.practice import page as practice_page
from app.services.base import firm_settings
from app.services.team import transfer
from app.settings import Settings
from app.sync.queue import company
from app.vault import Vault
from app.web.auth.identity import Identity
from app.web.public import practice_pages
from tests.support import sync_harness
from tests.support.sync_harness import meet, settled
from tests.support.world import campaign, contact

KINDS = ("person", "organization", "activity")
SECRETS = ("Jane Roe", "jane@acme.example", "ACME", "Lunch with Jane")


class Asker:
    """Whoever asks, as access control would have written it."""

    def __init__(self, app):
        self.app, self.who = app, None

    async def __call__(self, scope, receive, send):
        identity = Identity(self.who.id, self.who.role, "t") if self.who else None
        await self.app(dict(scope, state={"identity": identity}), receive, send)


@pytest.fixture
def practice(tmp_path):
    return company.Practice(tmp_path / "practice.json")


@pytest.fixture
def read(database, practice):
    inside = FastAPI()
    inside.include_router(
        practice_pages.routes(
            lambda kind, record, seen, counts: practice_page.render(
                practice.company, kind, record, seen, counts_others=counts
            )
        )
    )
    asker = Asker(inside)
    with TestClient(asker) as browser:

        def read(who, path):
            asker.who = who
            return browser.get(path)

        yield read


@pytest.fixture
def pushed(ada, bo, gwen, practice):
    """Ada pushed a private contact with a meeting, Bo one of his own."""
    practise(on=True)
    jane = contact(ada, "Jane Roe", organisation="ACME", email="jane@acme.example")
    meet(ada, jane, subject="Lunch with Jane")
    meet(bo, contact(bo, "Kai Kant", organisation="Globex", email="kai@globex.example"))
    settled(company.build_context(Settings(_env_file=None), Vault("s" * 40), practice, sync_harness.QUICK))
    assert len(practice.company.records("persons")) == 2
    return jane


def practise(*, on):
    with db.transaction() as session:
        firm_settings.save(session, practice_pipedrive=on)


def pages(practice):
    """Every address there is."""
    yield "/practice"
    for kind in KINDS:
        yield f"/practice/{kind}"
        yield from (f"/practice/{kind}/{one['id']}" for one in practice.company.records(practice_page.KINDS[kind]))


def test_nobody_reads_of_a_colleagues_private_contact(pushed, practice, read, ada, bo, gwen):
    shown = {who.name: "".join(read(who, path).text for path in pages(practice)) for who in (ada, bo, gwen)}
    assert all(secret in shown[ada.name] for secret in SECRETS)
    for other in (bo, gwen):
        assert not [secret for secret in SECRETS if secret in shown[other.name]]
    assert "Kai Kant" in shown[bo.name]


def test_a_record_of_another_bank_is_not_there(pushed, practice, read, ada, bo, gwen):
    owned = {who.name: {p for p in pages(practice) if read(who, p).status_code == 200} for who in (ada, bo, gwen)}
    records = [path for path in pages(practice) if re.search(r"\d$", path)]
    assert {p for p in owned[ada.name] if p in records} | {p for p in owned[bo.name] if p in records} == set(records)
    assert not owned[ada.name] & owned[bo.name] & set(records)
    assert not owned[gwen.name] & set(records)


def test_a_golden_ticket_reads_how_many_came_from_others(pushed, read, gwen, bo):
    assert "2 more came from the banks of colleagues." in read(gwen, "/practice").text
    assert "more came from" not in read(bo, "/practice").text


def test_whoever_is_given_the_contact_reads_its_records(pushed, read, ada, bo, gwen, practice):
    campaign(ada, holds=[pushed])
    with db.transaction() as session:
        transfer.transfer_contacts(session, gwen, ada.id, bo.id, [pushed.id])
    assert "Jane Roe" in read(bo, "/practice/person").text
    assert "Jane Roe" not in read(ada, "/practice/person").text


def test_there_are_no_practice_pages_where_nobody_practises(pushed, practice, read, ada, gwen):
    assert gwen.role is Role.GOLDEN_TICKET
    practise(on=False)
    for who in (ada, gwen):
        assert {read(who, path).status_code for path in pages(practice)} == {404}
