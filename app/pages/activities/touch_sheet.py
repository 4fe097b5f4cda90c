"""A touch, opened: when, what kind, what came of it, for which campaign; or away with it."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from nicegui import ui
from sqlmodel import Session

from app.models import ACTIVITY_LABELS, OUTCOMES, ActivityType, Outcome, User
from app.pages.activities import touch_actions
from app.pages.activities.campaign_choice import running
from app.pages.activities.parts import touch_rows
from app.pages.activities.referral_part import Referred
from app.pages.core.tap import Said, look, tap
from app.pages.ui import basic, theme
from app.pages.ui.bottom_sheet import Sheet
from app.services.activities import activity_log, referrals
from app.services.activities.timeline import Entry

STATES = {True: "It happened", False: "It is planned"}
KEPT = ("type", "subject", "note", "campaign_id", "outcome", "done", "happened_at", "due_date", "duration_minutes", "location")  # fmt: skip


class TouchSheet:
    """One sheet per page; `open` fills it with one touch."""

    def __init__(self, me: User) -> None:
        self.sheet = Sheet("Edit a touch")
        self.referred = Referred()
        self.me = me

    async def open(self, entry: Entry) -> None:
        self.entry, self.touch = entry, entry.activity
        touch = self.touch
        self.typed: dict[str, Any] = touch.model_dump(include=set(KEPT))
        self.typed["when"] = f"{theme.local(touch.moment, self.me.timezone):%Y-%m-%dT%H:%M}"
        self.typed["minutes"] = touch.duration_minutes
        other = (touch.referred_contact_id, entry.whom) if touch.referred_contact_id and entry.whom else None
        if touch.contact_id:
            self.referred.reset(touch.contact_id, other, both_ways=False)
        self.camps = await look(self.campaigns)
        self.draw()
        self.sheet.open()

    def campaigns(self, session: Session, me: User) -> dict[UUID | None, str]:
        """What it may count for: a colleague's contact is reached for the campaign or not at all."""
        touch = self.touch
        now_for: dict[UUID | None, str] = {touch.campaign_id: self.entry.campaign or "Its campaign"}
        if not self.entry.mine or touch.contact_id is None:
            return now_for if touch.campaign_id else {}
        found = running(session, me, touch.contact_id)[0] | (now_for if touch.campaign_id else {})
        return {None: "No campaign", **found} if found else {}

    def draw(self) -> None:
        kind = self.touch.type
        with (
            self.sheet.fresh(),
            ui.element("form").classes("pd-stack").props("novalidate").on("submit.prevent", self.save),
        ):
            with ui.element("div"):
                basic.line("Edit this touch", "h2", "pd-h1")
                basic.text(self.entry.contact or "Somebody", "pd-muted pd-clip")
            self.states = basic.chips(STATES, self.touch.done, lambda done: self.choose("done", done, self.states))
            box = ui.input("When", value=self.typed["when"]).props("outlined type=datetime-local stack-label")
            box.classes("pd-field").mark("touch-when").bind_value_to(self.typed, "when", strict=False)
            self.kinds = basic.chips(ACTIVITY_LABELS, kind, self.choose_kind)
            self.outcomes = ui.element("div")
            self.answers()
            self.words("Subject", "subject", 200)
            note = ui.textarea("Note", value=self.touch.note).props("outlined autogrow maxlength=5000")
            note.classes("pd-field").mark("touch-note").bind_value_to(self.typed, "note", strict=False)
            with ui.element("div") as self.meeting:
                self.words("Place or link", "location", 300)
                length = ui.number("Minutes", value=self.touch.duration_minutes, min=1, max=1440, precision=0)
                length.props("outlined").classes("pd-field").style("margin-top: 12px")
                length.bind_value_to(self.typed, "minutes", strict=False)
            self.meeting.set_visibility(kind is ActivityType.MEETING)
            if self.camps:
                self.chips = basic.chips(
                    self.camps, self.touch.campaign_id, lambda one: self.choose("campaign_id", one, self.chips)
                )
            with ui.element("div").classes("pd-foot pd-stack"):
                basic.button("Save", None, "main").props("type=submit").classes("full-width").mark("save-touch")
                basic.button("Remove this touch", self.remove, "bad", "trash-2").classes("full-width")

    def words(self, label: str, name: str, most: int) -> None:
        box = ui.input(label, value=self.typed.get(name) or "").props("outlined autocomplete=off").classes("pd-field")
        box.props["maxlength"] = most
        box.mark(f"touch-{name}").bind_value_to(self.typed, name, strict=False)

    def answers(self) -> None:
        """What came of it, as far as it happened; and whom a referral brought."""
        self.outcomes.clear()
        kind = self.typed["type"]
        self.outcomes.set_visibility(self.typed["done"] or kind is ActivityType.REFERRAL)
        with self.outcomes:
            if self.typed["done"]:
                known = {one: touch_rows.word(one, kind) for one in OUTCOMES[kind]}
                if (said := self.typed["outcome"]) and said not in known:
                    known[said] = touch_rows.word(said, kind)
                self.said = basic.chips({None: "Nothing said", **known}, said, self.choose_outcome)
            if kind is ActivityType.REFERRAL and self.entry.mine:
                self.referred.draw()

    def choose(self, name: str, value: Any, chips: dict[Any, ui.button]) -> None:
        self.typed[name] = value
        basic.mark_chip(chips, value)
        if name == "done":
            self.answers()

    def choose_outcome(self, outcome: Outcome | None) -> None:
        self.choose("outcome", outcome, self.said)

    def choose_kind(self, kind: ActivityType) -> None:
        if self.typed["outcome"] not in OUTCOMES[kind]:
            self.typed["outcome"] = None
        self.choose("type", kind, self.kinds)
        self.meeting.set_visibility(kind is ActivityType.MEETING)
        self.answers()

    async def save(self) -> None:
        if await tap(self.change)():
            self.sheet.close()

    def change(self, session: Session, me: User) -> Said:
        touch, typed = self.touch, self.typed
        before = touch.model_dump(include=set(KEPT))
        activity_log.change(session, me, touch.id, self.facts(me.timezone), version=touch.version)
        if typed["type"] is ActivityType.REFERRAL and self.entry.mine:
            self.relink(session, me)

        def back(session: Session, who: User) -> str:
            activity_log.change(session, who, touch.id, before)
            return "As it was before"

        return Said("Touch saved", back)

    def facts(self, zone: str) -> dict[str, Any]:
        typed, done = self.typed, bool(self.typed["done"])
        same = typed["when"] == f"{theme.local(self.touch.moment, zone):%Y-%m-%dT%H:%M}"
        given = datetime.fromisoformat(typed["when"]).replace(tzinfo=ZoneInfo(zone)) if typed["when"] else None
        # an untouched field keeps the seconds that it does not show
        moment = self.touch.moment if same else given
        facts = {name: typed[name] for name in ("type", "subject", "campaign_id", "outcome", "location")}
        facts |= {"note": typed["note"] or "", "duration_minutes": int(typed["minutes"]) if typed["minutes"] else None}
        if done:
            return facts | {"done": True, "happened_at": moment, "due_date": self.touch.due_date}
        return facts | {"done": False, "happened_at": None, "due_date": moment, "outcome": None}

    def relink(self, session: Session, me: User) -> None:
        whom = self.referred.other[0] if self.referred.other else None
        if whom != self.touch.referred_contact_id:
            referrals.link(session, me, self.touch.id, whom)

    async def remove(self) -> None:
        if await touch_actions.remove(self.touch):
            self.sheet.close()
