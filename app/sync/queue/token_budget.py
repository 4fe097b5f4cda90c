"""The company's share of Pipedrive: tokens counted per day, and pauses that hold for all its keys."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Integer, Table, bindparam, case, func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, SQLModel, col, select, update

from app.models import SyncAccount, SyncLane, TokenSpending, User
from app.models.base import Instant
from app.practice import contract
from app.signals import Topic, announce
from app.sync.queue import leases
from app.sync.queue.leases import Lease

JUST_NOW = timedelta(hours=1)
WORK = {
    "search": "search",
    "get": "read",
    "list": "read",
    "add": "create",
    "add_lead": "create",
    "change": "change",
    "delete": "delete",
    "delete_lead": "delete",
    "leads": "read",
    "archived_leads": "read",
    "lead": "read",
    "notes": "read",
    "files": "read",
}
TODAY: Any = func.to_char(func.timezone("UTC", func.clock_timestamp()), "YYYY-MM-DD")


def cost(method: str, path: str) -> int:
    """What a call costs in Pipedrive's tokens; 0 for one that we do not know."""
    call = contract.find(method, path)
    return call.cost if call else 0


def kind(method: str, path: str) -> str:
    """What sort of work a call is, in one word."""
    call = contract.find(method, path)
    return WORK.get(call.does if call else "", "set-up")


def charge(session: Session, account: str, tokens: int, work: str = "search") -> None:
    """Add to what the company has spent today, in UTC days, in all and on this kind of work."""
    spent_on = TokenSpending(account=account, day="", kind=work, tokens=tokens, calls=1)
    spent = SyncAccount(account=account, tokens_spent=tokens)
    for statement, row in ((SPENT_ON, spent_on), (SPENT, spent)):
        given = {f"new_{name}": value for name, value in row.model_dump().items()}
        session.execute(statement, {"tokens": tokens, "moment": row.updated_at, **given})


def note_left(session: Session, account: str, tokens: int) -> None:
    session.exec(update(SyncAccount).where(col(SyncAccount.account) == account).values(tokens_left=tokens))


def until_reset(session: Session, account: str, asked: timedelta) -> timedelta:
    """How long to wait when the day's budget is gone: until midnight UTC.

    Pipedrive's day may end at another hour. Where the last pause has only just
    ended and did not help, we ask again after `asked`.
    """
    moment = leases.moment(session)
    paused = SyncAccount.account == account, col(SyncAccount.paused_reason).is_not(None)
    ended = session.exec(select(SyncAccount.not_before).where(*paused)).first()
    return asked if ended and moment - ended < JUST_NOW else time_to_midnight(moment)


def time_to_midnight(moment: datetime) -> timedelta:
    tomorrow = moment.astimezone(UTC).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, UTC) - moment


def pause(session: Session, lease: Lease, sentence: str, wait: timedelta) -> None:
    """Leave the whole company alone for a while, and say so on every lane that writes to it.

    What waits longer already, for a reason of its own, goes on waiting.
    """
    until = func.clock_timestamp() + wait
    rest = {"not_before": until, "paused_reason": sentence[:200]}
    row = insert(SyncAccount).values({**SyncAccount(account=lease.account).model_dump(), **rest})
    sooner = col(SyncAccount.not_before) < until
    session.exec(row.on_conflict_do_update(index_elements=["account"], set_=rest, where=sooner))
    leases.pause(session, lease, sentence, wait)
    colleagues = select(User.id).where(User.pipedrive_company == lease.account)
    theirs = (
        col(SyncLane.user_id).in_(colleagues),
        col(SyncLane.told_at).is_(None),
        col(SyncLane.not_before) < until,
    )
    paused = update(SyncLane).where(*theirs).values(rest).returning(col(SyncLane.user_id))
    for user_id in session.exec(paused).scalars():
        announce(session, Topic.SYNC, user_id, user_id)


def _spent_on() -> Any:
    row = insert(SPENDING).values(_new(SPENDING) | {"day": TODAY})
    more = {
        "tokens": SPENDING.c.tokens + TOKENS,
        "calls": SPENDING.c.calls + 1,
        "updated_at": bindparam("moment", type_=Instant),
    }
    return row.on_conflict_do_update(index_elements=["account", "day", "kind"], set_=more)


def _spent() -> Any:
    row = insert(ACCOUNTS).values(_new(ACCOUNTS) | {"budget_day": TODAY})
    spent = case((ACCOUNTS.c.budget_day == TODAY, ACCOUNTS.c.tokens_spent + TOKENS), else_=TOKENS)
    return row.on_conflict_do_update(index_elements=["account"], set_={"tokens_spent": spent, "budget_day": TODAY})


def _new(table: Table) -> dict[str, Any]:
    """A row whose values are not known yet."""
    return {column.name: bindparam(f"new_{column.name}", type_=column.type) for column in table.c}


SPENDING, ACCOUNTS = (SQLModel.metadata.tables[name] for name in ("sync_spending", "sync_accounts"))
TOKENS: Any = bindparam("tokens", type_=Integer)
# carried out before every request to Pipedrive: written once, since writing a statement costs several times as much
SPENT_ON, SPENT = _spent_on(), _spent()
