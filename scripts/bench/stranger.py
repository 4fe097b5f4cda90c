"""What a stranger's load does to a signed-in neighbour: memory, connections and latency before, during and after.

    python -m scripts.bench.stranger [--seconds 10] [--lines 16] [--contacts 1000]

It is bounded, stays on this machine, and serves a throw-away database. Strangers ask for a static file in ever new
spellings, come with made-up cookies and tokens, follow made-up links, and guess passwords, each kind over a few
connections and for so many seconds. The neighbour asks for a page of contacts ten times a second from the same
address. What is printed is for people: the 95th percentile should not more than double.
"""

import argparse
import multiprocessing
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import nicegui
import psutil
import psycopg

from scripts.bench.data import prepared
from scripts.bench.figure import Figure
from scripts.bench.site import Site, served

LONGEST, MOST_LINES = 60, 64
PAUSE = 0.1
STATIC = f"/_nicegui/{nicegui.__version__}/static/"

Send = Callable[[httpx.Client, int], httpx.Response]
KINDS: dict[str, Send] = {
    "spellings of a static file": lambda line, n: line.get(f"{STATIC}{'/' * (n % 500 + 1)}sass.dart.js"),
    "all static files": lambda line, n: line.get(f"{STATIC}{FILES[n % len(FILES)]}"),
    "made-up cookies": lambda line, _: line.get(
        "/api/contacts", headers={"Cookie": f"sid={secrets.token_urlsafe(32)}"}
    ),
    "made-up tokens": lambda line, _: line.get(
        "/api/contacts", headers={"Authorization": f"Bearer pd_{secrets.token_urlsafe(32)}"}
    ),
    "made-up links": lambda line, _: line.get(f"/reset/{secrets.token_urlsafe(32)}"),
    "guessed passwords": lambda line, n: line.post(
        "/api/auth/login", json={"email": f"guess{n}@firm.example", "password": "a wrong password"}
    ),
}
FILES = sorted(path.name for path in (Path(nicegui.__file__).parent / "static").iterdir() if path.is_file())


def main() -> None:
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("--seconds", type=int, default=10, help=f"of each part, at most {LONGEST}")
    said.add_argument("--lines", type=int, default=16, help=f"connections of each kind, at most {MOST_LINES}")
    said.add_argument("--contacts", type=int, default=1_000, help="in the database")
    wanted = said.parse_args()
    seconds, lines = min(wanted.seconds, LONGEST), min(wanted.lines, MOST_LINES)
    with tempfile.TemporaryDirectory(prefix="stranger-", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o711)  # the database server runs as another user when we are root
        with served(Path(place), prepared(Path(place) / "csv", wanted.contacts)) as site:
            print(f"{'':<30}{'memory':>10}{'connections':>13}{'p50':>10}{'p95':>10}   answers to strangers")
            report("before", site, seconds, "")
            for kind in KINDS:
                with multiprocessing.Pool(1) as pool:
                    flood = pool.apply_async(flooded, (site.address, kind, lines, seconds))
                    report(kind, site, seconds, lambda flood=flood: flood.get(seconds + LONGEST))
            report("after", site, seconds, "")


def report(name: str, site: Site, seconds: int, answers: str | Callable[[], str]) -> None:
    """One line of the table, measured while whatever else is going on goes on."""
    figure, connections = neighbour(site, seconds)
    told = answers() if callable(answers) else answers
    memory = psutil.Process(site.pid).memory_info().rss / 1024 / 1024
    print(
        f"{name:<30}{memory:>7.0f} MB{connections:>13}{figure.p50:>7.1f} ms{figure.p95:>7.1f} ms   {told}", flush=True
    )


def neighbour(site: Site, seconds: int) -> tuple[Figure, int]:
    """How long a signed-in colleague waits for a page of contacts, and the most connections seen meanwhile."""
    took: list[float] = []
    most, until = 0, time.monotonic() + seconds
    cookie = {"Cookie": f"sid={next(iter(site.sessions.values()))}"}
    with (
        httpx.Client(base_url=site.address, headers=cookie, trust_env=False, timeout=60) as line,
        psycopg.connect(site.url, autocommit=True) as looking,
    ):
        while time.monotonic() < until:
            began = time.perf_counter()
            line.get("/api/contacts").raise_for_status()
            took.append(time.perf_counter() - began)
            found = looking.execute(
                "select count(*) from pg_stat_activity where datname = current_database()"
            ).fetchone()
            most = max(most, int(found[0]) - 1 if found else 0)
            time.sleep(PAUSE)
    return Figure.of(took), most


def flooded(address: str, kind: str, lines: int, seconds: int) -> str:
    """So many strangers at once, for so long; how often which status was answered."""
    until = time.monotonic() + seconds

    def ask(first: int) -> Counter[int]:
        heard: Counter[int] = Counter()
        with httpx.Client(base_url=address, trust_env=False, timeout=60) as line:
            while time.monotonic() < until:
                heard[KINDS[kind](line, first + lines * heard.total()).status_code] += 1
        return heard

    with ThreadPoolExecutor(lines) as strangers:
        heard: Counter[int] = sum(strangers.map(ask, range(lines)), Counter())
    return ", ".join(f"{status}: {number:,}" for status, number in sorted(heard.items()))


if __name__ == "__main__":
    main()
