"""What is left to do on a first day."""

from enum import StrEnum
from typing import Any, cast

import sqlalchemy
from sqlmodel import Session, col, literal, select

from app.models import Activity, Contact, PushDevice, User
from app.services.base import firm_settings
from app.services.samples.sample_data import TAG
from app.signals import Topic, announce

NO_SAMPLE = literal(TAG) != sqlalchemy.all_(cast(Any, Contact.tags))


class Step(StrEnum):
    PEOPLE = "PEOPLE"
    KEY = "KEY"
    ACTIVITY = "ACTIVITY"
    REMINDERS = "REMINDERS"


def steps(session: Session, who: User) -> dict[Step, bool]:
    """Each step, and whether it is done; empty once they are hidden. Sample data does not count."""
    if not who.first_steps:
        return {}
    own = select(Contact.id).where(Contact.user_id == who.id, NO_SAMPLE).exists()
    touched = (
        select(Activity.id)
        .join(Contact, col(Contact.id) == col(Activity.contact_id))
        .where(Activity.user_id == who.id, col(Activity.done), NO_SAMPLE)
        .exists()
    )
    rings = select(PushDevice.id).where(PushDevice.user_id == who.id).exists()
    people, activity, reminders = session.exec(select(own, touched, rings)).one()
    practised = bool(firm_settings.get_all(session)["practice_pipedrive"])
    return {
        Step.PEOPLE: people,
        Step.ACTIVITY: activity,
        Step.KEY: practised or who.pipedrive_key is not None,
        Step.REMINDERS: reminders,
    }


def hide(session: Session, who: User, *, hidden: bool = True) -> None:
    who.first_steps = not hidden
    session.add(who)
    announce(session, Topic.PEOPLE, who.id, who.id)
