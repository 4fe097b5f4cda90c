"""Outcomes that are still to be answered, and what was promised: overdue, or for the next days."""

from nicegui import ui

from app.models import ActivityType
from app.pages.activities import touch_actions
from app.pages.activities.parts import touch_rows
from app.pages.contacts.parts import contact_rows
from app.pages.core.shell import Shell
from app.pages.today.day import ALL, MOST_PLANNED, PROMISES_SHOWN, Day, Promise, Refresh
from app.pages.today.many_promises_sheet import ManyPromisesSheet
from app.pages.today.questions_part import draw_questions
from app.pages.ui import basic, theme
from app.pages.ui.action_list import Action, ActionList, ActionRow
from app.pages.ui.redraw import Draw, Memo


class Promises:
    """Outcomes that are still to be answered, and what was promised: overdue, or for the next days."""

    def __init__(self, shell: Shell, acts: contact_rows.RowActs, refresh: Refresh) -> None:
        self.shell = shell
        self.acts = acts
        self.refresh = refresh
        self.shown = PROMISES_SHOWN
        self.questions = Memo()
        many = ManyPromisesSheet(shell.me)
        with ui.element("div").classes("pd-promises"):
            with ui.element("div").classes("pd-title"):
                basic.heading("Follow-ups", "pd-h2")
                with ui.element("div").classes("pd-title-end"):
                    self.rest = Memo()
                    self.many = basic.icon_button("square-check", "Select follow-ups", many.open)
            with ui.element("div").classes("pd-card flush"):
                self.list = ActionList()
                self.below = Memo()

    def show(self, day: Day) -> None:
        shell, count = self.shell, day.promised
        self.questions.show(
            [question.id for question, _ in day.questions], lambda: draw_questions(shell, day.questions)
        )
        self.list.show(promise_lines(shell, self.acts, day))
        self.below.show(*(ALL if day.promises else ("nothing", draw_no_promise)))
        self.many.set_visibility(count > 1)
        words = f"Show all ({count:,})" if count > len(day.promises) else ""
        self.rest.show(words, lambda: draw_show_all(words, self.show_all))

    async def show_all(self) -> None:
        self.shown = MOST_PLANNED
        await self.refresh()


def promise_lines(shell: Shell, acts: contact_rows.RowActs, day: Day) -> list[ActionRow]:
    return [promise_line(shell, acts, one) for one in day.promises]


def draw_show_all(words: str, on_click: Draw) -> None:
    if words:
        basic.button(words, on_click, "plain").classes("pd-show-all")


def promise_line(shell: Shell, acts: contact_rows.RowActs, promise: Promise) -> ActionRow:
    """Whom something was promised: the way it was promised and *Done* in one tap, a new day or none behind the dots."""
    touch, contact, name = promise.entry.activity, promise.contact, promise.entry.contact or "Somebody"

    async def done() -> None:
        if touch.contact_id:
            await shell.answer(touch.contact_id, name, touch)

    whose = contact_rows.face(contact) if contact else {"href": "/activities", "i": theme.initials(name)}
    note = touch.note.strip().partition("\n")[0]
    when = touch_rows.plan_word(touch, shell.me.timezone)
    more = f"{promise.more} more planned" if promise.more else ""
    because = "".join(f" · {words}" for words in (more, promise.why) if words)
    said = [
        ("pd-row-name", name, ""),
        ("pd-row-sub", note or (contact_rows.subtitle(contact) if contact else promise.entry.campaign or ""), ""),
        ("pd-row-why", because, when) if touch.is_overdue else ("pd-row-why", when + because, ""),
    ]
    is_meeting = touch.type is ActivityType.MEETING
    ways = contact_rows.reaching(contact, acts, touch.type) if contact and not is_meeting else []
    # where a number is to be added, the row has no room for more
    log = "Done…" if ways and ways[0].icon == contact_rows.ADD_NUMBER else ""
    shift = Action(
        "clock", f"Tomorrow: {touch.subject}", lambda: touch_actions.put_off(touch), word="Tomorrow", place="menu"
    )
    return ActionRow(
        str(touch.id),
        {**whose, "said": said},
        [
            *ways,
            Action("check", f"Log: {touch.subject}", done, word=log, place="menu" if log else ""),
            *([] if is_meeting else [shift]),
            Action(
                "calendar",
                f"Move: {touch.subject}",
                lambda: shell.move_meeting(touch, name),
                word="Move…",
                place="menu",
            ),
            Action("x", f"Skip: {touch.subject}", lambda: touch_actions.remove_touch(touch), word="Skip", place="menu"),
        ],
        later=None if is_meeting else "clock",
    )


def draw_no_promise() -> None:
    basic.empty("calendar-check", "No follow-ups", "Follow-ups that you set while logging an activity appear here.")
