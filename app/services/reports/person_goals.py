"""What somebody wants to do in a week, and how far they are: for themselves and for golden tickets."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, select

from app.errors import NotFound
from app.models import PersonGoal, PersonGoalDraft, User
from app.services import policy
from app.services.base.counted_touches import counts
from app.services.base.meeting_credit import BOOKED_AT, BOOKED_BY
from app.services.reports import metric_definitions
from app.services.reports.figures import midnight, monday
from app.services.reports.filters import Asked, Window
from app.signals import Topic, announce

NOBODY = "There is no such colleague."


@dataclass(frozen=True)
class PersonWeek:
    """A person's week so far, and their goals, None where there is none; `start` is its Monday where the viewer is."""

    user_id: UUID
    name: str
    start: date
    touches: int
    meetings: int
    goal_touches: int | None
    goal_meetings: int | None


# as the team's report counts: touches for no campaign too, and a meeting for whoever booked it
DONE = text(f"""
select u.id, u.name, goal.touches as goal_touches, goal.meetings as goal_meetings,
       (select count(*) from activities a where a.user_id = u.id and {metric_definitions.IS_TOUCH}
          and a.happened_at >= :since and a.happened_at < :until) as touches,
       (select count(*) from (
            select m.id, m.created_at, m.happened_at, m.campaign_id from activities m
            where (m.booked_by = u.id or (m.booked_by is null and m.user_id = u.id)) and {BOOKED_BY} = u.id
              and m.type = 'MEETING' and {counts("m")}
        ) m where {BOOKED_AT} >= :since and {BOOKED_AT} < :until) as meetings
from users u left join person_goals goal on goal.user_id = u.id
where u.active and (cast(:user as uuid) is null or u.id = :user)
order by lower(u.name), u.id
""")  # noqa: S608 - pieces of SQL that stand elsewhere, no data


def mine(session: Session, who: User) -> PersonWeek:
    """My own week."""
    return _weeks(session, who, who.id)[0]


def everybody(session: Session, who: User) -> list[PersonWeek]:
    """The weeks of all colleagues for a golden ticket; for others their own alone."""
    return _weeks(session, who, None if policy.may_see_team_report(who) else who.id)


def change(session: Session, who: User, user_id: UUID, draft: PersonGoalDraft) -> PersonGoal:
    """Set somebody's goals, one's own or, with a golden ticket, anybody's. Raises NotFound."""
    whose = session.get(User, user_id)
    if whose is None or not whose.active or not policy.may_see_goals_of(who, user_id):
        raise NotFound(NOBODY)
    found = session.exec(select(PersonGoal).where(PersonGoal.user_id == user_id)).first()
    row = found or PersonGoal(user_id=user_id)
    row.touches, row.meetings = draft.touches, draft.meetings
    session.add(row)
    session.flush()
    announce(session, Topic.OUTREACH, user_id, user_id)
    return row


def _weeks(session: Session, who: User, user_id: UUID | None) -> list[PersonWeek]:
    window = Window.of(who, Asked())
    start = monday(window.today)
    since, until = (midnight(day, window.zone) for day in (start, start + timedelta(days=7)))
    rows = session.execute(DONE, {"since": since, "until": until, "user": user_id, **metric_definitions.BINDS})
    return [
        PersonWeek(row.id, row.name, start, row.touches, row.meetings, row.goal_touches, row.goal_meetings)
        for row in rows
    ]
