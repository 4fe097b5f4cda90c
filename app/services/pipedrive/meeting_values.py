"""The fields of a meeting as Pipedrive has them, read into what our own row keeps, and the words that we add to a subject there."""

from datetime import UTC, date, datetime
from typing import Any

from pydantic import ValidationError

from app.models import Activity, ActivityDraft, Outcome, auto_subject

FATES = {Outcome.NO_SHOW: "Did not come: ", Outcome.MOVED: "Moved: "}
OFF = "Called off: "
MARKS = (OFF, *FATES.values())
LONGEST_SUBJECT = 255


def mark(meeting: Activity) -> str:
    """What stands before the subject of a meeting that is off; nothing for one that takes place."""
    return "" if meeting.takes_place else FATES.get(meeting.outcome, OFF) if meeting.outcome else OFF


def marked(meeting: Activity, subject: str) -> str:
    """A subject as it should stand there."""
    before = mark(meeting)
    return f"{'' if subject.startswith(before) else before}{subject}"[:LONGEST_SUBJECT]


def unmarked(subject: str) -> str:
    """A subject without the words that we put before it."""
    return next((subject.removeprefix(words) for words in MARKS if subject.startswith(words)), subject)


def is_typed(meeting: Activity, name: str) -> bool:
    """Whether somebody chose the subject; `name` is the contact's, which our own words hold."""
    return meeting.subject not in {auto_subject(meeting.type, name, outcome) for outcome in (None, meeting.outcome)}


def changes(meeting: Activity, field: str, said: Any) -> dict[str, Any] | None:
    """What our row has to say to agree with Pipedrive about one field; None where our rules do not allow that."""
    made = _changes(meeting, field, said)
    try:
        ActivityDraft.model_validate({"type": meeting.type, **made})
    except ValidationError:
        return None
    return made


def _changes(meeting: Activity, field: str, said: Any) -> dict[str, Any]:
    if field == "subject":
        return {"subject": unmarked(said) if mark(meeting) else said}
    if field == "note":
        return {"note": said or ""}
    if field == "minutes":
        return {"duration_minutes": said}
    if field == "due":
        return _moved(meeting, said)
    if field == "done":
        return _ended(meeting) if said else _open_again(meeting)
    return {field: said}


def _moved(meeting: Activity, said: str | None) -> dict[str, Any]:
    column = "happened_at" if meeting.due_date is None else "due_date"
    return {column: _moment(said, getattr(meeting, column)) if said else "none"}


def _ended(meeting: Activity) -> dict[str, Any]:
    return {"done": True, "outcome": Outcome.HELD} if meeting.takes_place else {"done": True}


def _open_again(meeting: Activity) -> dict[str, Any]:
    return {"done": False, "outcome": None, "due_date": meeting.due_date or meeting.happened_at}


def _moment(said: str, before: datetime | None) -> datetime:
    """Where only a day is set there, the time of the day stays as it was here."""
    if "T" in said:
        return datetime.fromisoformat(said)
    day, clock = date.fromisoformat(said), (before or datetime.now(UTC)).astimezone(UTC)
    return clock.replace(year=day.year, month=day.month, day=day.day)
