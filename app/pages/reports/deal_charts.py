"""What became of a campaign's contacts, as the end of its funnel and as a chart: contacts, deals, and what they are worth."""

from app.models import DealStatus
from app.pages.reports.parts import chart_options
from app.pages.reports.parts.live_chart import ChartSpec, ChartTable
from app.services.reports.deal_outcomes import PUSHED, WITH_DEAL
from app.services.reports.figures import DealFigures, Report
from app.services.reports.files import tables

WORDS = {
    PUSHED: "In Pipedrive",
    WITH_DEAL: "With a deal",
    DealStatus.OPEN: "Open deals",
    DealStatus.WON: "Won deals",
    DealStatus.LOST: "Lost deals",
}
TITLES = {
    PUSHED: "Contacts in Pipedrive",
    WITH_DEAL: "Contacts with a deal",
    DealStatus.OPEN: "Contacts with an open deal",
    DealStatus.WON: "Contacts with a won deal",
    DealStatus.LOST: "Contacts with a lost deal",
}


def rungs(deals: DealFigures | None, total: int) -> list[tuple[str, str, int, float]]:
    """How the funnel goes on in Pipedrive: key, words, contacts, and their share of all."""
    if deals is None or not deals.with_deal:
        return []
    found = ((WITH_DEAL, "With a deal", deals.with_deal), (DealStatus.WON.value, "Won", deals.won_contacts))
    return [(key, name, n, n / total if total else 0.0) for key, name, n in found]


def ending(deals: DealFigures | None) -> str:
    """What the won ones are worth; empty where nothing is won."""
    won = worth(deals, "won") if deals else ""
    return f" Won: {won}." if won else ""


def deals_chart(report: Report, deals: DealFigures) -> ChartSpec:
    """Contacts that are in Pipedrive, and their deals by state."""
    counts = {
        PUSHED: deals.pushed,
        WITH_DEAL: deals.with_deal,
        DealStatus.OPEN.value: deals.open,
        DealStatus.WON.value: deals.won,
        DealStatus.LOST.value: deals.lost,
    }
    values = {state.value: worth(deals, state.value.lower()) for state in DealStatus}
    cells = [[WORDS[key], f"{n:,}", values.get(key, "") or "–"] for key, n in counts.items()]
    names = [f"{row[0]}\n{row[2]}" if row[2] != "–" else row[0] for row in cells]
    return ChartSpec(
        "What became of it",
        ChartTable(("What", "Count", "Value"), cells),
        chart_options.bars(names, {"Count": list(counts.values())}),
        _note(report, deals),
        alt="Bar chart: " + ", ".join(f"{row[0]} {row[1]}" for row in cells) + ".",
        height=chart_options.chart_height(len(counts)),
        keys=list(counts),
        across="y",
        tips=[[row[0], row[1], *([row[2]] if row[2] != "–" else [])] for row in cells],
        file="deals",
    )


def contacts(deals: DealFigures, key: str) -> int | None:
    """How many contacts a bar opens, where they are counted."""
    return {PUSHED: deals.pushed, WITH_DEAL: deals.with_deal, DealStatus.WON.value: deals.won_contacts}.get(key)


def worth(deals: DealFigures, state: str) -> str:
    """`12,000 EUR, 3,000 USD`: each currency by itself."""
    return ", ".join(f"{amount:,.0f} {one.currency}".strip() for one in deals.money if (amount := getattr(one, state)))


def _note(report: Report, deals: DealFigures) -> str:
    rate = deals.win_rate
    said = ["All days and methods."]
    if rate.n:
        said.append(
            f"{rate.hits} of {rate.n} decided deals were won ({rate.share:.0%}, likely {rate.low:.0%} to {rate.high:.0%})."
        )
    read = deals.read_at and tables.at_words(deals.read_at, report.zone)
    said.append(f"As Pipedrive said on {read}." if read else "Pipedrive has not been asked yet.")
    return " ".join(said)
