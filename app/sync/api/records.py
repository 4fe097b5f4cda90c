"""Pipedrive's records as we see them: a few fields each, nothing we do not need."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Me:
    """Whom the key belongs to, and which company it writes to."""

    user_id: int
    name: str
    email: str
    company_id: int
    company_domain: str
    company_name: str
    timezone: str


@dataclass(frozen=True)
class ActivityType:
    """`key` is what an activity's `type` says; it never changes, unlike the name."""

    id: int
    key: str
    name: str
    is_active: bool


@dataclass(frozen=True)
class Field:
    """A field of a person or an organization; `code` differs from company to company.

    `options` are what may be chosen in it, as (number, name).
    """

    code: str
    name: str
    type: str
    is_custom: bool
    options: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Detail:
    """One e-mail address or phone number with its label."""

    value: str
    label: str = "work"
    primary: bool = False


@dataclass(frozen=True)
class Organization:
    """`extras` are the filled fields that we never fill; `counts` what hangs on it, where it was asked for and answered."""

    id: int
    name: str
    owner_id: int | None = None
    added_at: datetime | None = None
    updated_at: datetime | None = None
    is_deleted: bool = False
    visible_to: int | None = None
    custom: dict[str, Any] = field(default_factory=dict)
    extras: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Person:
    """`emails` and `phones` are the bare values, the primary one first; `extras` and `counts` as an organization's."""

    id: int
    name: str
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    org_id: int | None = None
    org_name: str = ""
    owner_id: int | None = None
    added_at: datetime | None = None
    updated_at: datetime | None = None
    is_deleted: bool = False
    visible_to: int | None = None
    custom: dict[str, Any] = field(default_factory=dict)
    email_details: tuple[Detail, ...] = ()
    phone_details: tuple[Detail, ...] = ()
    label_ids: tuple[int, ...] = ()
    extras: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Activity:
    """`due_at` is in UTC and None where only a day was set; `note` is Pipedrive's HTML, `text` what it says."""

    id: int
    subject: str
    type: str
    person_id: int | None = None
    org_id: int | None = None
    owner_id: int | None = None
    due_on: date | None = None
    due_at: datetime | None = None
    duration: timedelta | None = None
    done: bool = False
    note: str = ""
    text: str = ""
    location: str = ""
    added_at: datetime | None = None
    updated_at: datetime | None = None
    is_deleted: bool = False
    participants: tuple[int, ...] = ()
    extras: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deal:
    """`extras` also say that it was moved or closed; `counts` as an organization's; `status` is open, won or lost."""

    id: int
    title: str
    is_deleted: bool = False
    person_id: int | None = None
    owner_id: int | None = None
    added_at: datetime | None = None
    updated_at: datetime | None = None
    extras: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    status: str = "open"
    value: Decimal = Decimal(0)
    currency: str = ""


@dataclass(frozen=True)
class Lead:
    """Counted in letters; `origin` is the mark that its maker left."""

    id: str
    title: str
    origin: str = ""
    person_id: int | None = None
    owner_id: int | None = None
    added_at: datetime | None = None
    updated_at: datetime | None = None
    extras: tuple[str, ...] = ()


@dataclass(frozen=True)
class Webhook:
    id: int
    url: str


def _folded(text: str) -> str:
    return text.strip().casefold()


def merged(
    theirs: Sequence[Detail], ours: Sequence[str], led: str | None = None, read: Callable[[str], str] = _folded
) -> tuple[Detail, ...]:
    """Everything Pipedrive has, and after it what only we know; `read` gives two spellings of one value the same form.

    A PATCH replaces the whole list, so sending ours alone would erase what a
    colleague typed there. Where `led`, our former first one, leads there, our
    first one leads from now on.
    """
    known = {read(detail.value) for detail in theirs}
    fresh = {read(value): value.strip() for value in ours if value.strip()}
    whole = (*theirs, *(Detail(value) for folded, value in fresh.items() if folded not in known))
    lead, first = next((one for one in theirs if one.primary), None), next(iter(fresh), None)
    if led is None or lead is None or first is None or read(lead.value) != read(led):
        return whole
    return tuple(replace(one, primary=read(one.value) == first) for one in whole)
