"""After a push went over: its card moves in a transaction of its own, so that no lock is taken the wrong way round.

A log locks the contact before it queues; settling a push locks the push. Who is
stopped between the two is caught up with on the next round.
"""

import logging
from uuid import UUID

from sqlalchemy.exc import InterfaceError, OperationalError

from app import db, rounds
from app.models import User
from app.services.campaigns import handover_stage

log = logging.getLogger(__name__)


def hand_over(push_id: UUID, user_id: UUID) -> None:
    """The queue goes on whatever becomes of a card."""
    try:
        with db.transaction() as session:
            handover_stage.move_to_handed_over(session, session.get_one(User, user_id), push_id)
    except (OperationalError, InterfaceError):
        log.warning("a card waits for the next round to be handed over")


def catch_up() -> None:
    """Catch up with whatever was not moved; moving twice moves nothing."""
    with db.reading() as session:
        found = handover_stage.recent_pushes(session)
    rounds.settle_each("cards handed over", [(str(one[0]), one) for one in found], lambda one: hand_over(*one))
