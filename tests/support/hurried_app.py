"""The real product with a test's patience: `hurried_app.py serve --port N`; minutes of waiting become moments."""

from dataclasses import replace
from functools import partial

from app import __main__ as pipedriven
from app.sync.queue import company
from tests.support.drainer_process import HASTY

# the lease outlasts what a killed app left under way
PACE = replace(HASTY, deadline=0.7, late_commit=0.5, lease=2.5, poll=0.3, tick=1.0)

if __name__ == "__main__":
    company.desk = partial(company.desk, pace=PACE)
    pipedriven.cli()
