"""/api/contacts/bulk: one verb for many of my contacts, by their ids or by a search; each can be undone."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from fastapi import Body
from pydantic import Field, model_validator
from sqlmodel import Session

from app.api.core import examples
from app.api.core.dependencies import Caller, Transaction
from app.api.core.routing import Router
from app.api.core.schemas import Answer
from app.errors import Invalid
from app.models import ActivityDraft, User
from app.models.base import Draft, Line
from app.models.contact import MOST_DAYS
from app.services.activities import bulk_log
from app.services.campaigns import bulk_moves
from app.services.contacts import bulk_actions, saved_searches
from app.services.contacts.bulk_actions import Chosen, Done

router = Router(prefix="/contacts", tags=["contacts"])


class Verb(StrEnum):
    TAG = "TAG"
    UNTAG = "UNTAG"
    WARM = "WARM"
    LOG = "LOG"
    PUSH = "PUSH"
    TRASH = "TRASH"
    RESTORE = "RESTORE"
    SNOOZE = "SNOOZE"
    ASSIGN = "ASSIGN"


class Bulk(Draft):
    """`contact_ids`, or `query` as in the address of a list; and what the verb needs."""

    verb: Verb
    contact_ids: list[UUID] | None = Field(default=None, max_length=10_000)
    query: Annotated[str, Line(1000)] | None = None
    tag: Annotated[str, Line(40)] = ""
    days: int = Field(default=0, ge=0, le=MOST_DAYS)
    by: int = Field(default=0, ge=-10, le=10)
    campaign_id: UUID | None = None
    touch: ActivityDraft | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.contact_ids is None) == (self.query is None):
            raise ValueError("give contact_ids or a query, one of the two")
        return self


class DoneAnswer(Answer):
    """How many changed, and the entry of the undo log that takes it back; none when nothing changed."""

    n: int
    deed_id: UUID | None

    @classmethod
    def of(cls, done: Done) -> Self:
        return cls(n=done.n, deed_id=done.undo_id)


@router.post("/bulk")
def bulk(
    session: Transaction,
    me: Caller,
    wish: Annotated[Bulk, Body(openapi_examples=examples.shown(examples.BULK, log=examples.BULK_LOG))],
) -> DoneAnswer:
    """Do one thing to many of my contacts; those that are not mine are passed over."""
    wanted: Chosen = (
        wish.contact_ids if wish.contact_ids is not None else saved_searches.read(session, me, wish.query or "")
    )
    return DoneAnswer.of(VERBS[wish.verb](session, me, wanted, wish))


def _log(session: Session, me: User, wanted: Chosen, wish: Bulk) -> Done:
    if wish.touch is None:
        raise Invalid(fields={"touch": "Say what to log."})
    return bulk_log.log(session, me, wanted, wish.touch)


def _assign(session: Session, me: User, wanted: Chosen, wish: Bulk) -> Done:
    if wish.campaign_id is None:
        raise Invalid(fields={"campaign_id": "Choose a campaign."})
    return bulk_moves.assign_chosen(session, me, wanted, wish.campaign_id)


VERBS: dict[Verb, Callable[[Session, User, Chosen, Bulk], Done]] = {
    Verb.TAG: lambda session, me, wanted, wish: bulk_actions.tag(session, me, wanted, wish.tag),
    Verb.UNTAG: lambda session, me, wanted, wish: bulk_actions.untag(session, me, wanted, wish.tag),
    Verb.WARM: lambda session, me, wanted, wish: bulk_actions.warm(session, me, wanted, wish.by),
    Verb.LOG: _log,
    Verb.PUSH: lambda session, me, wanted, _: bulk_actions.push(session, me, wanted),
    Verb.TRASH: lambda session, me, wanted, _: bulk_actions.trash(session, me, wanted),
    Verb.RESTORE: lambda session, me, wanted, _: bulk_actions.restore(session, me, wanted),
    Verb.SNOOZE: lambda session, me, wanted, wish: bulk_actions.snooze(session, me, wanted, wish.days),
    Verb.ASSIGN: _assign,
}
