"""Notices on a lock screen: the browsers that want them, and what waits to be sent there."""

import re
from base64 import urlsafe_b64decode
from datetime import datetime
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator
from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field

from app.models.base import Draft, Entity, Instant, Line

# at least two labels of letters, digits and hyphens, as the domain name system can ask for them
NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))+")


def _point(text: str) -> str:
    """A point on P-256, not compressed, as a browser gives it."""
    if len(raw := _raw(text)) != 65 or raw[0] != 4:
        raise ValueError("is no key of a browser")
    return text


def _sixteen(text: str) -> str:
    if len(_raw(text)) != 16:
        raise ValueError("is no secret of a browser")
    return text


def _raw(text: str) -> bytes:
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise ValueError("is not written as browsers write it")
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _outside(address: str) -> str:
    """A push service has a name on the internet, and no port or account of its own; what the name leads to is checked
    when something is sent there.
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    plain = parts.scheme == "https" and not parts.username and parts.password is None and parts.netloc.lower() == host
    if (
        not plain
        or not NAME.fullmatch(host)
        or len(host) > 253
        or host.endswith((".localhost", ".local", ".internal"))
        or _is_number(host)
    ):
        raise ValueError("is not the address of a push service")
    return address


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return host.replace(".", "").isdigit()
    return True


class DeviceDraft(Draft):
    """What a browser says of itself when it wants notices."""

    endpoint: Annotated[str, Line(1000, 12), AfterValidator(_outside)]
    p256dh: Annotated[str, Line(88, 80), AfterValidator(_point)]
    auth: Annotated[str, Line(24, 20), AfterValidator(_sixteen)]
    names: bool = False


class PushDevice(Entity, table=True):
    """One browser's address at its maker's push service; gone with the sign-in that it was made under."""

    __tablename__ = "push_devices"
    __table_args__ = (CheckConstraint("endpoint LIKE 'https://%'", name="push_devices_endpoint"),)

    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    session_id: UUID | None = Field(default=None, foreign_key="user_sessions.id", index=True, ondelete="CASCADE")
    endpoint: str = Field(unique=True, max_length=1000)
    p256dh: str = Field(max_length=88)
    auth: str = Field(max_length=24)
    key: str = Field(max_length=88)
    browser: str = Field(default="", max_length=200)
    names: bool = False
    rung_at: datetime | None = Field(default=None, sa_type=Instant)


class WebPush(Entity, table=True):
    """One notice on its way to one device; the row goes when it is out, or helps nobody any more."""

    __tablename__ = "rings"
    __table_args__ = (Index("rings_due", "due_at", "id"), CheckConstraint("path LIKE '/%'", name="rings_path"))

    device_id: UUID = Field(foreign_key="push_devices.id", index=True, ondelete="CASCADE")
    notice_id: UUID | None = Field(default=None, foreign_key="notices.id", index=True, ondelete="CASCADE")
    words: str = Field(sa_type=Text)
    path: str = Field(default="/", max_length=200)
    due_at: datetime = Field(sa_type=Instant)
    attempts: int = 0
