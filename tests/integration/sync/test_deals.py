"""What became of the people who went over: read from their deals, last in line, and shown to whoever leads a campaign."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlmodel import col, select

from app import db
from app.errors import Invalid
from app.models import CampaignContact, PipedriveDeal, TokenSpending, now
from app.services.base import firm_settings
from app.services.contacts import data_export
from app.services.contacts.erasure import contact_erasure
from app.services.reports import campaign_report, drill_down, share_links
from app.services.reports.files import export
from app.services.reports.filters import Asked
from app.sync.pull import deals, listener
from tests.support import api_client, faults, sync_harness, world
from tests.support.colleague import typed_there
from tests.support.openapi_contract import OfficialContract
from tests.support.sync_deeds import listened
from tests.support.sync_harness import BOS_KEY, ask, connect, edit, settled

ALL = Asked()


@pytest.fixture
def desk(fake, database):
    """Deals are read with each listening, and not once an hour."""
    return sync_harness.hurried(sync_harness.desk_at(fake.url), recheck=0, relearn=0)


@pytest.fixture(autouse=True)
def _nothing_breaks(caplog):
    yield
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []


@pytest.fixture
def kari(fake, desk, ada_with_key):
    kari = world.contact(ada_with_key, "Kari Nordmann", organisation="Nordic Steel AS", email="kari@steel.example")
    ask(ada_with_key, kari)
    settled(desk)
    return kari


@pytest.fixture
def spring(ada_with_key, bo, kari, john):
    """Ada's campaign with Bo in it: Kari is in Pipedrive, John is not. It began a day before anything else."""
    row = world.campaign(ada_with_key, members=[bo], holds=[kari, john])
    with db.transaction() as session:
        for place in session.exec(select(CampaignContact)):
            place.added_at -= timedelta(days=1)
            session.add(place)
    return row


def deal(fake, person=1, **facts):
    """A colleague makes a deal in Pipedrive's own screens."""
    made = typed_there(fake, "deals", title="Furnace", person_id=person)
    fake.company.edit("deals", made["id"], **facts)
    return made["id"]


def report(who, campaign, asked=ALL):
    with db.reading() as session:
        return campaign_report.report(session, who, campaign.id, asked)


def behind(who, campaign, key):
    with db.reading() as session:
        return [row.contact for row in drill_down.drill_down(session, who, campaign.id, ALL, key).items]


def kept():
    with db.reading() as session:
        return list(session.exec(select(PipedriveDeal).order_by(col(PipedriveDeal.remote_id))))


def asked_for_deals(fake):
    return [heard for heard in fake.asked("GET") if heard.path == "/api/v2/deals"]


def test_the_funnel_ends_in_what_pipedrive_says_of_deals(fake, desk, ada_with_key, bo, gwen, spring):
    won = deal(fake, status="won", value=12_000.5, currency="EUR")
    deal(fake, status="lost", value=700, currency="USD")
    deal(fake, value=3_000, currency="EUR")
    listened(desk)
    for leader in (ada_with_key, gwen):
        found = report(leader, spring).deals
        assert (found.pushed, found.with_deal, found.won_contacts) == (1, 1, 1)
        assert (found.open, found.won, found.lost) == (1, 1, 1)
        assert [(m.currency, m.open, m.won, m.lost) for m in found.money] == [
            ("EUR", Decimal(3000), Decimal("12000.50"), 0),
            ("USD", 0, 0, Decimal(700)),
        ]
        assert (found.win_rate.hits, found.win_rate.n, found.win_rate.thin) == (1, 2, True)
        assert now() - found.read_at < timedelta(minutes=1)
        assert [behind(leader, spring, key) for key in deals_keys()] == [["Kari Nordmann"]] * 5
    assert report(bo, spring).deals is None
    with pytest.raises(Invalid):
        behind(bo, spring, "WON")

    fake.company.edit("deals", won, status="lost")
    listened(desk)
    assert (report(gwen, spring).deals.won, behind(gwen, spring, "WON")) == (0, [])
    fake.company.remove("deals", won)
    listened(desk)
    assert [one.remote_id for one in kept()] == [2, 3]


def deals_keys():
    return ("IN_PIPEDRIVE", "WITH_DEAL", "OPEN", "WON", "LOST")


def test_every_request_for_deals_is_one_that_pipedrive_knows(fake, desk, kari, spring):
    deal(fake)
    listened(desk)
    listened(desk)
    heard = asked_for_deals(fake)
    assert {dict(one.query).get("status") for one in heard} == {None, "deleted"}
    if OfficialContract.is_here():
        official = OfficialContract()
        assert [c for one in heard for c in official.check(one.method, one.path, one.query, one.body)] == []


def test_only_deals_of_our_people_made_since_they_joined_count_and_each_one_once(fake, desk, ada_with_key, bo, spring):
    typed_there(fake, "persons", name="Somebody else")
    deal(fake, person=2)
    deal(fake, add_time="2026-01-01T10:00:00Z")
    mine = deal(fake)
    twin = world.contact(connect(bo, BOS_KEY), "Kari Nordmann", email="kari@steel.example")
    ask(bo, twin)
    settled(desk)
    listened(desk)
    with db.transaction() as session:
        session.add(CampaignContact(campaign_id=spring.id, contact_id=twin.id))
    found = report(ada_with_key, spring).deals
    assert (found.pushed, found.with_deal, found.open) == (2, 2, 1)
    fake.company.edit("deals", mine, person_id=2)
    listened(desk)
    assert mine not in [one.remote_id for one in kept()]


def test_somebody_who_was_there_before_brings_the_deals_that_are_read_already(fake, desk, ada_with_key, spring):
    typed_there(fake, "persons", name="Nils Berg", emails=[{"value": "nils@steel.example", "primary": True}])
    deal(fake, person=2, status="won", value=5, currency="EUR")
    listened(desk)
    assert kept() == []
    nils = world.contact(ada_with_key, "Nils Berg", email="nils@steel.example")
    ask(ada_with_key, nils)
    settled(desk)
    listened(desk)
    assert [(one.person_id, one.status) for one in kept()] == [(2, "WON")]
    fake.heard.clear()
    listened(desk)
    assert not any("person_id" in dict(one.query) for one in asked_for_deals(fake))


def test_deals_wait_while_a_push_waits_for_the_same_key_or_the_day_is_nearly_spent(fake, desk, ada_with_key, spring):
    fake.heard.clear()
    ask(ada_with_key, world.contact(ada_with_key, "Nils Berg", email="nils@steel.example"))
    sync_harness.listen_next()
    listener.listen(desk)
    assert asked_for_deals(fake) == []
    settled(desk)
    fake.heard.clear()
    with db.transaction() as session:
        day = f"{now():%Y-%m-%d}"
        session.add(TokenSpending(account="acme", day=day, kind="deals", tokens=deals.MOST_A_DAY, calls=1))
    listened(desk)
    assert asked_for_deals(fake) == []


def test_what_is_read_is_counted_as_what_became_of_people(fake, desk, spring):
    listened(desk)
    with db.reading() as session:
        spent = {row.kind: row.tokens for row in session.exec(select(TokenSpending))}
    assert spent["deals"] == 10 * len(asked_for_deals(fake)) > 0


def test_a_key_that_may_not_read_deals_stops_nothing(fake, desk, ada_with_key, spring):
    fake.next(faults.not_allowed(), kind="deals", times=None)
    listened(desk)
    assert kept() == []
    edit(spring, name="Energy summer")
    assert report(ada_with_key, spring).deals.pushed == 1


def test_where_the_firm_does_not_want_it_nothing_is_asked_and_nothing_shown(fake, desk, ada_with_key, gwen, spring):
    deal(fake, status="won")
    with db.transaction() as session:
        firm_settings.change(session, gwen, pipedrive_deals=False)
    fake.heard.clear()
    listened(desk)
    assert (asked_for_deals(fake), report(ada_with_key, spring).deals) == ([], None)
    with pytest.raises(Invalid), db.transaction() as session:
        firm_settings.change(session, gwen, pipedrive_deals="no")


def test_files_and_rest_say_it_to_whoever_leads_and_a_link_to_nobody(fake, desk, ada_with_key, bo, gwen, spring):
    deal(fake, status="won", value=12_000, currency="EUR")
    listened(desk)
    rows = list(csv.reader(io.StringIO(export.csv(report(gwen, spring)).decode("utf-8-sig"))))
    assert ["Contacts with a won deal", "1"] in rows
    assert ["EUR", "0.0", "12000.0", "0.0"] in rows
    assert b"%PDF" in export.pdf(report(gwen, spring))
    hers, his = (api_client.ask(who, "GET", f"/api/campaigns/{spring.id}/report").json() for who in (gwen, bo))
    assert (hers["deals"]["won"], hers["deals"]["money"], his["deals"]) == (
        1,
        [{"currency": "EUR", "open": 0, "won": 12_000, "lost": 0}],
        None,
    )
    with db.transaction() as session:
        token = share_links.share(session, ada_with_key, spring.id, 7)
    with db.reading() as session:
        assert share_links.shown(session, token).deals is None


def test_whoever_is_erased_leaves_no_deal_and_whoever_asks_gets_theirs(fake, desk, ada_with_key, kari, spring):
    deal(fake, value=5, currency="EUR")
    listened(desk)
    with db.transaction() as session:
        told = data_export.export_contact(session, ada_with_key, kari.id)
        assert [one["remote_id"] for one in told["deals"]] == [1]
        contact_erasure.erase(session, ada_with_key, kari.id)
    assert kept() == []
