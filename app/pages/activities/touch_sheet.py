"""Editing a touch: when, what kind, its outcome and its campaign; or removing it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app import calendar_days
from app.models import ACTIVITY_LABELS, OUTCOMES, ActivityType, Outcome, User
from app.pages.activities import touch_actions
from app.pages.activities.campaign_choice import running_campaigns
from app.pages.activities.parts import touch_rows
from app.pages.activities.referral_part import ReferralPart
from app.pages.core.tap import Confirmation, look, tap
from app.pages.ui import basic, theme
from app.pages.ui.bottom_sheet import Sheet
from app.services.activities import activity_log, referrals
from app.services.activities.timeline import Entry

STATES = {True: "It happened", False: "It is planned"}
FIELDS = {
    "type",
    "subject",
    "note",
    "campaign_id",
    "outcome",
    "done",
    "happened_at",
    "due_date",
    "duration_minutes",
    "location",
}


class TouchSheet:
    """One sheet per page; `open` fills it with one touch."""

    def __init__(self, me: User) -> None:
        self.sheet = Sheet("Edit activity")
        self.me = me

    async def open(self, entry: Entry) -> None:
        campaigns = await look(lambda session, me: possible_campaigns(session, me, entry))
        with self.sheet.fresh(entry.activity.id):
            TouchForm(self.sheet, self.me.timezone, entry, campaigns)
        self.sheet.open()


def possible_campaigns(session: Session, me: User, entry: Entry) -> dict[UUID | None, str]:
    """What the touch may count for: a colleague's contact is reached for the campaign or not at all."""
    touch = entry.activity
    present: dict[UUID | None, str] = {}
    if touch.campaign_id:
        present = {touch.campaign_id: entry.campaign or "Its campaign"}
    if not entry.mine or touch.contact_id is None:
        return present
    found = running_campaigns(session, me, touch.contact_id)[0] | present
    return {None: "No campaign", **found} if found else {}


class TouchForm:
    """One touch as it is edited, drawn where it is made; `typed` holds the fields as they stand in the form."""

    def __init__(self, sheet: Sheet, zone: str, entry: Entry, campaigns: dict[UUID | None, str]) -> None:
        self.sheet = sheet
        self.entry = entry
        self.touch = touch = entry.activity
        self.typed: dict[str, Any] = touch.model_dump(include=FIELDS)
        self.typed["when"] = f"{theme.local(touch.moment, zone):%Y-%m-%dT%H:%M}"
        self.typed["minutes"] = touch.duration_minutes
        self.referral: ReferralPart | None = None
        self.outcome_chips: dict[Any, ui.button] = {}
        with ui.element("form").classes("pd-stack").props("novalidate").on("submit.prevent", self.save):
            with ui.element("div"):
                basic.line("Edit activity", "h2", "pd-h1")
                basic.text(entry.contact or "Somebody", "pd-muted pd-clip")
            self.states = basic.chips(STATES, touch.done, self.choose_state)
            box = ui.input("When", value=self.typed["when"]).props("outlined type=datetime-local stack-label")
            box.classes("pd-field").mark("touch-when", "happened_at", "due_date").bind_value_to(
                self.typed, "when", strict=False
            )
            self.kinds = basic.chips(ACTIVITY_LABELS, touch.type, self.choose_kind)
            with ui.element("div") as self.outcome_part:
                self.outcomes = ui.element("div")
                self.referral_box = ui.element("div")
            self.draw_outcomes()
            self.text_field("Subject", "subject", 200)
            note = ui.textarea("Note", value=touch.note).props("outlined autogrow maxlength=5000")
            note.classes("pd-field").mark("touch-note", "note").bind_value_to(self.typed, "note", strict=False)
            with ui.element("div") as self.meeting:
                self.text_field("Place or link", "location", 300)
                length = ui.number("Minutes", value=touch.duration_minutes, min=1, max=1440, precision=0)
                length.props("outlined").classes("pd-field").style("margin-top: 12px")
                length.bind_value_to(self.typed, "minutes", strict=False)
            self.meeting.set_visibility(touch.type is ActivityType.MEETING)
            self.campaign_chips = basic.chips(campaigns, touch.campaign_id, self.choose_campaign) if campaigns else {}
            with ui.element("div").classes("pd-foot pd-stack"):
                basic.button("Save", None, "main").props("type=submit").classes("full-width").mark("save-touch")
                basic.button("Remove activity", self.remove, "bad", "trash-2").classes("full-width")

    def text_field(self, label: str, name: str, most: int) -> None:
        box = ui.input(label, value=self.typed.get(name) or "").props("outlined autocomplete=off").classes("pd-field")
        box.props["maxlength"] = most
        box.mark(f"touch-{name}", name).bind_value_to(self.typed, name, strict=False)

    def draw_outcomes(self) -> None:
        """What came of it, as far as it happened; and whom a referral brought."""
        kind = self.typed["type"]
        self.outcome_part.set_visibility(self.typed["done"] or kind is ActivityType.REFERRAL)
        self.outcomes.clear()
        if self.typed["done"]:
            outcome = self.typed["outcome"]
            known = {one: touch_rows.outcome_word(one, kind) for one in OUTCOMES[kind]}
            if outcome and outcome not in known:
                known[outcome] = touch_rows.outcome_word(outcome, kind)
            with self.outcomes:
                self.outcome_chips = basic.chips({None: "No outcome", **known}, outcome, self.choose_outcome)
        self.draw_referral(kind)

    def draw_referral(self, kind: ActivityType) -> None:
        touch, whom = self.touch, self.entry.whom
        is_shown = kind is ActivityType.REFERRAL and self.entry.mine and touch.contact_id is not None
        self.referral_box.set_visibility(is_shown)
        if is_shown and self.referral is None and touch.contact_id:
            other = (touch.referred_contact_id, whom) if touch.referred_contact_id and whom else None
            with self.referral_box:
                self.referral = ReferralPart(touch.contact_id, other, both_ways=False)

    def choose_state(self, done: bool) -> None:
        self.typed["done"] = done
        basic.mark_chip(self.states, done)
        self.draw_outcomes()

    def choose_outcome(self, outcome: Outcome | None) -> None:
        self.typed["outcome"] = outcome
        basic.mark_chip(self.outcome_chips, outcome)

    def choose_campaign(self, campaign_id: UUID | None) -> None:
        self.typed["campaign_id"] = campaign_id
        basic.mark_chip(self.campaign_chips, campaign_id)

    def choose_kind(self, kind: ActivityType) -> None:
        if self.typed["outcome"] not in OUTCOMES[kind]:
            self.typed["outcome"] = None
        self.typed["type"] = kind
        basic.mark_chip(self.kinds, kind)
        self.meeting.set_visibility(kind is ActivityType.MEETING)
        self.draw_outcomes()

    async def save(self) -> None:
        if await tap(self.change)():
            self.sheet.close()

    def change(self, session: Session, me: User) -> Confirmation:
        touch, typed = self.touch, self.typed
        before = touch.model_dump(include=FIELDS)
        activity_log.change(session, me, touch.id, self.facts(me.timezone), version=touch.version)
        if typed["type"] is ActivityType.REFERRAL and self.referral:
            self.relink(session, me, self.referral)

        def back(session: Session, who: User) -> str:
            activity_log.change(session, who, touch.id, before)
            return "As it was before"

        return Confirmation("Activity saved", back)

    def facts(self, zone: str) -> dict[str, Any]:
        typed, done = self.typed, bool(self.typed["done"])
        same = typed["when"] == f"{theme.local(self.touch.moment, zone):%Y-%m-%dT%H:%M}"
        said = datetime.fromisoformat(typed["when"]) if typed["when"] and not same else None
        given = calendar_days.at_local_time(said, zone) if said else None
        # an untouched field keeps the seconds that it does not show
        moment = self.touch.moment if same else given
        facts = {name: typed[name] for name in ("type", "subject", "campaign_id", "outcome", "location")}
        facts |= {"note": typed["note"] or "", "duration_minutes": int(typed["minutes"]) if typed["minutes"] else None}
        if done:
            return facts | {"done": True, "happened_at": moment, "due_date": self.touch.due_date}
        return facts | {"done": False, "happened_at": None, "due_date": moment, "outcome": None}

    def relink(self, session: Session, me: User, referral: ReferralPart) -> None:
        whom = referral.other[0] if referral.other else None
        if whom != self.touch.referred_contact_id:
            referrals.link(session, me, self.touch.id, whom)

    async def remove(self) -> None:
        if await touch_actions.remove_touch(self.touch):
            self.sheet.close()
