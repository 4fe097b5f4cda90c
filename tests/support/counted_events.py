"""What a campaign's figures count, event by event in the words of docs/figures.md: the plain count that reports are held against."""

from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

from app.models import Outcome, Stage
from tests.support.generated_touches import NOW, reached

EARLIER = {Stage.TO_CONTACT, Stage.CONTACTED, Stage.IN_DIALOGUE, Stage.MEETING_BOOKED}


def events(stored, steps, campaign_id):
    """Every event once, in the words of docs/figures.md."""
    alive = [
        a
        for a in stored
        if a.campaign_id == campaign_id
        and not a.deleted_at
        and not (a.type == "MEETING" and a.outcome in {"MOVED", "CANCELLED"})
    ]
    done = [a for a in alive if a.done]
    for a in done:
        yield {"kind": "touches", "at": a.happened_at, "type": a.type, "by": a.user_id, "reached": reached(a)}
    for m in (a for a in alive if a.type == "MEETING"):
        booked = min(filter(None, (m.created_at, m.happened_at)))
        led = [
            a
            for a in done
            if a.type != "MEETING" and a.contact_id and a.contact_id == m.contact_id and a.happened_at <= booked
        ]
        credit = max(led, key=lambda a: (a.happened_at, a.id)).type if led else m.type
        yield {"kind": "meetings_booked", "at": booked, "type": credit, "by": m.user_id}
        if m.done and m.outcome in {None, Outcome.HELD}:
            yield {"kind": "meetings_held", "at": m.happened_at, "type": credit, "by": m.user_id}
    last = {}
    for step in sorted(steps, key=lambda step: step.moved_at):
        key = step.contact_id or step.id
        if step.to_stage == Stage.HANDED_OVER and step.from_stage:
            last[key] = step
        elif step.to_stage in EARLIER and step.from_stage:
            last.pop(key, None)
    for step in last.values():
        yield {"kind": "handed_over", "at": step.moved_at, "type": None, "by": step.user_id}


def flat(some):
    return some + [one | {"kind": "reached"} for one in some if one.get("reached")]


def fits(one, asked):
    right_type = asked.type is None or one["kind"] == "handed_over" or one["type"] == asked.type
    return right_type and (asked.user_id is None or one["by"] == asked.user_id)


def local(one, zone):
    return one["at"].astimezone(ZoneInfo(zone)).date()


def within(one, zone, first, last):
    return (first is None or first <= local(one, zone)) and (last is None or local(one, zone) <= last)


def changes(happened, zone, first, last, totals):
    end = last or NOW.astimezone(ZoneInfo(zone)).date()
    days = (end - first).days + 1 if first else 7
    now_, before = (
        Counter(
            one["kind"] for one in flat([one for one in happened if 0 <= (end - local(one, zone)).days - skip < days])
        )
        for skip in (0, days)
    )
    return {key: (before[key], now_[key] - before[key]) for key in totals}


def rates(inside, by):
    for key in {one[by] for one in inside if one["kind"] in {"touches", "meetings_booked"}}:
        mine = [one for one in inside if one[by] == key]
        tried = [one for one in mine if one["kind"] == "touches"]
        booked = sum(one["kind"] == "meetings_booked" for one in mine)
        yield (getattr(key, "value", None) or str(key), len(tried), sum(one["reached"] for one in tried), booked)


def weeks(inside, zone):
    found = {}
    for one in flat(inside):
        day = local(one, zone)
        at = ("touches", "reached", "meetings_booked", "meetings_held", "handed_over").index(one["kind"])
        if at < 4:
            found.setdefault(day - timedelta(days=day.weekday()), [0, 0, 0, 0])[at] += 1
    return {start: tuple(counts) for start, counts in found.items()}
