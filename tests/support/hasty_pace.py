"""The patience of a test: minutes of the product's waiting become moments, all by one factor, and no rule changes."""

from dataclasses import replace

from app.sync.queue.timings import Pace

SHORTER = 1 / 1000
RESTS = ("first_wait", "longest_wait", "offline", "ailing", "longest_ailing", "spread", "soon")
USUAL = Pace()
RESTED = replace(USUAL, **{name: getattr(USUAL, name) * SHORTER for name in RESTS})

# the lease outlasts what a killed drainer left under way at the fake, also on a busy machine
HASTY = replace(RESTED, lease=2.0, deadline=0.3, late_commit=0.3, lanes_at_once=2)
# and what a killed app left under way
HASTY_APP = replace(HASTY, deadline=0.7, late_commit=0.5, lease=2.5, poll=0.3, tick=1.0)


def hurry():
    """Give this process, which is about to become the product, the patience of a test."""
    from functools import partial

    from app.sync.queue import company

    company.build_context = partial(company.build_context, pace=HASTY_APP)
