"""What an erased contact had in the practice company is deleted there, whether the firm still practises or not.

The links of an erased contact stay, without anybody's name, until that is done.
"""

from sqlmodel import col, delete, select

from app import db
from app.models import PRACTICE, PipedriveLink
from app.models.pipedrive_sync import ERASED_KEY
from app.practice.page import KINDS
from app.sync.queue.company import SyncContext

OF_ERASED = (PipedriveLink.account == PRACTICE, col(PipedriveLink.entity_key).startswith(ERASED_KEY))


def forget_erased(context: SyncContext) -> None:
    """Delete these records and then their links; cut short in between, it is done again."""
    if context.practice is None:
        return
    with db.reading() as session:
        links = session.exec(select(PipedriveLink).where(*OF_ERASED)).all()
    if not links:
        return
    context.practice.forget((KINDS[link.entity_type], link.remote_id) for link in links if link.remote_id)
    with db.transaction() as session:
        session.exec(delete(PipedriveLink).where(col(PipedriveLink.id).in_([link.id for link in links])))
