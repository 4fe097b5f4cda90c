"""/api/invitations: colleagues who were invited and are not here yet, for a golden ticket."""

from typing import Self
from uuid import UUID

from app.api.accounts.users import Link
from app.api.core.dependencies import Caller, Reading, Transaction, Viewer, Wired
from app.api.core.paging import Paged
from app.api.core.routing import Router
from app.api.core.schemas import Answer, Listing, Moment
from app.models import OneTimeLink, Role, now
from app.services.accounts import invitations
from app.services.notifications import email_rendering, mail_outbox

router = Router(prefix="/invitations", tags=["users"])


class Pending(Answer):
    """`invited_by` is a name, or null for the operator at the command line."""

    id: UUID
    email: str
    role: Role
    invited_by: str | None
    created_at: Moment
    expires_at: Moment
    expired: bool

    @classmethod
    def of(cls, link: OneTimeLink, invited_by: str | None) -> Self:
        facts = link.model_dump(include={"id", "email", "role", "created_at", "expires_at"})
        return cls.model_validate(facts | {"invited_by": invited_by, "expired": link.expires_at <= now()})


@router.get("")
def pending(session: Reading, me: Viewer, page: Paged) -> Listing[Pending]:
    """Invitations that nobody has accepted yet, newest first."""
    return page.of([Pending.of(link, name) for link, name in invitations.pending(session, me)])


@router.post("/{invitation_id}/send-again", status_code=201)
def send_again(session: Transaction, me: Caller, wired: Wired, invitation_id: UUID) -> Link:
    """A new link for 72 hours, mailed; the one before stops to work."""
    kept, token = invitations.send_again(session, me, invitation_id)
    link = f"{wired.address}/invite/{token}"
    mail_outbox.enqueue(session, kept.email or "", email_rendering.invitation(wired.address, me.name, link))
    return Link(link=link)


@router.delete("/{invitation_id}", status_code=204)
def revoke(session: Transaction, me: Caller, invitation_id: UUID) -> None:
    """The link stops to work at once."""
    invitations.revoke(session, me, invitation_id)
