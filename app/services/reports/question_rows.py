"""The rows behind a bar of an answer across campaigns, newest first, each as far as the viewer may see it."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.errors import Forbidden, Invalid
from app.models import ActivityType, Question, QuestionFilters, Stage, User
from app.services import policy
from app.services.campaigns import campaigns
from app.services.reports import cohorts, drill_down, metric_definitions, own_questions, questions
from app.services.reports.drill_down import ODD_KEY, ROWS, Rows
from app.services.reports.figures import midnight, monday
from app.services.reports.filters import Asked, Window
from app.services.reports.question_answers import SECTOR_MARK, Scope

Kind = TypeVar("Kind", bound=StrEnum)

STANDING = text("""
select place.contact_id as id, place.stage_at as at, c.user_id, place.contact_id, place.stage
from campaign_contacts place join contacts c on c.id = place.contact_id and c.deleted_at is null
where place.campaign_id = any(:campaigns) and place.stage = :stage
  and (cast(:user as uuid) is null or coalesce(place.assigned_user_id, c.user_id) = :user)
""").columns(*ROWS)


JOINED = text(cohorts.JOINED).columns(*ROWS)


def behind(  # noqa: PLR0917 - the bar, and where to go on
    session: Session,
    who: User,
    question: Question,
    filters: QuestionFilters,
    key: str,
    cursor: str | None = None,
    limit: int = 40,
    *,
    oldest_first: bool = False,
) -> Rows:
    """What a bar of a question counts: its touches, or for STALLS and COHORTS the contacts that stand there.

    Raises NotFound, and Invalid on odd days and on a key or mark that is not ours.
    """
    scope, window = questions.scope_of(session, who, filters), Window.of(who, Asked.of(filters))
    if question is Question.STALLS:
        binds = scope.binds() | {"stage": _known(Stage, key).value}
        return drill_down.page_of(session, who, STANDING, binds, None, cursor, limit, oldest_first=oldest_first)
    binds = _binds(scope, window)
    if question is Question.COHORTS:
        binds |= _lot(window, key)
        return drill_down.page_of(session, who, JOINED, binds, None, cursor, limit, oldest_first=oldest_first)
    match question:
        case Question.CHANNELS:
            binds |= {"type": _known(ActivityType, key).value}
        case Question.HELP:
            binds |= {"user": _uuid(key), **_since(window, window.today - timedelta(days=6))}
        case Question.WEEK:
            binds |= {"campaigns": _only(scope, key), **_since(window, monday(window.today))}
        case Question.CAMPAIGNS:
            binds |= {"campaigns": _only(scope, key)}
        case Question.OWN:
            binds |= own_questions.binds(session, scope, window, filters, key)
        case _:
            sector, _, theme = key.partition(SECTOR_MARK)
            those = [one.id for one in scope.campaigns if (one.sector or "", one.theme or "") == (sector, theme)]
            binds |= {"campaigns": those}
    return drill_down.page_of(session, who, drill_down.EVENTS, binds, None, cursor, limit, oldest_first=oldest_first)


def of_person(  # noqa: PLR0917 - whose touches, and where to go on
    session: Session,
    who: User,
    user_id: UUID,
    asked: Asked,
    campaign_id: UUID | None = None,
    cursor: str | None = None,
    *,
    oldest_first: bool = False,
) -> Rows:
    """The touches of one colleague for campaigns, for golden tickets: what they do for none is theirs alone.

    Raises Forbidden, NotFound, and Invalid on odd days.
    """
    if not policy.may_see_team_report(who):
        raise Forbidden
    if campaign_id:
        campaigns.seen(session, who, campaign_id)
    scope = questions.scope_of(session, who, QuestionFilters(campaign_id=campaign_id, user_id=user_id))
    binds = _binds(scope, Window.of(who, asked))
    return drill_down.page_of(session, who, drill_down.EVENTS, binds, None, cursor, 40, oldest_first=oldest_first)


def _binds(scope: Scope, window: Window) -> dict[str, Any]:
    return metric_definitions.BINDS | scope.binds() | window.chosen() | {"kind": "touches", "reached": False}


def _since(window: Window, first: date) -> dict[str, datetime]:
    end = window.today + timedelta(days=1)
    return {"since": midnight(first, window.zone), "until": midnight(end, window.zone)}


def _lot(window: Window, key: str) -> dict[str, Any]:
    try:
        return cohorts.binds(window, key)
    except ValueError:
        raise Invalid(ODD_KEY, {"key": ODD_KEY}) from None


def _only(scope: Scope, key: str) -> list[UUID]:
    return [one for one in scope.ids() if str(one) == key]


def _known(kind: type[Kind], key: str) -> Kind:
    try:
        return kind(key)
    except ValueError:
        raise Invalid(ODD_KEY, {"key": ODD_KEY}) from None


def _uuid(key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError:
        raise Invalid(ODD_KEY, {"key": ODD_KEY}) from None
