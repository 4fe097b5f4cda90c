"""Plan B: contacts and their meetings as rows for Pipedrive's own spreadsheet import, for when its API stays shut.

The headings are the fields as the import wizard names them, so it maps them by
itself. The rows hold what a push would tell, and nothing more. A contact with
several meetings has a row for each; the wizard merges rows of one person.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from app.models import Activity, ActivityType, Contact, PipedriveSync, SyncStatus, User
from app.services.activities.activity_log import NEVER_WAS
from app.services.push_queue.needs_owner import is_set_aside

AT_ONCE = 200
MEETING = (
    "Activity - Subject",
    "Activity - Type",
    "Activity - Due date",
    "Activity - Due time",
    "Activity - Duration",
    "Activity - Location",
    "Activity - Note",
    "Activity - Done",
)


def is_waiting() -> ColumnElement[bool]:
    """Whether something about a contact has not reached Pipedrive: it waits, or needs its owner."""
    on_its_way = col(PipedriveSync.status) != SyncStatus.SUCCESS
    return select(PipedriveSync.id).where(PipedriveSync.contact_id == Contact.id, on_its_way, ~is_set_aside()).exists()


def headings(widths: Mapping[str, int]) -> list[str]:
    """So many columns for e-mail addresses and phones as these contacts need."""
    return [
        "Person - Name",
        *_numbered("Person - Email", widths["emails"]),
        *_numbered("Person - Phone", widths["phones"]),
        "Organization - Name",
        *MEETING,
    ]


def rows(
    session: Session, who: User, contacts: Iterable[Contact], widths: Mapping[str, int], *, waiting_only: bool
) -> Iterator[Sequence[str]]:
    """A row for each contact, or for each of its meetings; `waiting_only` leaves out meetings that Pipedrive has."""
    zone, coming = ZoneInfo(who.timezone), iter(contacts)
    while some := list(islice(coming, AT_ONCE)):
        meetings = _meetings(session, [contact.id for contact in some], waiting_only=waiting_only)
        for contact in some:
            person = [
                contact.name,
                *_padded(contact.emails, widths["emails"]),
                *_padded(contact.phones, widths["phones"]),
                contact.organisation.name if contact.organisation else "",
            ]
            for told in [_told(one, zone) for one in meetings.get(contact.id, [])] or [[""] * len(MEETING)]:
                yield [*person, *told]


def _meetings(session: Session, contacts: list[UUID], *, waiting_only: bool) -> dict[UUID | None, list[Activity]]:
    """The meetings that a push would tell of, those called off left out, in the order of their days."""
    outcome = col(Activity.outcome)
    query = select(Activity).where(
        col(Activity.contact_id).in_(contacts),
        Activity.type == ActivityType.MEETING,
        col(Activity.deleted_at).is_(None),
        outcome.is_(None) | outcome.not_in(NEVER_WAS),
    )
    if waiting_only:
        query = query.where(col(Activity.pipedrive_activity_id).is_(None))
    found: dict[UUID | None, list[Activity]] = {}
    for meeting in sorted(session.exec(query), key=lambda one: one.moment):
        found.setdefault(meeting.contact_id, []).append(meeting)
    return found


def _told(meeting: Activity, zone: ZoneInfo) -> list[str]:
    moment = (meeting.due_date or meeting.moment).astimezone(zone)
    minutes = meeting.duration_minutes
    return [
        meeting.subject,
        "Meeting",
        f"{moment:%Y-%m-%d}",
        f"{moment:%H:%M}",
        f"{minutes // 60:02}:{minutes % 60:02}" if minutes else "",
        meeting.location or "",
        meeting.note,
        "Done" if meeting.done else "To do",
    ]


def _numbered(heading: str, count: int) -> list[str]:
    return [heading, *(f"{heading} {number}" for number in range(2, count + 1))]


def _padded(values: Sequence[str], width: int) -> list[str]:
    return [*values, *[""] * (width - len(values))]
