"""Every no of Pipedrive, sorted: a pause, a key that fails, a firewall, a definite no."""

from datetime import UTC, datetime, timedelta

import pytest

from app.sync.api.errors import Blocked, Gone, KeyRefused, KeyUnknown, NotAllowed, PipedriveError, Rejected, Throttled
from tests.support import faults, pipedrive_client

fake, http, pipedrive = pipedrive_client.fake, pipedrive_client.http, pipedrive_client.pipedrive


@pytest.fixture(autouse=True)
def _empty():
    """These tests need no database."""


@pytest.mark.parametrize(
    ("fault", "seconds", "daily"),
    [
        (faults.too_fast(reset=1), 1, False),
        (faults.too_fast(reset=7), 7, False),
        (faults.too_fast(reset=7, retry_after=30), 30, False),
        (faults.too_fast(reset=None, retry_after=None), 2, False),
        (faults.too_fast(reset=0), 1, False),
        (faults.too_fast(reset="soon", retry_after="later"), 2, False),
        (faults.too_fast(reset=10**11), 3600, False),
        (faults.bare_429(), 2, False),
        (faults.in_html(429, faults.CLOUDFLARE_PAGE), 60, False),
        (faults.in_json(429, {}, x_ratelimit_remaining=3), 3600, True),
        (faults.in_json(429, {}, x_ratelimit_remaining=3, x_daily_ratelimit_token_remaining=9000), 2, False),
        (faults.budget_gone(), 3600, True),
        (faults.budget_gone(retry_after=600), 600, True),
        (faults.budget_gone(retry_after=10**9), 86_400, True),
    ],
)
def test_a_pause_lasts_as_long_as_pipedrive_asks_within_reason(fake, pipedrive, fault, seconds, daily):
    fake.next(fault)
    with pytest.raises(Throttled) as caught:
        pipedrive.add_person(name="Kari")
    assert (caught.value.wait.total_seconds(), caught.value.daily) == (seconds, daily)


def test_a_pause_can_be_given_as_a_date(fake, pipedrive):
    moment = datetime.now(UTC) + timedelta(seconds=90)
    fake.next(faults.too_fast(retry_after=f"{moment:%a, %d %b %Y %H:%M:%S GMT}"))
    with pytest.raises(Throttled) as caught:
        pipedrive.me()
    assert 80 < caught.value.wait.total_seconds() <= 90


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (faults.unauthorized(), KeyUnknown, "does not accept this key"),
        (faults.account_closed(), KeyRefused, "not open"),
        (faults.not_allowed(), NotAllowed, "Permission denied"),
        (faults.capped(), Rejected, "Limit reached"),
        (faults.cloudflare(), Blocked, "firewall"),
        (faults.refused("name: too\nlong."), Rejected, "refused this: name: too long."),
        (faults.in_html(400, b"<html>"), Rejected, "status 400"),
        (faults.in_json(400, ["odd"]), Rejected, "status 400"),
        (faults.in_json(404, {"error": "x"}), Gone, "no longer in Pipedrive"),
        (faults.in_json(410, {"error": "removed"}), Rejected, "removed"),
        (faults.in_json(422, {"error": {"a": 1}}), Rejected, "refused"),
    ],
)
def test_a_no_is_sorted_and_says_one_plain_sentence(fake, pipedrive, fault, error, words):
    fake.next(fault)
    with pytest.raises(PipedriveError) as caught:
        pipedrive.add_person(name="Kari")
    assert type(caught.value) is error
    assert words in caught.value.sentence
    assert caught.value.sentence.endswith(".")
    assert "\n" not in caught.value.sentence
    assert fake.alive("persons") == []


def test_a_refusal_of_the_strict_company_is_worded_by_pipedrive(pipedrive):
    with pytest.raises(Rejected, match="Organization 99 not found") as caught:
        pipedrive.add_person(name="Kari", org_id=99)
    assert caught.value.status == 400
