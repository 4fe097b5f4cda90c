"""People who sign in: what they may do and where their Pipedrive key is kept, sealed."""

import re
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Annotated
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator
from sqlalchemy import ARRAY, CheckConstraint, Index, Text
from sqlmodel import Field, SQLModel

from app.models.base import Draft, Entity, Instant, Line, one_of
from app.settings import known_timezone

# what nearly every address looks like; shorter than any bound, so that only its domain can be wrong
PLAIN = re.compile(r"([A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*)@([A-Za-z0-9.-]+)")
SHORT = 64


@lru_cache(maxsize=4_096)
def normal_email(text: str) -> str:
    """The address in the one spelling that we keep; raises ValueError with a sentence."""
    if len(text) <= SHORT and (plain := PLAIN.fullmatch(text)):
        return f"{plain[1].lower()}@{_normal_domain(plain[2])}"
    return _validated(text)


@lru_cache(maxsize=4_096)
def _normal_domain(domain: str) -> str:
    return _validated(f"somebody@{domain}").removeprefix("somebody@")


def _validated(text: str) -> str:
    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        raise ValueError("is not an e-mail address") from None


def _zone(name: str) -> str:
    if not known_timezone(name):
        raise ValueError("is not a time zone, for example Europe/Berlin")
    return name


Email = Annotated[str, Line(254), AfterValidator(normal_email)]
Zone = Annotated[str, Line(64), AfterValidator(_zone)]


class Role(StrEnum):
    CONSULTANT = "CONSULTANT"
    GOLDEN_TICKET = "GOLDEN_TICKET"


# how long a browser may rest, and how long it may stay at all
LIFETIMES = {
    Role.CONSULTANT: (timedelta(days=7), timedelta(days=30)),
    Role.GOLDEN_TICKET: (timedelta(hours=12), timedelta(days=7)),
}


class PersonDraft(Draft):
    """An account as it is asked for on the set-up and invitation pages."""

    email: Email
    name: Annotated[str, Line(120, 1)]
    timezone: Zone = "UTC"


class User(Entity, table=True):
    """A colleague. Deactivated, never deleted, so that campaign history stays.

    `sample_of` loaded the sample data that this made-up colleague belongs to, who is never active and goes with it.
    `timezone` is `UTC` until somebody chose one; who chose UTC has `Etc/UTC`. `first_steps`: Today shows what is left to do.
    """

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="users_email_lower"),
        CheckConstraint("length(name) BETWEEN 1 AND 120", name="users_name_length"),
        CheckConstraint("sample_of IS NULL OR NOT active", name="users_samples_rest"),
    )

    email: str = Field(unique=True, max_length=254)
    name: str = Field(max_length=120)
    role: Role = Field(default=Role.CONSULTANT, sa_type=one_of(Role))
    password_hash: str | None = None
    active: bool = True
    sample_of: UUID | None = Field(default=None, foreign_key="users.id", ondelete="CASCADE")
    timezone: str = Field(default="UTC", max_length=64)
    first_steps: bool = False
    default_type: str = Field(default="CALL", max_length=20)
    default_event: str | None = Field(default=None, max_length=300)
    pipedrive_key: str | None = None
    pipedrive_last4: str | None = Field(default=None, max_length=4)
    pipedrive_company: str | None = Field(default=None, max_length=63)
    pipedrive_user_id: int | None = None
    pipedrive_user_name: str | None = None

    @property
    def is_golden(self) -> bool:
        return self.role is Role.GOLDEN_TICKET


class UserSession(Entity, table=True):
    """One signed-in browser. Only the SHA-256 of its token is here; `two_steps`: more than a password was proved in it.

    Where the firm's identity provider let it in: who that is over there, and the session there, as it named them.
    """

    __tablename__ = "user_sessions"

    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    token_hash: str = Field(unique=True, max_length=64)
    seen_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    browser: str = Field(default="", max_length=200)
    two_steps: bool = False
    provider_subject: str | None = Field(default=None, max_length=255, index=True)
    provider_session: str | None = Field(default=None, max_length=255, index=True)

    def ends_at(self, role: Role) -> datetime:
        """When this browser of somebody with this role is signed out if nothing happens in it."""
        return min(self.expires_at, self.seen_at + LIFETIMES[role][0])


class TokenScope(StrEnum):
    """What a script may do with its owner's rights: read, also log touches, or everything."""

    READ = "READ"
    LOG = "LOG"
    ALL = "ALL"


class ApiToken(Entity, table=True):
    """A personal token for scripts; shown once, kept as its SHA-256."""

    __tablename__ = "api_tokens"

    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    name: str = Field(max_length=80)
    token_hash: str = Field(unique=True, max_length=64)
    last4: str = Field(max_length=4)
    scope: TokenScope = Field(default=TokenScope.ALL, sa_type=one_of(TokenScope))
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class Purpose(StrEnum):
    SETUP = "SETUP"
    INVITE = "INVITE"
    RESET = "RESET"
    CODE = "CODE"
    PROVIDER = "PROVIDER"
    PASSKEY = "PASSKEY"


class OneTimeLink(Entity, table=True):
    """What works once: the links of set-up, invitation and new password; the minutes between password and code."""

    __tablename__ = "one_time_links"

    purpose: Purpose = Field(sa_type=one_of(Purpose))
    token_hash: str = Field(unique=True, max_length=64)
    mailed: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    email: str | None = Field(default=None, max_length=254)
    role: Role = Field(default=Role.CONSULTANT, sa_type=one_of(Role))
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="CASCADE")
    made_by: UUID | None = Field(default=None, foreign_key="users.id", index=True, ondelete="SET NULL")
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class FailedSignIn(Entity, table=True):
    """One wrong password, kept for the throttle; survives a restart."""

    __tablename__ = "failed_sign_ins"

    account: str = Field(max_length=64, index=True)
    address: str = Field(max_length=64, index=True)


class RequestCount(SQLModel, table=True):
    """How many requests came from one address or person in the window that began then; `key` is a digest."""

    __tablename__ = "request_counts"
    __table_args__ = (Index("request_counts_by_age", "started_at"),)

    name: str = Field(max_length=20, primary_key=True)
    key: str = Field(max_length=64, primary_key=True)
    started_at: datetime = Field(sa_type=Instant)
    count: int


class CourtesyLookup(SQLModel, table=True):
    """Of how many people somebody asked on their last such day (UTC) whether a colleague was in touch with them."""

    __tablename__ = "courtesy_lookups"

    user_id: UUID = Field(foreign_key="users.id", primary_key=True, ondelete="CASCADE")
    day: date
    people: int


class CalendarFeed(Entity, table=True):
    """The private address under which a person's own calendar reads their meetings: one a person.

    Only the SHA-256 of its token is here; a new one ends the old.
    """

    __tablename__ = "calendar_feeds"

    user_id: UUID = Field(foreign_key="users.id", unique=True, ondelete="CASCADE")
    token_hash: str = Field(unique=True, max_length=64)
    read_at: datetime | None = Field(default=None, sa_type=Instant)
