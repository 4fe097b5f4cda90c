"""What a search of a bank leaves out: each filter as a condition, as the badges and lists of the screens mean it."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, except_, func, or_, union
from sqlmodel import col, select

from app import calendar_days
from app.models import (
    Campaign,
    CampaignContact,
    Contact,
    Organisation,
    PipedriveSync,
    SyncConflict,
    SyncStatus,
    User,
    key_with_form,
    now,
    organisation_key,
)
from app.models.pipedrive_sync import OPEN
from app.services.permissions import visibility
from app.services.push_queue.needs_owner import is_set_aside

Sort = Literal["name", "-warmness", "last_contacted", "-last_contacted", "-created"]


@dataclass(frozen=True)
class Search:
    """What somebody is looking for; every part is optional.

    `due`: something planned is due, or the contact's own rhythm says so. `never`: not contacted yet.
    `sync` means what the badge says: FAILED needs somebody, SUCCESS is in Pipedrive, NONE is not pushed.
    `role` are words of a job title, `sector` is that of a campaign they are in, `outside_but` leaves out whom another
    campaign that goes on holds than this one.
    """

    q: str = ""
    warmness_min: int | None = None
    not_contacted_days: int | None = None
    campaign_id: UUID | None = None
    organisation: str | None = None
    tag: str | None = None
    sync: SyncStatus | Literal["NONE"] | None = None
    trash: bool = False
    sort: Sort = "name"
    due: bool = False
    never: bool = False
    role: str = ""
    sector: str | None = None
    outside_but: UUID | None = None


def conditions(who: User, search: Search) -> list[ColumnElement[bool]]:
    """The WHERE of everything but the words."""
    gone = col(Contact.deleted_at)
    found = [col(Contact.user_id) == who.id, gone.is_not(None) if search.trash else gone.is_(None)]
    if search.warmness_min is not None:
        found.append(col(Contact.warmness_score) >= search.warmness_min)
    if search.not_contacted_days is not None:
        since = calendar_days.start_in_days(1 - search.not_contacted_days, who.timezone)
        found.append(or_(col(Contact.last_contacted).is_(None), col(Contact.last_contacted) < since))
    if search.never:
        found.append(col(Contact.last_contacted).is_(None))
    if search.due:
        found += _due(who)
    found += _of_campaigns(who, search)
    if search.organisation:
        key = organisation_key(search.organisation)[:200]
        of_that_name = select(Organisation.id).where(Organisation.user_id == who.id, Organisation.key == key)
        exact = key_with_form(search.organisation)[:200]
        of_that_form = select(Organisation.id).where(Organisation.user_id == who.id, Organisation.key == exact)
        same = of_that_form.union_all(of_that_name.where(~of_that_form.exists()))
        found.append(col(Contact.organisation_id).in_(same))
    if search.tag:
        found.append(col(Contact.tags).bool_op("@>")([search.tag.strip().lower()]))
    if search.role.strip():
        words = (col(Contact.job_title).icontains(word, autoescape=True) for word in search.role.split())
        found.append(and_(*words))
    if search.sync:
        found.append(_sync_is(who, search.sync))
    return found


def _of_campaigns(who: User, search: Search) -> list[ColumnElement[bool]]:
    """What it says about boards."""
    found = []
    if search.campaign_id:
        place = (col(CampaignContact.contact_id) == col(Contact.id), CampaignContact.campaign_id == search.campaign_id)
        found.append(visibility.inside().where(*place).exists())
    if search.sector:
        found.append(_placed(Campaign.sector == search.sector, *visibility.campaigns(who)))
    if search.outside_but:
        found.append(~_placed(Campaign.id != search.outside_but, col(Campaign.deleted_at).is_(None)))
    return found


def _placed(*which: Any) -> ColumnElement[bool]:
    """They stand on the board of such a campaign, one in the archive aside."""
    place = select(CampaignContact.id).join(Campaign, col(Campaign.id) == col(CampaignContact.campaign_id))
    here = col(CampaignContact.contact_id) == col(Contact.id), col(Campaign.archived_at).is_(None)
    return place.where(*here, *which).exists()


def _due(who: User) -> list[ColumnElement[bool]]:
    """Planned for now or earlier, or silent for as long as its rhythm; who is snoozed is not due.

    Each side of the "or" has an index of its own, which PostgreSQL puts together.
    """
    moment = now()
    last_day = func.date(func.timezone(who.timezone or "UTC", col(Contact.last_contacted)))
    silent = or_(
        col(Contact.last_contacted).is_(None),
        last_day + col(Contact.cadence_days) <= calendar_days.today(who.timezone),
    )
    return [
        or_(col(Contact.next_due) <= moment, and_(col(Contact.cadence_days).is_not(None), silent)),
        or_(col(Contact.snoozed_until).is_(None), col(Contact.snoozed_until) <= moment),
    ]


def _sync_is(who: User, status: SyncStatus | Literal["NONE"]) -> ColumnElement[bool]:
    asked = select(SyncConflict.contact_id).where(
        SyncConflict.user_id == who.id, col(SyncConflict.resolved_at).is_(None)
    )
    failed = _pushed(who, SyncStatus.FAILED)
    # put together among the few pushes that are open: as several conditions they would read the whole bank
    few: dict[Any, Any] = {
        SyncStatus.FAILED: union(failed, asked),
        SyncStatus.RETRY: except_(_pushed(who, SyncStatus.RETRY), failed, asked),
        SyncStatus.PENDING: except_(_pushed(who, SyncStatus.PENDING), _pushed(who, SyncStatus.RETRY), failed, asked),
    }
    if status in few:
        return col(Contact.id).in_(few[status])
    troubled = col(Contact.id).in_(few[SyncStatus.FAILED])
    there, waiting = col(Contact.pipedrive_person_id).is_not(None), col(Contact.id).in_(_pushed(who, *OPEN))
    return and_(~there if status == "NONE" else there, ~waiting, ~troubled)


def _pushed(who: User, *statuses: SyncStatus) -> Any:
    """Whom a push like that is about; one that its owner set aside is none."""
    return select(PipedriveSync.contact_id).where(
        PipedriveSync.user_id == who.id,
        col(PipedriveSync.contact_id).is_not(None),
        col(PipedriveSync.status).in_(statuses),
        ~is_set_aside(),
    )
