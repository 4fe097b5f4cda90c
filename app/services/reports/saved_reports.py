"""Questions that somebody keeps under a name, to ask again, or to get by mail on Mondays."""

from uuid import UUID

from sqlmodel import Session, col, func, select

from app.errors import Conflict, Invalid, NotFound
from app.models import Question, SavedReport, SavedReportDraft, User
from app.services.campaigns import campaigns
from app.services.reports import own_questions
from app.services.reports.filters import Asked, Window
from app.services.reports.questions import NO_CAMPAIGN

MOST = 50
FULL = f"You keep {MOST} reports already. Remove one first."


def save(session: Session, who: User, draft: SavedReportDraft) -> SavedReport:
    """Save a question under its name, replacing one of that name.

    Raises Conflict beyond 50, Invalid for a campaign's report without its campaign or an own question that counts nothing,
    and NotFound for a campaign that is not theirs.
    """
    if draft.question is Question.CAMPAIGN and not draft.filters.campaign_id:
        raise Invalid(NO_CAMPAIGN, {"campaign_id": NO_CAMPAIGN})
    if draft.question is Question.OWN:
        own_questions.chosen(draft.filters)
    else:
        draft.filters = draft.filters.model_copy(update={"measure": None, "by": None})
    if draft.filters.campaign_id:
        campaigns.seen(session, who, draft.filters.campaign_id)
    Window.of(who, Asked.of(draft.filters))
    mine = listed(session, who)
    row = next((one for one in mine if one.name == draft.name), None)
    if row is None:
        if len(mine) >= MOST:
            raise Conflict(FULL)
        row = SavedReport(user_id=who.id, name=draft.name, question=draft.question)
    row.question, row.weekly = draft.question, draft.weekly
    row.filters = draft.filters.model_dump(mode="json", exclude_none=True)
    session.add(row)
    session.flush()
    return row


def listed(session: Session, who: User) -> list[SavedReport]:
    """This person's saved reports by name."""
    query = select(SavedReport).where(SavedReport.user_id == who.id)
    return list(session.exec(query.order_by(func.lower(SavedReport.name), col(SavedReport.id))).all())


def remove(session: Session, who: User, saved_id: UUID) -> None:
    """Delete a saved report. Raises NotFound."""
    row = session.get(SavedReport, saved_id)
    if row is None or row.user_id != who.id:
        raise NotFound("You keep no such report.")
    session.delete(row)
