"""A deed is carried out once, whatever becomes of its taps.

Taps on one control, or in one sheet, are carried out one after the other. Left out is a tap whose finger had not
seen the answer to the last one of the same control, and one in a sheet that a deed has closed since.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from nicegui import Client, ui
from nicegui.element import Element
from prometheus_client import Counter

from app.pages.ui import bottom_sheet
from app.presses import Control, Press, current

taps = Counter("pipedriven_taps", "Taps that write: carried out, or told once more and left.", ("what",))


@dataclass
class Answers:
    """What this page has answered: by control, how many messages it had been sent by then."""

    sent: dict[Control, int] = field(default_factory=dict)
    turns: defaultdict[object, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))


_pages: WeakKeyDictionary[Client, Answers] = WeakKeyDictionary()


@asynccontextmanager
async def turn(page: Client) -> AsyncIterator[bool]:
    """Wait for the taps before, then whether this one is to be carried out. What no browser asked for always is."""
    press = current.get()
    if press is None or press.is_first:
        yield True
        return
    answers, dialog = _pages.setdefault(page, Answers()), _sheet_around()
    async with answers.turns[dialog.id if dialog else press.control]:
        press.is_first = _is_first(press, answers, dialog)
        taps.labels("carried out" if press.is_first else "told again").inc()
        yield press.is_first
        if press.is_first and page.id in Client.instances:
            answers.sent[press.control] = page.outbox.next_message_id
            # the browser reads at least this, after everything that the deed has changed
            page.run_javascript("window.answered?.()")


def every_time() -> None:
    """What follows is a deed of its own at every tap, one after the other: a step further on a scale."""
    if press := current.get():
        press.counts_anew = True


def _is_first(press: Press, answers: Answers, dialog: ui.dialog | None) -> bool:
    if press.counts_anew:
        return True
    closed = bottom_sheet.closed_at(dialog, press) if dialog else -1
    return press.seen > max(answers.sent.get(press.control, -1), closed)


def _sheet_around() -> ui.dialog | None:
    element: Element | None = ui.context.slot.parent
    while element:
        if isinstance(element, ui.dialog):
            return element
        element = element.parent_slot.parent if element.parent_slot else None
    return None
