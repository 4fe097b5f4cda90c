"""A campaign's report at full size: the time in SQL, and 200 viewers of it under a burst of touches."""

import asyncio
import time
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import event, text
from sqlmodel import Session

from app import db, signals
from app.models import ActivityDraft, ActivityType, Campaign, CampaignUser, Outcome, User, new_id
from app.pages.reports.live.hub import ReportHub
from app.services.activities import activity_log
from app.services.reports import campaign_report
from app.services.reports.figures import Report
from app.services.reports.filters import Asked
from scripts.bench.figure import Figure, stopwatch
from scripts.bench.site import Site

CONTACTS, TOUCHES, VIEWERS, BURST = 5_000, 50_000, 200, 100
WARM_UP = 5

# the mix of a phone campaign: mostly calls and mail, 4 meetings in 100 touches
FILL = (
    """insert into contacts (id, created_at, updated_at, user_id, name, given_name, family_name, sort_name, search_text,
        emails, phones, notes, tags, version, warmness_score)
       select gen_random_uuid(), now(), now(), :who, 'Lead ' || n, '', '', 'lead ' || n, 'lead ' || n, '{}', '{}', '', '{}', 1, 5
       from generate_series(1, :contacts) n""",
    """insert into campaign_contacts (id, created_at, updated_at, campaign_id, contact_id, stage, added_at, stage_at)
       select gen_random_uuid(), now(), now(), :campaign, id,
              (array['TO_CONTACT', 'CONTACTED', 'CONTACTED', 'IN_DIALOGUE', 'MEETING_BOOKED', 'HANDED_OVER'])[1 + floor(random() * 6)],
              now() - interval '180 days', now() - random() * interval '180 days'
       from contacts where user_id = :who and name like 'Lead %'""",
    """insert into campaign_moves (id, created_at, updated_at, campaign_id, contact_id, user_id, from_stage, to_stage, moved_at)
       select gen_random_uuid(), now(), now(), :campaign, contact_id, :who, 'TO_CONTACT', stage, stage_at
       from campaign_contacts where campaign_id = :campaign""",
    """insert into activities (id, created_at, updated_at, type, user_id, contact_id, campaign_id, subject, note, happened_at, done,
        version, outcome)
       select gen_random_uuid(), at, at, kind, :who, contact_id, :campaign, '', repeat('x', 80), at, true, 1,
              case kind when 'MEETING' then 'HELD' when 'CALL' then (array['REACHED', 'NO_ANSWER', 'VOICEMAIL'])[1 + n % 3] else
                   (array['SENT', 'REPLIED', 'SENT'])[1 + n % 3] end
       from (select n, contact_id, now() - random() * interval '180 days' as at,
                    case when n % 25 = 0 then 'MEETING' else (array['CALL', 'EMAIL', 'LINKEDIN'])[1 + n % 3] end as kind
             from generate_series(1, :touches) n
             join (select contact_id, row_number() over () as place from campaign_contacts where campaign_id = :campaign) board
               on board.place = 1 + n % (:contacts - 1)) rows""",
    "analyze activities",
    "analyze contacts",
    "analyze campaign_contacts",
    "analyze campaign_moves",
)


def figures(site: Site, rounds: int) -> Iterator[tuple[str, str]]:
    """Each figure with its name."""
    who, campaign = filled(UUID(next(iter(site.sessions))))
    size = f"report, {CONTACTS:,} contacts and {TOUCHES:,} touches"
    sql, whole = timed(who, campaign, rounds)
    yield f"{size}: SQL p50 / p95", f"{sql.p50:.0f} / {sql.p95:.0f} ms"
    yield f"{size}: whole p50 / p95", f"{whole.p50:.0f} / {whole.p95:.0f} ms"
    asked, last = asyncio.run(watched(site.url, who, campaign))
    yield f"{VIEWERS} viewers, {BURST} touches at once: questions", f"{asked}"
    yield "… last viewer sees the last touch after", f"{last:.2f} s"


def filled(user_id: UUID) -> tuple[UUID, UUID]:
    with db.transaction() as session:
        campaign = Campaign(name="Bench", owner_id=user_id, goal_touches=60_000, goal_meetings=3_000)
        session.add(campaign)
        session.flush()
        session.add(CampaignUser(campaign_id=campaign.id, user_id=user_id))
        session.flush()
        binds = {"who": user_id, "campaign": campaign.id, "contacts": CONTACTS, "touches": TOUCHES}
        for statement in FILL:
            session.execute(text(statement), binds if "analyze" not in statement else {})
    return user_id, campaign.id


def timed(who: UUID, campaign: UUID, rounds: int) -> tuple[Figure, Figure]:
    spent = stopwatch()
    sql, whole = [], []
    for number in range(rounds + WARM_UP):
        with db.reading() as session:
            user = session.get_one(User, who)
            spent[0], start = 0.0, time.perf_counter()
            campaign_report.report(session, user, campaign, Asked())
            if number >= WARM_UP:
                sql.append(spent[0])
                whole.append(time.perf_counter() - start)
    return Figure.of(sql), Figure.of(whole)


async def watched(url: str, who: UUID, campaign: UUID) -> tuple[int, float]:
    """How many questions a burst makes, and when the last viewer has seen its end."""
    hub, asked, seen = ReportHub(), [0], {}
    ready, done = asyncio.Event(), asyncio.Event()
    goal = [0]

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked[0] += "grouping sets" in statement

    def show(viewer: int, report: Report) -> None:
        seen[viewer] = report.figures["touches"].value
        if goal[0] and len(seen) == VIEWERS and min(seen.values()) >= goal[0]:
            done.set()

    async def relay() -> None:
        async for signal in signals.listen(url):
            ready.set()
            hub.deliver(signal)

    listening = asyncio.create_task(relay())
    await asyncio.gather(*(
        hub.subscribe(who, campaign, Asked(), lambda report, viewer=viewer: show(viewer, report), lambda: None)
        for viewer in range(VIEWERS)
    ))  # fmt: skip
    while not ready.is_set():
        await asyncio.to_thread(announced)
        await asyncio.sleep(0.05)
    await asyncio.sleep(1)
    goal[0] = seen[0] + BURST
    event.listen(db.engine, "before_cursor_execute", count)
    start = time.perf_counter()
    await asyncio.to_thread(burst, who, campaign)
    ended = time.perf_counter()
    await asyncio.wait_for(done.wait(), 60)
    event.remove(db.engine, "before_cursor_execute", count)
    listening.cancel()
    assert ended > start
    return asked[0], time.perf_counter() - ended


def announced() -> None:
    with db.transaction() as session:
        signals.announce(session, signals.Topic.SYNC, new_id(), new_id())


def burst(who: UUID, campaign: UUID) -> None:
    """Many touches in a row, each its own commit."""
    with db.reading() as session:
        contact = _somebody(session, campaign)
    for _ in range(BURST):
        with db.transaction() as session:
            user = session.get_one(User, who)
            draft = ActivityDraft(type=ActivityType.CALL, campaign_id=campaign, outcome=Outcome.REACHED)
            activity_log.log(session, user, contact, draft)


def _somebody(session: Session, campaign: UUID) -> UUID:
    found = session.execute(
        text("select contact_id from campaign_contacts where campaign_id = :c limit 1"), {"c": campaign}
    )
    return UUID(str(found.scalar_one()))
