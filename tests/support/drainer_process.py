"""A process that drains and is meant to be killed: `drainer_process.py DATABASE_URL PIPEDRIVE_URL [PATIENCE DEADLINE LATE LEASE]`.

The imports happen once; every drainer is a fresh fork that prints its number
before it starts. When one dies, the next follows.
"""

import os
import sys
import time
from contextlib import suppress
from dataclasses import replace

from app import db
from app.sync.pull import listener
from app.sync.runner.worker import drain
from tests.support import sync_harness
from tests.support.hasty_pace import HASTY


def work(database, pipedrive, patience=0.25, deadline=0.3, late_commit=0.3, lease=2.0):
    db.connect(database)
    pace = replace(HASTY, deadline=float(deadline), late_commit=float(late_commit), lease=float(lease))
    desk = sync_harness.desk_at(pipedrive, pace, float(patience))
    while True:
        # as the product's own loop does it: a database that is away is waited for
        with suppress(*db.UNAVAILABLE):
            listener.listen(desk)
            drain(desk)
        time.sleep(0.02)


if __name__ == "__main__":
    while True:
        child = os.fork()
        if child == 0:
            print(os.getpid(), flush=True)
            work(*sys.argv[1:])
        os.waitpid(child, 0)
