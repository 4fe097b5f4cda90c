"""A report for somebody without an account: plain HTML behind a link that ends, with charts drawn on the server."""

import asyncio
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from starlette.responses import Response

from app import db
from app.services.reports import share_links
from app.services.reports.figures import Rate, Report
from app.services.reports.files.tables import NAMES
from app.web.html import page, svg_charts
from app.web.html.svg_charts import Bar, Column
from app.web.http.error_responses import polite

SHOWN_WEEKS = 53
UNSEEN = {"X-Robots-Tag": "noindex, nofollow", "Cache-Control": "no-store"}


def routes() -> APIRouter:
    pages = APIRouter(include_in_schema=False)
    pages.get("/r/{token}")(_shared)
    return pages


@polite
async def _shared(request: Request, token: str) -> Response:  # noqa: ARG001 - a polite route is given it
    report = await asyncio.to_thread(_ask, token)
    return page.page(report.campaign, f'<div class="report">{body(report)}</div>', headers=UNSEEN)


def _ask(token: str) -> Report:
    with db.reading() as session:
        return share_links.shown(session, token)


def body(report: Report) -> str:
    """The whole report as HTML."""
    at = report.as_of.astimezone(ZoneInfo(report.zone))
    figures = "".join(
        f'<div><dt>{page.safe(NAMES[key])}</dt><dd>{one.value:,}</dd><dd class="faint">{_change(one.change)}</dd></div>'
        for key, one in report.figures.items()
    )
    goals = "".join(f"<p>{page.safe(one.sentence)}</p>" for one in report.pace.values() if one.goal)
    charts = "".join((_weeks(report), _funnel(report), _methods(report.by_type)))
    return (
        f'<h1>{page.safe(report.campaign)}</h1><p class="faint">As of {at.day} {at:%B %Y, %H:%M}. Reload for newer figures.</p>'
        f'<dl class="figures">{figures}</dl>{goals}{charts}'
    )


def _weeks(report: Report) -> str:
    found = report.per_week[-SHOWN_WEEKS:]
    made = [Column(f"{week.start.day} {week.start:%b}", week.touches, week.reached, week.booked) for week in found]
    rows = [
        [f"{week.start.isoformat()}", *map(str, (week.touches, week.reached, week.booked, week.held))] for week in found
    ]
    note = "Full columns are touches that reached somebody, pale ones the rest, dots the meetings booked."
    heads = ("Week of", "Touches", "Reached", "Booked", "Held")
    return _part("Week by week", note, svg_charts.columns("Touches per week", made), heads, rows)


def _funnel(report: Report) -> str:
    made = [Bar(_stage(step.stage), f"{step.share:.0%}", step.reached_n, str(step.reached_n)) for step in report.funnel]
    rows = [[bar.words, bar.end, bar.note] for bar in made]
    most = max((bar.value for bar in made), default=1)
    note = "How many contacts ever got at least this far."
    return _part("Funnel", note, svg_charts.bars("Funnel", made, most), ("Stage", "Contacts", "Share"), rows)


def _methods(found: tuple[Rate, ...]) -> str:
    made = [
        Bar(one.name, f"{one.share:.0%} of {one.touches}", one.share, low=one.low, high=one.high, thin=one.thin)
        for one in found
        if one.touches
    ]
    rows = [
        [one.name, str(one.touches), str(one.reached), f"{one.share:.0%}", f"{one.low:.0%} – {one.high:.0%}"]
        for one in found
        if one.touches
    ]
    note = "Share of touches that reached somebody, with its 95 % range; hatched below 10 touches."
    heads = ("Method", "Touches", "Reached", "Share", "Likely between")
    return (
        _part("By outreach method", note, svg_charts.bars("By outreach method", made, 1.0), heads, rows) if made else ""
    )


def _part(title: str, note: str, chart: str, heads: tuple[str, ...], rows: list[list[str]]) -> str:
    """A chart, and its table for whoever cannot see it."""
    head = "".join(f'<th scope="col">{page.safe(word)}</th>' for word in heads)
    cells = "".join("<tr>" + "".join(f"<td>{page.safe(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{cells}</tbody></table>"
    return (
        f'<section><h2>{page.safe(title)}</h2><p class="faint">{page.safe(note)}</p>{chart}'
        f"<details><summary>Show as table</summary>{table}</details></section>"
    )


def _change(change: int) -> str:
    return f"{change:+,} on the week before" if change else "as in the week before"


def _stage(stage: str) -> str:
    return stage.replace("_", " ").capitalize()
