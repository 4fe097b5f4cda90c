"""A process that drains and is meant to be killed: `kill_drainer.py DATABASE_URL PIPEDRIVE_URL`.

The imports happen once; every drainer is a fresh fork that prints its number
before it starts. When one dies, the next follows.
"""

import os
import sys
import time

import desk as office

from app import db
from app.sync.drain import drain
from app.sync.pace import Pace

# the lease outlasts what a killed drainer left under way at the fake, also on a busy machine
HASTY = Pace(lease=2.0, deadline=0.3, late_commit=0.3, first_wait=0.05, longest_wait=0.1, offline=0.05, soon=0.05,
             attempts=1000, lanes_at_once=2)  # fmt: skip


def work(database, pipedrive):
    db.connect(database)
    desk = office.desk_at(pipedrive, HASTY, patience=0.25)
    while True:
        drain(desk)
        time.sleep(0.02)


if __name__ == "__main__":
    while True:
        child = os.fork()
        if child == 0:
            print(os.getpid(), flush=True)
            work(*sys.argv[1:])
        os.waitpid(child, 0)
