"""Whose a meeting is, by which method and since when, in SQL: figures count by it, and what is erased keeps it."""

# a meeting that was put down afterwards had been booked by the time that it happened; one that answered a planned one,
# when that was planned
BOOKED_AT = """least(m.created_at, m.happened_at, (
    select min(plan.created_at) from activities plan
    where plan.settled_by = m.id and plan.type = 'MEETING' and plan.campaign_id is not distinct from m.campaign_id))"""
BOOKED_BY = "coalesce(m.booked_by, m.user_id)"
# what leads to a meeting: the last touch of another kind in the same campaign, before it was booked
LED_BY = """coalesce(m.led_by, (
    select a.type from activities a
    where a.contact_id = m.contact_id and a.campaign_id = m.campaign_id and a.happened_at <= m.booked_at
      and a.done and a.deleted_at is null and a.type <> 'MEETING'
    order by a.happened_at desc, a.id desc limit 1
), m.type)"""
# of contacts that are about to be erased
KEEP_CREDIT = f"""
update activities kept set led_by = {LED_BY}
from (select activities.*, {BOOKED_AT.replace("m.", "activities.")} as booked_at from activities
      where contact_id = any(:ids) and type = 'MEETING') m
where kept.id = m.id
"""  # noqa: S608 - pieces of SQL that stand in this file, no data
# the last move to Handed over alone, and none where the contact came back since
KEEP_ONE_HAND_OVER = """
delete from campaign_moves v where v.contact_id = any(:ids) and v.to_stage = 'HANDED_OVER' and exists (
    select from campaign_moves later
    where later.contact_id = v.contact_id and later.campaign_id = v.campaign_id and later.moved_at > v.moved_at
      and later.from_stage is not null and later.to_stage <> 'NOT_NOW')
"""
