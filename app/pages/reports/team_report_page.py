"""The team at work: who did what, who uses the tool, what is overdue, and introductions. For golden tickets."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app import calendar_days
from app.models import User
from app.pages.activities.introduction_offers import IntroductionOffers
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.reports.parts import introductions_chart
from app.pages.reports.parts.live_chart import ChartSpec, LiveChart, Picture, picture_of
from app.pages.reports.report_filter import ReportChoice
from app.pages.reports.rows_sheet import RowsSheet
from app.pages.reports.week_goals import WeekGoals
from app.pages.ui import basic, theme
from app.pages.ui.redraw import Memo
from app.services.activities import introductions
from app.services.activities.introductions import Offer
from app.services.campaigns import listing
from app.services.campaigns.listing import Wanted
from app.services.reports import person_goals, question_rows, team_report
from app.services.reports.drill_down import Rows
from app.services.reports.figures import Rate
from app.services.reports.person_goals import PersonWeek
from app.services.reports.team_report import Team, Teammate
from app.signals import Topic

SPANS = {"7": "7 days", "30": "30 days", "90": "90 days", "": "All time"}
USUAL, MOST = "30", 200
ALL_TOUCHES = "All touches"

Seen = tuple[Team, list[Offer], Rate, dict[UUID, str], list[PersonWeek]]


@screen("Team activity")
async def team_report_page(shell: Shell, days: str = USUAL, campaign: str = "") -> None:
    chosen = TeamFilter(days if days in SPANS else USUAL, campaign)
    seen = await look(partial(load_team, chosen=chosen))
    page = TeamReportPage(shell.me.timezone, chosen, seen)
    live_updates.on(page.refresh, Topic.OUTREACH, Topic.PEOPLE, Topic.CAMPAIGN)
    live_updates.at_midnight(page.refresh, shell.me.timezone)


@dataclass(frozen=True)
class TeamFilter:
    """`days` is a key of SPANS; `campaign` the id of one, empty for everything."""

    days: str
    campaign: str

    def address(self) -> str:
        return f"/team/work?{urlencode({'days': self.days, 'campaign': self.campaign})}"


def load_team(session: Session, me: User, chosen: TeamFilter) -> Seen:
    day = calendar_days.today(me.timezone)
    found = listing.listed(session, me, Wanted(sort="name"), day, MOST).items
    named = {card.campaign.id: card.campaign.name for card in found}
    campaign_id = next((one for one in named if str(one) == chosen.campaign), None)
    team = team_report.team(session, me, ReportChoice(days=chosen.days).asked(), campaign_id)
    rate = introductions.ticket_rate(session, me, campaign_id)
    return team, introductions.offered(session, me), rate, named, person_goals.everybody(session, me)


class TeamReportPage:
    """What is chosen, and the parts that stay as they are while their facts do."""

    def __init__(self, zone: str, chosen: TeamFilter, seen: Seen) -> None:
        _, _, rate, named, _ = seen
        self.zone = zone
        self.chosen = chosen
        self.turn = 0
        basic.title("Team activity").style("margin-bottom: 8px")
        self.chips = basic.chips(SPANS, chosen.days, self.choose_span)
        with ui.element("div").classes("pd-report-who one"):
            self.draw_campaign_select(named)
        self.named = named
        self.rows = RowsSheet(zone)
        self.team = Memo()
        self.goals = WeekGoals("Goals for a week", "Only each colleague and golden tickets see these.")
        self.offers = IntroductionOffers(named)
        with ui.element("div").style("margin-top: 16px").mark("ticket-rate"):
            self.tickets = LiveChart(introductions_chart.introductions_chart(rate), on_save=self.save_chart)
        self.show(seen)

    async def save_chart(self, spec: ChartSpec) -> Picture:
        """Introductions of all days: the span narrows the table alone."""
        campaign = next((name for one, name in self.named.items() if str(one) == self.chosen.campaign), ALL_TOUCHES)
        return picture_of(spec, [campaign, "All time"], self.zone)

    async def open_person(self, one: Teammate) -> None:
        """Their touches for campaigns in the chosen days; what they do for none is counted, and theirs alone."""
        chosen = self.chosen

        def ask(session: Session, me: User, cursor: str | None, oldest_first: bool) -> Rows:
            campaign_id = next((key for key in self.named if str(key) == chosen.campaign), None)
            asked = ReportChoice(days=chosen.days).asked()
            return question_rows.of_person(
                session, me, one.user_id, asked, campaign_id, cursor, oldest_first=oldest_first
            )

        under = f"For campaigns, {SPANS[chosen.days].lower()}; touches for no campaign are theirs alone"
        await self.rows.open(f"Touches of {one.name}", under, ask)

    def draw_campaign_select(self, named: dict[UUID, str]) -> None:
        options = {"": ALL_TOUCHES, **{str(one): name for one, name in named.items()}}
        value = self.chosen.campaign if self.chosen.campaign in options else ""
        box = ui.select(options, value=value, label="Campaign").classes("pd-field").mark("campaign")
        box.props("outlined dense behavior=menu options-dense=false stack-label")
        box.props["dropdown-icon"] = theme.icon("chevron-down")
        box.on_value_change(lambda event: self.choose(campaign=event.value or ""))

    async def choose_span(self, days: str) -> None:
        basic.mark_chip(self.chips, days)
        await self.choose(days=days)

    async def choose(self, **said: Any) -> None:
        self.chosen = replace(self.chosen, **said)
        ui.navigate.history.replace(self.chosen.address())
        await self.refresh()

    async def refresh(self) -> None:
        self.turn += 1
        turn = self.turn
        seen = await look(partial(load_team, chosen=self.chosen))
        if turn == self.turn and not self.team.box.is_deleted:
            self.show(seen)

    def show(self, seen: Seen) -> None:
        team, offers, rate, _, weeks = seen
        self.goals.show(weeks)
        self.team.show((team.members, team.ranked, team.logging), lambda: draw_team(team, self.open_person))
        self.offers.show(offers, self.zone)
        self.tickets.renew(introductions_chart.introductions_chart(rate))


def draw_team(team: Team, on_open: Callable[[Teammate], Any]) -> None:
    """Everybody in a row; on a phone each row breaks into its numbers."""
    active = sum(one.active for one in team.members)
    said = f"{team.logging} of {active} logged a touch this week."
    order = "Most meetings first." if team.ranked else "By name: this campaign keeps no leaderboard."
    basic.text(f"{said} {order}", "pd-muted pd-team-said").mark("logging")
    with ui.element("div").classes("pd-card flush pd-team"), ui.element("table"):
        with ui.element("thead"), ui.element("tr"):
            for word in ("", "Colleague", "Touches", "Reached", "Meetings", "Overdue", "This week"):
                basic.line(word or "Place", "th", "pd-team-place" if not word else "").props("scope=col")
        with ui.element("tbody"):
            for place, one in enumerate(team.members, 1):
                draw_teammate(one, place if team.ranked else None, on_open)


def draw_teammate(one: Teammate, place: int | None, on_open: Callable[[Teammate], Any]) -> None:
    with ui.element("tr"):
        basic.line(str(place or ""), "td", "pd-team-place")
        with basic.line("", "th", "pd-team-name").props("scope=row"):
            name = one.name if one.active else f"{one.name} (left)"
            opens = ui.element("button").props("type=button").classes("pd-bare pd-team-open")
            with opens.on("click", lambda: on_open(one), []):
                basic.text(name)
            basic.text("logged this week" if one.this_week else "nothing logged this week", "pd-team-mark").classes(
                "yes" if one.this_week else ""
            )
        for word, value in numbers(one):
            cell = basic.line(f"{value:,}", "td", "pd-team-bad" if word == "overdue" and value else "")
            cell.props["data-word"] = word


def numbers(one: Teammate) -> list[tuple[str, int]]:
    return [
        ("touches", one.touches),
        ("reached", one.reached),
        ("meetings", one.meetings_booked),
        ("overdue", one.overdue),
        ("this week", one.this_week),
    ]
