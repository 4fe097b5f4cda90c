"""What an attempt failed at: the number that was wrong, the address that a mail came back from.

Nobody is asked which one it was: it is the first of its kind that had not failed
before, which is the one that every screen offers. Taking the touch back, or
telling it otherwise, takes the mark away with it.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.models import Outcome, User
from app.services.undo.row_snapshots import expire_rows

FAILS = frozenset({Outcome.WRONG_NUMBER, Outcome.BOUNCED})
MARK = text("""
update activities touch set failed_address = (
    select address from unnest(case touch.outcome when 'WRONG_NUMBER' then c.phones when 'BOUNCED' then c.emails end)
        with ordinality as known(address, place)
    where not address = any(c.failed_addresses) order by place limit 1
)
from contacts c
where c.id = touch.contact_id and touch.id = any(:touches)
""")


def mark(session: Session, who: User, touches: Sequence[UUID], *outcomes: Outcome | None) -> None:
    """Say of touches with one contact each what they failed at; `outcomes` are what they have and had."""
    del who
    if FAILS.isdisjoint(outcomes):
        return
    session.flush()
    session.execute(MARK, {"touches": list(touches)})
    expire_rows(session)
