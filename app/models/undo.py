"""What a bank remembers beside its contacts: deeds to undo, warmness, owners, views, templates, who was erased."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator
from sqlalchemy import ARRAY, CheckConstraint, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.models.base import Draft, Entity, Instant, Line, Prose, one_of

TEMPLATE_FIELDS = ("name", "given_name", "organisation", "job_title", "me")


class DeedKind(StrEnum):
    """What was done to many contacts, or to two, in one go."""

    TAG = "TAG"
    UNTAG = "UNTAG"
    WARM = "WARM"
    LOG = "LOG"
    PUSH = "PUSH"
    TRASH = "TRASH"
    RESTORE = "RESTORE"
    SNOOZE = "SNOOZE"
    ASSIGN = "ASSIGN"
    MOVE = "MOVE"
    TAKE_OUT = "TAKE_OUT"
    MERGE = "MERGE"
    FIRM_RENAME = "FIRM_RENAME"
    FIRM_MERGE = "FIRM_MERGE"


class BankDeed(Entity, table=True):
    """One deed and how things stood before it, kept for a while so that it can be taken back.

    `what` is a list of steps, each the rows of one table before and after.
    `contact_ids` names the people whose personal data the steps hold.
    """

    __tablename__ = "bank_deeds"
    __table_args__ = (Index("bank_deeds_of_user", "user_id", "created_at"),)

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    kind: DeedKind = Field(sa_type=one_of(DeedKind))
    sentence: str = Field(max_length=200)
    what: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    contact_ids: list[UUID] = Field(default_factory=list, sa_type=ARRAY(Uuid))
    undone_at: datetime | None = Field(default=None, sa_type=Instant)


class WarmnessReason(StrEnum):
    ADDED = "ADDED"
    HAND = "HAND"
    SUGGESTED = "SUGGESTED"
    MERGED = "MERGED"
    IMPORT = "IMPORT"
    DECLINED = "DECLINED"


class WarmnessChange(Entity, table=True):
    """One step of a contact's warmness, why, and the touch that suggested it."""

    __tablename__ = "warmness_changes"
    __table_args__ = (
        Index("warmness_changes_of_activity", "activity_id", postgresql_where=text("activity_id IS NOT NULL")),
    )

    contact_id: UUID = Field(foreign_key="contacts.id", index=True, ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id")
    before: int
    after: int
    reason: WarmnessReason = Field(sa_type=one_of(WarmnessReason))
    activity_id: UUID | None = Field(default=None, foreign_key="activities.id", ondelete="SET NULL")


class OwnerChange(Entity, table=True):
    """A contact went from one bank to another; `by_user_id` is empty when the operator did it."""

    __tablename__ = "owner_changes"

    contact_id: UUID = Field(foreign_key="contacts.id", index=True, ondelete="CASCADE")
    from_user_id: UUID = Field(foreign_key="users.id")
    to_user_id: UUID = Field(foreign_key="users.id")
    by_user_id: UUID | None = Field(default=None, foreign_key="users.id")


class SavedViewDraft(Draft):
    """A search of the contact bank under a name; `query` is what stands behind the ? of the list."""

    name: Annotated[str, Line(80, 1)]
    query: Annotated[str, Line(1000)] = ""


class SavedView(Entity, table=True):
    __tablename__ = "saved_views"
    __table_args__ = (
        Index("saved_views_once", "user_id", "name", unique=True),
        CheckConstraint("length(name) BETWEEN 1 AND 80", name="saved_views_name_length"),
    )

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    name: str = Field(max_length=80)
    query: str = Field(default="", max_length=1000)


def _known_fields(words: str) -> str:
    """A template may name only what a contact has: `{name}`, `{organisation}`, ..."""
    rest = words
    for field in TEMPLATE_FIELDS:
        rest = rest.replace(f"{{{field}}}", "")
    if "{" in rest or "}" in rest:
        raise ValueError("knows {name}, {given_name}, {organisation}, {job_title} and {me} in braces, nothing else")
    return words


class TemplateDraft(Draft):
    """A mail that is written again and again."""

    name: Annotated[str, Line(80, 1)]
    subject: Annotated[str, Line(200), AfterValidator(_known_fields)] = ""
    body: Annotated[str, Prose(5_000), AfterValidator(_known_fields)] = ""


class MailTemplate(Entity, table=True):
    __tablename__ = "mail_templates"
    __table_args__ = (
        Index("mail_templates_once", "user_id", "name", unique=True),
        CheckConstraint("length(body) <= 5000", name="mail_templates_body_length"),
    )

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    name: str = Field(max_length=80)
    subject: str = Field(default="", max_length=200)
    body: str = Field(default="", sa_type=Text)


class Tombstone(Entity, table=True):
    """Somebody was erased from this bank: a salted hash of one of their addresses keeps them from coming back."""

    __tablename__ = "tombstones"
    __table_args__ = (Index("tombstones_once", "user_id", "mark", unique=True),)

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    mark: str = Field(max_length=64)
