"""What the app asks after the phone's own app was opened: did it happen? They survive a phone that went dark."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from nicegui import ui

from app.models import OUTCOMES, ActivityType, Contact, PendingOutcome
from app.pages.activities.parts import touch_rows
from app.pages.core.shell import Shell
from app.pages.ui import basic, theme

# how many answers stand on Today; the rest are in the sheet
ANSWERS = 3
WORDS = {
    ActivityType.CALL: ("Did you reach {}?", "You called at {}"),
    ActivityType.EMAIL: ("Did you write to {}?", "You opened a mail at {}"),
    ActivityType.LINKEDIN: ("Did you write to {} on LinkedIn?", "You opened the profile at {}"),
}
OTHERS = ("Did it happen with {}?", "Since {}")


@dataclass(frozen=True)
class Question:
    """One question as it is drawn: the sentence, when it came up, and the answers that stand beside it."""

    words: str
    since: str
    answers: list[str]


def words_of(question: PendingOutcome, contact: Contact, zone: str) -> Question:
    asks, since = WORDS.get(question.type, OTHERS)
    at = theme.local(question.created_at, zone)
    day = theme.day_word(question.created_at, zone)
    when = f"{at:%H:%M}" if day == "Today" else f"{at:%H:%M}, {theme.mid_sentence(day)}"
    answers = [touch_rows.outcome_word(one, question.type) for one in OUTCOMES[question.type][:ANSWERS]]
    return Question(asks.format(contact.name), since.format(when), answers)


def draw_questions(shell: Shell, questions: Sequence[tuple[PendingOutcome, Contact]]) -> None:
    """Each with its first answers, one tap each, and a way to all of them."""
    for question, contact in questions:
        said = words_of(question, contact, shell.me.timezone)
        with ui.element("div").classes("pd-card pd-ask"):
            basic.text(said.words, "pd-strong pd-clip")
            basic.text(said.since, "pd-muted pd-small")
            with ui.element("div").classes("pd-answers"):
                for outcome, word in zip(OUTCOMES[question.type], said.answers, strict=False):
                    basic.button(word, partial(shell.answer_asked, contact, question.type, outcome), "plain")
                more = partial(shell.log_touch, contact.id, contact.name, question.type, asked=True)
                basic.icon_button("ellipsis", f"More answers for {contact.name}", more)
