"""What can be done to a campaign and its cards with one tap, each with its undo."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from sqlmodel import Session

from app.models import Stage, UndoKind, User
from app.pages.campaigns.parts import campaign_cards
from app.pages.campaigns.parts.board_cards import STAGES
from app.pages.core.tap import Confirmation, tap
from app.services.campaigns import board, board_stages, bulk_moves, campaigns, undo_dispatch

# whom a verb for many is about, asked in the same transaction as the verb
Whom = Callable[[Session, User], list[UUID]]


@tap
def archive_campaign(session: Session, me: User, campaign_id: UUID) -> Confirmation:
    name = campaigns.archive(session, me, campaign_id).name
    return Confirmation(f"{name} is in the archive", lambda s, who: _unarchived(s, who, campaign_id))


@tap
def unarchive_campaign(session: Session, me: User, campaign_id: UUID) -> str:
    return _unarchived(session, me, campaign_id)


@tap
def remove_campaign(session: Session, me: User, campaign_id: UUID) -> Confirmation:
    name = campaigns.remove(session, me, campaign_id).name
    return Confirmation(
        f"{name} is deleted; its contacts and touches stay", lambda s, who: _put_back(s, who, campaign_id)
    )


@tap
def move_card(session: Session, me: User, campaign_id: UUID, contact_id: UUID, stage: Stage) -> Confirmation:
    before = board.card(session, me, campaign_id, contact_id)
    board_stages.move(session, me, campaign_id, contact_id, stage)
    return Confirmation(
        f"{before.name} moved to {STAGES[stage]}",
        lambda s, who: _moved_back(s, who, campaign_id, contact_id, before),
    )


@tap
def remove_card(session: Session, me: User, campaign_id: UUID, contact_id: UUID) -> Confirmation:
    name = board.card(session, me, campaign_id, contact_id).name
    undo_id = bulk_moves.take_out(session, me, campaign_id, [contact_id]).undo_id
    return Confirmation(f"{name} is off the board; the touches stay", undo_of(undo_id))


@tap
def move_cards(session: Session, me: User, campaign_id: UUID, whom: Whom, stage: Stage) -> Confirmation:
    done = bulk_moves.move(session, me, campaign_id, whom(session, me), stage)
    return Confirmation(f"{campaign_cards.people_word(done.n)} moved to {STAGES[stage]}", undo_of(done.undo_id))


@tap
def remove_cards(session: Session, me: User, campaign_id: UUID, whom: Whom) -> Confirmation:
    chosen = whom(session, me)
    done = bulk_moves.take_out(session, me, campaign_id, chosen)
    left = len(chosen) - done.n
    rest = f", {left:,} of colleagues stay" if left else ""
    return Confirmation(
        f"{campaign_cards.people_word(done.n)} off the board{rest}; the touches stay", undo_of(done.undo_id)
    )


def undo_of(undo_id: UUID | None) -> Callable[[Session, User], str] | None:
    """The undo of an entry of the undo log, for a toast; None where nothing was done."""
    return partial(_taken_back, undo_id) if undo_id else None


def _taken_back(undo_id: UUID, session: Session, who: User) -> str:
    done = undo_dispatch.undo(session, who, undo_id)
    stays = f"; {done.left:,} changed since and stay{'s' if done.left == 1 else ''}" if done.left else ""
    return f"{campaign_cards.people_word(done.put_back)} {AGAIN[done.kind]}{stays}"


AGAIN = {
    UndoKind.ASSIGN: "taken off again",
    UndoKind.MOVE: "where they were before",
    UndoKind.TAKE_OUT: "back on the board",
}


def _unarchived(session: Session, who: User, campaign_id: UUID) -> str:
    return f"{campaigns.unarchive(session, who, campaign_id).name} is out of the archive"


def _put_back(session: Session, who: User, campaign_id: UUID) -> str:
    return f"{campaigns.put_back(session, who, campaign_id).name} is back"


def _moved_back(session: Session, who: User, campaign_id: UUID, contact_id: UUID, before: board.BoardCard) -> str:
    board_stages.move(session, who, campaign_id, contact_id, before.stage)
    return f"{before.name} is in {STAGES[before.stage]} again"
