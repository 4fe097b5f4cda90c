"""Bulk actions on a board: assign, move and take out many contacts, each with one entry in the undo log."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import Contact, Stage, UndoKind, User
from app.services.campaigns import board_assignments, board_stages, campaigns
from app.services.campaigns.board_assignments import Assigned
from app.services.campaigns.board_places import placement_step, places
from app.services.contacts import bulk_actions
from app.services.contacts.bulk_actions import Chosen, Done
from app.services.permissions import visibility
from app.services.undo import undo_log
from app.services.undo.row_snapshots import Step


def assign(
    session: Session, who: User, campaign_id: UUID, contact_ids: Sequence[UUID]
) -> tuple[list[Assigned], UUID | None]:
    """Put them on the board as `board_assignments.assign` does; with the undo entry, None when nobody was added."""
    done = board_assignments.assign(session, who, campaign_id, contact_ids)
    fresh = [one.contact_id for one in done if one.status == "assigned"]
    step = placement_step(session, campaign_id, fresh)
    return done, _keep(session, who, UndoKind.ASSIGN, "Assigned.", step)


def assign_chosen(session: Session, who: User, wanted: Chosen, campaign_id: UUID) -> Done:
    """Put chosen contacts of one's own on the board. Raises NotFound for the campaign, and Conflict when it is archived."""
    results = board_assignments.assign(session, who, campaign_id, bulk_actions.chosen(session, who, wanted))
    fresh = [one.contact_id for one in results if one.status == "assigned"]
    step = placement_step(session, campaign_id, fresh)
    return bulk_actions.record(session, who, UndoKind.ASSIGN, "Assigned.", [step])


def move(session: Session, who: User, campaign_id: UUID, contact_ids: Sequence[UUID], stage: Stage) -> Done:
    """Put them all into one column by hand; who stands there already stays, who is not on the board is passed over.

    Raises NotFound for the campaign, and Conflict when it is archived.
    """
    visibility.working(campaigns.seen(session, who, campaign_id))
    before = board_stages.move_many(session, who, campaign_id, contact_ids, stage)
    after = places(session, campaign_id, [one.contact_id for one in before])
    step = Step("campaign_contacts", [one.trace() for one in before], [one.trace() for one in after])
    return Done(len(before), _keep(session, who, UndoKind.MOVE, "Moved on the board.", step))


def take_out(session: Session, who: User, campaign_id: UUID, contact_ids: Sequence[UUID]) -> Done:
    """Take them off the board; a member's own ones only. Raises Forbidden when none of them may go, and NotFound."""
    there = {place.contact_id: place for place in places(session, campaign_id, contact_ids, lock=True)}
    rows = {contact_id: place.model_dump(mode="json") for contact_id, place in there.items()}
    owners = dict(session.exec(select(Contact.id, Contact.user_id).where(col(Contact.id).in_(there))).all())
    board_assignments.unassign(session, who, campaign_id, list(contact_ids))
    stayed = {place.contact_id for place in places(session, campaign_id, list(there))}
    before = [row | {"owner": str(owners[one])} for one, row in rows.items() if one not in stayed]
    kept = _keep(session, who, UndoKind.TAKE_OUT, "Taken off the board.", Step("campaign_contacts", before))
    return Done(len(before), kept)


def _keep(session: Session, who: User, kind: UndoKind, sentence: str, step: Step) -> UUID | None:
    n = len(step.before or step.after)
    return undo_log.add_entry(session, who, kind, f"{n:,}: {sentence}", [step]) if n else None
