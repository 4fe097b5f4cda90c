"""What the Pipedrive sync costs: from a tap to its success, pushes in a second, tokens, a long queue under the real limits.

    python scripts/bench/sync.py [--drain 150]

The product runs as `python -m app serve` on a database of its own and speaks to
the tests' fake Pipedrive on this machine, which answers at once. The queue of
5,000 is measured on a shorter one: the limits, not its length, set its pace.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx

from scripts.bench.site import PASSWORD, ROOT, answering, free_port, good

if TYPE_CHECKING:
    from tests.support.fake_pipedrive import FakePipedrive

STAFF = 4
TAPS, PUSHES, DRAIN, WHOLE = 15, 200, 150, 5_000
PATIENCE = 600
# the Lite plan, for one seat
BURST, SEARCHES, WINDOW, TOKENS = 20, 10, 2.0, 30_000


@dataclass
class Office:
    """The running product, the Pipedrive beside it, and a signed-in client for each colleague."""

    fake: "FakePipedrive"
    staff: list[httpx.Client] = field(default_factory=list)
    ids: list[UUID] = field(default_factory=list)
    made: int = 0


def main() -> None:
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("--drain", type=int, default=DRAIN, help="how many pushes wait under the real limits")
    for name, value in figures(said.parse_args().drain):
        print(f"{name:<75}{value:>16}", flush=True)


def figures(drain: int = DRAIN) -> Iterator[tuple[str, str]]:
    """Each figure with its name."""
    with opened() as office:
        yield from tokens(office)
        yield from taps(office)
        yield from throughput(office)
        yield from long_queue(office, drain)


@contextmanager
def opened() -> Iterator[Office]:
    """The product on an empty database, with four colleagues whose keys the fake knows."""
    from app import db, migrate
    from app.postgres import open_server
    from tests.support.fake_pipedrive import FakePipedrive

    keys = {f"key-{number}-0123456789abcdef": f"Colleague {number}" for number in range(STAFF)}
    with (
        tempfile.TemporaryDirectory(prefix="bench-sync-", ignore_cleanup_errors=True) as place,
        FakePipedrive(keys) as fake,
    ):
        Path(place).chmod(0o711)  # the database server runs as another user when we are root
        port = free_port()
        kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "MIGRATE_URL"}}
        variables = kept | {"DATA_DIR": place, "PIPEDRIVE_BASE_URL": fake.url, "PYTHONPATH": str(ROOT)}
        with open_server(Path(place), None) as server:
            migrate.upgrade(server.url)
            db.connect(server.url)
            serving = [sys.executable, "-m", "app", "serve", "--port", str(port)]
            process = subprocess.Popen(
                serving, cwd=ROOT, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            office = Office(fake)
            try:
                answering(f"http://127.0.0.1:{port}/healthz", process)
                for key, name in keys.items():
                    hire(office, port, key, name)
                yield office
            finally:
                for client in office.staff:
                    client.close()
                db.engine.dispose()
                process.terminate()
                process.wait(30)


def hire(office: Office, port: int, key: str, name: str) -> None:
    """An account, signed in, with a key that Pipedrive knows."""
    from app import db
    from app.models import PersonDraft, Role
    from app.services.accounts import users

    email = f"{name.lower().replace(' ', '.')}@bench.example"
    with db.transaction() as session:
        user = users.add(session, PersonDraft(email=email, name=name), Role.GOLDEN_TICKET, PASSWORD)
    address = f"http://127.0.0.1:{port}"
    client = httpx.Client(base_url=address, headers={"Origin": address}, timeout=30)
    office.staff.append(client)
    office.ids.append(user.id)
    good(client.post("/api/auth/login", json={"email": email, "password": PASSWORD}))
    good(client.put("/api/me/pipedrive-key", json={"api_key": key}))


def tokens(office: Office) -> Iterator[tuple[str, str]]:
    """What each kind of push costs; the first of a company also learns its fields and types, which does not count."""
    firm = {"organisation": "Bench AS"}
    spent(office, lambda: push(office, 0, {}))
    yield "tokens: contact with e-mail, new organization", f"{spent(office, lambda: push(office, 0, firm))}"
    yield "tokens: contact with e-mail, known organization", f"{spent(office, lambda: push(office, 0, firm))}"
    yield "tokens: contact with e-mail, no organization", f"{spent(office, lambda: push(office, 0, {}))}"
    contact = push(office, 0, firm)
    settled(office)
    yield "tokens: a first meeting with somebody who is there", f"{spent(office, lambda: meet(office, contact))}"
    yield "tokens: a new phone number of somebody who is there", f"{spent(office, lambda: edit(office, contact))}"


def spent(office: Office, deed: Any) -> int:
    """What a deed costs until nothing waits any more; listening, which goes on beside it, does not count."""
    before = charged()
    deed()
    settled(office)
    return charged() - before


def charged() -> int:
    """The tokens that the product has booked for pushes; they are Pipedrive's own prices."""
    from sqlmodel import col, func, select

    from app import db
    from app.models import TokenSpending

    with db.reading() as session:
        pushing = col(TokenSpending.kind).not_in(["listen", "set-up"])
        return int(session.exec(select(func.coalesce(func.sum(TokenSpending.tokens), 0)).where(pushing)).one())


def push(office: Office, who: int, more: dict[str, str]) -> dict[str, Any]:
    """Somebody new, and warm."""
    office.made += 1
    body = {"name": f"Contact {office.made}", "email": f"c{office.made}@bench.example", "warmness_score": 8}
    return dict(good(office.staff[who].post("/api/contacts", json=body | more)))


def meet(office: Office, contact: dict[str, Any]) -> None:
    body = {"type": "MEETING", "contact_id": contact["id"], "due_date": "2027-01-04T08:30:00Z"}
    good(office.staff[0].post("/api/activities", json=body))


def edit(office: Office, contact: dict[str, Any]) -> None:
    good(office.staff[0].put(f"/api/contacts/{contact['id']}", json={"phones": ["+4722334455"]}))
    good(office.staff[0].post("/api/pipedrive/sync", json={"contact_id": contact["id"], "trigger": "MANUAL"}))


def taps(office: Office) -> Iterator[tuple[str, str]]:
    """From the request that makes somebody warm to the moment that the status says SUCCESS."""
    waits = []
    for _ in range(TAPS):
        start = time.perf_counter()
        contact = push(office, 0, {})
        while status(office, 0, contact["id"])["counts"]["SUCCESS"] == 0:
            time.sleep(0.005)
        waits.append(time.perf_counter() - start)
    yield f"tap to SUCCESS, median of {TAPS} / worst", f"{1000 * median(waits):.0f} / {1000 * max(waits):.0f} ms"


def throughput(office: Office) -> Iterator[tuple[str, str]]:
    """How fast a queue empties when Pipedrive answers at once and has no limits."""
    for lanes in (1, STAFF):
        queue(office, dict.fromkeys(range(lanes), PUSHES // lanes))
        start = time.perf_counter()
        settled(office)
        yield (
            f"pushes a second, {lanes} lane{'s' * (lanes > 1)}, no limits",
            f"{PUSHES / (time.perf_counter() - start):.0f}",
        )


def long_queue(office: Office, size: int) -> Iterator[tuple[str, str]]:
    """One colleague's long queue under the burst limits of the Lite plan, and a single push of another beside it."""
    office.fake.company.limits.enforced = True
    office.fake.company.limits.daily = 10**9
    heard, before = len(office.fake.heard), charged()
    queue(office, {1: size})
    start = time.perf_counter()
    single = push(office, 2, {})
    while status(office, 2, single["id"])["counts"]["SUCCESS"] == 0:
        time.sleep(0.01)
    beside = time.perf_counter() - start
    settled(office, size)
    took = time.perf_counter() - start
    asked = [one for one in office.fake.heard[heard:] if one.key and one.key.startswith("key-1-")]
    searches = sum(one.path.endswith("/search") for one in asked)
    ideal = WINDOW * max(searches / SEARCHES, (len(asked) - searches) / BURST)
    each = (charged() - before) / (size + 1)
    yield f"beside a queue of {size} under the real limits, another's single push", f"{beside:.1f} s"
    yield f"draining {size} under the real limits (one key)", f"{took:.0f} s"
    yield "  the limits' own ideal / how close", f"{ideal:.0f} s / {100 * ideal / took:.0f} %"
    if size < WHOLE:
        yield f"  {WHOLE:,} at that pace (scaled up, not run)", f"{took * WHOLE / size / 60:.0f} min"
    yield f"  {WHOLE:,} in days of one Lite seat's {TOKENS:,} tokens", f"{WHOLE * each / TOKENS:.1f}"


def queue(office: Office, sizes: dict[int, int]) -> None:
    """So many warm contacts for each of these colleagues, committed in one moment."""
    from app import db
    from app.models import ContactDraft, User
    from app.services.contacts import contact_bank

    with db.transaction() as session:
        for who, size in sizes.items():
            user = session.get_one(User, office.ids[who])
            for _ in range(size):
                office.made += 1
                draft = ContactDraft(
                    name=f"Contact {office.made}", email=f"c{office.made}@bench.example", warmness_score=8
                )
                contact_bank.add(session, user, draft, keep_both=True)


def settled(office: Office, size: int = 0) -> None:
    """Wait until nothing of anybody waits, a second for each of `size`; a push that failed ends the benchmark."""
    until = time.monotonic() + max(PATIENCE, size)
    while True:
        counts = [status(office, who)["counts"] for who in range(STAFF)]
        if any(one["FAILED"] for one in counts):
            raise SystemExit(f"A push failed: {counts}.")
        if not any(one["PENDING"] or one["RETRY"] for one in counts):
            return
        if time.monotonic() > until:
            raise SystemExit(f"The queue does not empty: {counts}.")
        # the product answers this question too, so it is not asked often
        time.sleep(max(0.2, size / 2_000))


def status(office: Office, who: int, contact_id: str | None = None) -> dict[str, Any]:
    asked = {"contact_id": contact_id} if contact_id else {}
    return dict(good(office.staff[who].get("/api/pipedrive/status", params=asked)))


if __name__ == "__main__":
    main()
