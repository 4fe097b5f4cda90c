"""Earlier imports: what came in when, and how it is taken out again for as long as it is remembered."""

from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, func, select, update

from app.errors import Conflict, NotFound
from app.models import Activity, CampaignContact, Contact, Import, ImportChange, Organisation, PipedriveSync, User, now
from app.models.undo import KEPT, KEPT_DAYS
from app.services.base import audit_log
from app.services.imports import filling, known_people
from app.signals import Topic, announce

TOO_OLD = f"This import is more than {KEPT_DAYS} days ago and cannot be undone any more."
NOT_MINE = "This import is not one of yours."


@dataclass(frozen=True)
class Undone:
    """How many new contacts went into the trash, how many others have their old values back, and how many of both
    were changed since and stay as they are."""

    trashed: int = 0
    put_back: int = 0
    left: int = 0

    @property
    def sentence(self) -> str:
        said = [f"{self.trashed:,} {_people(self.trashed)} moved to the trash"] if self.trashed else []
        if self.put_back:
            said.append(
                f"{self.put_back:,} as before" if said else f"{self.put_back:,} {_people(self.put_back)} as before"
            )
        words = f"{', '.join(said)}." if said else "Nothing was left to undo."
        stay = "stays as it is" if self.left == 1 else "stay as they are"
        return f"{words} {self.left:,} changed since and {stay}." if self.left else words


@dataclass(frozen=True)
class Past:
    """One earlier import, for the list."""

    batch: Import
    can_undo: bool


def recent(session: Session, who: User, limit: int = 20) -> list[Past]:
    """This person's imports, the newest first."""
    query = (
        select(Import).where(Import.user_id == who.id).order_by(col(Import.created_at).desc(), col(Import.id).desc())
    )
    return [Past(batch, batch.undone_at is None and not _is_old(batch)) for batch in session.exec(query.limit(limit))]


def undo(session: Session, who: User, batch_id: UUID) -> Undone:
    """Put the contacts that an import made into the trash, but for those touched since, and take out of the others
    what it filled in, where that still stands as it was left. A second time changes nothing.

    Raises NotFound for an import that is not this person's, Conflict after 30 days.
    """
    mine = select(Import).where(Import.id == batch_id, Import.user_id == who.id).with_for_update()
    batch = session.exec(mine).one_or_none()
    if batch is None:
        raise NotFound(NOT_MINE)
    if batch.undone_at:
        return Undone()
    if _is_old(batch):
        raise Conflict(TOO_OLD)
    trashed = _trashed(session, who, batch)
    still = select(func.count()).select_from(Contact).where(*_made(who, batch))
    put_back, left = _emptied(session, who, batch)
    undone = Undone(trashed, put_back, left + session.exec(still).one())
    batch.undone_at = now()
    session.add(batch)
    audit_log.record(session, who, "import.undone", batch_id, trashed=trashed, put_back=put_back, left=undone.left)
    announce(session, Topic.CONTACT, batch_id, who.id)
    return undone


def _is_old(batch: Import) -> bool:
    return batch.created_at < now() - KEPT


def _made(who: User, batch: Import) -> list[ColumnElement[bool]]:
    return [
        col(Contact.import_id) == batch.id,
        col(Contact.user_id) == who.id,
        col(Contact.deleted_at).is_(None),
    ]


def _trashed(session: Session, who: User, batch: Import) -> int:
    links: dict[Any, list[Any]] = {
        Activity: [col(Activity.subject) != known_people.CONNECTED],
        CampaignContact: [],
        PipedriveSync: [],
    }
    untouched = [
        *_made(who, batch),
        col(Contact.version) == 1,
        *(~exists().where(col(link.contact_id) == col(Contact.id), *but) for link, but in links.items()),
    ]
    gone = {"deleted_at": now(), "updated_at": now(), "version": 2}
    return len(session.exec(update(Contact).where(*untouched).values(gone).returning(col(Contact.id))).all())


def _emptied(session: Session, who: User, batch: Import) -> tuple[int, int]:
    """Take out what was filled in: for how many, and for how many something else stands there by now."""
    changes = session.exec(select(ImportChange).where(ImportChange.import_id == batch.id)).all()
    ids = [change.contact_id for change in changes]
    query = select(Contact).where(col(Contact.id).in_(ids), Contact.user_id == who.id).order_by(col(Contact.id))
    found = {contact.id: contact for contact in session.exec(query.with_for_update())}
    firms = dict(session.exec(select(Organisation.id, Organisation.name).where(Organisation.user_id == who.id)).all())
    put_back, left = 0, 0
    for change in changes:
        contact = found.get(change.contact_id)
        same = contact is not None and _restored(contact, change.before, change.after, firms)
        put_back += same
        left += not same
    return put_back, left


def _restored(contact: Contact, before: dict[str, Any], after: dict[str, Any], firms: dict[UUID, str]) -> bool:
    """Give back each fact that still is what the import made of it; says whether that was all of them."""
    is_now = filling.image(contact)
    same = [fact for fact in after if is_now[fact] == after[fact]]
    for column in same:
        setattr(contact, column, _column_type(column).validate_python(before[column]))
    if same:
        contact.reindex(firms.get(contact.organisation_id) if contact.organisation_id else None)
        contact.version += 1
    return len(same) == len(after)


@cache
def _column_type(column: str) -> TypeAdapter[Any]:
    kind: Any = Contact.model_fields[column].annotation
    return TypeAdapter(kind)


def _people(count: int) -> str:
    return "contact" if count == 1 else "contacts"
