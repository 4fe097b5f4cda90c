"""/api/users: colleagues, for a golden ticket."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Request
from fastapi.responses import Response
from pydantic import Field

from app.api.accounts.user_schemas import Colleague
from app.api.core import etags, examples
from app.api.core.dependencies import Caller, Reading, Transaction, Viewer, Wired
from app.api.core.paging import Paged
from app.api.core.routing import Router
from app.api.core.schemas import Answer, Listing, ShownOnce
from app.errors import Forbidden
from app.models import Role, User
from app.models.base import Draft
from app.services import policy
from app.services.accounts import users
from app.services.notifications import email_rendering, mail_outbox
from app.services.team import transfer

router = Router(prefix="/users", tags=["users"])


class Invitation(Draft):
    email: str = Field(max_length=1000)
    role: Role = Role.CONSULTANT


class NewRole(Draft):
    role: Role


class HandOver(Draft):
    to_user_id: UUID
    contact_ids: list[UUID] | None = Field(default=None, max_length=10_000)


class Handed(Answer):
    """How many contacts have a new owner."""

    handed_over: int


class Link(ShownOnce):
    """A link that works once, for 72 hours (an invitation) or one hour (a new password)."""

    link: str


@router.get("", response_model=Listing[Colleague])
def colleagues(request: Request, session: Reading, me: Viewer, page: Paged) -> Response:
    """Everybody with an account."""
    if not policy.may_manage_users(me):
        raise Forbidden
    return etags.shown(request, page.of(Colleague.all_of(session, me, users.colleagues(session, me))))


@router.post("", status_code=201)
def invite(
    session: Transaction,
    me: Caller,
    wired: Wired,
    wish: Annotated[Invitation, Body(openapi_examples=examples.shown({"email": "bo@firm.example"}))],
) -> Link:
    """Invite a colleague: pass the link on to them."""
    token = users.invite(session, me, wish.email, wish.role)
    link = f"{wired.address}/invite/{token}"
    mail_outbox.enqueue(session, wish.email, email_rendering.invitation(wired.address, me.name, link))
    return Link(link=link)


@router.post("/{user_id}/reset-link", status_code=201)
def reset_link(session: Transaction, me: Caller, wired: Wired, user_id: UUID) -> Link:
    """A link with which a colleague chooses a new password."""
    link = f"{wired.address}/reset/{users.reset_link(session, me, user_id)}"
    user = session.get_one(User, user_id)
    mail_outbox.enqueue(session, user.email, email_rendering.new_password(link), user=user)
    return Link(link=link)


@router.put("/{user_id}/role")
def change_role(
    session: Transaction,
    me: Caller,
    user_id: UUID,
    wish: Annotated[NewRole, Body(openapi_examples=examples.shown({"role": "GOLDEN_TICKET"}))],
) -> Colleague:
    """Give a colleague another role; they sign in again under it."""
    return Colleague.of(session, me, users.change_role(session, me, user_id, wish.role))


@router.post("/{user_id}/disable")
def disable(session: Transaction, me: Caller, user_id: UUID) -> Colleague:
    """Everything of this person stops at once; contacts and history stay."""
    return Colleague.of(session, me, users.disable(session, me, user_id))


@router.post("/{user_id}/hand-over")
def hand_over(
    session: Transaction,
    me: Caller,
    user_id: UUID,
    wish: Annotated[HandOver, Body(openapi_examples=examples.shown(examples.HAND_OVER))],
) -> Handed:
    """Give contacts of a colleague to another: of somebody active those in campaigns, of somebody disabled all."""
    return Handed(handed_over=transfer.transfer_contacts(session, me, user_id, wish.to_user_id, wish.contact_ids))


@router.post("/{user_id}/enable")
def enable(session: Transaction, me: Caller, user_id: UUID) -> Colleague:
    return Colleague.of(session, me, users.enable(session, me, user_id))
