"""Why somebody is suggested, in words: the silence, the tries in vain, the last note's first words or the campaign."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.calendar_days import local_day
from app.models import ActivityType, Outcome, User, now
from app.services.base.counted_touches import counts, is_attempt

# how many characters of the last note stand beside a reason
MOST_OF_NOTE = 60

NOUNS = {
    ActivityType.CALL: "call",
    ActivityType.EMAIL: "e-mail",
    ActivityType.MEETING: "meeting",
    ActivityType.LINKEDIN: "LinkedIn",
    ActivityType.REFERRAL: "referral",
    ActivityType.CONFERENCE: "conference",
}

TRIED = {
    Outcome.NO_ANSWER: "no answer{}, try again",
    Outcome.VOICEMAIL: "voicemail{}, try again",
    Outcome.WRONG_NUMBER: "wrong number{}",
    Outcome.BOUNCED: "mail came back{}",
    Outcome.NO_SHOW: "did not come{}, try again",
}
TIMES = {1: "", 2: " twice"}

# in the words of the index activities_of_contact: by another the newest would be looked for among everybody's
NEWEST = "order by coalesce(touch.happened_at, touch.due_date) desc limit 1"
LAST = f"""from activities touch where touch.contact_id = best.id and touch.done and {counts("touch")}"""
COLUMNS_TOLD = ("days", "cadence_days", "last_type", "tried", "times", "note", "campaign")
# the columns that `why_of` reads, and the tables they come from, for rows of contacts named best
TOLD = f"""days, cadence_days,
       (select type {LAST} and not {is_attempt("touch")} {NEWEST}) as last_type,
       tried.outcome as tried, tried.times,
       (select note {LAST} and note <> '' {NEWEST}) as note,
       (select campaign.name from campaigns campaign
        join campaign_contacts held on held.campaign_id = campaign.id and held.contact_id = best.id
        join campaign_users mine on mine.campaign_id = campaign.id and mine.user_id = :who
        where campaign.archived_at is null and campaign.deleted_at is null
          and (campaign.start_date is null or campaign.start_date <= :day)
          and (campaign.end_date is null or campaign.end_date >= :day)
        order by held.added_at desc, campaign.id limit 1) as campaign
from best
left join lateral (
    select touch.outcome, count(*) over (partition by touch.outcome) as times {LAST} and {is_attempt("touch")}
      and (best.last_contacted is null or touch.happened_at > best.last_contacted)
    {NEWEST}
) tried on best.last_attempt > best.last_contacted or best.last_contacted is null and best.last_attempt is not null"""  # noqa: S608 - constants of this module and its conditions, no data

WHY = text(f"""
with best as (
    select *, date(cast(:now as timestamptz) at time zone :zone) - date(last_contacted at time zone :zone) as days
    from contacts where user_id = :who and id = any(:ids)
)
select id, {TOLD}
""")  # noqa: S608 - constants of this module and its conditions, no data


def reasons(session: Session, who: User, contact_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Why to contact each of these contacts of this person's own, in the words of a suggestion."""
    moment = now()
    zone = who.timezone or "UTC"
    binds = {"who": who.id, "ids": list(contact_ids), "now": moment, "zone": zone, "day": local_day(moment, zone)}
    return {row["id"]: why_of(row) for row in session.execute(WHY, binds).mappings()} if contact_ids else {}


def why_of(row: Any) -> str:
    """`41 days since call, no answer twice, try again · “call after summer”`, of a row with the columns of TOLD."""
    last = ActivityType(row["last_type"]) if row["last_type"] else None
    why = [silence(row["days"], last, row["cadence_days"])]
    if row["tried"]:
        times = TIMES.get(row["times"], f" {row['times']} times")
        why.append(TRIED[Outcome(row["tried"])].format(times))
    said = ", ".join(why)
    if row["note"]:
        said += f" · “{_first_words(row['note'])}”"
    elif row["campaign"]:
        said += f" · {row['campaign']}"
    return said


def silence(days: int | None, last: ActivityType | None, cadence: int | None) -> str:
    """`41 days since call`, `never contacted`: what a consultant would say."""
    if days is None:
        return "never contacted"
    since = f"since {NOUNS[last]}" if last else "since the last contact"
    rhythm = f" (every {cadence})" if cadence else ""
    return f"{days} day{'' if days == 1 else 's'} {since}{rhythm}"


def _first_words(note: str) -> str:
    """The first line of a note, cut between words."""
    line = next(iter(note.split("\n")), "").strip()
    if len(line) <= MOST_OF_NOTE:
        return line
    return f"{line[:MOST_OF_NOTE].rpartition(' ')[0] or line[: MOST_OF_NOTE - 1]}…"
