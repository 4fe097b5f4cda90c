"""Bad weather over the fake Pipedrive: random faults, kills at the worst moments, and a watch that misses nothing.

Everything random comes from one seed. The order of threads does not, so a seed
repeats a storm closely, not to the millisecond.
"""

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support import faults
from tests.support.chaos_colleague import Ledger
from tests.support.fake_pipedrive import FakePipedrive

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tests/support/drainer_process.py"

# how often each of these meets a request while it storms, in thousandths: small troubles are dense, slow ones few
WEATHER = {
    "500 before": (30, lambda: faults.server_error(commits=False)),
    "500 after": (30, lambda: faults.server_error(commits=True)),
    "502 page before": (20, lambda: faults.bad_gateway(commits=False)),
    "503 page": (20, lambda: faults.in_html(503, faults.GATEWAY_PAGE)),
    "success false": (15, lambda: faults.unsuccessful(commits=False)),
    "success false after": (15, lambda: faults.unsuccessful(commits=True)),
    "cut JSON": (20, faults.truncated),
    "no number": (10, faults.empty_record),
    "reset before": (15, lambda: faults.reset(commits=False)),
    "reset after": (20, lambda: faults.reset(commits=True)),
    "silence": (4, lambda: faults.silence(commits=False)),
    "silence after": (4, lambda: faults.silence(commits=True)),
    "late commit": (10, lambda: faults.late_commit(after=0.3)),
    "drip": (2, faults.drip),
    "dripping headers": (2, lambda: faults.drip(headers=True)),
    "5 MB": (2, lambda: faults.huge(5_000_000)),
    "burst limit": (7, lambda: faults.too_fast(reset=1)),
    "burst limit, retry-after": (4, lambda: faults.too_fast(reset=None, retry_after=1)),
}
RARE = {
    "daily budget": faults.budget_gone,
    "firewall": faults.cloudflare,
}
# a pause that a killed process took to its grave was never heard of
FORGOTTEN_WITHIN = 2.0
# a request that was carried out so long after it arrived
SLOW = 1.0
RECORD = re.compile(r"/api/v2/(persons|organizations|activities)/(\d+)")


class Storm(FakePipedrive):
    """A fake that breaks requests by chance, kills who asks, and notes every request that should not have come.

    `met` counts the requests that failed, by fault, and `kills` the processes that were killed, by moment; `told` is
    until when each key was asked to wait, in monotonic seconds; `trespasses` should stay empty. `ledger` judges
    what is written over what a colleague wrote; `slow` are requests that took long, and how long.
    """

    def __init__(self, keys, seed, **given):
        super().__init__(keys, **given)
        self.dice = random.Random(seed)
        self.met: Counter[str] = Counter()
        self.victims: set[int] = set()
        self.kills: Counter[str] = Counter()
        self.databases_shot = 0
        self.slow: list[tuple[float, str, float]] = []
        self.ledger = Ledger()
        self.calm = False
        self.delay = 0.01
        self.meddle = None
        self.trespasses: list[str] = []
        self.owners: dict[str, str] = {}
        self.told: dict[str, tuple[float, float]] = {}
        self.shut: dict[str, float] = {}
        self._ordered: list[str] = []
        self._last_kill = 0.0
        self._watch = threading.Lock()

    def hear(self, heard):
        """The faults of the weather, unless one was ordered by name."""
        ordered = super().hear(heard)
        with self._watch:
            self._note_trespass(heard)
            name = None if self.calm or ordered else self._drawn()
            fault = ordered or (name and self._made(name))
            if name:
                self.met[name] += 1
        if heard.method == "POST" and fault is None and not self.calm and self._throws(0.01):
            self.kill("between the intent and the POST")
            self.met["killed before it was carried out"] += 1
            return faults.reset(commits=False)
        return fault

    def answering(self, heard, fault):
        """Whom Pipedrive asks to wait has to; one who gave up before the answer was never asked."""
        with self._watch:
            if fault and (fault.status == 429 or fault.body == faults.CLOUDFLARE_PAGE):
                burst = b"over limit" in fault.body and "x-daily-ratelimit-token-remaining" not in fault.headers
                self.told[heard.key] = (heard.at, heard.at + (1.0 if burst else 1e9))

    def commit(self, heard):
        reply = self._carried_out(heard)
        if (late := time.monotonic() - heard.at) > SLOW:
            self.slow.append((heard.at, f"{heard.method} {heard.path}", late))
        if self.meddle and not self.calm and heard.method in {"POST", "PATCH"} and self._throws(0.1):
            # while its push is under way, somebody edits the very same contact
            self.meddle(heard.body.decode())
        if heard.method == "POST" and not self.calm and self._throws(0.015):
            self.kill("between the POST and its answer")
        return reply

    def _carried_out(self, heard):
        """The ledger sees the record before and after, and no colleague comes between."""
        found = RECORD.fullmatch(heard.path)
        with self.company.lock:
            before = self._stands(found)
            reply = super().commit(heard)
            if before and reply.status < 300:
                self.ledger.requested(heard, (found[1], int(found[2])), before, self._stands(found))
        return reply

    def _stands(self, found):
        row = self.company.store.rows[found[1]].get(int(found[2])) if found else None
        return row and row.record

    def order(self, name):
        """Let the next request meet a rare fault, which holds for the whole company until `let_in`."""
        with self._watch:
            self._ordered.append(name)

    def let_in(self):
        """A new day begins, the firewall has calmed down: forget whom we asked to wait."""
        with self._watch:
            self.shut.clear()
            self.told.clear()

    def kill(self, why="at any moment", most=9):
        """Processes that drain, without a word; all of them where it has to be the one who is asking."""
        for victim in list(self.victims)[:most]:
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
                self.kills[why] += 1
            self.victims.discard(victim)
        self._last_kill = time.monotonic()

    def lost_its_mind(self):
        """The database goes down hard, or went: what was just learned may not have been written."""
        self._last_kill = time.monotonic()

    def _drawn(self):
        if self.shut:
            return next(iter(self.shut))
        if self._ordered:
            self.shut[self._ordered[0]] = time.monotonic()
            return self._ordered.pop(0)
        at = self.dice.randrange(1000)
        for name, (often, _) in WEATHER.items():
            if at < often:
                return name
            at -= often
        return None

    def _made(self, name):
        return RARE[name]() if name in RARE else WEATHER[name][1]()

    def _throws(self, chance):
        with self._watch:
            return self.dice.random() < chance

    def _note_trespass(self, heard):
        if any(heard.key in value for _, value in heard.query) or (heard.key or "?") in heard.path:
            self.trespasses.append(f"{heard.method} {heard.path}: the key stands in the URL")
        since, until = self.told.get(heard.key, (0.0, 0.0))
        forgotten = since <= self._last_kill <= since + FORGOTTEN_WITHIN
        if heard.at < until and not forgotten:
            self.trespasses.append(f"{heard.method} {heard.path}: {until - heard.at:.1f} s too early")
        named = [word for word in self.owners if f"@{word}." in (heard.body.decode() + str(heard.query))]
        if any(self.owners[word] != heard.key.rsplit("-", 1)[0] for word in named):
            self.trespasses.append(f"{heard.method} {heard.path}: {named} with the key of somebody else")


@contextmanager
def drainer(url, fake, *patience):
    """A drainer that rises again; its current number is among the fake's victims."""
    command = [sys.executable, str(SCRIPT), url, fake.url, *map(str, patience)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True, env=env) as parent:

        def follow():
            for line in parent.stdout:
                fake.victims.add(int(line))

        follower = threading.Thread(target=follow, daemon=True)
        follower.start()
        try:
            yield parent
        finally:
            os.killpg(parent.pid, signal.SIGKILL)
    follower.join()
