"""What the firm chose about Pipedrive and what we learned about its company, read once per turn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, select

from app.models import ActivityType as Kind
from app.models import EntityType, SyncAccount, User
from app.services.base import firm_settings
from app.sync.api.records import ActivityType

MEETING = "meeting"


@dataclass(frozen=True)
class Choices:
    """`marks` are the codes of our own fields by kind of record; `known` the company's activity types, if heard.

    `country` reads numbers without a country code; `many_organizations` says that a list of them has several pages.
    """

    owner_id: int | None = None
    visible_to: int | None = None
    label_ids: tuple[int, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)
    known: tuple[ActivityType, ...] = ()
    marks: dict[str, str] = field(default_factory=dict)
    on_meeting: str = "nothing"
    deletes_meetings: bool = False
    country: str = "DE"
    many_organizations: bool = False

    def mark_field(self, kind: EntityType) -> str | None:
        return self.marks.get(kind.value)

    def without_mark(self, kind: EntityType, refusal: str) -> bool:
        """Somebody deleted our field there: go on without it for this turn. Says whether that was the trouble."""
        code = self.marks.get(kind.value)
        return code is not None and code in refusal and bool(self.marks.pop(kind.value))

    def type_for(self, kind: Kind) -> str | None:
        """The chosen type, else what the company calls a meeting; None where that is switched off there, or gone."""
        wanted = self.types.get(kind.value) or usual(self.known)
        if not self.known or any(one.key == wanted and one.is_active for one in self.known):
            return wanted
        return None


def read(session: Session, who: User, account: str) -> Choices:
    chosen = firm_settings.get_all(session)
    known = session.exec(select(SyncAccount.known).where(SyncAccount.account == account)).first() or {}
    return Choices(
        owner_id=who.pipedrive_user_id if chosen["pipedrive_owner"] == "key_user" else None,
        visible_to=chosen["pipedrive_visible_to"],
        label_ids=_there(chosen["pipedrive_label_ids"], known.get("labels", [])),
        types=chosen["pipedrive_activity_types"],
        known=tuple(ActivityType(0, row["key"], row["name"], row["active"]) for row in known.get("types", [])),
        marks={kind: code for kind, code in known.get("marks", {}).items() if code},
        on_meeting=chosen["pipedrive_on_meeting"],
        deletes_meetings=chosen["deleted_meetings"] == "delete",
        country=firm_settings.country(session),
        many_organizations=bool(known.get("many_organizations")),
    )


def _there(chosen: Sequence[int], known: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    """The chosen labels without those that were deleted there meanwhile: they would break every push."""
    numbers = {row["id"] for row in known}
    return tuple(one for one in chosen if not numbers or one in numbers)


def usual(known: Sequence[ActivityType]) -> str:
    """What a company calls a meeting; a type of another name only where it has none called so."""
    if any(one.key == MEETING for one in known):
        return MEETING
    alike = (one.key for one in known if one.is_active and MEETING in f"{one.key} {one.name}".lower())
    return next(alike, MEETING)
