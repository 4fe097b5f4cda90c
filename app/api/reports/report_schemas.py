"""What the report of a campaign answers by REST."""

from datetime import date
from typing import Any, Self
from uuid import UUID

from app.api.core.schemas import Answer, Moment
from app.models import Stage
from app.services.reports.figures import DealFigures, Rate, Report, Share


class StepAnswer(Answer):
    stage: Stage
    n: int
    share: float


class ShareAnswer(Answer):
    """`share` is `hits` of `n` (0-1), with its 95 % interval (Wilson); `thin` below 10."""

    hits: int
    n: int
    share: float
    interval: tuple[float, float]
    thin: bool

    @classmethod
    def told(cls, one: Share) -> Self:
        return cls(hits=one.hits, n=one.n, share=one.share, interval=(one.low, one.high), thin=one.thin)


class RateAnswer(Answer):
    """`share` reached of `touches` (0-1), with the 95 % interval; `thin` below 10 touches.

    `meetings_rate` are the meetings booked of the touches, `contacts_rate` the contacts with a meeting of those that
    were touched, `meetings_rate_before` that of the days that changes are against.
    """

    key: str
    name: str
    touches: int
    reached: int
    share: float
    low: float
    high: float
    thin: bool
    booked: int
    meetings_rate: ShareAnswer
    contacts_rate: ShareAnswer
    meetings_rate_before: ShareAnswer

    @classmethod
    def told(cls, one: Rate, **more: Any) -> Self:
        rates = {"meetings_rate": one.per_touch, "contacts_rate": one.per_contact, "meetings_rate_before": one.before}
        own = {name: getattr(one, name) for name in vars(one) if name in cls.model_fields}
        return cls(**own, **{key: ShareAnswer.told(value) for key, value in rates.items()}, **more)


class TypeAnswer(RateAnswer):
    n: int
    interval: tuple[float, float]


class WeekAnswer(Answer):
    start: date
    touches: int
    reached: int
    booked: int
    held: int


class ChangeAnswer(Answer):
    """`change` is against `before`: as many days just before the chosen ones, else this week against the last."""

    before: int
    change: int


class PaceAnswer(Answer):
    goal: int | None
    done: int
    elapsed_share: float | None
    expected_now: float | None
    likely_low: int | None
    likely_high: int | None
    needed_per_week: float | None
    now_per_week: float
    sentence: str
    outlook: str


class MoneyAnswer(Answer):
    """What the deals of one currency (ISO 4217, empty for none) are worth."""

    currency: str
    open: float
    won: float
    lost: float


class DealsAnswer(Answer):
    """Contacts in Pipedrive, with a deal and with a won one; deals by their state; `win_rate`: won of those decided."""

    pushed: int
    with_deal: int
    won_contacts: int
    open: int
    won: int
    lost: int
    money: list[MoneyAnswer]
    win_rate: ShareAnswer
    read_at: Moment | None

    @classmethod
    def told(cls, one: DealFigures) -> Self:
        money = [MoneyAnswer(currency=m.currency, open=m.open, won=m.won, lost=m.lost) for m in one.money]
        own = {name: getattr(one, name) for name in vars(one) if name not in {"money", "win_rate"}}
        return cls(**own, money=money, win_rate=ShareAnswer.told(one.win_rate))


class ReportAnswer(Answer):
    """`deals` is null where the firm does not want it, and for whoever does not lead the campaign."""

    campaign_id: UUID
    touches: int
    reached: int
    meetings_booked: int
    meetings_held: int
    handed_over: int
    changes: dict[str, ChangeAnswer]
    meetings_rate: ShareAnswer
    contacts_rate: ShareAnswer
    funnel: list[StepAnswer]
    by_type: list[TypeAnswer]
    by_user: list[RateAnswer]
    per_week: list[WeekAnswer]
    goal: dict[str, int | None]
    pace: dict[str, PaceAnswer]
    deals: DealsAnswer | None
    as_of: Moment

    @classmethod
    def of(cls, report: Report) -> Self:
        values = {key: one.value for key, one in report.figures.items()}
        return cls(
            **values,
            campaign_id=report.campaign_id,
            changes={key: ChangeAnswer.model_validate(one) for key, one in report.figures.items()},
            funnel=[StepAnswer(stage=one.stage, n=one.reached_n, share=one.share) for one in report.funnel],
            meetings_rate=ShareAnswer.told(report.whole.per_touch),
            contacts_rate=ShareAnswer.told(report.whole.per_contact),
            by_type=[TypeAnswer.told(one, n=one.touches, interval=(one.low, one.high)) for one in report.by_type],
            by_user=[RateAnswer.told(one) for one in report.by_user],
            per_week=[WeekAnswer.model_validate(one) for one in report.per_week],
            goal=report.goal,
            pace={key: PaceAnswer.model_validate(one) for key, one in report.pace.items()},
            deals=DealsAnswer.told(report.deals) if report.deals else None,
            as_of=report.as_of,
        )
