"""What Pipedrive holds of ours, and what we may be creating there right now.

Before a record is created, an intent is committed; once its number is known,
the intent becomes a link. An intent that nobody resolved means: the record may
exist. Its key is the mutex, across colleagues and processes, and it is only
written over while it looks exactly as it did when we decided to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func, true
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, delete, select, update

from app import db
from app.models import Contact, EntityType, LinkState, Organisation, PipedriveLink, now
from app.sync.links.agreed import Agreed
from app.sync.queue import leases
from app.sync.queue.outcome_errors import Again, Waiting
from app.sync.queue.timings import Pace

Number = int | str


@dataclass(frozen=True)
class Slot:
    """The place of one record: its own key first, then other keys that mean the same record."""

    account: str
    kind: EntityType
    keys: tuple[str, ...]

    @property
    def own(self) -> str:
        return self.keys[0]


@dataclass(frozen=True)
class Seen:
    """What stood in a slot: the own link, the links of the other keys, and an unresolved intent.

    `open` are the rows that lead to no record: those that an intent takes over.
    """

    own: PipedriveLink | None
    aliases: tuple[PipedriveLink, ...]
    doubt: PipedriveLink | None
    snapshot: dict[str, tuple[LinkState, datetime]]
    open: tuple[PipedriveLink, ...] = ()


def look_up(session: Session, slot: Slot, pace: Pace) -> Seen:
    """Read the links of a slot; raises Waiting while a create may still be on its way."""
    rows = {row.entity_key: row for row in session.exec(_of(slot))}
    own = rows.get(slot.own)
    if own and own.state is LinkState.LINKED:
        return Seen(own, (), None, {})
    doubts = [row for row in rows.values() if row.state is LinkState.CREATING]
    if doubts:
        left = max(row.intent_at for row in doubts) + pace.hold - leases.moment(session)
        if left.total_seconds() > 0:
            raise Waiting(min(left, pace.a_moment))
    linked = tuple(row for row in rows.values() if row.state is LinkState.LINKED and row.remote_id)
    first = min(doubts, key=lambda row: row.intent_at, default=None)
    unlinked = tuple(row for row in rows.values() if row.state is not LinkState.LINKED)
    return Seen(own, linked, first, _snapshot(rows.values()), unlinked)


def intend(session: Session, slot: Slot, seen: Seen, digest: str) -> datetime:
    """Commit to creating this record; raises Again when the slot no longer looks as it did."""
    rows = session.exec(_of(slot).order_by(col(PipedriveLink.entity_key)).with_for_update()).all()
    if _snapshot(rows) != seen.snapshot:
        raise Again
    moment = leases.moment(session)
    here = {row.entity_key for row in rows}
    fresh = [_row(slot, key, moment, digest) for key in sorted(slot.keys) if key not in here]
    if fresh:
        born = insert(PipedriveLink).values(fresh).on_conflict_do_nothing().returning(col(PipedriveLink.id))
        if len(session.exec(born).all()) < len(fresh):
            raise Again
    renewed = {"state": LinkState.CREATING, "intent_at": moment, "synced_hash": digest, "remote_id": None}
    session.exec(update(PipedriveLink).where(_in(slot), col(PipedriveLink.state) != LinkState.LINKED).values(renewed))
    return moment


def save_link(
    session: Session, slot: Slot, number: Number, digest: str | None, *, created: bool, agreed: Agreed | None = None
) -> None:
    """Link every key of the slot to the record; a key that is linked already keeps its own, but for the first."""
    moment = now()
    known: dict[str, Any] = {"state": LinkState.LINKED, "synced_hash": digest, "updated_at": moment}
    known |= {"checked_at": moment, **numbered(number)}
    known["agreed"] = agreed.dump() if agreed else None
    rows = [_row(slot, key, moment, digest) | known | {"created_by_us": created} for key in sorted(slot.keys)]
    row = insert(PipedriveLink).values(rows)
    free = (col(PipedriveLink.entity_key) == slot.own) | (col(PipedriveLink.state) != LinkState.LINKED)
    said = {**known, "created_by_us": created}
    session.exec(
        row.on_conflict_do_update(index_elements=["account", "entity_type", "entity_key"], set_=said, where=free)
    )


def link_if_free(session: Session, slot: Slot, number: int, name: str) -> None:
    """Link a firm that Pipedrive named, unless this slot has a link already."""
    agreed = Agreed({"name": name}, {"name": name}).dump()
    known = {"state": LinkState.LINKED, "remote_id": number, "agreed": agreed}
    row = insert(PipedriveLink).values(_row(slot, slot.own, now(), None) | known)
    lost = col(PipedriveLink.state) == LinkState.LOST
    keys = ["account", "entity_type", "entity_key"]
    session.exec(row.on_conflict_do_update(index_elements=keys, set_=known, where=lost))


def numbered(number: Number) -> dict[str, Any]:
    """Most records are counted in numbers, leads in letters."""
    return (
        {"remote_id": number, "remote_ref": None}
        if isinstance(number, int)
        else {"remote_id": None, "remote_ref": number}
    )


def drop_intent(session: Session, slot: Slot, seen: Seen, moment: datetime) -> None:
    """Take back the intent of that moment, which certainly created nothing: the slot is again as it was `seen`.

    An earlier doubt stays one: only another look, under the parents that the record has by then, may end it.
    """
    ours = _in(slot), col(PipedriveLink.state) == LinkState.CREATING, col(PipedriveLink.intent_at) == moment
    for row in seen.open:
        before = row.model_dump(include={"state", "intent_at", "synced_hash", "remote_id"})
        session.exec(update(PipedriveLink).where(*ours, col(PipedriveLink.entity_key) == row.entity_key).values(before))
    session.exec(delete(PipedriveLink).where(*ours))


def forget_doubt(session: Session, slot: Slot, moment: datetime) -> None:
    """Delete an intent that came to nothing, as a look has shown."""
    doubt = col(PipedriveLink.state) == LinkState.CREATING, col(PipedriveLink.intent_at) == moment
    session.exec(delete(PipedriveLink).where(_in(slot), *doubt))


def mark_lost(session: Session, account: str, kind: EntityType, remote_id: int) -> None:
    """Mark every link to a record that Pipedrive no longer has as LOST."""
    there = {"account": account, "entity_type": kind, "remote_id": remote_id, "state": LinkState.LINKED}
    session.exec(update(PipedriveLink).filter_by(**there).values(state=LinkState.LOST, synced_hash=None))


def mark_synced(session: Session, slot: Slot, digest: str, agreed: Agreed) -> None:
    """Store what the own link agrees on: everything that `digest` stands for has been sent."""
    own = _in(slot), col(PipedriveLink.entity_key) == slot.own
    heard = {"synced_hash": digest, "agreed": agreed.dump(), "checked_at": now()}
    session.exec(update(PipedriveLink).where(*own).values(heard))


def write_agreed(session: Session, slot: Slot, agreed: Agreed) -> None:
    """Store the base with the values in flight, before they are sent."""
    own = _in(slot), col(PipedriveLink.entity_key) == slot.own
    session.exec(update(PipedriveLink).where(*own).values(agreed=agreed.dump()))


def link(session: Session, slot: Slot) -> PipedriveLink:
    own = _of(slot).where(PipedriveLink.entity_key == slot.own)
    found: PipedriveLink = session.exec(own).one()
    return found


def still_as_read(session: Session, link: PipedriveLink, number: int, read_at: datetime) -> PipedriveLink | None:
    """The link, held until the transaction ends; None where it leads elsewhere by now, or a push has agreed on something since."""
    row = session.get(PipedriveLink, link.id, with_for_update=True)
    if row is None or row.state is not LinkState.LINKED or row.remote_id != number:
        return None
    return None if row.checked_at and row.checked_at > read_at else row


def own_links(account: str, kind: EntityType) -> Any:
    """Select the links of our own rows; e-mail addresses that lead to the same record are left out."""
    return select(PipedriveLink).where(
        PipedriveLink.account == account,
        PipedriveLink.entity_type == kind,
        PipedriveLink.state == LinkState.LINKED,
        col(PipedriveLink.remote_id).is_not(None),
        ~col(PipedriveLink.entity_key).startswith("mail:"),
    )


def firms_of(account: str, number: int, bank: UUID) -> bool:
    """Whether an organisation of another bank is that organization too."""
    with db.reading() as session:
        theirs = select(Organisation.id).join(
            PipedriveLink, col(PipedriveLink.entity_key) == func.concat("firm:", col(Organisation.id))
        )
        linked = theirs.where(
            PipedriveLink.account == account,
            PipedriveLink.entity_type == EntityType.ORGANIZATION,
            PipedriveLink.remote_id == number,
            PipedriveLink.state == LinkState.LINKED,
            Organisation.user_id != bank,
        )
        return session.exec(linked.limit(1)).first() is not None


def is_shared(slot: Slot, remote_id: int) -> bool:
    """Whether a contact of any bank but the slot's own is that person too."""
    with db.reading() as session:
        theirs = own_links(slot.account, slot.kind).where(
            PipedriveLink.remote_id == remote_id, PipedriveLink.entity_key != slot.own
        )
        return session.exec(theirs.limit(1)).first() is not None


def taken(session: Session, slot: Slot, remote_id: int) -> bool:
    """Whether that record already belongs to somebody else of ours."""
    theirs = _of(slot, others=True).where(PipedriveLink.remote_id == remote_id)
    return session.exec(theirs).first() is not None


def claimed(session: Session, slot: Slot, remote_id: int, looks: str, bank: UUID | None) -> bool:
    """Whether another contact (of that bank, or of any) has that record, or may just have created one that looks like it."""
    theirs = select(cast(Contact.id, Text)).where(Contact.user_id == bank if bank else true())
    has = (col(PipedriveLink.remote_id) == remote_id) & col(PipedriveLink.entity_key).in_(theirs)
    makes = (col(PipedriveLink.state) == LinkState.CREATING) & (col(PipedriveLink.synced_hash) == looks)
    return session.exec(_of(slot, others=True).where(has | makes)).first() is not None


def _of(slot: Slot, *, others: bool = False) -> Any:
    keys = col(PipedriveLink.entity_key)
    within = keys.not_in(slot.keys) if others else keys.in_(slot.keys)
    return select(PipedriveLink).where(
        PipedriveLink.account == slot.account, PipedriveLink.entity_type == slot.kind, within
    )


def _in(slot: Slot) -> Any:
    return (
        (col(PipedriveLink.account) == slot.account)
        & (col(PipedriveLink.entity_type) == slot.kind)
        & col(PipedriveLink.entity_key).in_(slot.keys)
    )


def _row(slot: Slot, key: str, moment: datetime, digest: str | None) -> dict[str, object]:
    link = PipedriveLink(account=slot.account, entity_type=slot.kind, entity_key=key, state=LinkState.CREATING, intent_at=moment,
                         synced_hash=digest)  # fmt: skip
    return link.model_dump()


def _snapshot(rows: Iterable[PipedriveLink]) -> dict[str, tuple[LinkState, datetime]]:
    return {row.entity_key: (row.state, row.intent_at) for row in rows}
