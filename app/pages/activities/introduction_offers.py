"""Introductions that a golden ticket offers to colleagues, and the state of each."""

from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import Introduction, IntroductionDraft, User
from app.pages.core.tap import look, tap
from app.pages.ui import basic, form, theme
from app.pages.ui.bottom_sheet import Sheet
from app.pages.ui.redraw import Memo
from app.services.accounts import users
from app.services.activities import introductions
from app.services.activities.introductions import Offer

HINT = "You know somebody whom a colleague should meet? Offer the introduction; it appears on their Today."


class IntroductionOffers:
    """The list of what I offered, and the sheet for one more."""

    def __init__(self, campaigns: dict[UUID, str]) -> None:
        self.campaigns = campaigns
        self.sheet = Sheet("Offer an introduction")
        with basic.heading("Introductions I offered"):
            ui.element("span").classes("pd-grow")
            basic.button("Offer an introduction", self.open, "soft", "handshake").mark("offer")
        self.list = Memo()

    def show(self, offers: list[Offer], zone: str) -> None:
        facts = [(one.introduction.model_dump(), one.to, one.campaign) for one in offers]
        self.list.show(facts, lambda: self.rows(offers, zone))

    def rows(self, offers: list[Offer], zone: str) -> None:
        with ui.element("div").classes("pd-card flush"):
            for one in offers:
                draw_offer(one, zone)
            if not offers:
                basic.empty("handshake", "No introduction offered yet", HINT)

    async def open(self) -> None:
        colleagues = [user for user in await look(users.colleagues) if user.active]
        typed: dict[str, Any] = {}

        @tap
        def work(session: Session, me: User) -> str:
            introductions.offer(session, me, IntroductionDraft.model_validate(typed))
            return "The introduction is offered"

        async def save() -> None:
            if await work():
                self.sheet.close()

        with (
            self.sheet.fresh("new"),
            ui.element("form").classes("pd-stack").props("novalidate").on("submit.prevent", save),
        ):
            basic.line("Offer an introduction", "h2", "pd-h1")
            basic.text(HINT, "pd-muted")
            form.field(typed, IntroductionDraft, "whom", "Person or organisation", props="autocomplete=off autofocus")
            form.field(
                typed, IntroductionDraft, "reach", "E-mail, phone or profile", props="autocomplete=off inputmode=email"
            )
            self.pick(typed, "offered_to", "For which colleague", {user.id: user.name for user in colleagues})
            self.pick(typed, "campaign_id", "For which campaign", {None: "No campaign", **self.campaigns})
            form.field(typed, IntroductionDraft, "note", "Note", area=True, props="autogrow")
            basic.button("Offer", None, "main").props("type=submit").classes("full-width").mark("send-offer")
        self.sheet.open()

    @staticmethod
    def pick(typed: dict[str, Any], name: str, label: str, options: dict[Any, str]) -> None:
        first = next(iter(options), None)
        typed[name] = first
        box = ui.select(options, value=first, label=label).props("outlined behavior=menu options-dense=false")
        box.props["dropdown-icon"] = theme.icon("chevron-down")
        box.classes("pd-field").mark(name).bind_value_to(typed, name, strict=False)


def draw_offer(one: Offer, zone: str) -> None:
    """Whom, for whom, and what became of it."""
    word, tone = state_word(one.introduction)
    with ui.element("div").classes("pd-row"), ui.element("div").classes("pd-row-main"):
        with ui.element("span").classes("pd-avatar brandy").props("aria-hidden=true"):
            basic.icon("handshake")
        with ui.element("span").classes("pd-row-text"):
            basic.text(one.introduction.whom, "pd-row-name")
            day = theme.mid_sentence(theme.day_word(one.introduction.created_at, zone))
            basic.text(" · ".join(filter(None, (f"for {one.to}", one.campaign, day))), "pd-row-sub")
        basic.text(word, "pd-chip small").classes(tone)


def state_word(found: Introduction) -> tuple[str, str]:
    if found.redeemed_at:
        return "Accepted", "good"
    return ("Declined", "none") if found.declined_at else ("Open", "wait")
