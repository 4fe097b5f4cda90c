"""Many viewers of one report share one question, see the last state within 2 s, and lose it with their right."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import delete, event

from app import db, signals
from app.errors import Invalid, NotFound, SignedOut
from app.models import ActivityDraft, CampaignUser, User, base, new_id
from app.pages.reports.live import freshness, subscriptions
from app.pages.reports.live.hub import ReportHub
from app.services.accounts import users
from app.services.activities import activity_log
from app.services.campaigns import campaigns
from app.services.permissions import visibility
from app.services.reports import campaign_report
from app.services.reports.filters import Asked
from app.signals import Topic, announce
from tests.support import world

ALL = Asked()


@dataclass
class Page:
    """An open page: what it was shown, and whether it was told to go."""

    shown: list = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def show(self, report):
        self.shown.append(report.figures["touches"].value)
        self.news.set()

    async def until(self, touches):
        async with asyncio.timeout(5):
            while self.shown[-1] != touches:
                self.news.clear()
                await self.news.wait()


@pytest.fixture
async def hub(url):
    """A hub that hears the real news."""
    hub, ready = ReportHub(), asyncio.Event()

    async def relay():
        async for signal in signals.listen(url):
            hub.deliver(signal)
            ready.set()

    task = asyncio.create_task(relay())
    while not ready.is_set():
        await asyncio.to_thread(poke)
        await asyncio.wait([asyncio.create_task(ready.wait())], timeout=0.05)
    yield hub
    task.cancel()
    # its line to the database is closed before the next test, and not by the collector
    await asyncio.wait([task])
    for board in hub.reports.values():
        if board.serving:
            board.serving.cancel()
    hub.line.shutdown()


def poke():
    with db.transaction() as session:
        announce(session, Topic.SYNC, new_id(), new_id())


@pytest.fixture
def questions():
    """How many reports PostgreSQL was asked for."""
    asked = []
    note = lambda *said: asked.append(said[2]) if "grouping sets" in said[2] else None  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", note)
    yield asked
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def spring(ada, bo, jane):
    return world.campaign(ada, members=[bo], holds=[jane])


def log(who, contact, campaign):
    with db.transaction() as session:
        draft = ActivityDraft(type="CALL", campaign_id=campaign.id)
        activity_log.log(session, session.get_one(User, who.id), contact.id, draft)


async def test_at_midnight_nothing_is_live_until_the_days_of_today_were_asked_for(hub, ada, jane, spring, monkeypatch):
    """Where the viewer is; nobody touches anything."""
    late = datetime(2026, 11, 29, 22, 59, 30, tzinfo=UTC)
    monkeypatch.setattr(type(signals.news_connection), "is_sure", True)
    monkeypatch.setattr(base, "clock", lambda: late - timedelta(days=6))
    await asyncio.to_thread(log, ada, jane, spring)
    monkeypatch.setattr(base, "clock", lambda: late)
    page = await watch(hub, ada, spring, Asked(last_days=7))
    shared = page.subscription.report
    assert (page.shown, freshness.checked(shared, late)[1]) == ([1], True)
    monkeypatch.setattr(base, "clock", lambda: late + timedelta(minutes=1))
    assert freshness.checked(shared, late) == (late, False)
    await page.until(0)
    assert shared.latest.since == date(2026, 11, 24)
    assert freshness.checked(shared, shared.latest.as_of)[1]


async def test_a_wall_screen_that_is_left_for_a_month_is_right_every_morning(hub, ada, jane, spring, monkeypatch):
    """Nobody touches it: what the page's own clock asks every two seconds finds the new day, also when clocks change."""
    first = datetime(2026, 10, 10, 20, tzinfo=UTC)
    monkeypatch.setattr(subscriptions, "PAUSE", 0)
    monkeypatch.setattr(type(signals.news_connection), "is_sure", True)
    monkeypatch.setattr(base, "clock", lambda: first)
    await asyncio.to_thread(log, ada, jane, spring)
    page = Page()
    days = []

    def show(report):
        days.append(report.course.today)
        page.news.set()

    page.subscription = await hub.subscribe(ada.id, spring.id, ALL, show, page.gone.set)
    shared = page.subscription.report
    for day in range(1, 32):
        morning = first + timedelta(days=day)
        monkeypatch.setattr(base, "clock", lambda: morning)  # noqa: B023 - it is asked within this turn
        page.news.clear()
        assert not freshness.checked(shared, shared.latest.as_of)[1]
        async with asyncio.timeout(5):
            await page.news.wait()
        assert days[-1] == (date(2026, 10, 10) + timedelta(days=day))
        assert freshness.checked(shared, shared.latest.as_of)[1]
    assert days == [date(2026, 10, 10) + timedelta(days=day) for day in range(32)]
    assert shared.latest.figures["touches"].value == 1
    # the touch of the first day is no news of this week, nor of the one before it
    assert (shared.latest.figures["touches"].change, shared.latest.figures["touches"].before) == (0, 0)


async def watch(hub, who, campaign, asked=ALL):
    page = Page()
    page.subscription = await hub.subscribe(who.id, campaign.id, asked, page.show, page.gone.set)
    return page


async def test_two_hundred_viewers_cost_few_questions_and_all_see_the_last_touch(
    hub, gwen, ada, jane, spring, questions
):
    pages = await asyncio.gather(*(watch(hub, gwen, spring) for _ in range(200)))
    assert len(questions) == 1
    assert all(page.shown == [0] for page in pages)

    def burst():
        log(ada, jane, spring)
        for _ in range(98):
            with db.transaction() as session:
                announce(session, Topic.OUTREACH, jane.id, ada.id)
        log(ada, jane, spring)

    await asyncio.to_thread(burst)
    async with asyncio.timeout(2):
        await asyncio.gather(*(page.until(2) for page in pages))
    assert 2 <= len(questions) <= 6
    assert all(len(page.shown) <= 4 for page in pages)


async def test_the_first_news_is_answered_at_once(hub, gwen, ada, jane, spring, monkeypatch):
    monkeypatch.setattr(subscriptions, "PAUSE", 60)
    page = await watch(hub, gwen, spring)
    await asyncio.to_thread(log, ada, jane, spring)
    await page.until(1)


async def test_news_that_changes_nothing_redraws_nothing_and_a_broken_page_stops_nobody(
    hub, gwen, ada, jane, spring, questions, monkeypatch, caplog
):
    monkeypatch.setattr(subscriptions, "PAUSE", 0)
    page, broken = await watch(hub, gwen, spring), Page()
    await hub.subscribe(gwen.id, spring.id, Asked(), lambda _: 1 / 0, broken.gone.set)
    elsewhere = await asyncio.to_thread(world.campaign, ada, "Other", holds=[jane])
    await asyncio.to_thread(log, ada, jane, elsewhere)
    await asyncio.to_thread(log, ada, jane, spring)
    await page.until(1)
    assert page.shown == [0, 1]
    assert "could not show its report" in caplog.text


async def test_who_loses_the_right_is_told_and_hears_nothing_more(hub, ada, bo, gwen, jane, spring):
    """Membership ends at once, also on an open page."""
    theirs, hers = await watch(hub, bo, spring), await watch(hub, gwen, spring)
    await asyncio.to_thread(members_are, spring, ada, [ada])
    async with asyncio.timeout(2):
        await theirs.gone.wait()
    await asyncio.to_thread(log, ada, jane, spring)
    await hers.until(1)
    assert theirs.shown == [0]
    assert not hers.gone.is_set()
    await asyncio.to_thread(remove, spring, ada)
    async with asyncio.timeout(2):
        await hers.gone.wait()


def members_are(campaign, owner, chosen):
    with db.transaction() as session:
        campaigns.change(
            session, session.get_one(User, owner.id), campaign.id, {"member_ids": [who.id for who in chosen]}
        )


def remove(campaign, owner):
    with db.transaction() as session:
        campaigns.remove(session, session.get_one(User, owner.id), campaign.id)


async def test_what_became_of_contacts_is_shown_to_whoever_leads_and_shared_with_no_other_page(
    hub, ada, bo, gwen, spring
):
    told = {}
    for who in (bo, ada, gwen, bo):
        await hub.subscribe(who.id, spring.id, ALL, partial(told.__setitem__, who.name), print)
    assert {name: report.deals is not None for name, report in told.items()} == {
        "Ada Lind": True,
        "Bo Berg": False,
        "Gwen Gold": True,
    }


async def test_a_disabled_colleagues_page_goes_dark(hub, bo, gwen, spring):
    page = await watch(hub, bo, spring)

    def disable():
        with db.transaction() as session:
            users.disable(session, session.get_one(User, gwen.id), bo.id)

    await asyncio.to_thread(disable)
    async with asyncio.timeout(2):
        await page.gone.wait()


async def test_nobody_takes_a_seat_without_a_right(hub, bo, spring):
    cem = await asyncio.to_thread(world.person, "Cem Can")
    for who, no in ((cem.id, NotFound), (None, SignedOut)):
        with pytest.raises(no):
            await hub.subscribe(who, spring.id, Asked(), print, print)
    with pytest.raises(Invalid):
        await watch(hub, bo, spring, Asked(subscriptions.date(2026, 1, 2), subscriptions.date(2026, 1, 1)))
    assert not any(board.subscriptions for board in hub.reports.values())


async def test_a_page_that_is_left_costs_nothing(hub, gwen, ada, jane, spring, questions):
    page = await watch(hub, gwen, spring)
    page.subscription.leave()
    await asyncio.to_thread(log, ada, jane, spring)
    other = await watch(hub, ada, spring)
    await asyncio.to_thread(log, ada, jane, spring)
    await other.until(2)
    assert page.shown == [0]
    assert gwen.is_golden not in {key.golden for key in hub.reports}


def test_the_rule_for_many_is_the_rule_for_one(ada, bo, gwen, jane, spring):
    everybody = [ada, bo, gwen, world.person("Cem Can"), world.person("Dora Dow", active=False)]
    with db.transaction() as session:
        session.add(CampaignUser(campaign_id=spring.id, user_id=everybody[-1].id))
    for change in (
        lambda s: None,
        lambda s: s.execute(delete(CampaignUser)),
        lambda s: campaigns.remove(s, gwen, spring.id),
    ):
        with db.transaction() as session:
            change(session)
            many = {who.id for who in visibility.viewers(session, spring.id, [who.id for who in everybody])}
            assert many == {who.id for who in everybody if may(session, who, spring)}


def may(session, who, campaign):
    try:
        campaign_report.report(session, users.acting(session, who.id), campaign.id, Asked())
    except (NotFound, SignedOut):
        return False
    return True
