"""Whom to contact next, and why.

The score is warmness / 10 × 0.7 + min(days of silence / 30, 1) × 0.3, and
somebody never contacted counts as silent for ever. A contact with a cadence is
measured against its own rhythm instead of the 30 days. Days are the person's own
calendar days.

The score alone would tell people to call whom they called an hour ago. So left
out is whoever was contacted or tried today, was contacted within the firm's days
of rest, is not due by an own rhythm, is snoozed, or has something planned for
later. Who can be reached comes first, then the score, then the longest silence.

Within one warmness the longest silence always ranks first, so the best ten of a
bank of any size are among the first ten of each of the eleven warmness levels,
and those an index hands over in order. Everything is ranked before it is cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, column, text
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app.calendar_days import days_since, local_day, start_of_day
from app.models import Contact, User, now
from app.models.contact import REACHABLE
from app.services.base import firm_settings
from app.services.contacts.suggestion_reasons import COLUMNS_TOLD, TOLD, why_of

WARMNESS_WEIGHT, TIME_WEIGHT = 0.7, 0.3
FULL_SILENCE = 30
# how many days of silence somebody has who was never contacted
NEVER = 999

COLUMNS = f"id, warmness_score, last_contacted, last_attempt, cadence_days, ({REACHABLE}) as is_reachable"
# not just reached or tried, not asleep, and nothing planned for later
IN_TURN = """deleted_at is null and not id = any(cast(:without as uuid[])) and (last_contacted is null or last_contacted < :rested)
          and (last_attempt is null or last_attempt < :today) and (snoozed_until is null or snoozed_until <= :now)
          and (next_due is null{due})"""
# also whom something was promised to by now, if nothing more is planned for later
OR_DUE = """ or (next_due <= :now and not exists (
              select from activities plan where plan.contact_id = c.id and not plan.done and plan.deleted_at is null
                and plan.due_date > :now))"""


# what the question says of each beside its id
RANKED = ("place", "warmness", "silence", "score", *COLUMNS_TOLD)
ORDER = "order by is_reachable desc, total desc, last_contacted asc nulls first, id"


def _best(who: str, how_many: int) -> str:
    """The longest silent of each warmness, those with a way to reach them and those without, each read off the index."""
    return f"""
    select best.* from generate_series(0, 10) as level(warmness) cross join (values (true), (false)) as way(is_open)
    cross join lateral (
        select {COLUMNS} from contacts c
        where user_id = :who and ({REACHABLE}) = way.is_open and warmness_score = level.warmness
          and cadence_days is null and {who}
        order by last_contacted asc nulls first, id limit {how_many}
    ) best"""  # noqa: S608 - constants of this module and its models, and a number


@cache
def _ranked(most: int, reserved: int, promised: bool) -> Any:
    """The question with its numbers in it: PostgreSQL plans for the few rows that are wanted, a third less time for small banks."""
    in_turn = IN_TURN.format(due=OR_DUE if promised else "")
    with_past = f"union {_best(f'last_contacted is not null and {in_turn}', reserved)}" if reserved else ""
    own_places = f"or (last_contacted is not null and own_place <= {reserved})" if reserved else ""
    ranked = text(f"""
with candidates as ({_best(in_turn, most)}
    {with_past}
    union
    select {COLUMNS} from contacts c where user_id = :who and cadence_days is not null and {in_turn}
), scored as (
    select *, date(cast(:now as timestamptz) at time zone :zone) - date(last_contacted at time zone :zone) as days
    from candidates
), weighed as (
    -- greatest() would take NULL for 0 days: who was never contacted is silent for ever
    select *, warmness_score / 10.0 * {WARMNESS_WEIGHT} as warmness,
           least(coalesce(greatest(days, case when days is not null then 0 end), {NEVER})::numeric
                 / coalesce(cadence_days, {FULL_SILENCE}), 1) * {TIME_WEIGHT} as silence
    from scored where cadence_days is null or days is null or days >= cadence_days
), totals as (
    -- rounded, so that 16 days at warm 8 and 9 days at warm 9 are the tie that they are on paper
    select *, round(warmness + silence, 6) as total from weighed
), placed as (
    select *, row_number() over ({ORDER}) as place,
           row_number() over (partition by last_contacted is null {ORDER}) as own_place
    from totals
), best as (
    select * from placed where place <= {most} {own_places}
)
select id, place, round(warmness, 4)::float8 as warmness, round(silence, 4)::float8 as silence,
       round(total, 4)::float8 as score, {TOLD}
""")  # noqa: S608 - constants of this module and its conditions, and two numbers
    return ranked.columns(column("id", Uuid), *map(column, RANKED))


@dataclass(frozen=True)
class Suggestion:
    """One contact to reach out to: score 0 to 1, its two parts, and why, in words that do not repeat the warmness."""

    contact: Contact
    score: float
    warmness: float
    time: float
    why: str

    @property
    def reason(self) -> str:
        """`warm 8, 41 days since call`."""
        return f"warm {self.contact.warmness_score}, {self.why}"


def score(warmness: int, days: int | None, cadence: int | None = None) -> float:
    """The score of the query above, in Python; tests compare the two. `days` since the last contact, None for never."""
    silence = min((NEVER if days is None else days) / (cadence or FULL_SILENCE), 1)
    return warmness / 10 * WARMNESS_WEIGHT + silence * TIME_WEIGHT


def parts_of(contact: Contact, zone: str, at: datetime | None = None) -> tuple[float, float]:
    """What warmness and silence add to the contact's score on a day in that zone, rounded as the query rounds them."""
    days = days_since(contact.last_contacted, zone, at) if contact.last_contacted else None
    time = score(0, days, contact.cadence_days)
    return round(contact.warmness_score / 10 * WARMNESS_WEIGHT, 4), round(time, 4)


def suggest(
    session: Session,
    who: User,
    limit: int = 10,
    *,
    at: datetime | None = None,
    mix: bool = False,
    promised: bool = True,
    without: Sequence[UUID] = (),
) -> list[Suggestion]:
    """The contacts of this person's own bank to reach out to now, best first.

    With `mix` two of five places are kept for people with a past, as far as there are any:
    after an import everybody who was never contacted would stand before them. Without `promised` whoever something
    is promised to is left out, and so is everybody `without` names, for a screen that shows them beside.
    """
    reserved = limit * 2 // 5 if mix else 0
    moment = at or now()
    day = local_day(moment, who.timezone)
    binds = {
        "who": who.id,
        "now": moment,
        "zone": who.timezone or "UTC",
        "day": day,
        "today": start_of_day(day, who.timezone),
        "rested": _rested(session, day, who.timezone),
        "without": list(without),
    }
    best = _ranked(limit, reserved, promised).subquery("best")
    asked: Any = (
        select(Contact, *best.c)
        .join(best, best.c.id == col(Contact.id))
        .options(joinedload(Contact.organisation))  # type: ignore[arg-type]
        .order_by(best.c.place)
    )
    found = session.execute(asked, binds).mappings().all()
    return [_suggestion(row["Contact"], row) for row in _mixed(found, limit, reserved)]


def _rested(session: Session, day: date, zone: str) -> datetime:
    """Who was contacted before this moment has rested; whoever was contacted today never has."""
    days = max(1, int(firm_settings.get(session, "rest_days")))
    return start_of_day(day - timedelta(days=days - 1), zone)


def _mixed(ranked: Sequence[Any], limit: int, reserved: int) -> Sequence[Any]:
    """The best of all, of which at least so many have a past, as far as there are any; in the order that they have."""
    past = [row["id"] for row in ranked if row["days"] is not None][:reserved]
    others = [row["id"] for row in ranked if row["id"] not in past][: limit - len(past)]
    chosen = {*past, *others}
    return [row for row in ranked if row["id"] in chosen]


def _suggestion(contact: Contact, row: Any) -> Suggestion:
    return Suggestion(contact, row["score"], row["warmness"], row["silence"], why_of(row))
