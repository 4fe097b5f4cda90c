"""What each figure of a report counts: in one sentence (the screens show it, docs/figures.md repeats it), and in SQL.

An event has a kind (the key of its figure), a moment, a method, a person, and a
contact, which is empty once that contact was erased. Whoever asks names the
campaigns; their right to them is checked before.
"""

from app.models import REACHED
from app.services.base.counted_touches import counts
from app.services.base.meeting_credit import BOOKED_AT, BOOKED_BY, LED_BY
from app.services.reports.figures import LADDER

DEFINITIONS: dict[str, str] = {
    "touches": "Outreach done for the campaign, counted at the moment it happened; a touch that was taken back, and a meeting that was moved or cancelled, do not count.",
    "reached": "Touches after which somebody had been spoken to or had answered, a refusal included; a meeting of which nobody said otherwise took place.",
    "meetings_booked": "Meetings put into the diary for the campaign, counted at the moment they were booked; one that was moved, cancelled or taken back does not count, one where nobody came does.",
    "meetings_held": "Meetings that are over and took place, counted at the moment they happened.",
    "handed_over": "Contacts that were moved to Handed over, counted once at their latest such move; one that was moved back to an earlier stage since does not count, and a method does not narrow it.",
    "change": "The chosen days compared with as many days just before them; with no days chosen, the last 7 days, today included, with the 7 before.",
    "funnel": "How many of the contacts that are in the campaign now ever got at least that far, whatever days and method are chosen; a person narrows it to the contacts that are theirs to look after.",
    "deals": "How many contacts of the campaign are in Pipedrive, how many have a deal there, and their deals: open, won, lost, and what they are worth, each currency by itself. A deal counts when it was made on the day on which its contact joined the campaign, or later; whatever days and method are chosen.",
    "by_type": "Meetings booked by touches of a method, and contacts with a meeting by contacts that were touched that way; what was reached stands beside it. A meeting is credited to the last touch of another kind that its contact had in the campaign before it was booked, and to Meeting, which has no share, when there was none.",
    "by_user": "Meetings booked by touches of a person, and contacts with a meeting by contacts they touched, also when they have left; a meeting is credited to whoever booked it, also when its contact was handed over since.",
    "interval": "The share would lie in this range in 95 of 100 such samples (Wilson); below 10 touches it is drawn hatched and means little.",
    "per_week": "Weeks run from Monday to Sunday in your time zone, without gaps; of a very long campaign the latest 260.",
    "pace": "Done is counted over the whole campaign; now is the average week of the last 28 days, and the likely range is where 8 of 10 campaigns would end if that pace holds, wider where weeks differ; none is given below 14 days or 5 events.",
    "referrals": "An introduction that was accepted is planned, and counts for nothing yet. It is a referral, and reached, from the moment at which somebody says that they were introduced.",
    "ticket_rate": "Of the introductions that were accepted, how many contacts had a meeting booked afterwards: in the same campaign, or anywhere when it was for none.",
    "overdue": "Planned touches whose date has passed and that nobody answered for.",
}

KINDS = ("touches", "reached", "meetings_booked", "meetings_held", "handed_over")

# bound by every question that holds EVENTS
BINDS = {
    "reached_by": [outcome.value for outcome in REACHED],
    "earlier": [stage.value for stage in LADDER[:-1]],
}

IS_TOUCH = f"a.done and {counts('a')}"
# one definition on every screen: a plan of somebody's whose moment has passed
IS_OVERDUE = "(a.deleted_at is null and a.contact_id is not null and not a.done and a.due_date < :now)"
# a meeting of which nobody said otherwise took place
IS_REACHED = "(coalesce(a.outcome = any(:reached_by), false) or (a.type = 'MEETING' and a.outcome is null))"
IS_HELD = "m.done and (m.outcome is null or m.outcome = 'HELD')"

EVENTS = f"""
meetings as materialized (
    select m.campaign_id, m.id, m.user_id, m.contact_id, m.happened_at, m.held, m.booked_at, m.booked_by, {LED_BY} as type
    from (
        select m.campaign_id, m.id, m.user_id, m.contact_id, m.happened_at, m.type, m.led_by, {IS_HELD} as held,
               {BOOKED_AT} as booked_at, {BOOKED_BY} as booked_by
        from activities m
        where m.campaign_id = any(:campaigns) and m.type = 'MEETING' and {counts("m")}
    ) m
), handed as (
    select distinct on (v.campaign_id, coalesce(v.contact_id, v.id))
           v.campaign_id, v.id, v.user_id, v.contact_id, v.moved_at
    from campaign_moves v
    where v.campaign_id = any(:campaigns) and v.to_stage = 'HANDED_OVER'
      -- who was taken out by mistake and came back was handed over when they were
      and v.from_stage is not null
      and not exists (
          select from campaign_moves back
          where back.contact_id = v.contact_id and back.campaign_id = v.campaign_id
            and back.moved_at > v.moved_at and back.from_stage is not null and back.to_stage = any(:earlier)
      )
    order by v.campaign_id, coalesce(v.contact_id, v.id), v.moved_at desc
), events as (
    select 'touches' as kind, a.campaign_id, a.id, a.happened_at as at, a.type, a.user_id, a.contact_id,
           {IS_REACHED} as reached
    from activities a where a.campaign_id = any(:campaigns) and {IS_TOUCH}
    union all
    select 'meetings_booked', campaign_id, id, booked_at, type, booked_by, contact_id, false from meetings
    union all
    select 'meetings_held', campaign_id, id, happened_at, type, user_id, contact_id, false from meetings where held
    union all
    select 'handed_over', campaign_id, id, moved_at, null, user_id, contact_id, false from handed
)"""  # noqa: S608 - pieces of SQL that stand in this file, no data

# what a question about one person or one method leaves of them
FITS = """((cast(:user as uuid) is null or user_id = :user)
    and (cast(:type as text) is null or type = :type or kind = 'handed_over'))"""

# the contacts on a board, each with the highest rung that it ever stood on
CLIMBED = """
select place.contact_id, place.stage, place.stage_at,
       coalesce(greatest(array_position(cast(:ladder as text[]), place.stage::text), went.rung), 1) as rung
from campaign_contacts place join contacts c on c.id = place.contact_id and c.deleted_at is null
left join (
    select v.contact_id, max(greatest(array_position(cast(:ladder as text[]), v.from_stage::text),
                                      array_position(cast(:ladder as text[]), v.to_stage::text))) as rung
    from campaign_moves v where v.campaign_id = :campaign group by v.contact_id
) went on went.contact_id = place.contact_id
where place.campaign_id = :campaign
  and (cast(:user as uuid) is null or coalesce(place.assigned_user_id, c.user_id) = :user)"""
