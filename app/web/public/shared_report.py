"""A report for somebody without an account: plain HTML behind a link that ends, with charts drawn on the server."""

import asyncio
from dataclasses import dataclass

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from app import db
from app.services.reports import share_links
from app.services.reports.figures import Rate, Report
from app.services.reports.files import tables
from app.services.reports.files.tables import NAMES, previous_days
from app.web.html import page, svg_charts
from app.web.html.svg_charts import Bar, Column
from app.web.http.error_responses import answers_refusals

SHOWN_WEEKS = 53
UNSEEN = {"X-Robots-Tag": "noindex, nofollow", "Cache-Control": "no-store"}


@dataclass(frozen=True)
class Part:
    """A chart, and its table for whoever cannot see it."""

    title: str
    note: str
    chart: Markup
    heads: tuple[str, ...]
    rows: list[tuple[object, ...]]


def routes() -> APIRouter:
    pages = APIRouter(include_in_schema=False)
    pages.get("/r/{token}")(_shared)
    return pages


@answers_refusals
async def _shared(request: Request, token: str) -> Response:  # noqa: ARG001 - a polite route is given it
    return shown(await asyncio.to_thread(_ask, token))


def _ask(token: str) -> Report:
    with db.reading() as session:
        found = share_links.shown(session, token)
    with db.transaction() as session:
        share_links.note_opened(session, token)
    return found


def shown(report: Report) -> HTMLResponse:
    """The whole report as a page."""
    tried = [one for one in report.by_type if one.touches]
    parts = [_weeks(report), _funnel(report), *([_methods(tried)] if tried else [])]
    return page.page(
        "shared_report.html",
        headers=UNSEEN,
        title=report.campaign,
        facts=tables.facts(report)[1:],
        figures=[
            {"name": NAMES[key], "value": f"{one.value:,}", "change": _change(one.change, previous_days(report))}
            for key, one in report.figures.items()
        ],
        goals=[" ".join(filter(None, (one.sentence, one.outlook))) for one in report.pace.values() if one.goal],
        parts=parts,
    )


def _weeks(report: Report) -> Part:
    found = report.per_week[-SHOWN_WEEKS:]
    made = [Column(f"{week.start.day} {week.start:%b}", week.touches, week.reached, week.booked) for week in found]
    return Part(
        "Week by week",
        "Full columns are touches that reached somebody, pale ones the rest, dots the meetings booked.",
        svg_charts.columns("Touches per week", made),
        ("Week of", "Touches", "Reached", "Booked", "Held"),
        [(week.start.isoformat(), week.touches, week.reached, week.booked, week.held) for week in found],
    )


def _funnel(report: Report) -> Part:
    made = [Bar(_stage(step.stage), f"{step.share:.0%}", step.reached_n, str(step.reached_n)) for step in report.funnel]
    most = max((bar.value for bar in made), default=1)
    return Part(
        "Funnel",
        "How many contacts ever got at least this far.",
        svg_charts.bars("Funnel", made, most),
        ("Stage", "Contacts", "Share"),
        [(bar.words, bar.end, bar.note) for bar in made],
    )


def _methods(tried: list[Rate]) -> Part:
    made = [
        Bar(one.name, f"{one.share:.0%} of {one.touches}", one.share, low=one.low, high=one.high, thin=one.thin)
        for one in tried
    ]
    return Part(
        "By outreach method",
        "Share of touches that reached somebody, with its 95 % range; hatched below 10 touches.",
        svg_charts.bars("By outreach method", made, 1.0),
        ("Method", "Touches", "Reached", "Share", "Likely between"),
        [(one.name, one.touches, one.reached, f"{one.share:.0%}", f"{one.low:.0%} – {one.high:.0%}") for one in tried],
    )


def _change(change: int, before: str) -> str:
    return f"{change:+,} vs {before}" if change else f"no change vs {before}"


def _stage(stage: str) -> str:
    return stage.replace("_", " ").capitalize()
