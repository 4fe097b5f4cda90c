"""Links that show one campaign's report to somebody without an account, until they expire or are taken back.

What a link shows holds nobody's name: neither contacts nor colleagues, and no money.
"""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session, col, or_, select, update

from app.errors import Invalid, NotFound
from app.models import Campaign, QuestionFilters, ReportLink, User, now
from app.services.base import audit_log, secret_tokens
from app.services.campaigns import campaigns
from app.services.reports import campaign_report
from app.services.reports.figures import Report
from app.services.reports.filters import Asked, Window

NOBODY_ACTS = "whoever holds a report link has no account"

GONE = "This link does not work any more. Ask for a new one."
DAYS = "A link works for 1 to 365 days."


def share(  # noqa: PLR0917 - what it shows comes last
    session: Session, who: User, campaign_id: UUID, days: int, filters: QuestionFilters | None = None, name: str = ""
) -> str:
    """The token of a new link, told once; for the campaign's owner and golden tickets.

    It shows the report as the filters narrow it; of those the campaign's days, person and method play a part.
    """
    campaign = campaigns.managed(session, who, campaign_id)
    if not 1 <= days <= 365:
        raise Invalid(DAYS, {"days": DAYS})
    filters = filters or QuestionFilters()
    Window.of(who, Asked.of(filters))
    token = secret_tokens.new()
    expires_at = now() + timedelta(days=days)
    session.add(
        ReportLink(
            campaign_id=campaign.id,
            token_hash=secret_tokens.digest(token),
            created_by=who.id,
            expires_at=expires_at,
            name=name.strip()[:80] or None,
            filters=filters.model_dump(mode="json", exclude_none=True),
        )
    )
    audit_log.record(session, who, "report.shared", campaign.id, days=days)
    return token


def listed(session: Session, who: User, campaign_id: UUID) -> list[ReportLink]:
    """The links that work, newest first; for the campaign's owner and golden tickets."""
    campaign = campaigns.managed(session, who, campaign_id)
    query = select(ReportLink).where(
        ReportLink.campaign_id == campaign.id, col(ReportLink.revoked_at).is_(None), ReportLink.expires_at > now()
    )
    return list(session.exec(query.order_by(col(ReportLink.created_at).desc())).all())


def revoke(session: Session, who: User, link_id: UUID) -> ReportLink:
    """End a link. Raises NotFound."""
    link = session.get(ReportLink, link_id)
    try:
        campaigns.managed(session, who, link.campaign_id if link else link_id)
    except NotFound:
        link = None
    if link is None:
        raise NotFound(GONE)
    link.revoked_at = link.revoked_at or now()
    audit_log.record(session, who, "report.unshared", link.campaign_id)
    return link


def opened(session: Session, token: str) -> Campaign:
    """The campaign behind a token. Raises NotFound, also when who made the link has left or lost their right."""
    return _behind(session, token)[2]


def shown(session: Session, token: str) -> Report:
    """The report behind a token, in the days and weeks of who made the link, without anybody's name."""
    link, who, campaign = _behind(session, token)
    found = campaign_report.report(session, who, campaign.id, Asked.of(QuestionFilters.model_validate(link.filters)))
    return replace(found, by_user=(), person=found.person and "One colleague", deals=None, notes=())


def note_opened(session: Session, token: str) -> None:
    """When it was opened last, to the minute."""
    moment = now()
    ours = (col(ReportLink.token_hash) == secret_tokens.digest(token), col(ReportLink.revoked_at).is_(None))
    known = or_(col(ReportLink.opened_at).is_(None), col(ReportLink.opened_at) < moment - timedelta(minutes=1))
    session.exec(update(ReportLink).where(*ours, col(ReportLink.expires_at) > moment, known).values(opened_at=moment))


def _behind(session: Session, token: str) -> tuple[ReportLink, User, Campaign]:
    query = (
        select(ReportLink, User)
        .join(User, col(User.id) == col(ReportLink.created_by))
        .where(
            ReportLink.token_hash == secret_tokens.digest(token),
            col(ReportLink.revoked_at).is_(None),
            ReportLink.expires_at > now(),
            col(User.active),
        )
    )
    found = session.exec(query).one_or_none()
    if found is None:
        raise NotFound(GONE)
    link, who = found
    try:
        campaign = campaigns.seen(session, who, link.campaign_id)
    except NotFound:
        raise NotFound(GONE) from None
    return link, who, campaign
