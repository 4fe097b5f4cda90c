"""The fields of a meeting, three times: ours, Pipedrive's, and as a request carries them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session

from app.models import Activity, User
from app.services.pipedrive import inbound_changes, meeting_values
from app.sync.api import reference_marks
from app.sync.api.fields import ActivityFields
from app.sync.api.records import Activity as There
from app.sync.links import fingerprints
from app.sync.links.agreed import Agreed, Snapshot, shape
from app.sync.links.three_way_merge import Verdict, is_empty, merge_fields

FIELDS = ("subject", "due", "minutes", "location", "note", "done")
PARTS = ("subject", "whom", "due", "minutes", "location", "note", "done")
# what stands for something that we only know to be different now
UNKNOWN = "?"

Parts = dict[str, ActivityFields]


def ours(meeting: Activity) -> Snapshot:
    """A meeting as it should stand there; one that is off is marked in its subject and done with."""
    return {
        "subject": meeting_values.marked(meeting, meeting.subject),
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
        "subject": {"subject": meeting_values.marked(meeting, meeting.subject)},
        "whom": whom,
        "due": {"due": meeting.due_date or meeting.happened_at},
        "minutes": {"duration": timedelta(minutes=minutes) if minutes else None},
        "location": {"location": meeting.location},
        "note": {"note": meeting.note, "reference": reference_marks.reference(meeting.id)},
        "done": {"done": meeting.done or not meeting.takes_place},
    }


def digest(said: Parts) -> str:
    return fingerprints.digest(*(sorted(part.items(), key=str) for part in said.values()))


def first_base(synced_hash: str, said: Parts, here: Snapshot, stood: Snapshot) -> Agreed:
    """The base of a meeting that we created and never read: what was sent is what we still say, as far as the digest tells.

    Of a meeting that is off since, the subject was sent without the words that say so now: whoever typed another one there
    meanwhile is not written over.
    """
    differ, sent = _differ(synced_hash, said), here
    plain = meeting_values.unmarked(here["subject"])
    if differ["subject"] and not _differ(synced_hash, said | {"subject": {"subject": plain}})["subject"]:
        differ["subject"], sent = False, here | {"subject": plain}
    return Agreed(
        {field: UNKNOWN if differ[field] else sent[field] for field in FIELDS},
        {field: stood[field] if differ[field] else sent[field] for field in FIELDS},
    )


def _differ(synced_hash: str, said: Parts) -> dict[str, bool]:
    return dict(zip(PARTS, fingerprints.changed(synced_hash, digest(said), len(PARTS)), strict=True))


def decide(
    meeting: Activity,
    name: str,
    base: Agreed | None,
    here: Snapshot,
    there: There,
    *,
    is_decided: Callable[..., bool],
) -> dict[str, Verdict]:
    """What has to happen to each field; what we could not take over, or would spoil there, is asked about.

    `name` is the contact's; `is_decided` says whether the owner chose our value of
    a field over theirs.
    """
    stood = theirs(there)
    verdicts = merge_fields(FIELDS, base, here, stood)
    for field in FIELDS:
        is_new = base is None or field not in base.theirs
        if is_new and verdicts[field] is Verdict.SAME and is_empty(here[field]) and not is_empty(stood[field]):
            verdicts[field] = Verdict.TAKE
    if base and verdicts["subject"] is Verdict.ASK and not _is_renamed(meeting, name, base, here["subject"]):
        verdicts["subject"] = Verdict.BOTH
    if verdicts["note"] is Verdict.SEND and reference_marks.is_formatted(there.note):
        verdicts["note"] = Verdict.SEND if is_decided("note", here["note"], over=stood["note"]) else Verdict.ASK
    return {field: _allowed(meeting, field, verdicts[field], stood[field]) for field in FIELDS}


def take_over(
    session: Session, owner: User, meeting: Activity, verdicts: dict[str, Verdict], there: Snapshot
) -> Activity:
    """Follow what changed there; returns the meeting as it is now. Raises Stale when it was changed here meanwhile."""
    made: dict[str, Any] = {}
    for field, verdict in verdicts.items():
        if verdict.takes:
            made |= meeting_values.changes(meeting, field, taken(field, verdict, there)) or {}
    if made:
        return inbound_changes.change_meeting(session, owner, meeting.id, made, version=meeting.version)
    return meeting


def taken(field: str, verdict: Verdict, there: Snapshot) -> Any:
    """What we follow: where both changed the subject, theirs was typed and ours are the words before it."""
    both = field == "subject" and verdict is Verdict.BOTH
    return meeting_values.unmarked(there[field]) if both else there[field]


def is_same_time(meeting: Activity, there: There) -> bool:
    """Whether both begin in the same minute; where Pipedrive has only a day, the subject has to be the same too."""
    here, stood = ours(meeting), theirs(there)
    if here["due"] is None or stood["due"] is None:
        return False
    if "T" in stood["due"]:
        return bool(here["due"] == stood["due"])
    is_named_so = shape("subject", here["subject"]) == shape("subject", stood["subject"])
    return bool(here["due"].startswith(stood["due"]) and is_named_so)


def _is_renamed(meeting: Activity, name: str, base: Agreed, subject: str) -> bool:
    """Whether somebody typed another subject here, and not only the words before or after it are new."""
    if "subject" not in base.ours or "subject" not in base.theirs:
        return True
    if not meeting_values.is_typed(meeting, name):
        return False
    was = meeting_values.unmarked(base.ours["subject"])
    return bool(shape("subject", was) != shape("subject", meeting_values.unmarked(subject)))


def _allowed(meeting: Activity, field: str, verdict: Verdict, said: Any) -> Verdict:
    if not verdict.takes:
        return verdict
    if field == "done" and not said:
        # it is taken back there that a meeting was held; one that was removed here stays removed
        return Verdict.SAME if meeting.deleted_at else Verdict.ASK
    return verdict if meeting_values.changes(meeting, field, said) is not None else Verdict.ASK


def _minute(moment: datetime | None) -> str | None:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%MZ}" if moment else None
