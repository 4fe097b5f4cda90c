"""Firms in a contact bank: one row per firm, however it was spelled; one spelling for all, and two made one."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, func, select, update

from app.errors import Conflict, Invalid, NotFound
from app.models import Contact, Organisation, UndoKind, User, are_two_companies, key_with_form, now, organisation_key
from app.models.base import fold
from app.services.base import audit_log
from app.services.contacts import derived_fields
from app.services.undo.row_snapshots import Step
from app.services.undo.undo_log import add_entry
from app.signals import Topic, announce

UNKNOWN = "This organisation is not in your contact bank."


@dataclass(frozen=True)
class Firm:
    """An organisation of a bank, and how many contacts work there (the trash not counted)."""

    id: UUID
    name: str
    used: int


def get_or_create(session: Session, who: User, name: str | None) -> Organisation | None:
    """The bank's organisation of that name, made when it is new; the first spelling stays.

    An AG is not put at the GmbH of the same name.
    """
    if not name:
        return None
    found, key = find(session, who, name)
    if found:
        return found
    row = Organisation(user_id=who.id, name=name, key=key)
    session.exec(
        insert(Organisation).values(**row.model_dump()).on_conflict_do_nothing(constraint="organisations_once")
    )
    return session.exec(select(Organisation).where(Organisation.user_id == who.id, Organisation.key == key)).one()


def find(session: Session, who: User, name: str, *, but_not: UUID | None = None) -> tuple[Organisation | None, str]:
    """The bank's organisation that this name means, if any, and the key that it has, or that a new one gets."""
    keys = [key[:200] for key in (key_with_form(name), organisation_key(name))]
    of_that_name = select(Organisation).where(Organisation.user_id == who.id, col(Organisation.key).in_(keys))
    there = {row.key: row for row in session.exec(of_that_name) if row.id != but_not}
    for key in keys:
        if key in there and not are_two_companies(there[key].name, name):
            return there[key], key
    return None, keys[0] if keys[1] in there else keys[1]


def suggest(session: Session, who: User, typed: str, limit: int = 8) -> list[str]:
    """Names from this person's bank that contain what was typed."""
    query = select(Organisation.name).where(Organisation.user_id == who.id)
    if typed:
        query = query.where(col(Organisation.key).contains(fold(typed), autoescape=True))
    return list(session.exec(query.order_by(Organisation.name).limit(limit)))


def pick(session: Session, who: User, q: str = "", limit: int = 50) -> list[Firm]:
    """This person's organisations whose name holds what is typed, the most used first."""
    used = func.count(col(Contact.id))
    at_work = (col(Contact.organisation_id) == col(Organisation.id)) & col(Contact.deleted_at).is_(None)
    query = (
        select(Organisation.id, Organisation.name, used)
        .join(Contact, at_work, isouter=True)
        .where(Organisation.user_id == who.id)
        .group_by(col(Organisation.id))
    )
    for word in fold(q).split()[:8]:
        query = query.where(col(Organisation.key).contains(word, autoescape=True))
    rows = session.exec(query.order_by(used.desc(), col(Organisation.key), col(Organisation.id)).limit(limit))
    return [Firm(*row) for row in rows]


def owned(session: Session, who: User, organisation_id: UUID, *, lock: bool = False) -> Organisation:
    """The organisation, if it is one of this person's; `lock` holds it until the transaction ends. Raises NotFound."""
    query = select(Organisation).where(Organisation.id == organisation_id, Organisation.user_id == who.id)
    firm = session.exec(query.with_for_update() if lock else query).one_or_none()
    if firm is None:
        raise NotFound(UNKNOWN)
    return firm


def people(session: Session, who: User, organisation_id: UUID, limit: int = 200) -> Sequence[Contact]:
    """Who works there, in this person's bank, the longest silent first."""
    query = select(Contact).options(joinedload(Contact.organisation))  # type: ignore[arg-type]
    there = query.where(Contact.organisation_id == organisation_id, Contact.user_id == who.id)
    silent = col(Contact.last_contacted).asc().nulls_first()
    return session.exec(
        there.where(col(Contact.deleted_at).is_(None)).order_by(silent, col(Contact.name)).limit(limit)
    ).all()


def name_of(session: Session, organisation_id: UUID | None) -> str | None:
    row = session.get(Organisation, organisation_id) if organisation_id else None
    return row.name if row else None


def rename(session: Session, who: User, organisation_id: UUID, name: str) -> tuple[Organisation, UUID]:
    """Give the organisation another name, for all who work there; returns it and the id of the entry in the undo log.

    Raises NotFound, Invalid without a name, and Conflict when another organisation has that name: merge them then.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= 200:
        raise Invalid(fields={"name": "Type a name of up to 200 characters."})
    firm = owned(session, who, organisation_id, lock=True)
    before = _image(firm)
    taken, key = find(session, who, name, but_not=firm.id)
    if taken:
        raise Conflict(f"{taken.name} is there already. Merge the two instead.")
    firm.name, firm.key = name, key
    session.add(firm)
    session.flush()
    renamed = Step("organisations", [before], [_image(firm)])
    steps = [renamed, _people(session, who, firm)]
    return firm, _told(session, who, UndoKind.FIRM_RENAME, firm, f"Renamed to {name}.", steps)


def merge(session: Session, who: User, keep_id: UUID, drop_id: UUID) -> tuple[Organisation, UUID]:
    """Move everybody of one organisation to the other; returns that one and the id of the entry in the undo log.

    Raises NotFound, and Conflict when the two are one.
    """
    if keep_id == drop_id:
        raise Conflict("Choose two different organisations.")
    kept, dropped = (owned(session, who, one, lock=True) for one in (keep_id, drop_id))
    moved = session.exec(
        update(Contact)
        .where(col(Contact.organisation_id) == dropped.id, col(Contact.user_id) == who.id)
        .values(organisation_id=kept.id, version=Contact.version + 1, updated_at=now())
        .returning(col(Contact.id))
    ).scalars()
    ids = list(moved)
    here, there = ([{"id": one, "organisation_id": firm.id} for one in ids] for firm in (dropped, kept))
    gone = dropped.model_dump()
    session.expunge(dropped)
    session.exec(delete(Organisation).where(col(Organisation.id) == drop_id))
    sentence = f"{gone['name']} is {kept.name} now."
    steps = [Step("contacts", here, there), Step("organisations", [gone])]
    return kept, _told(session, who, UndoKind.FIRM_MERGE, kept, sentence, steps)


PEOPLE = text("select id from contacts where organisation_id = :firm and user_id = :who")


def _people(session: Session, who: User, firm: Organisation) -> Step:
    """Who works there: nothing of theirs changes but what search reads."""
    same = [{"id": row.id} for row in session.execute(PEOPLE, {"firm": firm.id, "who": who.id})]
    return Step("contacts", same, same)


def _told(  # noqa: PLR0917 - the parts of one entry
    session: Session, who: User, kind: UndoKind, firm: Organisation, sentence: str, steps: list[Step]
) -> UUID:
    """Index the contacts under the new name, and add an entry to the undo log."""
    people = session.execute(PEOPLE, {"firm": firm.id, "who": who.id}).all()
    derived_fields.update_search_text(session, [row.id for row in people])
    undo_id = add_entry(session, who, kind, sentence, steps)
    audit_log.record(session, who, f"organisation.{kind.value.lower()}", firm.id, contacts=len(people))
    announce(session, Topic.CONTACT, undo_id, who.id)
    return undo_id


def _image(firm: Organisation) -> dict[str, object]:
    return {"id": firm.id, "name": firm.name, "key": firm.key}
