"""The reports that somebody wants every Monday: each saved question with its answer, in one mail."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from app.errors import Refusal
from app.models import NotificationSettings, QuestionFilters, SavedReport, User, now
from app.services.notifications import daily_digest, email_rendering, mail_outbox
from app.services.notifications.email_rendering import MailItem
from app.services.reports import questions
from app.services.reports.question_answers import Cell, Column

NOBODY_ACTS = "the clock sends the weekly reports"

MOST_ROWS = 8
FOOT = "You choose under Reports which of them come by mail."


def due_users(session: Session, moment: datetime | None = None) -> list[UUID]:
    """Whose Monday mail is due, or whose choices cannot even be understood."""
    moment = moment or now()
    return daily_digest.users_for(session, lambda user, chosen: is_due(chosen, user.timezone, moment))


def is_due(chosen: NotificationSettings, zone: str, moment: datetime) -> bool:
    there = moment.astimezone(ZoneInfo(zone))
    return there.weekday() == 0 and chosen.reports_on != there.date() and daily_digest.is_morning(chosen, there)


def send(session: Session, site: str, user_id: UUID, moment: datetime | None = None) -> bool:
    """Put this person's Monday mail into the mail outbox when it is due; `site` is the address that people use."""
    moment = moment or now()
    locked = daily_digest.lock_settings(session, user_id)
    if locked is None or not is_due(locked[1], locked[0].timezone, moment):
        return False
    user, chosen = locked
    there = moment.astimezone(ZoneInfo(user.timezone))
    chosen.reports_on = there.date()
    session.add(chosen)
    wanted = select(SavedReport).where(SavedReport.user_id == user.id, col(SavedReport.weekly))
    reports = session.exec(wanted.order_by(col(SavedReport.name))).all()
    if not reports:
        return False
    sections = [_section(session, user, site, report) for report in reports]
    told = email_rendering.render(
        "Your reports of the week", f"Good morning, {daily_digest.first_name(user)}.", sections, FOOT
    )
    mail_outbox.enqueue(session, user.email, told, user=user)
    return True


def _section(session: Session, user: User, site: str, report: SavedReport) -> tuple[str, list[MailItem]]:
    """The answer as of now; a question that cannot be asked any more says why."""
    try:
        answer = questions.answer(session, user, report.question, QuestionFilters.model_validate(report.filters))
    except Refusal as no:
        return report.name, [MailItem(str(no))]
    rows = [_row_item(answer.columns, row) for row in answer.rows[:MOST_ROWS]]
    return report.name, [MailItem(answer.title, answer.sentence, (("Open", f"{site}/reports"),)), *rows]


def _row_item(columns: tuple[Column, ...], row: tuple[Cell, ...]) -> MailItem:
    figures = (f"{column.title}: {_said(column, cell)}" for column, cell in zip(columns[1:], row[1:], strict=True))
    return MailItem(str(row[0]), " · ".join(figures))


def _said(column: Column, cell: Cell) -> str:
    if cell is None:
        return "–"
    return f"{cell:.0%}" if column.unit == "share" and isinstance(cell, float | int) else str(cell)
