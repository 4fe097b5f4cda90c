"""Other ways to prove who one is: an authenticator with codes on paper, passkeys, and the firm's own identity provider."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.models.base import Entity, Instant


class TwoFactor(Entity, table=True):
    """One authenticator a person. It counts once `confirmed_at` is set; until then it is only being set up.

    `last_step` is the newest time step whose code was used, so that no code works twice. `recovery` holds the
    SHA-256 of each code that is left.
    """

    __tablename__ = "second_factors"

    user_id: UUID = Field(foreign_key="users.id", unique=True, ondelete="CASCADE")
    secret: str = Field(max_length=200)
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    last_step: int | None = None
    recovery: list[str] = Field(default_factory=list, sa_type=JSONB)


class Passkey(Entity, table=True):
    """A key that a phone, a computer or a stick keeps for this site: the public half, under the name its owner gave it.

    It works on the host name it was made for. `is_synced` says that its maker keeps copies, as the authenticator told.
    """

    __tablename__ = "passkeys"

    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    name: str = Field(max_length=80)
    host: str = Field(max_length=253)
    credential_id: str = Field(unique=True, max_length=1400)
    public_key: str = Field(max_length=4000)
    sign_count: int = Field(default=0, sa_type=BigInteger)
    may_sync: bool = False
    is_synced: bool = False
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class SsoIdentity(Entity, table=True):
    """An account at an identity provider: who that is over there never changes, their e-mail address may."""

    __tablename__ = "identities"
    __table_args__ = (Index("identities_once", "issuer", "subject", unique=True),)

    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    issuer: str = Field(max_length=300)
    subject: str = Field(max_length=255)
