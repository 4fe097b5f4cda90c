"""The fields of a meeting, three times: ours, Pipedrive's, and as a request carries them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from app.models import Activity, Outcome, User
from app.services.pipedrive import inbound_changes
from app.sync.api import reference_marks
from app.sync.api.fields import ActivityFields
from app.sync.api.records import Activity as There
from app.sync.links import fingerprints
from app.sync.links.three_way_merge import Snapshot, Verdict

FIELDS = ("subject", "due", "minutes", "location", "note", "done")
FATES = {Outcome.NO_SHOW: "Did not come: ", Outcome.MOVED: "Moved: "}
OFF = "Called off: "
LONGEST_SUBJECT = 255

Parts = dict[str, ActivityFields]


def ours(meeting: Activity) -> Snapshot:
    """A meeting as it should stand there; one that is off is marked in its subject and done with."""
    return {
        "subject": _subject(meeting),
        "due": _minute(meeting.due_date or meeting.happened_at),
        "minutes": meeting.duration_minutes,
        "location": meeting.location or None,
        "note": meeting.note.strip() or None,
        "done": meeting.done or not meeting.takes_place,
    }


def theirs(there: There) -> Snapshot:
    day = there.due_on.isoformat() if there.due_on else None
    minutes = round(there.duration.total_seconds() / 60) if there.duration else None
    return {
        "subject": there.subject,
        "due": _minute(there.due_at) or day,
        "minutes": minutes or None,
        "location": there.location or None,
        "note": there.text or None,
        "done": there.done,
    }


def parts(meeting: Activity, whom: ActivityFields) -> Parts:
    """What a request says, field by field and in this order, which the fingerprints keep."""
    minutes = meeting.duration_minutes
    return {
        "subject": {"subject": _subject(meeting)},
        "whom": whom,
        "due": {"due": meeting.due_date or meeting.happened_at},
        "minutes": {"duration": timedelta(minutes=minutes) if minutes else None},
        "location": {"location": meeting.location},
        "note": {"note": meeting.note, "reference": reference_marks.reference(meeting.id)},
        "done": {"done": meeting.done or not meeting.takes_place},
    }


def digest(said: Parts) -> str:
    return fingerprints.digest(*(sorted(part.items(), key=str) for part in said.values()))


def take_over(
    session: Session, owner: User, meeting: Activity, verdicts: dict[str, Verdict], there: Snapshot
) -> Activity:
    """A meeting that was held or moved there was held or moved here, unless we know better; returns it as it is now.

    Raises Stale when it was changed here meanwhile.
    """
    changes: dict[str, Any] = {}
    if meeting.takes_place and not meeting.done:
        if verdicts["due"] is Verdict.TAKE and there["due"]:
            changes["due_date"] = moment_of(there["due"], meeting.due_date)
        if verdicts["done"] is Verdict.TAKE and there["done"]:
            changes |= {"done": True, "outcome": Outcome.HELD}
    if changes:
        return inbound_changes.change_meeting(session, owner, meeting.id, changes, version=meeting.version)
    return meeting


def moment_of(said: str, before: datetime | None) -> datetime:
    """A moment; where only a day is set there, the time of the day stays as it was here."""
    if "T" in said:
        return datetime.fromisoformat(said)
    day, clock = date.fromisoformat(said), (before or datetime.now(UTC)).astimezone(UTC)
    return clock.replace(year=day.year, month=day.month, day=day.day)


def _subject(meeting: Activity) -> str:
    fate = "" if meeting.takes_place else FATES.get(meeting.outcome, OFF) if meeting.outcome else OFF
    return f"{fate}{meeting.subject}"[:LONGEST_SUBJECT]


def _minute(moment: datetime | None) -> str | None:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%MZ}" if moment else None
