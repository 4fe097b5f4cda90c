"""/api/tokens: personal tokens for scripts."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Request
from fastapi.responses import Response
from pydantic import Field

from app.api.core import etags, examples
from app.api.core.dependencies import Caller, Reading, Transaction, Viewer
from app.api.core.paging import Paged
from app.api.core.routing import Router
from app.api.core.schemas import Answer, Listing, Moment, ShownOnce
from app.models import TokenScope
from app.models.base import Draft
from app.services.accounts import sessions

router = Router(prefix="/tokens", tags=["tokens"])


class TokenWish(Draft):
    """`scope` is READ, LOG (reads, and adds touches) or ALL (what I may do, but for making keys)."""

    name: str = Field(max_length=1000)
    days: int = 90
    scope: TokenScope = TokenScope.ALL


class TokenAnswer(Answer):
    id: UUID
    name: str
    last4: str
    scope: TokenScope
    expires_at: Moment
    used_at: Moment | None
    created_at: Moment


class NewToken(TokenAnswer, ShownOnce):
    """The token itself is shown this one time."""

    token: str


@router.get("", response_model=Listing[TokenAnswer])
def tokens(request: Request, session: Reading, me: Viewer, page: Paged) -> Response:
    items = [TokenAnswer.model_validate(kept) for kept in sessions.tokens(session, me)]
    return etags.shown(request, page.of(items))


@router.post("", status_code=201)
def issue(
    session: Transaction,
    me: Caller,
    wish: Annotated[
        TokenWish, Body(openapi_examples=examples.shown({"name": "Nightly report", "days": 90, "scope": "READ"}))
    ],
) -> NewToken:
    """A token for a script: send it as `Authorization: Bearer`. A token itself makes none: 403."""
    kept, token = sessions.issue_token(session, me, wish.name, wish.days, wish.scope)
    return NewToken(**TokenAnswer.model_validate(kept).model_dump(), token=token)


@router.delete("/{token_id}", status_code=204)
def revoke(session: Transaction, me: Caller, token_id: UUID) -> None:
    sessions.revoke_token(session, me, token_id)
