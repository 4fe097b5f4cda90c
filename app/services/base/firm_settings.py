"""The firm's own choices: when a contact counts as warm, which country a bare phone number is from."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app import countries
from app.errors import Forbidden, Invalid
from app.models import Setting, User, now, pipedrive_rules
from app.services import policy
from app.services.base import audit_log
from app.services.base.firm_cache import firm_cache, mark_changed

NOBODY_ACTS = "the firm's choices are the same for everybody"

DEFAULTS: dict[str, Any] = {
    "warm_threshold": 7,
    "country": "DE",
    # for how many days a colleague's touch of the same person is worth a warning; 0 for never
    "courtesy_days": 14,
    # for how many days nobody is suggested again after a contact; 0 for the same day only
    "rest_days": 3,
    "practice_pipedrive": False,
    "pipedrive_company": None,
    # why nothing goes to Pipedrive for now, in words; and since when our links may know less than Pipedrive does
    "sync_paused": None,
    "sync_verify_since": None,
    # by role: from which day on (ISO 8601) a second step at sign-in is asked for
    "second_step_from": {},
    # what became of the last nightly backup: when it was made, whether it was proved, what went wrong
    "backup_last": None,
    # the same for copies elsewhere: which place, which file came there last and when, what went wrong since
    "backup_copy": None,
    # when the backups were made that are in the data folder: each night's, and those before an upgrade or restore
    "backups_kept": None,
    # how often we listen to Pipedrive; what becomes there of a meeting that is called off: "mark" or "delete"
    "pipedrive_poll_minutes": 10,
    "pipedrive_webhooks": True,
    "deleted_meetings": "mark",
    # our kind of touch -> the key of an activity type there; whose the new records are ("key_user" or "none"); who sees them
    "pipedrive_activity_types": {},
    "pipedrive_owner": "key_user",
    "pipedrive_visible_to": None,
    "pipedrive_label_ids": [],
    # what a booked meeting earns there: "nothing", "lead" or "deal"
    "pipedrive_on_meeting": "nothing",
    # whether reports say what became of the people who went there, from their deals
    "pipedrive_deals": True,
    # records there of contacts that are handed over here: "ask" the new owner, "move" or "leave" them
    "pipedrive_handover": "ask",
}

# a stop has to hold at once, and what rounds write is read by rounds
ALWAYS_ASKED = frozenset(
    {"sync_paused", "sync_verify_since", "second_step_from", "backup_last", "backup_copy", "backups_kept"}
)

MOST_DAYS = 365
# asked several times for every page and deed: written once
VALUE = select(Setting.value).where(Setting.key == bindparam("key"))


def get(session: Session, key: str) -> Any:
    """What the firm chose, or our default; the types are those of DEFAULTS."""
    if key in ALWAYS_ASKED:
        return next(iter(session.scalars(VALUE, {"key": key})), DEFAULTS[key])
    known = firm_cache.read(session)
    if known is None:
        known = _chosen(session, DEFAULTS.keys() - ALWAYS_ASKED)
        firm_cache.keep(session, known)
    return known[key]


def _chosen(session: Session, keys: Collection[str]) -> dict[str, Any]:
    kept = dict(session.exec(select(Setting.key, Setting.value).where(col(Setting.key).in_(sorted(keys)))).all())
    return {key: kept.get(key, DEFAULTS[key]) for key in keys}


def country(session: Session) -> str:
    """Which country a phone number without a prefix is from: ISO 3166-1 alpha-2."""
    return str(get(session, "country"))


def sync_paused(session: Session) -> str | None:
    """Why nothing goes to Pipedrive for anybody, in the operator's words; None while it goes."""
    reason: str | None = get(session, "sync_paused") or None
    return reason


def get_all(session: Session) -> dict[str, Any]:
    return _chosen(session, DEFAULTS.keys())


def change(session: Session, who: User, **chosen: Any) -> None:
    """Keep new choices; only a golden ticket may."""
    if not policy.may_change_firm_settings(who):
        raise Forbidden
    if not 1 <= chosen.get("warm_threshold", 7) <= 10:
        raise Invalid("Choose a warmness between 1 and 10.", {"warm_threshold": "Choose a warmness between 1 and 10."})
    if not 0 <= chosen.get("courtesy_days", 14) <= MOST_DAYS:
        raise Invalid(fields={"courtesy_days": "Choose 0 to 365 days."})
    if not 0 <= chosen.get("rest_days", 3) <= MOST_DAYS:
        raise Invalid(fields={"rest_days": "Choose 0 to 365 days."})
    if chosen.get("country", "DE") not in countries.NAMES:
        raise Invalid(fields={"country": "Choose a country of the list."})
    if wrong := pipedrive_rules.wrong(chosen):
        raise Invalid(fields=wrong)
    save(session, **chosen)
    audit_log.record(session, who, "settings.changed", "", **chosen)


def save(session: Session, **chosen: Any) -> None:
    mark_changed(session)
    for key, value in chosen.items():
        row = insert(Setting).values(**Setting(key=key, value=value).model_dump())
        session.exec(
            row.on_conflict_do_update(index_elements=["key"], set_={"value": row.excluded.value, "updated_at": now()})
        )
