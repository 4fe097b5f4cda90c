"""A part that was left while we asked for news is not drawn any more."""

import asyncio

import pytest
from nicegui import Client, core, ui
from nicegui.page import page

from app.pages.ui.redraw import KeyedList, Memo


@pytest.fixture
async def screen(monkeypatch):
    monkeypatch.setattr(core, "loop", asyncio.get_running_loop())
    client = Client(page("/kept"))
    with client:
        screen = ui.element("div")
    yield screen
    client.delete()


async def test_a_list_is_drawn_while_it_is_there_and_not_once_it_is_gone(screen):
    drawn = []
    with screen:
        parts = KeyedList()
    parts.show({"a": 1, "b": 1}, [lambda: drawn.append("a"), lambda: drawn.append("b")])
    assert drawn == ["a", "b"]
    screen.clear()
    parts.show({"b": 2, "c": 1}, [lambda: drawn.append("b again"), lambda: drawn.append("c")])
    assert drawn == ["a", "b"]


async def test_a_place_that_is_gone_is_not_drawn(screen):
    drawn = []
    with screen:
        place = Memo()
    place.show(1, lambda: drawn.append(1))
    screen.clear()
    place.show(2, lambda: drawn.append(2))
    assert drawn == [1]
