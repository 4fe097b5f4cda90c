"""Drainers are killed again and again, in the worst moments too; nothing is lost, nothing is twice."""

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress

from sqlmodel import select

from app import db
from app.models import Activity, Contact, SyncStatus
from tests.support import faults
from tests.support.chaos_weather import drainer
from tests.support.fake_pipedrive import FakePipedrive
from tests.support.sync_harness import KEYS, meet, no_doubles, pushes
from tests.support.world import contact

SECONDS = 8
FIRMS = ("Nordic Steel AS", "ACME", "Hansen & Co")


class Deadly(FakePipedrive):
    """Sometimes kills everybody who talks to it, after the work is done and before the answer leaves."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.victims: set[int] = set()
        self.kills = 0
        self.calm = False

    def commit(self, heard):
        reply = super().commit(heard)
        if heard.method == "POST" and not self.calm and random.random() < 0.12:
            self.kill()
        return reply

    def kill(self):
        for victim in list(self.victims):
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
                self.kills += 1
            self.victims.discard(victim)


def test_killed_again_and_again_nothing_is_lost_and_nothing_is_there_twice(url, ada_with_key, bo_with_key):
    people = [contact(owner, f"Person {n}", organisation=random.choice(FIRMS), email=f"{n}@{owner.name[:2]}.example")
              for n in range(12) for owner in (ada_with_key, bo_with_key)]  # fmt: skip
    owners = {ada_with_key.id: ada_with_key, bo_with_key.id: bo_with_key}
    meetings = [meet(owners[one.user_id], one) for one in people]
    with Deadly(KEYS) as fake, drainer(url, fake), drainer(url, fake):
        fake.delay = 0.01
        for fault in (
            faults.server_error(commits=True),
            faults.reset(commits=True),
            faults.late_commit(after=0.1),
            faults.too_fast(reset=1),
        ):
            fake.next(fault, method="POST", times=2)
        assert until(lambda: fake.victims, 20)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and any(row.is_open for row in pushes()):
            time.sleep(random.uniform(0.05, 0.8))
            fake.kill()
        fake.calm = True
        assert until(lambda: not any(row.is_open for row in pushes()), 60)
        assert Counter(row.status for row in pushes()) == {SyncStatus.SUCCESS: len(meetings)}
        assert no_doubles(fake)
        assert fake.kills >= 5
        assert fake.violations == []
        assert fake.overlaps == []
        print(f"{fake.kills} kills, {len(fake.heard)} requests")
        assert (len(fake.alive("persons")), len(fake.alive("activities"))) == (len(people), len(meetings))
        assert {row["id"] for row in fake.alive("persons")} == set(stored(Contact.pipedrive_person_id))
        assert {row["id"] for row in fake.alive("activities")} == set(stored(Activity.pipedrive_activity_id))


def stored(column):
    with db.reading() as session:
        return session.exec(select(column)).all()


def until(true, seconds):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
