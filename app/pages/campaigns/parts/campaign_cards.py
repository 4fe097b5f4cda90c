"""How a campaign looks: on its card in the list, and at the head of its own page."""

from datetime import date

from nicegui import ui

from app.models import Campaign, CampaignStatus
from app.pages.ui import basic
from app.services.campaigns.summary import Card

STATUS = {
    CampaignStatus.PLANNED: ("Planned", "wait"),
    CampaignStatus.RUNNING: ("Running", "good"),
    CampaignStatus.ENDED: ("Ended", "none"),
    CampaignStatus.ARCHIVED: ("Archived", "none"),
}
# less than this share of a goal is a matter of hours, not of pace
SLACK = 0.02


def people_word(count: int) -> str:
    return f"{count:,} contact{'' if count == 1 else 's'}"


def draw_status(campaign: Campaign, day: date) -> None:
    word, tone = STATUS[campaign.status(day)]
    basic.text(word, "pd-chip small").classes(tone)


def draw_card(found: Card, day: date) -> None:
    """One campaign in the list; the whole card is the link."""
    campaign = found.campaign
    with basic.link(f"/campaigns/{campaign.id}", "pd-card pd-camp"):
        basic.text(campaign.name, "pd-camp-name")
        with ui.element("div").classes("pd-camp-head"):
            draw_status(campaign, day)
            draw_pace(found, day)
            basic.text(" · ".join(fact_words(found)), "pd-muted pd-small")
        draw_goals(found, day)


def fact_words(found: Card) -> list[str]:
    """What stands under the name: sector, theme, time, who leads it, how many."""
    campaign, contacts = found.campaign, sum(found.counts.values())
    people = f"{found.members} member{'' if found.members == 1 else 's'}"
    there = f"{contacts:,} contact{'' if contacts == 1 else 's'}"
    time = span_words(campaign.start_date, campaign.end_date)
    return [fact for fact in (campaign.sector, campaign.theme, time, found.owner_name, people, there) if fact]


def span_words(start: date | None, end: date | None) -> str:
    """`3 Mar – 30 Jun 2026`, `from 3 Mar 2026`, `until 30 Jun 2026`."""
    if start and end:
        first = f"{start.day} {start:%b}" + ("" if start.year == end.year else f" {start:%Y}")
        return f"{first} – {_day(end)}"
    return f"from {_day(start)}" if start else f"until {_day(end)}" if end else ""


def draw_pace(found: Card, day: date) -> None:
    """What was expected by now, of the goal that is furthest behind; the bars say the rest."""
    if found.campaign.status(day) is CampaignStatus.RUNNING and (said := behind_words(found, day)):
        basic.text(said, "pd-chip small bad")


def behind_words(found: Card, day: date) -> str:
    """`0 meetings, 2 expected by now`; empty where nothing is behind."""
    campaign, elapsed = found.campaign, found.campaign.elapsed(day)
    goals = (("touches", found.touches, campaign.goal_touches), ("meetings", found.booked, campaign.goal_meetings))
    late = [
        (done / expected, done, round(expected), word)
        for word, done, goal in goals
        if goal
        and elapsed
        and (expected := goal * elapsed)
        and round(expected) > done
        and done / goal < elapsed - SLACK
    ]
    if not late:
        return ""
    _, done, expected, word = min(late)
    return f"{done:,} {word.removesuffix('s') if done == 1 and word == 'meetings' else 'touch' if done == 1 else word}, {expected:,} expected by now"


def draw_goals(found: Card, day: date) -> None:
    """Done of what is wanted, and a mark where the campaign should be by now."""
    campaign = found.campaign
    wanted = [
        (word, done, goal)
        for word, done, goal in (
            ("Touches", found.touches, campaign.goal_touches),
            ("Meetings", found.booked, campaign.goal_meetings),
        )
        if goal
    ]
    if not wanted:
        return
    with ui.element("div").classes("pd-goals"):
        for word, done, goal in wanted:
            with ui.element("div"):
                with ui.element("div").classes("pd-goal-line"):
                    ui.label(word)
                    basic.text(f"{done:,} of {goal:,}", "pd-strong")
                with ui.element("div").classes("pd-goal-bar").props("aria-hidden=true"):
                    ui.element("i").style(add=_style("width", min(1.0, done / goal)))
                    expected = campaign.elapsed(day)
                    if expected is not None and 0 < expected < 1:
                        ui.element("u").style(add=_style("left", expected))


def draw_about(found: Card, names: list[str], day: date) -> None:
    """All there is to know of it: the whole name, what it is about, who works on it."""
    campaign = found.campaign
    basic.text(campaign.name, "pd-head-name")
    with ui.element("div").classes("pd-camp-facts"):
        draw_status(campaign, day)
        basic.text(" · ".join(fact_words(found)))
    basic.heading("What it is about")
    basic.text(
        campaign.description or "Nobody has written that down yet.", "pd-pre" if campaign.description else "pd-muted"
    )
    basic.heading("Who works on it")
    with ui.element("div").classes("pd-line wrap"):
        for name in names:
            basic.text(name, "pd-chip none")


def _style(what: str, share: float) -> str:
    return f"{what}: {share * 100:.1f}%"


def _day(day: date | None) -> str:
    return f"{day.day} {day:%b %Y}" if day else ""
