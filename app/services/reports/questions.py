"""Ready questions across the campaigns that somebody may see, each answered with one sentence and the rows behind it."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.models import ACTIVITY_LABELS, ActivityType, Campaign, Question, QuestionFilters, Stage, User, now
from app.services.permissions import visibility
from app.services.reports import metric_definitions, question_answers
from app.services.reports.figures import LADDER, midnight, monday
from app.services.reports.filters import Asked, Window
from app.services.reports.question_answers import RATES, Answer, Cell, Chart, Column

__all__ = ["TITLES", "Answer", "Column", "answer"]

TITLES = {
    Question.CHANNELS: "Which channel works?",
    Question.HELP: "Who needs help?",
    Question.WEEK: "What happened this week?",
    Question.STALLS: "Where do leads stall?",
    Question.SECTORS: "Sector and theme comparison",
}
STALE_DAYS = 21

WAITING = text("""
    select place.stage, count(*) as n,
           percentile_cont(0.5) within group (order by extract(epoch from :now - place.stage_at)) / 86400 as days,
           count(*) filter (where place.stage_at < :stale) as stale
    from campaign_contacts place join contacts c on c.id = place.contact_id and c.deleted_at is null
    where place.campaign_id = any(:campaigns) and place.stage = any(:stages) group by place.stage
""")

STAFF = text("""
    select u.id, u.name, count(distinct a.id) as overdue from users u
    join campaign_users member on member.user_id = u.id and member.campaign_id = any(:campaigns)
    left join activities a on a.user_id = u.id and a.campaign_id = any(:campaigns)
        and a.deleted_at is null and a.contact_id is not null and not a.done and a.due_date < :now
    where u.active group by u.id, u.name order by lower(u.name), u.id
""")


def answer(session: Session, who: User, question: Question, filters: QuestionFilters | None = None) -> Answer:
    """One question over the campaigns of a member, or all of them for a golden ticket. Raises Invalid on odd days."""
    filters = filters or QuestionFilters()
    window = Window.of(who, Asked(filters.from_, filters.to))
    sentence, columns, rows, chart = ASKED[question](session, _scope(session, who, filters), window)
    return Answer(question, TITLES[question], sentence, columns, tuple(rows), chart)


Said = tuple[str, tuple[Column, ...], Iterable[tuple[Cell, ...]], Chart]


def _scope(session: Session, who: User, filters: QuestionFilters) -> list[Campaign]:
    query = select(Campaign).where(*visibility.campaigns(who))
    if filters.sector:
        query = query.where(Campaign.sector == filters.sector)
    if filters.theme:
        query = query.where(Campaign.theme == filters.theme)
    return list(session.exec(query.order_by(col(Campaign.name), col(Campaign.id))).all())


def _channels(session: Session, scope: list[Campaign], window: Window) -> Said:
    got = question_answers.counts(session, scope, "type", window.chosen())
    rates = [
        question_answers.rate(ACTIVITY_LABELS[kind], got.get(kind.value, Counter()))
        for kind in ActivityType
        if kind.value in got
    ]
    rates.sort(key=lambda one: (one.thin, -one.share))
    return (
        question_answers.best(rates),
        question_answers.columns("Method", RATES),
        [question_answers.cells(one) for one in rates],
        "bars",
    )


def _help(session: Session, scope: list[Campaign], window: Window) -> Said:
    """Overdue first, then whoever does least of their usual; the chosen days play no part."""
    week = midnight(window.today - timedelta(days=6), window.zone)
    month = midnight(window.today - timedelta(days=34), window.zone)
    lately = question_answers.counts(session, scope, "user_id", {"since": week, "until": now()})
    before = question_answers.counts(session, scope, "user_id", {"since": month, "until": week})
    rows: list[tuple[Cell, ...]] = []
    for one in session.execute(STAFF, {"campaigns": question_answers.ids(scope), "now": now()}):
        usual = before.get(one.id, Counter())["touches"] / 4
        rows.append((one.name, one.overdue, lately.get(one.id, Counter())["touches"], round(usual, 1)))
    rows.sort(key=lambda row: (-row[1], row[2] - row[3], row[0]))  # type: ignore[operator]
    needs = [row for row in rows if row[1] or row[2] < row[3] / 2]  # type: ignore[operator]
    columns = question_answers.columns("Person", ("Overdue", "Touches in 7 days", "Usual week"))
    return _worst(needs), columns, rows, "bars"


def _week(session: Session, scope: list[Campaign], window: Window) -> Said:
    since = midnight(monday(window.today), window.zone)
    got = question_answers.counts(session, scope, "campaign_id", {"since": since, "until": now()})
    total: Counter[str] = sum((got[key] for key in got), Counter())
    busy = sorted((one for one in scope if one.id in got), key=lambda one: -got[one.id]["touches"])
    rows: list[tuple[Cell, ...]] = [
        (one.name, *(got[one.id][kind] for kind in metric_definitions.KINDS)) for one in busy
    ]
    said = ", ".join(f"{total[kind]} {noun}" for kind, noun in NOUNS.items())
    sentence = f"Since Monday: {said}." if got else "Nothing has happened since Monday."
    columns = question_answers.columns("Campaign", tuple(noun.capitalize() for noun in NOUNS.values()))
    return sentence, columns, rows, "stack"


NOUNS = dict(
    zip(
        metric_definitions.KINDS, ("touches", "reached", "meetings booked", "meetings held", "handed over"), strict=True
    )
)


def _stalls(session: Session, scope: list[Campaign], window: Window) -> Said:  # noqa: ARG001 - it is about now
    stages = LADDER[:-1]
    binds = {"now": now(), "stale": now() - timedelta(days=STALE_DAYS), "stages": [stage.value for stage in stages]}
    got = {row.stage: row for row in session.execute(WAITING, binds | {"campaigns": question_answers.ids(scope)})}
    rows = [_waiting(stage, got.get(stage.value)) for stage in stages]
    name, n, _days, stale = max(rows, key=lambda row: row[3])
    said = f"Leads stall at {name}: {stale} of {n} have stood there for more than {STALE_DAYS} days."
    columns = question_answers.columns(
        "Stage", ("Contacts", Column("Median days there", "days"), f"Over {STALE_DAYS} days")
    )
    return said if stale else f"No lead has stood still for more than {STALE_DAYS} days.", columns, rows, "bars"


def _waiting(stage: Stage, row: Any) -> tuple[str, int, float | None, int]:
    name = stage.value.replace("_", " ").capitalize()
    return (name, row.n, round(float(row.days), 1), row.stale) if row else (name, 0, None, 0)


def _sectors(session: Session, scope: list[Campaign], window: Window) -> Said:
    got = question_answers.counts(session, scope, "campaign_id", window.chosen())
    kinds: dict[str, Counter[str]] = {}
    for one in scope:
        name = " · ".join(filter(None, (one.sector, one.theme))) or "Neither"
        kinds.setdefault(name, Counter()).update({"campaigns": 1} | got.get(one.id, {}))
    rates = sorted(
        (question_answers.rate(name, counts) for name, counts in kinds.items()), key=lambda one: (one.thin, -one.share)
    )
    rows = [
        (*question_answers.cells(one), kinds[one.name]["handed_over"], kinds[one.name]["campaigns"]) for one in rates
    ]
    return (
        question_answers.best(rates),
        question_answers.columns("Sector and theme", (*RATES, "Handed over", "Campaigns")),
        rows,
        "bars",
    )


ASKED: dict[Question, Callable[[Session, list[Campaign], Window], Said]] = {
    Question.CHANNELS: _channels,
    Question.HELP: _help,
    Question.WEEK: _week,
    Question.STALLS: _stalls,
    Question.SECTORS: _sectors,
}


def _worst(needs: list[tuple[Cell, ...]]) -> str:
    if not needs:
        return "Nobody seems to need help."
    name, overdue, lately, usual = needs[0]
    rest = f", and {len(needs) - 1} more" if len(needs) > 1 else ""
    return f"{name} has {overdue} overdue and {lately} touches in 7 days, where {usual} a week are usual{rest}."
