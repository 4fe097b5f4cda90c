"""What a cold phone reads before the app itself has started: the five suggestions as plain HTML.

The app's own script takes over as soon as it is there and this disappears. It
uses the same classes as the screens do, so nothing moves. The content stands
before the ways around it, as a slow phone draws the first half first.
"""

from dataclasses import dataclass
from html import escape

from app.models import Contact, PendingOutcome, User, now
from app.pages.contacts.parts import contact_rows, reach_links
from app.pages.shell import navigation
from app.pages.ui import theme
from app.services.contacts.suggestions import Suggestion

SHOWN = 5
# what stands between them is put in front of all scripts (app/web/nicegui_adapter/page_order.py)
START, END = "<!--first-->", "<!--/first-->"


@dataclass(frozen=True)
class Picks:
    """Who asks, in which room, and what Today will show first."""

    me: User
    here: str
    suggested: list[Suggestion]
    asked: list[tuple[PendingOutcome, Contact]]


def paint(picks: Picks) -> str:
    """The frame of every screen; on Today with the suggestions, which are what the person came for."""
    content = _today(picks) if picks.suggested else '<div class="pd-bone"></div>' * 6
    notices = f'<span class="pd-act">{_icon("bell")}</span>'
    return (
        f'{START}<div id="pd-first"><header class="pd-top"><span class="pd-brand">'
        f'<img src="{theme.asset("icon.svg")}" alt="">Pipedriven</span><span class="pd-grow"></span><span class="pd-act">{_icon("search")}</span>{notices}</header>'
        f'<div class="pd-main"><div class="nicegui-sub-pages">{content}</div></div>{_rail(picks.me, picks.here)}{_bar(picks.here)}</div>{END}'
    )


def _today(picks: Picks) -> str:
    asked = "".join(
        f'<div class="pd-card pd-line pd-ask">{_icon("circle-help")}<span class="pd-strong pd-clip pd-grow">'
        f"{escape(contact.name)}: did it happen?</span></div>"
        for _, contact in picks.asked
    )
    return (
        f'<div class="pd-two"><section>{asked}<div class="pd-title"><h1 class="pd-h1">Whom to contact now</h1>'
        f'<div class="pd-muted pd-small pd-date">{escape(theme.date_word(now(), picks.me.timezone))}</div></div>'
        f'<div class="pd-card flush">{"".join(_pick(pick) for pick in picks.suggested[:SHOWN])}</div></section>'
        "<section></section></div>"
    )


def _pick(pick: Suggestion) -> str:
    contact = pick.contact
    ways = "".join(
        f'<a class="pd-act" href="{escape(address)}" aria-label="{escape(label)}">{_icon(name)}</a>'
        if address
        else '<span class="pd-act off"></span>'
        for name, _, label, _, address in reach_links.ways(contact)
    )
    return (
        f'<article class="pd-pick"><a class="pd-pick-head" href="/contacts/{contact.id}">'
        f'<span class="pd-avatar {theme.tone(contact.warmness_score)}">{escape(theme.initials(contact.name))}</span>'
        f'<span class="pd-pick-text"><span class="pd-pick-name pd-clip">{escape(contact.name)}</span>'
        f'<span class="pd-pick-sub pd-clip">{escape(contact_rows.subtitle(contact))}</span>'
        f'<span class="pd-pick-why">{escape(pick.reason)}</span></span></a>'
        f'<div class="pd-acts">{ways}<span class="pd-act">{_icon("calendar-plus")}</span>'
        '<span class="pd-act pd-log">Log</span></div></article>'
    )


def _bar(here: str) -> str:
    links = [_link(navigation.lit(navigation.NAV, here), *room) for room in navigation.NAV]
    plus = f'<div class="pd-add"><span class="pd-plus">{_icon("plus")}</span></div>'
    return f'<nav class="pd-bar" aria-hidden="true">{"".join([*links[:2], plus, *links[2:]])}</nav>'


def _rail(me: User, here: str) -> str:
    links = "".join(_link(here, *room) for room in navigation.of(me.is_golden))
    add = f'<span class="pd-plus">{_icon("plus")}Add contact</span>'
    return f'<nav class="pd-rail" aria-hidden="true">{add}{links}</nav>'


def _link(here: str, path: str, word: str, icon_name: str) -> str:
    on = " active" if path == here else ""
    return f'<a class="pd-link{on}" href="{path}">{_icon(icon_name)}<span>{word}</span></a>'


def _icon(name: str) -> str:
    return (
        f'<i class="q-icon" aria-hidden="true"><svg viewBox="0 0 24 24"><use href="{theme.drawing(name)}"/></svg></i>'
    )
