"""The warmness of a contact: the meter, the suggestion from its touches, and the history of changes."""

from functools import partial
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import User, WarmnessChange, WarmnessReason
from app.pages.contacts.parts.warmness_meter import Advice, WarmnessMeter
from app.pages.core import once
from app.pages.core.tap import Confirmation, look, tap
from app.pages.ui import basic, theme
from app.pages.ui.bottom_sheet import Sheet
from app.services.contacts import contact_bank, contact_warmness
from app.services.contacts.contact_warmness import Suggested

WHY = {
    WarmnessReason.ADDED: "When added",
    WarmnessReason.HAND: "Manually",
    WarmnessReason.SUGGESTED: "Suggested by the activities, and accepted",
    WarmnessReason.MERGED: "From the contact that was merged into this one",
    WarmnessReason.IMPORT: "From an imported file",
    WarmnessReason.DECLINED: "A suggestion was turned down",
}


class WarmnessPart:
    """Drawn once per panel; its history is asked for when somebody wants to see it."""

    def __init__(self, zone: str, me: str, contact_id: UUID, score: int) -> None:
        self.zone = zone
        self.me = me
        self.contact_id = contact_id
        self.sheet = Sheet("Warmness history")
        self.meter = WarmnessMeter(score, self.change, self.open)

    def show(self, score: int, said: Suggested | None) -> None:
        yes, no = partial(accept_suggestion, self.contact_id), partial(decline_suggestion, self.contact_id)
        self.meter.show(score, Advice(said.reason, yes, no) if said else None)

    async def change(self, score: int) -> bool:
        once.every_time()
        return await set_warmness(self.contact_id, score)

    async def open(self) -> None:
        steps = await look(lambda session, me: contact_warmness.history_with_names(session, me, self.contact_id))
        with self.sheet.fresh():
            basic.line("Warmness history", "h2", "pd-h1")
            for step, by in steps:
                self.step(step, by)
            if not steps:
                basic.empty("flame", "No step yet", "Minus and plus on the contact change it, and each step is kept.")
        self.sheet.open()

    def step(self, step: WarmnessChange, by: str) -> None:
        with ui.element("div").classes("pd-step"):
            with ui.element("span").classes("pd-avatar").classes(theme.tone(step.after)).props("aria-hidden=true"):
                ui.label(str(step.after))
            with ui.element("div").classes("pd-step-text"):
                basic.text(describe_step(step), "pd-strong")
                basic.text(WHY[step.reason])
                who = "" if by == self.me else by
                when = theme.time_word(step.created_at, self.zone)
                basic.text(" · ".join(filter(None, (when, who))), "pd-muted pd-small")


def describe_step(step: WarmnessChange) -> str:
    return f"Stays {step.after}" if step.after == step.before else f"{step.before} → {step.after}"


@tap
def set_warmness(session: Session, me: User, contact_id: UUID, score: int) -> str:
    return f"Warmness {contact_bank.set_warmness(session, me, contact_id, score).warmness_score}"


@tap
def accept_suggestion(session: Session, me: User, contact_id: UUID) -> Confirmation:
    before = contact_bank.owned(session, me, contact_id).warmness_score
    after = contact_warmness.accept(session, me, contact_id).warmness_score
    return Confirmation(f"Warmness {after}", lambda s, who: _as_before(s, who, contact_id, before))


@tap
def decline_suggestion(session: Session, me: User, contact_id: UUID) -> str:
    contact_warmness.decline(session, me, contact_id)
    return "Left as it is"


def _as_before(session: Session, who: User, contact_id: UUID, before: int) -> str:
    return f"Warmness {contact_bank.set_warmness(session, who, contact_id, before).warmness_score} again"
