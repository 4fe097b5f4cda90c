"""What was done for the sample campaign: ten weeks of touches by four people, and the stages that they led to."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.calendar_days import start_of_day, today
from app.models import (
    Activity,
    ActivityType,
    CampaignContact,
    CampaignMove,
    Contact,
    Outcome,
    Stage,
    User,
    auto_subject,
    next_stage,
)

DAYS = 70
# where the contacts stand by now, one after another
STAND = (
    Stage.CONTACTED,
    Stage.IN_DIALOGUE,
    Stage.HANDED_OVER,
    Stage.CONTACTED,
    Stage.MEETING_BOOKED,
    Stage.NOT_NOW,
    Stage.TO_CONTACT,
)
# whose contact it is to work, one after another: some do more than others
SHARE = (0, 1, 1, 2, 3, 0, 1, 2)
TRIES = (
    (ActivityType.CALL, Outcome.NO_ANSWER),
    (ActivityType.EMAIL, Outcome.SENT),
    (ActivityType.CALL, Outcome.VOICEMAIL),
    (ActivityType.LINKEDIN, Outcome.REQUESTED),
    (ActivityType.EMAIL, Outcome.SENT),
)
ANSWERS = (
    (ActivityType.CALL, Outcome.REACHED),
    (ActivityType.CALL, Outcome.REACHED),
    (ActivityType.EMAIL, Outcome.REPLIED),
    (ActivityType.LINKEDIN, Outcome.REPLIED),
    (ActivityType.REFERRAL, Outcome.INTRODUCED),
    (ActivityType.CONFERENCE, Outcome.MET),
)


@dataclass(frozen=True)
class Story:
    """One contact's way through the campaign; every row hangs on the touches, which are stored first."""

    place: CampaignContact
    touches: list[Activity]
    moves: list[CampaignMove]


def at_work(who: User, days: int, dice: random.Random) -> datetime:
    """A moment of office hours so many days from today, on the Friday before where that is a weekend."""
    day = today(who.timezone) + timedelta(days=days)
    day -= timedelta(days=max(0, day.weekday() - 4))
    return start_of_day(day, who.timezone) + timedelta(minutes=dice.randrange(9 * 60, 17 * 60, 5))


def tell(place: CampaignContact, contact: Contact, number: int, people: Sequence[User], dice: random.Random) -> Story:
    """The way of one contact to where STAND puts it; `people` are the owner and the colleagues."""
    owner, stage, end = people[0], Stage.TO_CONTACT, STAND[number % len(STAND)]
    by = people[SHARE[number % len(SHARE)] % len(people)]
    place.added_at = place.stage_at = at_work(owner, -DAYS - 3, dice)
    story = Story(place, [], [_move(place, owner, None, stage, place.added_at)])
    back = dice.randint(24, DAYS) if end is not Stage.CONTACTED else dice.randint(6, 50)
    for kind, outcome in _steps(end, dice):
        touch = _touch(place, contact, by, kind, outcome, at_work(owner, -max(back, 4), dice))
        if kind is ActivityType.MEETING and end is Stage.MEETING_BOOKED:
            touch.happened_at, touch.due_date, touch.done = None, at_work(owner, dice.randint(2, 12), dice), False
        story.touches.append(touch)
        if (after := next_stage(stage, touch)) is not stage:
            # booked on one day, held on a later one
            story.moves.append(_move(place, by, stage, after, touch.created_at, touch))
            place.stage, place.stage_at, stage = after, touch.created_at, after
        back -= dice.randint(3, 9)
    if end is Stage.HANDED_OVER:
        held = story.touches[-1].happened_at or place.stage_at
        place.stage, place.stage_at = end, held + timedelta(hours=20)
        story.moves.append(_move(place, by, stage, end, place.stage_at))
    return story


def _steps(end: Stage, dice: random.Random) -> Iterator[tuple[ActivityType, Outcome | None]]:
    if end is Stage.TO_CONTACT:
        return
    yield from dice.sample(TRIES, dice.randint(1, 3))
    if end is Stage.CONTACTED:
        return
    if end is Stage.NOT_NOW:
        yield ActivityType.EMAIL, Outcome.DECLINED
        return
    yield from dice.sample(ANSWERS, dice.randint(1, 2))
    if end is Stage.MEETING_BOOKED:
        yield ActivityType.MEETING, None
    elif end is Stage.HANDED_OVER:
        yield ActivityType.MEETING, Outcome.HELD


def _touch(  # noqa: PLR0917 - the facts of one touch
    place: CampaignContact, contact: Contact, by: User, kind: ActivityType, outcome: Outcome | None, at: datetime
) -> Activity:
    planned = timedelta(days=2) if outcome is Outcome.HELD else timedelta()
    return Activity(
        type=kind,
        user_id=by.id,
        contact_id=contact.id,
        campaign_id=place.campaign_id,
        subject=auto_subject(kind, contact.name, outcome),
        outcome=outcome,
        happened_at=at,
        created_at=at - planned,
    )


def _move(  # noqa: PLR0917 - the facts of one step
    place: CampaignContact, by: User, was: Stage | None, to: Stage, at: datetime, touch: Activity | None = None
) -> CampaignMove:
    return CampaignMove(
        campaign_id=place.campaign_id,
        contact_id=place.contact_id,
        user_id=by.id,
        from_stage=was,
        to_stage=to,
        moved_at=at,
        activity_id=touch.id if touch else None,
    )
