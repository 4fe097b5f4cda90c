"""A whole address book comes in over the wires while colleagues work: how long it takes, and how long they wait."""

import threading
from collections.abc import Iterator
from statistics import quantiles
from time import perf_counter

import httpx

from scripts.bench.site import Site

ROWS, FIRMS = 20_000, 900
HEAD = "Vorname,Nachname,E-Mail,Telefon,Firma,Position\n"


def figures(site: Site) -> Iterator[tuple[str, str]]:
    """Each figure with its name; at least one colleague asks for their list without a pause."""
    bringer, *others = site.sessions.items()
    waits: list[float] = []
    done = threading.Event()

    def work() -> None:
        at = 0
        while not done.is_set():
            _, cookie = others[at % len(others)]
            at += 1
            start = perf_counter()
            httpx.get(f"{site.address}/api/contacts?limit=50", cookies={"sid": cookie}, timeout=60).raise_for_status()
            waits.append(perf_counter() - start)
            done.wait(0.25)  # a person reads; and the limits are for people

    colleague = threading.Thread(target=work)
    colleague.start()
    try:
        took, again = (brought(site, bringer[1]) for _ in range(2))
    finally:
        done.set()
        colleague.join()
    cuts = quantiles(waits, n=20)
    half, most = cuts[9], cuts[18]
    yield f"import of {ROWS:,} rows: new / the same file again", f"{took:.1f} / {again:.1f} s"
    yield "meanwhile a colleague's list: p50 / p95", f"{half * 1000:.0f} / {most * 1000:.0f} ms"


def brought(site: Site, cookie: str) -> float:
    rows = "".join(
        f"Zoë{n % 97},Ærlig-Öström {n},bench{n}@firm{n % FIRMS}.example,+49 30 {20000000 + n},Süßholz {n % FIRMS} GmbH,CFO\n"
        for n in range(ROWS)
    )
    start = perf_counter()
    answer = httpx.post(
        f"{site.address}/api/contacts/import",
        files={"file": ("people.csv", (HEAD + rows).encode(), "text/csv")},
        cookies={"sid": cookie},
        headers={"Origin": site.address},
        timeout=600,
    )
    answer.raise_for_status()
    return perf_counter() - start
