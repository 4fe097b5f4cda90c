"""A first day: the time zone where nobody was asked for it, and what is left to do."""

from nicegui import ui
from sqlmodel import Session

from app.models import User
from app.pages.core import live_updates
from app.pages.core.shell import Shell
from app.pages.core.tap import Confirmation, look, tap
from app.pages.today.day import Refresh
from app.pages.ui import basic
from app.pages.ui.redraw import Memo
from app.services.accounts import first_steps, user_profile
from app.services.accounts.first_steps import Step
from app.settings import known_timezone
from app.signals import Topic

# what the browser says of itself is waited for so long, in seconds
PATIENCE = 5.0
# what an account has that was made where nobody could be asked; whoever wants UTC has the other name of it
NOT_ASKED, BY_CHOICE = "UTC", "Etc/UTC"

WORDS = {
    Step.PEOPLE: ("Bring your contacts", "From a file, a signature, or one by one", "/import"),
    Step.ACTIVITY: ("Log your first activity", "The tick beside a name: one tap says how it went", "/contacts"),
    Step.KEY: ("Connect your Pipedrive key", "Who becomes warm goes over by itself", "/settings/key"),
    Step.REMINDERS: ("Turn on reminders here", "Follow-ups ring on this device", "/settings/notifications"),
}


async def draw_first_day(shell: Shell) -> None:
    if shell.me.timezone == NOT_ASKED:
        await ask_timezone()
    if not shell.me.first_steps:
        return
    card = Memo()

    async def refresh() -> None:
        steps = await look(first_steps.steps)
        if not card.box.is_deleted:
            card.show(steps, lambda: draw_steps(steps, refresh))

    await refresh()
    live_updates.on(refresh, Topic.OUTREACH, Topic.CONTACT, Topic.PEOPLE, owner=shell.me.id)


def draw_steps(steps: dict[Step, bool], refresh: Refresh) -> None:
    if not steps:
        return

    @tap
    def hide(session: Session, me: User) -> Confirmation:
        first_steps.hide(session, me)

        def back(session: Session, who: User) -> str:
            first_steps.hide(session, who, hidden=False)
            return "Shown again"

        return Confirmation("First steps hidden", back)

    async def close() -> None:
        if await hide():
            await refresh()

    with ui.element("div").classes("pd-title"):
        basic.heading("First steps")
        basic.button("Hide", close, "plain").classes("pd-show-all").props["aria-label"] = "Hide the first steps"
    with ui.element("div").classes("pd-card flush").mark("first-steps"):
        for step, done in steps.items():
            draw_step(step, done=done)


def draw_step(step: Step, *, done: bool) -> None:
    words, hint, address = WORDS[step]
    with basic.link(address, "pd-first-step") as line:
        basic.icon("circle-check" if done else "chevron-right").classes("pd-step-mark")
        with ui.element("span").classes("pd-row-text"):
            basic.text(words, "" if done else "pd-strong")
            basic.text("Done" if done else hint, "pd-row-sub")
    if done:
        line.classes("done")


async def ask_timezone() -> None:
    """Offer the browser's own; asked until it is answered, and never of a browser in UTC."""
    try:
        zone = str(await ui.run_javascript("Intl.DateTimeFormat().resolvedOptions().timeZone", timeout=PATIENCE))
    except TimeoutError:
        return
    if zone in {NOT_ASKED, BY_CHOICE} or not known_timezone(zone):
        return

    @tap
    def choose(session: Session, me: User, chosen: str) -> str:
        user_profile.change_profile(session, me, me.name, chosen)
        return ""

    async def take(chosen: str) -> None:
        if await choose(chosen):
            ui.navigate.reload()

    with ui.element("div").classes("pd-card pd-stack").mark("timezone"):
        basic.text("Your days are counted in UTC", "pd-strong")
        basic.text("Follow-ups are due on your own morning once your time zone is known.", "pd-muted pd-small")
        with ui.element("div").classes("pd-actions"):
            basic.button(f"Use {zone}", lambda: take(zone), "main")
            basic.button("Keep UTC", lambda: take(BY_CHOICE), "plain")
