"""/api/notices: my notifications, and which ones I want."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import Body, Request
from fastapi.responses import Response
from pydantic import Field

from app.api.core import etags, examples
from app.api.core.dependencies import Caller, Cursor, Limit, Reading, Transaction, Viewer
from app.api.core.partial_update import Changes
from app.api.core.routing import Router
from app.api.core.schemas import Answer, Listing, Moment
from app.models import NotificationKind, NotificationSettings
from app.models.base import Draft
from app.services.notifications import inbox

router = Router(prefix="/notices", tags=["notices"])


class NoticeAnswer(Answer):
    id: UUID
    kind: NotificationKind
    sentence: str
    path: str
    created_at: Moment
    read_at: Moment | None


class BellAnswer(Listing[NoticeAnswer]):
    unread: int


class ReadWish(Draft):
    """`ids` names some; without it, all are read."""

    ids: list[UUID] | None = Field(default=None, max_length=200)


class Read(Answer):
    read: int


class ChoiceAnswer(Answer):
    digest_hour: int
    weekends: bool
    by_mail: bool
    off: list[NotificationKind]
    quiet_from: int
    quiet_to: int

    @classmethod
    def of(cls, kept: NotificationSettings) -> Self:
        return cls.model_validate(kept.model_dump(include=set(cls.model_fields)))


class ChoiceWish(Changes):
    digest_hour: int = 8
    weekends: bool = False
    by_mail: bool = True
    off: list[NotificationKind] = Field(default_factory=list, max_length=20)
    quiet_from: int = 20
    quiet_to: int = 7


@router.get("", response_model=BellAnswer)
def bell(request: Request, session: Reading, me: Viewer, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """The newest notices, and how many of all are unread."""
    found = inbox.newest(session, me, limit, cursor)
    items = [NoticeAnswer.model_validate(notice) for notice in found.notices]
    return etags.shown(request, BellAnswer(items=items, unread=found.unread, next_cursor=found.next_cursor))


@router.post("/read")
def read(
    session: Transaction, me: Caller, wish: Annotated[ReadWish, Body(openapi_examples=examples.shown({}))]
) -> Read:
    """Mark notices as read: the named ones, or all."""
    return Read(read=inbox.mark_read(session, me, wish.ids))


@router.get("/choices")
def choices(session: Reading, me: Viewer) -> ChoiceAnswer:
    """What reaches me, and when; hours are in my time zone."""
    return ChoiceAnswer.of(inbox.settings_of(session, me))


@router.put("/choices")
def choose(
    session: Transaction,
    me: Caller,
    wish: Annotated[ChoiceWish, Body(openapi_examples=examples.shown({"digest_hour": 7, "off": ["CAMPAIGN"]}))],
) -> ChoiceAnswer:
    """Change it; what is left out stays."""
    return ChoiceAnswer.of(inbox.change_settings(session, me, **wish.given()))
