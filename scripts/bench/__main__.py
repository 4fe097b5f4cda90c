"""One table: how long the everyday questions take, in SQL and over HTTP, at 1,000, 10,000 and 100,000 contacts.

    python -m scripts.bench [--sizes 1000 10000] [--rounds 100] [--no-pages] [--no-sync]

Everything runs on this machine, in throw-away databases, against the real server as `python -m app serve` starts it.
The floor is a bare Starlette with psycopg that does the same work over plain tables, asked by turns with ours: the ratio
to it says more than milliseconds do, which depend on the machine and on what else runs on it.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import httpx

from scripts.bench.data import names, partials, prepared
from scripts.bench.figure import Figure, by_turns
from scripts.bench.site import Site, floor, served


def main() -> None:
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="contacts")
    said.add_argument("--rounds", type=int, default=200, help="measurements of each question")
    said.add_argument("--pages", action=argparse.BooleanOptionalAction, default=True, help="also measure in a browser")
    said.add_argument("--sync", action=argparse.BooleanOptionalAction, default=True, help="also measure the sync")
    wanted = said.parse_args()
    rows, drawn = [], []
    for size in wanted.sizes:
        with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as place:
            Path(place).chmod(0o711)  # the database server runs as another user when we are root
            print(f"{size:,} contacts: loading ...", file=sys.stderr, flush=True)
            with served(Path(place), prepared(Path(place) / "csv", size)) as site:
                rows += measured(site, size, wanted.rounds)
                if size == wanted.sizes[-1]:
                    drawn = [
                        *(pages(site) if wanted.pages else []),
                        *campaign_reports(site, wanted.rounds),
                        *moving_in(site),
                    ]
    drawn += sync() if wanted.sync else []
    print_table(rows)
    for name, value in drawn:
        print(f"{name:<75}{value:>16}")


def measured(site: Site, size: int, rounds: int) -> list[tuple[str, ...]]:
    """One line of the table for each question."""
    from scripts.bench.floor_data import asks
    from scripts.bench.queries import over_http, statements

    table = []
    with floor(site) as floor_address, httpx.Client(base_url=floor_address) as bare:
        same = asks(bare, size, names(site.csv), partials(site.csv))
        in_sql = dict(statements(site, rounds))
        for name, ask in over_http(site):
            table.append(line(size, name, in_sql[name], *by_turns(ask, same[name], rounds)))
    return table


def line(size: int, name: str, sql: Figure, ours: Figure, base: Figure) -> tuple[str, ...]:
    figures = (sql.p50, sql.p95, ours.p50, ours.p95, base.p50)
    return (f"{size:,}", name, *(f"{figure:.2f}" for figure in figures), f"{ours.p50 / base.p50:.1f}")


def pages(site: Site) -> list[tuple[str, str]]:
    """The browser's part; skipped in words where no browser runs."""
    from scripts.bench.pages import NoBrowser, figures

    try:
        return list(figures(site))
    except NoBrowser as missing:
        print(f"Pages were not measured: {missing}", file=sys.stderr)
        return []


def campaign_reports(site: Site, rounds: int) -> list[tuple[str, str]]:
    """The report of a large campaign, put beside what was loaded."""
    from scripts.bench.reports import figures

    return list(figures(site, rounds))


def moving_in(site: Site) -> list[tuple[str, str]]:
    """An address book beside what was loaded; last, as it changes the bank."""
    from scripts.bench.imports import figures

    return list(figures(site))


def sync() -> list[tuple[str, str]]:
    """What Pipedrive gets to feel, on a database of its own."""
    from scripts.bench.sync import figures

    return list(figures())


def print_table(rows: list[tuple[str, ...]]) -> None:
    headings = ("contacts", "what", "SQL p50 ms", "p95", "HTTP p50 ms", "p95", "floor p50 ms", "x floor")
    widths = [max(len(row[at]) for row in [headings, *rows]) for at in range(len(headings))]
    for row in [headings, *rows]:
        cells = [
            cell.ljust(width) if at == 1 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells))


if __name__ == "__main__":
    main()
