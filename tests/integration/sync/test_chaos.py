"""Everything goes wrong at once, and in the end Pipedrive says what we say.

CHAOS_SECONDS, CHAOS_CONTACTS and CHAOS_SEED make it longer, larger, or the same again: `make chaos SECONDS=600`.
"""

import json
import os
import random
import re
import signal
import tempfile
import time
from collections import Counter
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlmodel import select

from app import db, migrate
from app.models import Activity, Contact, PipedriveSync, SyncConflict, SyncStatus
from app.postgres import open_server
from app.sync.queue.outcome_errors import UNSURE
from tests.support.chaos_firm import Firm, differences, keys
from tests.support.chaos_weather import Storm, drainer
from tests.support.openapi_contract import MISSING, OfficialContract

SECONDS = float(os.environ.get("CHAOS_SECONDS") or 10)
CONTACTS = int(os.environ.get("CHAOS_CONTACTS") or 100)
SEED = int(os.environ.get("CHAOS_SEED") or random.randrange(10**6))
# patience for one answer, for a whole call, for a late commit; then the lease
PATIENCE = (0.5, 0.7, 1.0, 1.5)
CALM_WITHIN = max(240, SECONDS)
# a storm on a machine that is busy lasts until it was one
RAGE_WITHIN = max(240, 5 * SECONDS)
# how many kinds of trouble make a storm
KINDS = 6
START = time.monotonic()


@pytest.fixture(scope="module", autouse=True)
def _empty():
    """One storm for all tests here, on a database of its own, which is shot down in the middle of it."""


@pytest.fixture(scope="module")
def own_database():
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    before = getattr(db, "engine", None)
    with tempfile.TemporaryDirectory(prefix="pdn-chaos-", dir=base, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        with open_server(Path(folder), None) as server:
            migrate.upgrade(server.url)
            db.connect(server.url)
            yield SimpleNamespace(url=server.url, folder=Path(folder))
            db.engine.dispose()
    db.engine = before


@pytest.fixture(scope="module")
def storm(own_database):
    print(f"CHAOS_SEED={SEED}")
    with Storm(keys(), SEED, lag=2.0) as fake:
        firm = Firm(random.Random(SEED), fake, own_database.url)
        firm.hire()
        firm.open_banks(CONTACTS)
        with drainer(own_database.url, fake, *PATIENCE), drainer(own_database.url, fake, *PATIENCE):
            assert until(lambda: len(fake.victims) == 2, 30)
            said(fake, "it begins")
            rage(firm, fake, own_database)
            said(fake, "calm")
            settle(firm, fake)
            said(fake, "all done")
        yield SimpleNamespace(fake=fake, firm=firm, rows=every(PipedriveSync))
    print(f"{fake.kills} kills, {len(fake.heard)} requests, {firm.refused} deeds refused, {dict(fake.met)}")


def rage(firm, fake, database):
    """People work, processes die, and about once a minute everything larger happens too."""
    rounds = max(1, int(SECONDS // 60))
    for _ in range(rounds):
        rage_once(firm, fake, database, SECONDS / rounds)


def rage_once(firm, fake, database, seconds):
    start, next_kill, next_day, heard_before = time.monotonic(), 0.5, seconds, -1
    larger = [
        (0.10, lambda: fake.order("daily budget")),
        (0.15, firm.let_time_pass),
        (0.20, lambda: firm.lose_key("ada")),
        (0.30, lambda: firm.save_key("ada")),
        (0.45, lambda: shoot_down(database, fake)),
        (0.60, lambda: fake.order("firewall")),
        (0.65, firm.let_time_pass),
        (0.70, lambda: firm.switch("bo", on=False)),
        (0.80, lambda: firm.switch("bo", on=True)),
        (0.82, lambda: firm.drop_key("cem")),
        (0.92, lambda: firm.save_key("cem")),
    ]
    # on a busy machine fewer requests come by in that time, and fewer kinds of bad weather; who was killed before it
    # asked for anything would never ask, and what Pipedrive asks to wait for may begin after the last of these days
    while (now := time.monotonic() - start) < seconds or larger or (len(fake.met) < KINDS and now < RAGE_WITHIN):
        if larger and now > larger[0][0] * seconds:
            larger.pop(0)[1]()
        if now > next_day:
            firm.let_time_pass()
            next_day = now + 5
        if now > next_kill and (len(fake.heard) > heard_before or now > next_kill + 10):
            fake.kill(most=1)
            heard_before = len(fake.heard)
            next_kill = now + firm.dice.uniform(0.5, 2.5)
        firm.one_more_deed()
        time.sleep(firm.dice.uniform(0.0, 0.1))


def shoot_down(database, fake):
    """`pg_ctl restart -m immediate`, as a crash would do it."""
    pid = int((database.folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
    fake.lost_its_mind()
    os.kill(pid, signal.SIGQUIT)
    open_server(database.folder, None).close()
    fake.lost_its_mind()


def settle(firm, fake):
    """The storm is over: everything that waited goes over by itself."""
    fake.calm = True
    fake.heal()
    firm.let_time_pass()
    calm = until(lambda: not any(row.is_open for row in every(PipedriveSync)), CALM_WITHIN)
    waiting = [(row.status, row.attempts, row.error) for row in every(PipedriveSync) if row.is_open]
    assert calm, (waiting[:5], len(waiting), f"CHAOS_SEED={SEED}")


def test_it_was_a_storm(storm):
    assert storm.fake.kills >= 3
    assert len(storm.fake.met) >= KINDS
    assert {"daily budget", "firewall"} <= set(storm.fake.met)
    assert storm.firm.refused < len(storm.firm.contacts)


def test_nothing_is_lost(storm):
    assert {row.id for row in every(Contact)} >= storm.firm.kept
    gone = {row.id for row in every(Contact) if row.deleted_at}
    unfinished = [row for row in storm.rows if row.status is not SyncStatus.SUCCESS and row.contact_id not in gone]
    # whom two colleagues know by names that do not fit any more, one of them is asked about
    asked = {row.id for row in unfinished if row.error_code == UNSURE and row.contact_id in storm.firm.shared}
    unfinished = [row for row in unfinished if row.id not in asked]
    assert Counter((row.status, row.error) for row in unfinished) == {}


def test_nothing_is_there_twice(storm):
    assert {kind: storm.fake.doubles(kind) for kind in ("organizations", "persons", "activities")} == {
        "organizations": [], "persons": [], "activities": []
    }  # fmt: skip
    references = Counter(
        mark for row in storm.fake.alive("activities") for mark in re.findall(r"Ref pdn-\w+", row["note"])
    )
    assert [mark for mark, times in references.items() if times > 1] == []
    assert len({row.pipedrive_activity_id for row in every(Activity)} - {None}) >= len(references) - len(trashed())


def test_in_the_end_pipedrive_says_what_we_say(storm):
    assert list(differences(storm.fake, storm.firm)) == []


def test_our_own_words_come_back_as_news_to_nobody(storm):
    """Nobody works in Pipedrive here: only two colleagues who call one person by two names are asked."""
    asked = [row for row in every(SyncConflict) if row.contact_id not in storm.firm.shared]
    assert [(row.field, row.ours, row.theirs) for row in asked] == []


def test_every_request_was_one_that_may_be_sent(storm):
    assert storm.fake.violations == []
    assert storm.fake.trespasses == []
    assert storm.fake.overlaps == []


@pytest.mark.skipif(not OfficialContract.is_here(), reason=MISSING)
def test_every_request_fits_pipedrives_own_documents(storm):
    official = OfficialContract()
    official.call = cache(official.call)
    seen = {
        (heard.method, re.sub(r"/\d+", "/1", heard.path), tuple(heard.query), heard.body) for heard in storm.fake.heard
    }
    complaints = {complaint for each in seen for complaint in official.check(each[0], each[1], list(each[2]), each[3])}
    assert complaints == set(), json.dumps(sorted(complaints), indent=1)


def said(fake, what):
    print(f"{time.monotonic() - START:.0f} s, {len(fake.heard)} requests: {what}")


def trashed():
    return [row for row in every(Contact) if row.deleted_at]


def every(table):
    with db.reading() as session:
        return list(session.exec(select(table)))


def until(true, seconds):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True
