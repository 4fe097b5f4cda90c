"""What a call may say, by name; what is missing or None stays as it is in Pipedrive."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TypedDict

from app.sync.api.records import Detail


class OrganizationFields(TypedDict, total=False):
    """`custom` maps field codes to text; what is missing or None stays as it is."""

    name: str
    owner_id: int | None
    address: str | None
    visible_to: int | None
    custom: Mapping[str, str] | None


class PersonFields(TypedDict, total=False):
    """`emails` and `phones` replace the whole list; see `records.merged`."""

    name: str
    org_id: int | None
    owner_id: int | None
    emails: Sequence[str | Detail] | None
    phones: Sequence[str | Detail] | None
    visible_to: int | None
    label_ids: Sequence[int] | None
    custom: Mapping[str, str] | None


class ActivityFields(TypedDict, total=False):
    """`others` take part beside `person_id`; `due` is a day, or an aware moment; `note` is plain text; `reference` is our own mark under the note."""

    subject: str
    type: str
    person_id: int | None
    others: Sequence[int]
    org_id: int | None
    owner_id: int | None
    due: date | datetime | None
    duration: timedelta | None
    note: str | None
    reference: str | None
    location: str | None
    done: bool | None


class OpportunityFields(TypedDict, total=False):
    """A lead or a deal; only a lead has an `origin`, our own mark."""

    title: str
    person_id: int | None
    org_id: int | None
    owner_id: int | None
    visible_to: int | None
    origin: str | None


class HookFields(TypedDict):
    """Where news about one kind of record goes, and what has to be shown at the door there."""

    url: str
    about: str
    name: str
    user: str
    password: str
