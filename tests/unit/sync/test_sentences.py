"""What people read about a push: nobody is promised a new try that nobody makes, and a question keeps its end."""

from datetime import timedelta

import pytest

from app.sync.api.errors import ApiOff, NotSent, Rejected, Throttled, to_whoever_asked
from app.sync.push.candidates import Candidate, named
from app.sync.push.matching import OTHER_NAME


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (Throttled(timedelta(seconds=6)), "Pipedrive asked for a pause. Try again in 6 s."),
        (
            NotSent("Pipedrive cannot be reached; trying again soon."),
            "Pipedrive cannot be reached. Try again in a few minutes.",
        ),
        (
            ApiOff(),
            "API access is switched off for your user in Pipedrive. Ask an administrator there to allow it.",
        ),
        (Rejected("Pipedrive refused this: a; b."), "Pipedrive refused this: a; b."),
    ],
)
def test_whoever_asks_now_is_told_that_it_is_up_to_them_to_try_again(trouble, said):
    assert to_whoever_asked(trouble) == said


def test_a_question_about_many_records_with_long_names_fits_into_its_column():
    found = [Candidate(1_000_000 + number, f"{number} {'x' * 250}") for number in range(20)]
    assert named(found).endswith(" and 17 more")
    assert len(OTHER_NAME.format(name="y" * 200, found=named(found))) <= 500
