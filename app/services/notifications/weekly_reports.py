"""The reports that somebody wants every Monday: each saved question with its answer, in one mail."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from app.errors import Refusal
from app.models import ACTIVITY_LABELS, NotificationSettings, QuestionFilters, SavedReport, User, now
from app.services.campaigns import campaigns
from app.services.notifications import daily_digest, email_rendering, mail_outbox
from app.services.notifications.email_rendering import MailItem
from app.services.reports import addresses, question_answers, questions
from app.services.reports.files.tables import day_words
from app.services.reports.question_answers import Answer, Cell, Column

NOBODY_ACTS = "the clock sends the weekly reports"

MOST_ROWS, ALL_TIME = 8, "All time"
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
    last = there.date() - timedelta(days=1)
    sections = [_section(session, user, site, report, last) for report in reports]
    week = f"{day_words(last - timedelta(days=6))} to {day_words(last)}"
    hello = (
        f"Good morning, {daily_digest.first_name(user)}. This is about the week that ended, {week} ({user.timezone})."
    )
    told = email_rendering.render("Your reports of the week", hello, sections, FOOT)
    mail_outbox.enqueue(session, user.email, told, user=user)
    return True


def _section(session: Session, user: User, site: str, report: SavedReport, last: date) -> tuple[str, list[MailItem]]:
    """The answer as of the end of the week that is over, whose Sunday is `last`; what cannot be asked any more says why."""
    filters = QuestionFilters.model_validate(report.filters)
    try:
        answer = questions.answer(session, user, report.question, filters, last)
    except Refusal as no:
        return report.name, [MailItem(str(no))]
    days = answer.days if answer.days != ALL_TIME else f"{ALL_TIME} until {day_words(last)}"
    said = " · ".join([days, *_narrowed(session, user, filters)])
    open_ = (("Open", f"{site}{addresses.address(report.question, filters)}"),)
    head = MailItem(answer.title, f"{answer.sentence} {said}.", open_)
    return report.name, [head, *_row_items(answer)]


def _narrowed(session: Session, user: User, filters: QuestionFilters) -> list[str]:
    """What narrows it besides its days, in words."""
    name = questions.people(session, user).get(filters.user_id, "Somebody else") if filters.user_id else None
    campaign = campaigns.seen(session, user, filters.campaign_id).name if filters.campaign_id else None
    method = ACTIVITY_LABELS[filters.type] if filters.type else None
    return [one for one in (campaign, filters.sector, filters.theme, name, method) if one]


def _row_items(answer: Answer) -> list[MailItem]:
    """Each row with its figures, and a bar of what it is drawn by: meetings per touch, else its first count."""
    titles = [column.title for column in answer.columns]
    drawn = titles.index(question_answers.PER_TOUCH) if question_answers.PER_TOUCH in titles else 1
    rows = answer.rows[:MOST_ROWS]
    most = max((_number(row[drawn]) for row in rows), default=0)
    return [
        MailItem(
            str(row[0]),
            " · ".join(
                f"{column.title}: {_said(column, cell)}"
                for column, cell in zip(answer.columns[1:], row[1:], strict=True)
            ),
            bar=round(100 * _number(row[drawn]) / most) if most and answer.chart != "table" else None,
        )
        for row in rows
    ]


def _number(cell: Cell) -> float:
    return cell if isinstance(cell, int | float) else 0


def _said(column: Column, cell: Cell) -> str:
    if cell is None:
        return "–"
    if column.unit == "share" and isinstance(cell, float | int):
        return f"{cell:.1%}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
