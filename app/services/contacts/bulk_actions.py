"""One verb for many contacts of one's own: for those that were chosen, or all that a search finds.

Each returns how many it changed, and the id of the entry in the undo log, for `undo_dispatch.undo`.
Contacts that are not this person's are none of theirs to choose and are passed over.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.errors import Invalid, TooLarge
from app.models import Contact, Trigger, UndoKind, User, WarmnessChange, WarmnessReason, now
from app.models.base import new_id
from app.models.contact import MOST_TAGS, ContactDraft
from app.services.base import audit_log
from app.services.contacts import contact_bank, contact_search
from app.services.contacts.contact_search import Search
from app.services.push_queue import push_jobs, push_rules
from app.services.undo import undo_log
from app.services.undo.row_snapshots import Step, expire_rows, insert_rows
from app.signals import Topic, announce

Chosen = Sequence[UUID] | Search

MOST = 10_000


class Done(NamedTuple):
    """How many contacts changed, and what takes it back (None when nothing changed)."""

    n: int
    undo_id: UUID | None


def chosen(session: Session, who: User, wanted: Chosen, *, trash: bool = False) -> list[UUID]:
    """The ids of this person's contacts among those wanted, locked until the transaction ends.

    Raises TooLarge beyond 10,000.
    """
    mine = select(Contact.id).where(Contact.user_id == who.id)
    mine = mine.where(col(Contact.deleted_at).is_not(None) if trash else col(Contact.deleted_at).is_(None))
    if isinstance(wanted, Search):
        mine = mine.where(col(Contact.id).in_(contact_search.ids(session, who, wanted)))
    elif len(wanted) <= MOST:
        mine = mine.where(col(Contact.id).in_(list(wanted)))
    if not isinstance(wanted, Search) and len(wanted) > MOST:
        raise TooLarge(f"Choose at most {MOST:,} contacts at a time.")
    found = list(session.exec(mine.order_by(col(Contact.id)).limit(MOST + 1).with_for_update()))
    if len(found) > MOST:
        raise TooLarge(f"Choose at most {MOST:,} contacts at a time.")
    return found


def tag(session: Session, who: User, wanted: Chosen, word: str) -> Done:
    """Give them all one more tag; who has 30 already is passed over."""
    word = _tag(word)
    more = "(select array_agg(distinct w order by w) from unnest(t.tags || :word) w)"
    where = f"not t.tags @> :word and cardinality(t.tags) < {MOST_TAGS}"
    steps = _changed(session, chosen(session, who, wanted), "tags", more, where, word=[word])
    return record(session, who, UndoKind.TAG, f"Tagged “{word}”.", steps)


def untag(session: Session, who: User, wanted: Chosen, word: str) -> Done:
    word = _tag(word)
    ids = chosen(session, who, wanted)
    steps = _changed(session, ids, "tags", "array_remove(t.tags, :one)", "t.tags @> :word", word=[word], one=word)
    return record(session, who, UndoKind.UNTAG, f"Tag “{word}” removed.", steps)


def snooze(session: Session, who: User, wanted: Chosen, days: int) -> Done:
    """Do not suggest them for so many days; 0 wakes them up."""
    until = contact_bank.snooze_end(days, who.timezone)
    ids = chosen(session, who, wanted)
    to = "cast(:until as timestamptz)"
    steps = _changed(session, ids, "snoozed_until", to, f"t.snoozed_until is distinct from {to}", until=until)
    return record(session, who, UndoKind.SNOOZE, f"Snoozed for {days} days." if days else "Woken up.", steps)


def warm(session: Session, who: User, wanted: Chosen, by: int) -> Done:
    """Set all so many degrees warmer or colder, with a step in each one's history; who becomes warm is handed over."""
    if not -10 <= by <= 10 or by == 0:
        raise Invalid("Choose 1 to 10 degrees up or down.", {"by": "Choose 1 to 10 degrees up or down."})
    to = "least(10, greatest(0, t.warmness_score + :by))"
    ids = chosen(session, who, wanted)
    steps = _changed(session, ids, "warmness_score", to, f"t.warmness_score <> {to}", by=by)
    same = WarmnessChange(contact_id=who.id, user_id=who.id, before=0, after=0, reason=WarmnessReason.HAND).model_dump()
    history = [
        same
        | {"id": new_id(), "contact_id": was["id"], "before": was["warmness_score"], "after": became["warmness_score"]}
        for was, became in zip(steps[0].before, steps[0].after, strict=True)
    ]
    insert_rows(session, who, "warmness_changes", history)
    added = Step("warmness_changes", after=[{"id": row["id"], "contact_id": row["contact_id"]} for row in history])
    pushes = push_rules.push_newly_warm(
        session, who, [(row["contact_id"], row["before"], row["after"]) for row in history]
    )
    words = f"{abs(by)} {'warmer' if by > 0 else 'colder'}."
    return record(session, who, UndoKind.WARM, words, [*steps, added, pushes])


def push(session: Session, who: User, wanted: Chosen) -> Done:
    """Queue a push for each of them; undo cancels those that have not gone over yet."""
    step = push_jobs.enqueue_contacts(session, who, chosen(session, who, wanted), Trigger.MANUAL)
    return record(session, who, UndoKind.PUSH, "Queued for Pipedrive.", [step])


def trash(session: Session, who: User, wanted: Chosen) -> Done:
    """Move them to the trash and cancel their open pushes."""
    ids = chosen(session, who, wanted)
    steps = _changed(session, ids, "deleted_at", "cast(:moment as timestamptz)", "true", moment=now())
    return record(
        session, who, UndoKind.TRASH, "Moved to the trash.", [*steps, push_rules.close_pushes(session, who, ids)]
    )


def restore(session: Session, who: User, wanted: Chosen) -> Done:
    """Restore them from the trash with their touches, and queue again the pushes that the trash cancelled."""
    ids = chosen(session, who, wanted, trash=True)
    steps = _changed(session, ids, "deleted_at", "null", "true")
    return record(
        session, who, UndoKind.RESTORE, "Back from the trash.", [*steps, push_rules.reopen_pushes(session, who, ids)]
    )


def record(session: Session, who: User, kind: UndoKind, sentence: str, steps: Sequence[Step]) -> Done:
    """Write the undo entry, the audit record and the signal of a bulk action; the first step's rows are counted."""
    n = len(steps[0].after)
    if not n:
        return Done(0, None)
    undo_id = undo_log.add_entry(session, who, kind, f"{n:,}: {sentence}", steps)
    audit_log.record(session, who, f"contacts.{kind.value.lower()}", undo_id, contacts=n)
    announce(session, Topic.CONTACT, undo_id, who.id)
    return Done(n, undo_id)


def _changed(session: Session, ids: Sequence[UUID], column: str, to: str, where: str, **binds: Any) -> list[Step]:
    """Change one column of the locked contacts where the condition holds, in one statement that knows what was there."""
    session.flush()
    change = text(f"""
        update contacts t set {column} = {to}, version = t.version + 1, updated_at = :now from contacts old
        where old.id = t.id and t.id = any(:ids) and {where}
        returning t.id, old.{column} as was, t.{column} as became
    """)  # noqa: S608 - the pieces stand in this module
    rows = session.execute(change, {"ids": list(ids), "now": now(), **binds}).all()
    expire_rows(session)
    before = [{"id": row.id, column: row.was} for row in rows]
    return [Step("contacts", before, [{"id": row.id, column: row.became} for row in rows])]


def _tag(word: str) -> str:
    """The word as a contact would keep it. Raises Invalid when nothing is left of it."""
    tags = ContactDraft(name="-", tags=[word]).tags
    if not tags or not tags[0]:
        raise Invalid("Type a tag.", {"tag": "Type a tag."})
    return tags[0]
