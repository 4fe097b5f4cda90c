"""Ready questions across the campaigns that somebody may see, each answered with one sentence and the rows behind it."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.errors import Invalid
from app.models import (
    ACTIVITY_LABELS,
    ActivityType,
    Campaign,
    CampaignUser,
    Question,
    QuestionFilters,
    User,
)
from app.services import policy
from app.services.campaigns import campaigns
from app.services.permissions import visibility
from app.services.reports import campaign_report, cohorts, own_questions, question_answers, questions_of_now
from app.services.reports.files import tables
from app.services.reports.files.tables import day_words
from app.services.reports.filters import Asked, Window
from app.services.reports.question_answers import RATES, Answer, Column, Said, Scope

__all__ = ["TITLES", "Answer", "Column", "answer"]

TITLES = {
    Question.CHANNELS: "Which channel works?",
    Question.HELP: "Who needs help?",
    Question.WEEK: "What happened this week?",
    Question.STALLS: "Where do leads stall?",
    Question.SECTORS: "Sector and theme comparison",
    Question.CAMPAIGNS: "Campaigns side by side",
    Question.COHORTS: "How long to the first meeting?",
    Question.CAMPAIGN: "Campaign report",
    Question.OWN: "Own question",
}
KINDS = {word: kind.value for kind, word in ACTIVITY_LABELS.items()}
GALLERY = tuple(question for question in Question if question not in {Question.CAMPAIGN, Question.OWN})
NO_CAMPAIGN = "Choose whose report it is."


def gallery(session: Session, who: User, filters: QuestionFilters, own: QuestionFilters) -> list[Answer]:
    """All ready questions and an own one over the same campaigns and days, each counted once. Raises as `answer` does."""
    scope = scope_of(session, who, filters)
    ready = [answer(session, who, question, filters, scope=scope) for question in GALLERY]
    return [*ready, answer(session, who, Question.OWN, own, scope=scope)]


def answer(
    session: Session,
    who: User,
    question: Question,
    filters: QuestionFilters | None = None,
    on: date | None = None,
    *,
    scope: Scope | None = None,
) -> Answer:
    """One question over the campaigns of a member, or all of them for a golden ticket; `on` is the last day, else today.
    `scope` is that of the filters, where it is known.

    Raises Invalid on odd days, and NotFound for a campaign that is not theirs to see.
    """
    filters = filters or QuestionFilters()
    asked = Asked.of(filters)
    if question is Question.CAMPAIGN:
        return _campaign(session, who, filters, on)
    window = Window.of(who, asked, on)
    scope, name = scope or scope_of(session, who, filters), TITLES[question]
    if question is Question.OWN:
        said, name = own_questions.said(session, scope, window, filters), own_questions.title(filters)
    else:
        said = ASKED[question](session, scope, window)
    sentence, columns, rows, chart, days, keys = said
    days = days or _days(asked.on(window.today), window)
    return Answer(question, name, sentence, columns, tuple(rows), chart, days, tuple(keys))


def scope_of(session: Session, who: User, filters: QuestionFilters) -> Scope:
    """What a question is about for this person. Raises NotFound for a campaign that is not theirs to see."""
    whole = policy.sees_every_campaign(who) and not (filters.campaign_id or filters.sector or filters.theme)
    return Scope(_campaigns(session, who, filters), filters.user_id, filters.type, whole)


def _campaign(session: Session, who: User, filters: QuestionFilters, on: date | None) -> Answer:
    """A campaign's own report: its figures, and how its goals stand."""
    if filters.campaign_id is None:
        raise Invalid(NO_CAMPAIGN, {"campaign_id": NO_CAMPAIGN})
    found = campaign_report.report(session, who, filters.campaign_id, Asked.of(filters), on)
    goals = [" ".join(filter(None, (one.sentence, one.outlook))) for one in found.pace.values() if one.goal]
    figures = ", ".join(f"{one.value:,} {tables.NAMES[key].lower()}" for key, one in found.figures.items())
    rows = tuple((tables.NAMES[key], one.value, one.before) for key, one in found.figures.items())
    columns = question_answers.columns("Figure", ("Count", f"Before ({tables.previous_days(found)})"))
    facts = dict(tables.facts(found))
    days = " · ".join(facts[key] for key in ("Days", "Person", "Method"))
    return Answer(Question.CAMPAIGN, found.campaign, " ".join((f"{figures}.", *goals)), columns, rows, "table", days)


def people(session: Session, who: User) -> dict[UUID, str]:
    """Whom a question may be narrowed to: the members of the campaigns that this person may see."""
    seen = select(Campaign.id).where(*visibility.campaigns(who))
    member = select(CampaignUser.user_id).where(col(CampaignUser.campaign_id).in_(seen))
    query = select(User.id, User.name).where(col(User.id).in_(member), col(User.active))
    return dict(session.exec(query.order_by(func.lower(User.name), col(User.id))).all())


def _campaigns(session: Session, who: User, filters: QuestionFilters) -> list[Campaign]:
    if filters.campaign_id:
        return [campaigns.seen(session, who, filters.campaign_id)]
    query = select(Campaign).where(*visibility.campaigns(who))
    if filters.sector:
        query = query.where(Campaign.sector == filters.sector)
    if filters.theme:
        query = query.where(Campaign.theme == filters.theme)
    return list(session.exec(query.order_by(col(Campaign.name), col(Campaign.id))).all())


def _days(asked: Asked, window: Window) -> str:
    if asked.from_:
        return f"{day_words(asked.from_)} to {day_words(asked.to or max(window.today, asked.from_))}"
    return f"Until {day_words(asked.to)}" if asked.to else "All time"


def _channels(session: Session, scope: Scope, window: Window) -> Said:
    """By meetings; a meeting is no way to one, and left out."""
    got = question_answers.counts(session, scope, "type", window.chosen())
    rates = [
        question_answers.rate(ACTIVITY_LABELS[kind], got.get(kind.value, Counter()))
        for kind in ActivityType
        if kind.value in got and kind is not ActivityType.MEETING
    ]
    rates.sort(key=lambda one: (one.per_touch.thin, -one.per_touch.share))
    return (
        question_answers.best(rates, "Do more by {}"),
        question_answers.columns("Method", RATES),
        [question_answers.cells(one) for one in rates],
        "bars",
        "",
        [KINDS[one.name] for one in rates],
    )


def _sectors(session: Session, scope: Scope, window: Window) -> Said:
    got = question_answers.counts(session, scope, "campaign_id", window.chosen())
    kinds: dict[str, Counter[str]] = {}
    marks: dict[str, str] = {}
    for one in scope.campaigns:
        name = " · ".join(filter(None, (one.sector, one.theme))) or "Neither"
        marks[name] = f"{one.sector or ''}{question_answers.SECTOR_MARK}{one.theme or ''}"
        kinds.setdefault(name, Counter()).update({"campaigns": 1} | got.get(one.id, {}))
    rates = sorted(
        (question_answers.rate(name, counts) for name, counts in kinds.items()),
        key=lambda one: (one.per_touch.thin, -one.per_touch.share),
    )
    rows = [
        (*question_answers.cells(one), kinds[one.name]["handed_over"], kinds[one.name]["campaigns"]) for one in rates
    ]
    return (
        question_answers.best(rates, "Do more in {}"),
        question_answers.columns("Sector and theme", (*RATES, "Handed over", "Campaigns")),
        rows,
        "bars",
        "",
        [marks[one.name] for one in rates],
    )


def _side_by_side(session: Session, scope: Scope, window: Window) -> Said:
    """What each came to, with its rates, and how far its goals are; those in which nothing was done are left out."""
    got = question_answers.counts(session, scope, "campaign_id", window.chosen())
    found = [(one, question_answers.rate(one.name, got[one.id])) for one in scope.campaigns if one.id in got]
    found.sort(key=lambda pair: (pair[1].per_touch.thin, -pair[1].per_touch.share, pair[0].name.lower()))
    rows = [
        (*question_answers.cells(rate), got[one.id]["meetings_held"], got[one.id]["handed_over"], one.goal_meetings)
        for one, rate in found
    ]
    return (
        question_answers.best([rate for _, rate in found], "More came of {}"),
        question_answers.columns("Campaign", (*RATES, "Meetings held", "Handed over", "Goal: meetings")),
        rows,
        "bars",
        "",
        [str(one.id) for one, _ in found],
    )


ASKED: dict[Question, Callable[[Session, Scope, Window], Said]] = {
    Question.CHANNELS: _channels,
    Question.HELP: questions_of_now.help_needed,
    Question.WEEK: questions_of_now.this_week,
    Question.STALLS: questions_of_now.stalls,
    Question.SECTORS: _sectors,
    Question.CAMPAIGNS: _side_by_side,
    Question.COHORTS: cohorts.said,
}
