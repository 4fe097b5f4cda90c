"""Taking the name of erased contacts out of the touches of others: found by ids and by the subjects that we write.

Two kinds of touches of others name a contact: referrals that brought them
(`referred_contact_id`), and the reminders to thank whoever brought them
(`thanks_subject`). What people typed about others stays as it is.
"""

import re
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, text
from sqlmodel import Session, col, select

from app.models import ActivityType, Contact, Outcome, auto_subject, now, thanks_subject

NOBODY_ACTS = "erasure has looked whose contacts these are"

SOMEBODY = "somebody"
# a name ends before a letter, and before a hyphen or an apostrophe that goes on with one, but for a genitive
NAME_STARTS, NAME_ENDS = r"(?<![\w'’-])", r"(?!\w|-\w|['’](?!s\b)\w)"

REFERRALS = text("""
select a.id, a.type, a.outcome, a.subject, referrer.name as referrer, whom.id as whom_id
from activities a join contacts whom on whom.id = a.referred_contact_id
left join contacts referrer on referrer.id = a.contact_id
where a.referred_contact_id = any(:ids) and not coalesce(a.contact_id = any(:ids), false)
""")
# thanks to one who brought them; else to anybody of their owner's, as long as nobody else has that name
THANKS = text("""
update activities a set subject = :without, version = a.version + 1, updated_at = :now
from contacts c
where c.id = a.contact_id and a.type = 'EMAIL' and a.subject = :thanks and c.id <> all(:ids)
  and (exists (select from activities r where r.contact_id = c.id and r.referred_contact_id = :whom)
       or (c.user_id = :owner and not exists (
           select from contacts o where o.user_id = :owner and o.name = :name and o.id <> all(:ids))))
""")
RENAMED = text("update activities set subject = :subject, version = version + 1, updated_at = :now where id = :id")


def remove_names(session: Session, contact_ids: Sequence[UUID], former_names: Collection[str] = ()) -> None:
    """Write "somebody" for the names of these contacts, and their former ones, in the subjects of others' touches.

    To be called while the contacts, and what refers to them, are still there.
    """
    people = session.exec(
        select(Contact.id, Contact.user_id, Contact.name).where(col(Contact.id).in_(contact_ids))
    ).all()
    names = {one: {name, *former_names} for one, _, name in people}
    same: dict[str, Any] = {"ids": list(contact_ids), "now": now()}
    for row in session.execute(REFERRALS, same).all():
        subject = _without_name(session, row, names[row.whom_id], contact_ids)
        if subject != row.subject:
            session.execute(RENAMED, {"id": row.id, "subject": subject[:200], "now": now()})
    for contact_id, owner, _ in people:
        for name in names[contact_id]:
            thanks = {"thanks": thanks_subject(name), "without": thanks_subject(SOMEBODY), "name": name}
            session.execute(THANKS, {**same, **thanks, "whom": contact_id, "owner": owner})


def _without_name(session: Session, referral: Any, names: set[str], contact_ids: Sequence[UUID]) -> str:
    """The subject of a referral without the name of whom it brought.

    An automatic subject names the referrer, and stays. In a typed one whole names go, but not where they are part of
    the longer name of another contact.
    """
    subject: str = referral.subject
    found = [name for name in names if name in subject]
    if not found or _is_automatic(referral, names):
        return subject
    owners = select(Contact.user_id).where(col(Contact.id).in_(contact_ids))
    others = session.exec(
        select(Contact.name).where(
            col(Contact.user_id).in_(owners),
            col(Contact.id).not_in(contact_ids),
            or_(*(col(Contact.name).contains(name, autoescape=True) for name in found)),
        )
    )
    longer = {other for other in others if other in subject} - names
    ordered = sorted({*found, *longer}, key=len, reverse=True)
    whole = re.compile(f"{NAME_STARTS}(?:{'|'.join(map(re.escape, ordered))}){NAME_ENDS}")
    return whole.sub(lambda at: SOMEBODY if at[0] in names else at[0], subject)


def _is_automatic(referral: Any, names: set[str]) -> bool:
    """Whether nobody typed this subject: it names the referrer, perhaps as they were called before."""
    kind = ActivityType(referral.type)
    outcome = Outcome(referral.outcome) if referral.outcome else None
    subject: str = referral.subject
    if subject == auto_subject(kind, referral.referrer or SOMEBODY, outcome):
        return True
    before, after = auto_subject(kind, "\0", outcome).split("\0")
    named = subject.removeprefix(before).removesuffix(after)
    return len(named) == len(subject) - len(before) - len(after) and bool(after) and named not in names
