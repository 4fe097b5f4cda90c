"""What can be done about a push with one tap: retry, link, create anyway, skip, take back, resolve."""

import asyncio
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.errors import Refusal
from app.models import ConflictResolution, EntityType, HandoverDecision, User
from app.pages.core.tap import Confirmation, look, tap
from app.pages.ui import toast
from app.services.contacts import contact_bank
from app.services.pipedrive import conflicts, manual_link, manual_push, push_receipts, record_choice
from app.services.pipedrive.manual_push import LookUp
from app.services.push_queue import handovers, push_jobs, record_urls

DECIDED = {
    ConflictResolution.OURS: "Yours stands; Pipedrive hears of it",
    ConflictResolution.THEIRS: "Taken over from Pipedrive",
}


@tap
def retry_push(session: Session, me: User, sync_id: UUID) -> str:
    push_jobs.retry(session, me, [sync_id])
    return "Trying again" if push_jobs.has_connection(session, me) else push_jobs.NO_KEY


@tap
def retry_all_pushes(session: Session, me: User, whose: UUID | None) -> str:
    """All that need somebody in the list that is shown."""
    count = push_jobs.retry_all(session, me, whose)
    return f"Trying {count} again" if count else "Nothing to try again"


@tap
def link_record(session: Session, me: User, sync_id: UUID, kind: EntityType, typed: str) -> str:
    """`typed` is a number, or an address pasted from Pipedrive."""
    number = record_urls.home(session, me).number(typed, kind)
    record_choice.link_to(session, me, sync_id, number)
    return f"Linking to {kind} {number}"


@tap
def choose_none(session: Session, me: User, sync_id: UUID, keeps_link: bool) -> str:
    record_choice.create_anyway(session, me, sync_id)
    return "The address is on its way" if keeps_link else "A new record is on its way"


@tap
def skip_push(session: Session, me: User, sync_id: UUID) -> Confirmation:
    record_choice.skip(session, me, sync_id)
    return Confirmation("Skipped; it stays out of Pipedrive", lambda s, who: _after_all(s, who, sync_id))


@tap
def undo_push(session: Session, me: User, sync_id: UUID) -> str:
    push_receipts.undo(session, me, sync_id)
    return "Taking back what this push created; what others use there stays"


@tap
def resolve_conflict(session: Session, me: User, conflict_id: UUID, resolution: ConflictResolution) -> Confirmation:
    """Keep ours or take theirs; the way back is the opposite."""
    conflicts.resolve(session, me, conflict_id, resolution)
    return Confirmation(DECIDED[resolution], lambda s, who: _the_other_way(s, who, conflict_id))


@tap
def decide_handover(session: Session, me: User, handover_id: UUID, decision: HandoverDecision) -> str:
    handovers.decide(session, me, handover_id, decision)
    return "They move to you in Pipedrive" if decision is HandoverDecision.MOVE else "Nothing changes in Pipedrive"


async def link_contact(look_up: LookUp, contact_id: UUID, typed: str) -> bool:
    """Looked for in Pipedrive first, while no transaction is open: nobody is linked to what is not there."""
    page = ui.context.client
    try:
        wanted = await look(lambda session, me: manual_link.wanted_link(session, me, contact_id, typed))
        if wanted:
            await asyncio.to_thread(manual_link.check_found, wanted, look_up)
    except Refusal as refusal:
        toast.show(page, str(refusal), "no")
        return False
    return await keep_link(contact_id, typed)


@tap
def keep_link(session: Session, me: User, contact_id: UUID, typed: str) -> str:
    manual_push.link(session, me, contact_id, typed)
    return "Linking to that person" if push_jobs.has_connection(session, me) else push_jobs.NO_KEY


@tap
def unlink_contact(session: Session, me: User, contact_id: UUID) -> Confirmation:
    number = contact_bank.owned(session, me, contact_id).pipedrive_person_id
    record_choice.unlink(session, me, contact_id)
    back = (lambda s, who: _linked_again(s, who, contact_id, number)) if number else None
    return Confirmation("Unlinked; nothing changed in Pipedrive", back)


def _after_all(session: Session, who: User, sync_id: UUID) -> str:
    push_jobs.retry(session, who, [sync_id])
    return "On its way again"


def _the_other_way(session: Session, who: User, conflict_id: UUID) -> str:
    decided = conflicts.reverse(session, who, conflict_id).resolution
    return DECIDED[decided] if decided else ""


def _linked_again(session: Session, who: User, contact_id: UUID, number: int) -> str:
    manual_push.link(session, who, contact_id, str(number))
    return "Linked again"
