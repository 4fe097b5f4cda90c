"""Undoes a bulk action on a board, for the places that still are as the action left them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.errors import NotFound
from app.models import Campaign, Contact, Stage, UndoEntry, UndoKind, User, now
from app.services import policy
from app.services.campaigns import board_assignments, board_stages, campaigns
from app.services.campaigns.board_places import places
from app.services.permissions import visibility
from app.services.undo.row_snapshots import Step

# how long whoever leads a campaign may put back a colleague's contact that they took out
SECOND_THOUGHT = timedelta(minutes=10)

Row = dict[str, Any]


def undo_on_board(session: Session, who: User, entry: UndoEntry) -> tuple[int, int]:
    """Undo an entry about boards; returns how many places were put back, and how many it had changed."""
    (step,) = (Step(**one) for one in entry.what)
    by_campaign: defaultdict[str, list[Row]] = defaultdict(list)
    for row in step.before or step.after:
        by_campaign[row["campaign_id"]].append(row)
    left = {row["id"]: row for row in step.after}
    verb = {UndoKind.ASSIGN: _off_again, UndoKind.MOVE: _moved_back, UndoKind.TAKE_OUT: _on_again}[entry.kind]
    done = sum(verb(session, who, entry, UUID(one), rows, left) for one, rows in by_campaign.items())
    return done, len(step.before or step.after)


def _off_again(
    session: Session, who: User, _: UndoEntry, campaign_id: UUID, rows: Sequence[Row], after: dict[str, Row]
) -> int:
    """Off the board the usual way, so that the campaign's history knows."""
    still = _untouched(session, campaign_id, rows, after)
    return board_assignments.unassign(session, who, campaign_id, still) if still else 0


def _moved_back(
    session: Session, who: User, _: UndoEntry, campaign_id: UUID, rows: Sequence[Row], after: dict[str, Row]
) -> int:
    still = set(_untouched(session, campaign_id, rows, after))
    came_from: defaultdict[Stage, list[UUID]] = defaultdict(list)
    for row in rows:
        if UUID(row["contact_id"]) in still:
            came_from[Stage(row["stage"])].append(UUID(row["contact_id"]))
    return sum(len(board_stages.move_many(session, who, campaign_id, ids, stage)) for stage, ids in came_from.items())


def _on_again(
    session: Session, who: User, entry: UndoEntry, campaign_id: UUID, rows: Sequence[Row], _: dict[str, Row]
) -> int:
    """One's own come back as they stood; a colleague's for whoever leads the campaign, while it is a second thought.

    Putting back what one has just taken out is not assigning: it was there with its owner's consent.
    """
    campaign = session.get(Campaign, campaign_id)
    if campaign is None or campaign.deleted_at:
        raise NotFound(campaigns.MISSING)
    leads = policy.may_manage_campaign(who, campaign) and entry.created_at > now() - SECOND_THOUGHT
    wanted = {UUID(row["contact_id"]): row for row in rows}
    query = select(Contact).where(col(Contact.id).in_(wanted), col(Contact.deleted_at).is_(None))
    able = [
        contact.id
        for contact in session.exec(query.order_by(col(Contact.id)).with_for_update())
        if contact.user_id == who.id or (leads and str(contact.user_id) == wanted[contact.id]["owner"])
    ]
    return board_assignments.rejoin(session, who, visibility.working(campaign), [wanted[one] for one in able])


def _untouched(session: Session, campaign_id: UUID, rows: Sequence[Row], after: dict[str, Row]) -> list[UUID]:
    """Whose place is the same one, in the stage and since the moment that the entry left it."""
    ids = [UUID(row["contact_id"]) for row in rows]
    here = {str(place.id): place.trace() for place in places(session, campaign_id, ids, lock=True)}
    return [UUID(row["contact_id"]) for row in rows if here.get(row["id"]) == after[row["id"]]]
