"""The team at work: who did what, who uses the tool, what is overdue; and doors that partners open. For golden tickets."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import User
from app.pages.activities.introduction_offers import Offers
from app.pages.campaigns.parts import campaign_cards
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.reports.parts import introductions_chart
from app.pages.reports.parts.live_chart import Graph
from app.pages.reports.report_filter import Chosen
from app.pages.ui import basic, theme
from app.pages.ui.redraw import Kept
from app.services.activities import introductions
from app.services.activities.introductions import Offer
from app.services.campaigns import listing
from app.services.campaigns.listing import Wanted
from app.services.reports import team_report
from app.services.reports.figures import Rate
from app.services.reports.team_report import Team, Teammate
from app.signals import Topic

SPANS = {"7": "7 days", "30": "30 days", "90": "90 days", "": "All the time"}
USUAL, MOST = "30", 200

Seen = tuple[Team, list[Offer], Rate, dict[UUID, str]]


@screen("Team at work")
async def teamwork_page(shell: Shell, days: str = USUAL, campaign: str = "") -> None:
    this = TeamWork(shell, days if days in SPANS else USUAL, campaign)
    await this.draw()
    live_updates.on(this.again, Topic.OUTREACH, Topic.PEOPLE, Topic.CAMPAIGN)


class TeamWork:
    """What is chosen, and the parts that stay as they are while their facts do."""

    def __init__(self, shell: Shell, days: str, campaign: str) -> None:
        self.shell, self.days, self.campaign, self.turn = shell, days, campaign, 0

    def ask(self, session: Session, me: User) -> Seen:
        day = campaign_cards.today(me.timezone)
        found = listing.listed(session, me, Wanted(sort="name"), day, MOST).items
        named = {card.campaign.id: card.campaign.name for card in found}
        chosen = next((one for one in named if str(one) == self.campaign), None)
        team = team_report.team(session, me, Chosen(days=self.days).asked(day), chosen)
        return team, introductions.offered(session, me), introductions.ticket_rate(session, me, chosen), named

    async def draw(self) -> None:
        seen = await look(self.ask)
        basic.title("Team at work").style("margin-bottom: 8px")
        self.chips = basic.chips(SPANS, self.days, self.span)
        with ui.element("div").classes("pd-report-who one"):
            self.pick(seen[3])
        self.team = Kept()
        self.offers = Offers(seen[3])
        with ui.element("div").style("margin-top: 16px").mark("ticket-rate"):
            self.tickets = Graph(introductions_chart.spec(seen[2]))
        self.show(seen)

    def pick(self, named: dict[UUID, str]) -> None:
        options = {"": "Everything, campaign or not", **{str(one): name for one, name in named.items()}}
        value = self.campaign if self.campaign in options else ""
        box = ui.select(options, value=value, label="Campaign").classes("pd-field").mark("campaign")
        box.props("outlined dense behavior=menu options-dense=false stack-label")
        box.props["dropdown-icon"] = theme.icon("chevron-down")
        box.on_value_change(lambda event: self.choose(campaign=event.value or ""))

    async def span(self, days: str) -> None:
        basic.mark_chip(self.chips, days)
        await self.choose(days=days)

    async def choose(self, **said: Any) -> None:
        vars(self).update(said)
        query = urlencode({"days": self.days, "campaign": self.campaign})
        ui.navigate.history.replace(f"/team/work?{query}")
        await self.again()

    async def again(self) -> None:
        self.turn += 1
        turn = self.turn
        seen = await look(self.ask)
        if turn == self.turn and not self.team.box.is_deleted:
            self.show(seen)

    def show(self, seen: Seen) -> None:
        team, offers, rate, _ = seen
        self.team.show((team.members, team.ranked, team.logging), lambda: board(team))
        self.offers.show(offers, self.shell.me.timezone)
        self.tickets.renew(introductions_chart.spec(rate))


def board(team: Team) -> None:
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
                teammate(one, place if team.ranked else None)


def teammate(one: Teammate, place: int | None) -> None:
    with ui.element("tr"):
        basic.line(str(place or ""), "td", "pd-team-place")
        with basic.line(one.name if one.active else f"{one.name} (left)", "th", "pd-team-name").props("scope=row"):
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
