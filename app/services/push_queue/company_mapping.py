"""How our words map to a Pipedrive company's own: which company it is, which kinds of activities and labels it knows."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlmodel import Session, cast, col, select

from app.models import PRACTICE, SyncAccount, User
from app.services.base import firm_settings


@dataclass(frozen=True)
class KnownType:
    """A kind of activity there; `key` is what a mapping says, `name` what people read."""

    key: str
    name: str


def account_of(session: Session, who: User) -> str:
    """The company this person's pushes go to, the practice one while the firm practises; empty for none."""
    if firm_settings.get(session, "practice_pipedrive"):
        return PRACTICE
    return str(who.pipedrive_company or firm_settings.get(session, "pipedrive_company") or "")


def activity_types(session: Session, who: User) -> list[KnownType]:
    """The active kinds of activities of that company, as last heard (once a day); empty until we have listened."""
    rows: list[dict[str, Any]] = _account(session, who).known.get("types", [])
    return [KnownType(row["key"], row["name"]) for row in rows if row["active"]]


def labels(session: Session, who: User) -> dict[int, str]:
    """The labels of people in that company by their numbers, as last heard; empty where they may not be read."""
    return {row["id"]: row["name"] for row in _account(session, who).known.get("labels", [])}


def news(session: Session, who: User) -> str:
    """How we hear of changes there, in words."""
    hook, minutes = _account(session, who).hook or {}, firm_settings.get(session, "pipedrive_poll_minutes")
    every = "every minute" if minutes == 1 else f"every {minutes} minutes"
    if hook.get("ids"):
        return f"Pipedrive tells us of changes at once; we also look {every}."
    if "why" in hook:
        said = str(hook["why"]).removesuffix(".")
        return f"Pipedrive could not be asked to tell us of changes ({said}). We look {every} instead."
    return f"We look for changes there {every}."


def ask_soon(session: Session, who: User, account: str) -> None:
    """There is a new key: learn with it what that company is like, also what an older key was not allowed to ask."""
    asked = {"soon": str(who.id)}
    row = insert(SyncAccount).values(SyncAccount(account=account, heard=asked).model_dump())
    soon = {"listen_at": func.clock_timestamp(), "heard": col(SyncAccount.heard).op("||")(cast(asked, JSONB))}
    session.exec(row.on_conflict_do_update(index_elements=["account"], set_=soon))
    kept = session.exec(select(SyncAccount).where(SyncAccount.account == account).with_for_update()).one()
    kept.known = _may_again(kept.known, who)
    kept.hook = _may_again(kept.hook, who) if kept.hook else None
    session.add(kept)


def _account(session: Session, who: User) -> SyncAccount:
    account = account_of(session, who)
    found = session.exec(select(SyncAccount).where(SyncAccount.account == account)).first()
    return found or SyncAccount(account=account)


def _may_again(kept: dict[str, Any], who: User) -> dict[str, Any]:
    if "may_not" not in kept:
        return kept
    return {**kept, "may_not": [one for one in kept["may_not"] if one != str(who.id)]}
