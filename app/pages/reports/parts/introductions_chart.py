"""The share of used introductions that led to a meeting, as a chart with its likely range."""

from app.pages.reports.parts import chart_options
from app.pages.reports.parts.live_chart import ChartSpec, ChartTable
from app.services.reports.figures import THIN, Rate

NAME = "Introductions"


def introductions_chart(rate: Rate) -> ChartSpec:
    """`rate` counts the introductions that were used as `touches`, and those that led to a meeting as `booked`."""
    used, met = rate.touches, rate.booked
    share, low, high = (f"{part:.0%}" for part in (rate.share, rate.low, rate.high))
    points = [round(part * 100, 1) for part in (rate.share, rate.low, rate.high)]
    bar = chart_options.Share(f"{NAME}\n{met} of {used}", points[0], points[1], points[2], rate.thin)
    return ChartSpec(
        "From introduction to meeting",
        ChartTable(
            ("", "Accepted", "Led to a meeting", "Share", "Likely between"),
            [[NAME, str(used), str(met), share if used else "–", f"{low} and {high}" if used else "–"]],
        ),
        chart_options.share_bars([bar]),
        f"Share of the introductions used that led to a meeting, with its 95 % range; hatched below {THIN}.",
        alt=f"Bar chart: {met} of {used} introductions that were used led to a meeting.",
        height=chart_options.chart_height(1),
        tips=[[NAME, f"{met} of {used} led to a meeting ({share})", f"Likely between {low} and {high}"]],
        empty="" if used else "No introduction was used yet.",
        file="Introductions",
    )
