"""News reaches the pages that somebody looks at; a page whose phone sleeps asks nothing, and once when it is back."""

import asyncio

import pytest
from nicegui import Client, core, ui
from nicegui.page import page

from app.pages.core import live_updates
from app.signals import Signal, Topic

ANYBODY = "*"


@pytest.fixture
async def client(monkeypatch):
    """A page as the server keeps it; `tab_id` is set while its socket is open."""
    monkeypatch.setattr(core, "loop", asyncio.get_running_loop())
    client = Client(page("/news"))
    yield client
    client.delete()


def listening(client, *topics):
    """What this page asked so far, grown by each refresh; a refresh under way lasts until it is let go."""
    asked, gate = [], asyncio.Event()
    gate.set()

    async def refresh():
        asked.append(len(asked) + 1)
        await gate.wait()

    with client, ui.element("div") as part:
        live_updates.on(refresh, *topics)
    return asked, gate, part


async def told(*topics):
    for topic in topics:
        live_updates.deliver(Signal(topic, ANYBODY, ANYBODY))
    for _ in range(20):
        await asyncio.sleep(0)


def woken(client):
    client.tab_id = "here"
    return [client.safe_invoke(handler) for handler in client.connect_handlers]


async def test_a_page_that_is_looked_at_asks_at_each_news(client):
    client.tab_id = "here"
    asked, *_ = listening(client, Topic.CONTACT)
    await told(Topic.CONTACT)
    await told(Topic.SYNC)
    await told(Topic.CONTACT)
    assert asked == [1, 2]


async def test_what_comes_while_it_asks_makes_one_more_question(client):
    client.tab_id = "here"
    asked, gate, _ = listening(client, Topic.CONTACT, Topic.OUTREACH)
    gate.clear()
    await told(Topic.CONTACT, Topic.OUTREACH, Topic.CONTACT)
    assert asked == [1]
    gate.set()
    await told()
    assert asked == [1, 2]


async def test_a_sleeping_phone_costs_nothing_and_is_right_when_it_wakes(client):
    asked, *_ = listening(client, Topic.CONTACT)
    for _ in range(3):
        await told(Topic.CONTACT)
    assert asked == []
    woken(client)
    await told()
    assert asked == [1]
    # and what was heard awake is not asked again at the next nap
    client.tab_id = None
    woken(client)
    await told()
    assert asked == [1]


async def test_a_part_that_is_gone_asks_nothing_whenever_the_phone_wakes(client):
    asked, _, part = listening(client, Topic.CONTACT)
    await told(Topic.CONTACT)
    part.delete()
    woken(client)
    await told(Topic.CONTACT)
    assert asked == []
