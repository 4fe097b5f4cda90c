"""What a cold phone reads before the app itself has started: the five suggestions as plain HTML.

The app's own script takes over as soon as it is there and this disappears.
"""

from html import escape

from app.pages import design
from app.pages.parts import people, reach
from app.services.suggestions import Suggestion

SHOWN = 5


def paint(picks: list[Suggestion] | None) -> str:
    """The loading frame; with the suggestions where they are what the person came for."""
    inside = "".join(_pick(pick) for pick in (picks or [])[:SHOWN])
    content = (
        f'<h1 class="pd-h1">Whom to contact now</h1><div class="pd-card flush">{inside}</div>'
        if inside
        else '<div class="pd-bone"></div>' * 6
    )
    return (
        '<div id="pd-first"><header class="pd-top"><span class="pd-brand">'
        f'<img src="{design.asset("icon.svg")}" alt="">Pipedriven</span></header><main class="pd-main">{content}</main></div>'
    )


def _pick(pick: Suggestion) -> str:
    contact = pick.contact
    call = f'<a class="pd-act" href="{escape(reach.tel(contact.phone))}">Call</a>' if contact.phone else ""
    return (
        f'<article class="pd-pick"><a class="pd-pick-head" href="/contacts/{contact.id}">'
        f'<span class="pd-avatar {design.tone(contact.warmness_score)}">{escape(design.initials(contact.name))}</span>'
        f'<span class="pd-pick-text"><span class="pd-pick-name pd-clip">{escape(contact.name)}</span>'
        f'<span class="pd-pick-sub pd-clip">{escape(people.subtitle(contact))}</span>'
        f'<span class="pd-pick-why pd-clip">{escape(pick.reason)}</span></span></a>'
        f'<div class="pd-acts">{call}</div></article>'
    )
