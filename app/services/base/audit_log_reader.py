"""Reads the audit log: who did what and when, for golden tickets. Contacts stay without names here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select, tuple_

from app.errors import Forbidden
from app.models import AuditEvent, User
from app.models.base import fold
from app.services import policy
from app.services.base import audit_log, audit_words, cursors

PAGE = 50
AT_ONCE = 1_000
MOST_WORDS = 8

# what is looked for together: signing in, people, keys and settings, data that left or went
KINDS: dict[str, tuple[str, ...]] = {
    "access": ("access", "sign_in", "sign_out", "password", "passkey", "second_factor", "identity", "token"),
    "people": ("user", "workspace", "contacts.handed_over"),
    "data": ("audit", "contact", "import", "trash", "deed", "report", "campaign", "backup", "samples"),
    "pipedrive": ("pipedrive_key", "sync", "conflict", "meeting", "settings", "secret"),
}


@dataclass(frozen=True)
class Wanted:
    """What is looked for: a kind, words of who, what and whom, and days in the reader's own zone, both included."""

    kind: str = ""
    q: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class AuditEntry:
    """One event; `actor` and `about` are names where they are colleagues, else what the log says."""

    id: UUID
    at: datetime
    actor: str
    action: str
    about: str | None
    about_id: str = ""
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return f"{audit_words.actor_name(self.actor)} {audit_words.sentence(self.action, self.about)}"


@dataclass(frozen=True)
class Entries:
    items: list[AuditEntry]
    next_cursor: str | None


ALL = Wanted()


def read(session: Session, who: User, wanted: Wanted = ALL, after: str | None = None, limit: int = PAGE) -> Entries:
    """The newest events that fit, or those behind a cursor. Raises Forbidden."""
    if not policy.may_read_audit_log(who):
        raise Forbidden
    query = select(AuditEvent).where(*_conditions(session, who, wanted))
    if after:
        query = query.where(tuple_(col(AuditEvent.created_at), col(AuditEvent.id)) < cursors.moment(after))
    newest = query.order_by(col(AuditEvent.created_at).desc(), col(AuditEvent.id).desc())
    events = session.exec(newest.limit(limit + 1)).all()
    page = events[:limit]
    more = cursors.write(page[-1].created_at, page[-1].id) if len(events) > limit else None
    return Entries(_entries(session, page), more)


def export(session: Session, who: User, wanted: Wanted = ALL) -> Iterator[AuditEntry]:
    """Every event that fits, newest first; that it was taken out is an event too. Raises Forbidden."""
    found = read(session, who, wanted, limit=AT_ONCE)
    facts = {"kind": wanted.kind, "since": str(wanted.since or ""), "until": str(wanted.until or "")}
    audit_log.record(session, who, "audit.exported", "", **facts)
    yield from found.items
    while found.next_cursor:
        found = read(session, who, wanted, found.next_cursor, AT_ONCE)
        yield from found.items


def _conditions(session: Session, who: User, wanted: Wanted) -> list[ColumnElement[bool]]:
    zone, parts = ZoneInfo(who.timezone), []
    if wanted.since:
        parts.append(col(AuditEvent.created_at) >= datetime.combine(wanted.since, time(), zone))
    if wanted.until:
        parts.append(col(AuditEvent.created_at) < datetime.combine(wanted.until + timedelta(days=1), time(), zone))
    if prefixes := KINDS.get(wanted.kind):
        parts.append(or_(*(col(AuditEvent.action).startswith(prefix) for prefix in prefixes)))
    words = fold(wanted.q).split()[:MOST_WORDS]
    people = session.exec(select(User.id, User.name, User.email)).all() if words else []
    for word in words:
        ids = [str(id_) for id_, name, email in people if word in fold(f"{name} {email}")]
        deeds = [action for action, said in audit_words.WORDS.items() if word in fold(said)]
        parts.append(
            or_(
                col(AuditEvent.actor).in_(ids),
                col(AuditEvent.about).in_(ids),
                col(AuditEvent.detail)["owner"].astext.in_(ids),
                col(AuditEvent.action).in_(deeds),
                col(AuditEvent.actor).icontains(word, autoescape=True),
                col(AuditEvent.action).icontains(word, autoescape=True),
                col(AuditEvent.about).icontains(word, autoescape=True),
            )
        )
    return parts


def _entries(session: Session, events: Sequence[AuditEvent]) -> list[AuditEntry]:
    ids = {known for event in events for text in (event.actor, event.about, _owner(event)) if (known := _id(text))}
    names = dict(session.exec(select(User.id, User.name).where(col(User.id).in_(ids))).all())

    def told(text: str) -> str | None:
        known = _id(text)
        return names.get(known) if known else None

    return [
        AuditEntry(
            event.id,
            event.created_at,
            told(event.actor) or event.actor,
            event.action,
            told(event.about) or told(_owner(event)),
            event.about,
            event.detail,
        )
        for event in events
    ]


def _owner(event: AuditEvent) -> str:
    return str(event.detail.get("owner", ""))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
