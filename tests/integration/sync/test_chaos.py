"""Everything goes wrong at once while a colleague works in Pipedrive, and in the end nothing is lost, doubled or harmed.

CHAOS_SECONDS, CHAOS_CONTACTS and CHAOS_SEED make it longer, larger, or the same again: `make chaos SECONDS=600`.
"""

import json
import os
import random
import re
import signal
import tempfile
import time
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlmodel import col, select

from app import db, migrate
from app.models import PipedriveLink, PipedriveSync, SyncAccount
from app.models.pipedrive_sync import OPEN
from app.postgres import open_server
from tests.support.chaos_colleague import Colleague
from tests.support.chaos_ending import Auditor, table, wrong
from tests.support.chaos_firm import Firm, keys
from tests.support.chaos_weather import Storm, drainer
from tests.support.openapi_contract import MISSING, OfficialContract

SECONDS = float(os.environ.get("CHAOS_SECONDS") or 8)
CONTACTS = int(os.environ.get("CHAOS_CONTACTS") or 60)
# the suite repeats one storm, as closely as threads allow; `make chaos` makes a new one each time
SEED = int(os.environ.get("CHAOS_SEED") or 96_882)
# patience for one answer, for a whole call, for a late commit; then the lease
PATIENCE = (0.5, 0.7, 2.5, 1.5)
CALM_WITHIN = max(240, SECONDS)
# a storm on a machine that is busy lasts until it was one
RAGE_WITHIN = max(240, 5 * SECONDS)
# how many kinds of trouble make a storm
KINDS = 6
# between two deeds of the people here, on average; so that there are about as many deeds as contacts
BETWEEN = min(0.1, SECONDS / CONTACTS)
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
    dice = random.Random(SEED)
    with Storm(keys(), SEED, lag=2.0) as fake:
        firm, colleague = Firm(dice, fake, own_database.url), Colleague(dice, fake, fake.ledger)
        firm.hire()
        with drainer(own_database.url, fake, *PATIENCE), drainer(own_database.url, fake, *PATIENCE):
            assert until(lambda: len(fake.victims) == 2, 60)
            said(fake, "it begins")
            firm.open_banks(CONTACTS)
            rage(firm, colleague, fake, own_database)
            said(fake, "the queue drains, and it storms on")
            drain(firm, colleague, fake)
            said(fake, "calm")
            stormy = len(fake.heard)
            settle(firm, fake)
            said(fake, "all done")
        end = Auditor(fake, firm).ending()
        print(f"{table(fake, firm, end, stormy)}{wrong(end)}")
        yield SimpleNamespace(fake=fake, firm=firm, end=end, requests=stormy)


def rage(firm, colleague, fake, database):
    """People work, processes die, and about once a minute everything larger happens too."""
    rounds = max(1, int(SECONDS // 60))
    for _ in range(rounds):
        rage_once(firm, colleague, fake, database, SECONDS / rounds)


def rage_once(firm, colleague, fake, database, seconds):
    start, next_kill, heard_before = time.monotonic(), 1.0, -1
    larger = [
        (0.15, lambda: firm.lose_key("ada")),
        (0.25, lambda: firm.save_key("ada")),
        (0.40, lambda: shoot_down(database, fake)),
        (0.60, lambda: firm.switch("bo", on=False)),
        (0.70, lambda: firm.switch("bo", on=True)),
        (0.75, lambda: firm.drop_key("cem")),
        (0.85, lambda: firm.save_key("cem")),
        (0.88, lambda: pause(firm, fake, "daily budget")),
        (0.94, lambda: pause(firm, fake, "firewall")),
    ]
    # on a busy machine fewer requests come by in that time, and fewer kinds of bad weather; who was killed before it
    # asked for anything would never ask
    while (now := time.monotonic() - start) < seconds or larger or (len(fake.met) < KINDS and now < RAGE_WITHIN):
        if larger and now > larger[0][0] * seconds:
            larger.pop(0)[1]()
        if now > next_kill and (len(fake.heard) > heard_before or now > next_kill + 10):
            fake.kill(most=1)
            heard_before = len(fake.heard)
            next_kill = now + firm.dice.uniform(2.0, 6.0)
        firm.one_more_deed()
        if firm.dice.random() < 0.7:
            colleague.one_more_deed()
        time.sleep(firm.dice.uniform(0.0, 2 * BETWEEN))


def pause(firm, fake, name):
    """Pipedrive asks the whole company to wait; soon the day is over, so that the storm does not stand still."""
    fake.order(name)
    until(lambda: name in fake.met, 5)
    time.sleep(0.5)
    firm.let_time_pass()


def shoot_down(database, fake):
    """`pg_ctl restart -m immediate`, as a crash would do it."""
    pid = int((database.folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
    fake.lost_its_mind()
    os.kill(pid, signal.SIGQUIT)
    open_server(database.folder, None).close()
    fake.lost_its_mind()
    fake.databases_shot += 1


def drain(firm, colleague, fake):
    """The weather stays as it is, and people and the colleague work on a little, until hardly anything is open."""
    start = time.monotonic()
    next_kill, next_deed = start + 5, start
    while len(waiting()) > CONTACTS // 50 and time.monotonic() - start < CALM_WITHIN:
        if (now := time.monotonic()) > next_deed:
            firm.one_more_quiet_deed()
            colleague.one_more_deed()
            next_deed = now + firm.dice.uniform(0.3, 1.2) + (now - start) / 20
        if now > next_kill:
            fake.kill(most=1)
            next_kill = now + firm.dice.uniform(4, 10)
        time.sleep(0.1)


def settle(firm, fake):
    """The storm is over: everything that waited goes over by itself, and everything there is heard of."""
    fake.calm = True
    fake.heal()
    firm.let_time_pass()
    is_quiet()
    for _ in range(2 + len(every(PipedriveLink)) // 100):
        firm.hear_everything()
        assert until(lambda: all(row.heard.get("at") for row in every(SyncAccount)), 60)
        is_quiet()
    if firm.try_again():
        is_quiet()


def is_quiet():
    calm = until(lambda: not waiting(), CALM_WITHIN)
    left = [(row.status, row.attempts, row.error) for row in waiting()]
    assert calm, (left[:5], len(left), f"CHAOS_SEED={SEED}")


def waiting():
    with db.reading() as session:
        return list(session.exec(select(PipedriveSync).where(col(PipedriveSync.status).in_(OPEN))))


def test_it_was_a_storm(storm):
    assert sum(storm.fake.met.values()) >= 0.15 * storm.requests
    assert storm.fake.kills.total() >= 3
    assert storm.fake.databases_shot >= 1
    assert len(storm.fake.met) >= KINDS
    assert {"daily budget", "firewall"} <= set(storm.fake.met)
    assert len(storm.fake.ledger.deeds) >= KINDS
    assert storm.firm.refused < len(storm.firm.contacts)


def test_nothing_is_lost(storm):
    assert storm.end.lost == []


def test_nothing_is_there_twice(storm):
    assert storm.end.doubled == []


def test_nothing_that_a_colleague_wrote_or_uses_is_written_over_or_deleted(storm):
    assert storm.end.harmed == []


def test_what_is_called_in_pipedrive_agrees_with_it(storm):
    assert storm.end.false_badges == []


def test_people_are_asked_only_about_what_somebody_else_has_touched(storm):
    assert storm.end.needless == []


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
