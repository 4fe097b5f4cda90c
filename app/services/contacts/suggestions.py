"""Whom to contact next, and why.

The score is warmness / 10 × 0.7 + min(days of silence / 30, 1) × 0.3, and
somebody never contacted counts as silent for ever. A contact with a cadence is
measured against its own rhythm instead of the 30 days.

Within one warmness the longest silence always ranks first, so the best ten of a
bank of any size are among the first ten of each of the eleven warmness levels,
and those an index hands over in order. Everything is ranked before it is cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app.models import ActivityType, Contact, User, now
from app.services.base.counted_touches import counts

WARMNESS_WEIGHT, TIME_WEIGHT = 0.7, 0.3
FULL_SILENCE = 30
# how many days of silence somebody has who was never contacted
NEVER = 999

NOUNS = {
    ActivityType.CALL: "call",
    ActivityType.EMAIL: "e-mail",
    ActivityType.MEETING: "meeting",
    ActivityType.LINKEDIN: "LinkedIn",
    ActivityType.REFERRAL: "referral",
    ActivityType.CONFERENCE: "conference",
}

RANKED = text(f"""
with candidates as (
    select best.* from generate_series(0, 10) as level(warmness)
    cross join lateral (
        select id, warmness_score, last_contacted, cadence_days from contacts
        where user_id = :who and warmness_score = level.warmness and deleted_at is null and cadence_days is null
          and (snoozed_until is null or snoozed_until <= :now) and (next_due is null or next_due <= :now)
        order by last_contacted asc nulls first, id limit :most
    ) best
    union
    select best.* from generate_series(0, 10) as level(warmness)
    cross join lateral (
        select id, warmness_score, last_contacted, cadence_days from contacts
        where user_id = :who and warmness_score = level.warmness and deleted_at is null and cadence_days is null
          and last_contacted is not null
          and (snoozed_until is null or snoozed_until <= :now) and (next_due is null or next_due <= :now)
        order by last_contacted, id limit :reserved
    ) best
    union
    select id, warmness_score, last_contacted, cadence_days from contacts
    where user_id = :who and deleted_at is null and cadence_days is not null
      and (snoozed_until is null or snoozed_until <= :now) and (next_due is null or next_due <= :now)
), scored as (
    select id, warmness_score, cadence_days, last_contacted,
           -- greatest() would take NULL for 0 days: a case keeps never-contacted apart
           case when last_contacted is not null then
               greatest(0, floor(extract(epoch from cast(:now as timestamptz) - last_contacted) / 86400))::int
           end as days
    from candidates
), weighed as (
    select *, warmness_score / 10.0 * {WARMNESS_WEIGHT} as warmness,
           least(coalesce(days, {NEVER})::numeric / coalesce(cadence_days, {FULL_SILENCE}), 1) * {TIME_WEIGHT} as silence
    from scored
), totals as (
    -- rounded, so that 16 days at warm 8 and 9 days at warm 9 are the tie that they are on paper
    select *, round(warmness + silence, 6) as total from weighed
), placed as (
    select *, row_number() over (order by total desc, last_contacted asc nulls first, id) as place,
           row_number() over (partition by last_contacted is null order by total desc, last_contacted, id) as own_place
    from totals
), best as (
    select * from placed where place <= :most or (last_contacted is not null and own_place <= :reserved)
)
select id, round(warmness, 4)::float8 as warmness, round(silence, 4)::float8 as silence,
       round(total, 4)::float8 as score, days,
       (select type from activities touch
        where touch.contact_id = best.id and touch.done and {counts("touch")}
        order by coalesce(touch.happened_at, touch.due_date) desc limit 1) as last_type
from best order by total desc, last_contacted asc nulls first, id
""")  # noqa: S608 - constants of this module and one condition, no data


@dataclass(frozen=True)
class Suggestion:
    """One contact to reach out to: score 0 to 1, its two parts, and the reason in words."""

    contact: Contact
    score: float
    warmness: float
    time: float
    reason: str


def score(warmness: int, days: int | None, cadence: int | None = None) -> float:
    """The score of the query above, in Python; tests compare the two. `days` since the last touch, None for never."""
    silence = min((NEVER if days is None else days) / (cadence or FULL_SILENCE), 1)
    return warmness / 10 * WARMNESS_WEIGHT + silence * TIME_WEIGHT


def parts_of(contact: Contact, at: datetime | None = None) -> tuple[float, float]:
    """What warmness and silence add to the contact's score, rounded as the query rounds them."""
    silent = (at or now()) - contact.last_contacted if contact.last_contacted else None
    days = None if silent is None else max(0, silent.days)
    time = score(0, days, contact.cadence_days)
    return round(contact.warmness_score / 10 * WARMNESS_WEIGHT, 4), round(time, 4)


def suggest(
    session: Session, who: User, limit: int = 10, *, at: datetime | None = None, mix: bool = False
) -> list[Suggestion]:
    """The contacts of this person's own bank to reach out to now, best first.

    Snoozed ones and those with a touch planned for later are left out. With `mix`
    two of five places are kept for people with a past, as far as there are any:
    after an import everybody who was never contacted would stand before them.
    """
    reserved = limit * 2 // 5 if mix else 0
    binds = {"who": who.id, "now": at or now(), "most": limit, "reserved": reserved}
    ranked = _mixed(session.execute(RANKED, binds).mappings().all(), limit, reserved)
    known = _contacts(session, [row["id"] for row in ranked])
    return [_suggestion(known[row["id"]], row) for row in ranked]


def _mixed(ranked: Sequence[Any], limit: int, reserved: int) -> Sequence[Any]:
    """The best of all, of which at least so many have a past, as far as there are any; in the order of their scores."""
    past = [row["id"] for row in ranked if row["days"] is not None][:reserved]
    others = [row["id"] for row in ranked if row["id"] not in past][: limit - len(past)]
    chosen = {*past, *others}
    return [row for row in ranked if row["id"] in chosen]


def _contacts(session: Session, ids: list[UUID]) -> dict[UUID, Contact]:
    query = select(Contact).options(joinedload(Contact.organisation)).where(col(Contact.id).in_(ids))  # type: ignore[arg-type]
    return {contact.id: contact for contact in session.exec(query)}


def _suggestion(contact: Contact, row: Any) -> Suggestion:
    last = ActivityType(row["last_type"]) if row["last_type"] else None
    return Suggestion(contact, row["score"], row["warmness"], row["silence"], reason(contact, row["days"], last))


def reason(contact: Contact, days: int | None, last: ActivityType | None) -> str:
    """`warm 8, 41 days since call`: what a consultant would say."""
    warmth = f"warm {contact.warmness_score}"
    if days is None:
        return f"{warmth}, never contacted"
    since = f"since {NOUNS[last]}" if last else "since the last touch"
    silence = (
        f"{days} days {since}"
        if days > 1
        else f"1 day {since}"
        if days
        else f"{NOUNS[last] if last else 'touch'} today"
    )
    rhythm = f" (every {contact.cadence_days})" if contact.cadence_days else ""
    return f"{warmth}, {silence}{rhythm}"
