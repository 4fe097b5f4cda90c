"""What became of the people who are linked: their deals, read once an hour, after everything else and last in line.

A page is asked for only while no push waits for this key, the day's budget is
not nearly gone, and our own share of it is not spent. What is left is read the
next time: each page moves its mark on.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, delete, select, update

from app import db
from app.models import DealStatus, EntityType, PipedriveDeal, PipedriveLink, SyncAccount, TokenSpending, now
from app.services.base import firm_settings
from app.signals import Topic, announce
from app.sync.api.errors import Rejected
from app.sync.api.records import Deal
from app.sync.links import link_store
from app.sync.pull import changes
from app.sync.queue import leases, token_budget
from app.sync.queue.connection import Connection

KIND = "deals"
# of the thirty thousand tokens that the smallest plan has a day: what we spend at most, and what we leave for pushes
MOST_A_DAY, LEFT_FOR_PUSHES = 1_000, 5_000
# people of whom we ask one by one in a turn
AT_ONCE = 10

Pages = Iterator[Sequence[Deal]]

# whose campaigns to tell
CAMPAIGNS = text("""
    select distinct place.campaign_id, campaign.owner_id from pipedrive_links link
    join campaign_contacts place on place.contact_id::text = link.entity_key
    join campaigns campaign on campaign.id = place.campaign_id
    where link.account = :account and link.entity_type = 'person' and link.remote_id = any(:people)
""")
# the first time: since the first of the linked joined a campaign
FIRST = text("""
    select min(place.added_at) from pipedrive_links link
    join campaign_contacts place on place.contact_id::text = link.entity_key
    where link.account = :account and link.entity_type = 'person' and link.state = 'LINKED'
""")


def work_of(method: str, path: str) -> str:
    """What a request of a listener is counted as."""
    del method
    return KIND if path == "/api/v2/deals" else "listen"


def read_deals(line: Connection) -> None:
    """Read what changed since the last time, whose people are new to us, and what was deleted."""
    with db.reading() as session:
        heard = _heard(session, line)
        due = firm_settings.get(session, "pipedrive_deals") is True and _is_old(
            session, heard.get("deals_at"), line.pace.recheck
        )
    if not due or _must_wait(line):
        return
    said = heard.get(EntityType.DEAL.value)
    since = datetime.fromisoformat(said) if said else _first(line)
    if since is None:
        return
    try:
        whole = _changed(line, since) and _newly_linked(line) and _deleted(line, heard)
    except Rejected:
        # this key may not read deals, or the company has none: asked again like everything else that is refused
        whole = True
    if whole:
        _note(line, deals_at=_moment().isoformat())


def _changed(line: Connection, since: datetime) -> bool:
    return _read(line, line.pipedrive.changed_deals(since - line.pace.slack), EntityType.DEAL.value, since, _keep)


def _deleted(line: Connection, heard: dict[str, Any]) -> bool:
    """Once a day; lists do not name what was deleted unless they are asked for just that."""
    with db.reading() as session:
        kept = session.exec(select(PipedriveDeal.id).where(PipedriveDeal.account == line.account).limit(1)).first()
        due = kept is not None and _is_old(session, heard.get("deals_gone_at"), line.pace.relearn)
        moment = leases.moment(session)
    if not due:
        return True
    said = heard.get("deals_gone")
    since = datetime.fromisoformat(said) if said else moment - timedelta(days=30)
    whole = _read(line, line.pipedrive.deleted_deals(since - line.pace.slack), "deals_gone", since, _forget)
    if whole:
        _note(line, deals_gone_at=moment.isoformat())
    return whole


def _newly_linked(line: Connection) -> bool:
    """Who was there before we linked them may have deals that were written before, too."""
    link = link_store.own_links(line.account, EntityType.PERSON).where(
        col(PipedriveLink.created_by_us).is_(False),
        col(PipedriveLink.deals_of).is_distinct_from(PipedriveLink.remote_id),
    )
    with db.reading() as session:
        fresh = [one.remote_id for one in session.exec(link.order_by(col(PipedriveLink.id)).limit(AT_ONCE))]
    for number in dict.fromkeys(fresh):
        if _must_wait(line):
            return False
        _keep(line, list(line.pipedrive.deals_of(number)))
        with db.transaction() as session:
            theirs = col(PipedriveLink.account) == line.account, col(PipedriveLink.remote_id) == number
            person = col(PipedriveLink.entity_type) == EntityType.PERSON
            session.exec(update(PipedriveLink).where(*theirs, person).values(deals_of=number))
    return len(fresh) < AT_ONCE


def _read(
    line: Connection, pages: Pages, mark: str, since: datetime, settle: Callable[[Connection, Sequence[Deal]], None]
) -> bool:
    """Page by page, as long as nothing more urgent waits; whether that was all."""
    while not _must_wait(line):
        page = next(pages, None)
        if page is None:
            return True
        settle(line, page)
        written = [one.updated_at for one in page if one.updated_at]
        _note(line, **{mark: max(since, *written).isoformat()} if written else {mark: since.isoformat()})
    return False


def _must_wait(line: Connection) -> bool:
    """A push waits for this key, or the tokens are better left for pushes."""
    left = line.pipedrive.tokens_left
    if left is not None and left < LEFT_FOR_PUSHES:
        return True
    today = (
        col(TokenSpending.account) == line.account,
        col(TokenSpending.kind) == KIND,
        col(TokenSpending.day) == token_budget.TODAY,
    )
    with db.reading() as session:
        spent = session.exec(select(func.coalesce(func.sum(TokenSpending.tokens), 0)).where(*today)).one()
        return spent >= MOST_A_DAY or session.exec(leases.due_of(line.lease.who.id).limit(1)).first() is not None


def _keep(line: Connection, page: Sequence[Deal]) -> None:
    """Take over the deals of people of ours, and forget those that are somebody else's now."""
    with db.transaction() as session:
        people = {one.person_id for one in page if one.person_id}
        linked = link_store.own_links(line.account, EntityType.PERSON).where(col(PipedriveLink.remote_id).in_(people))
        ours = {link.remote_id for link in session.exec(linked)}
        kept = [one for one in page if one.person_id in ours and not one.is_deleted and one.added_at]
        gone = {one.id for one in page} - {one.id for one in kept}
        touched = {one.person_id for one in kept if one.person_id} | _remove(session, line, gone)
        for one in kept:
            _write(session, line.account, one)
        _tell(session, line, touched)


def _forget(line: Connection, page: Sequence[Deal]) -> None:
    with db.transaction() as session:
        _tell(session, line, _remove(session, line, {one.id for one in page if one.is_deleted}))


def _remove(session: Session, line: Connection, numbers: set[int]) -> set[int]:
    """Whose deals these were."""
    which = col(PipedriveDeal.account) == line.account, col(PipedriveDeal.remote_id).in_(numbers)
    return set(session.exec(delete(PipedriveDeal).where(*which).returning(col(PipedriveDeal.person_id))).scalars())


def _write(session: Session, account: str, one: Deal) -> None:
    status = one.status.upper()
    facts: dict[str, Any] = {
        "person_id": one.person_id,
        "status": DealStatus(status) if status in set(DealStatus) else DealStatus.OPEN,
        "value": one.value,
        "currency": one.currency,
        "added_at": one.added_at,
    }
    row = insert(PipedriveDeal).values(PipedriveDeal(account=account, remote_id=one.id, **facts).model_dump())
    session.exec(row.on_conflict_do_update(index_elements=["account", "remote_id"], set_=facts | {"updated_at": now()}))


def _tell(session: Session, line: Connection, people: set[int]) -> None:
    """Reports of the campaigns that these people are in ask again."""
    found = session.execute(CAMPAIGNS, {"account": line.account, "people": list(people)}) if people else ()
    for campaign_id, owner_id in found:
        announce(session, Topic.CAMPAIGN, UUID(str(campaign_id)), UUID(str(owner_id)))


def _first(line: Connection) -> datetime | None:
    """From when on, the first time; whoever is linked by then needs not be asked about one by one."""
    with db.transaction() as session:
        since: datetime | None = session.execute(FIRST, {"account": line.account}).scalar()
        if since is not None:
            mine = col(PipedriveLink.account) == line.account, col(PipedriveLink.entity_type) == EntityType.PERSON
            session.exec(update(PipedriveLink).where(*mine).values(deals_of=col(PipedriveLink.remote_id)))
        return since


def _heard(session: Session, line: Connection) -> dict[str, Any]:
    return dict(session.exec(select(SyncAccount.heard).where(SyncAccount.account == line.account)).first() or {})


def _is_old(session: Session, said: str | None, seconds: float) -> bool:
    return said is None or leases.moment(session) - datetime.fromisoformat(said) >= timedelta(seconds=seconds)


def _moment() -> datetime:
    with db.reading() as session:
        return leases.moment(session)


def _note(line: Connection, **heard: str) -> None:
    with db.transaction() as session:
        changes.save_cursor(session, line.account, **heard)
