"""A key that Pipedrive does not take stops its lane, says what to do, and goes on by itself once it works."""

from datetime import timedelta

import pytest

from app import db
from app.errors import Invalid
from app.models import SyncLane, SyncStatus, User, now
from app.services.accounts import pipedrive_keys
from app.services.accounts.pipedrive_keys import KeyOwner
from app.settings import Settings
from app.sync.queue import company
from app.sync.runner import key_checks, worker
from app.vault import Vault
from tests.support import faults
from tests.support.api_client import ask as rest
from tests.support.sync_harness import ADAS_KEY, ask, edit, lane, pushes, settled
from tests.support.world import contact

API_OFF = faults.in_json(403, {"success": False, "error": "API access is disabled for this user"})
TROUBLES = {
    "replaced": (faults.unauthorized(), "Copy it anew from Pipedrive: Personal preferences, API, and save it in Settings."),
    "closed": (faults.account_closed(), "once it is open again, what waits goes over by itself."),
    "switched off": (API_OFF, "Ask an administrator there to allow it"),
    "refused everything": (faults.not_allowed(), "Ask an administrator there to allow it"),
}  # fmt: skip


@pytest.fixture
def waiting(ada_with_key):
    for number in range(4):
        ask(ada_with_key, contact(ada_with_key, f"Person {number}", email=f"p{number}@x.example"))
    return ada_with_key


def time_passes(owner, **how_much):
    """The lane's moments lie so much further back."""
    row, gone = lane(owner), timedelta(**how_much)
    edit(row, not_before=row.not_before - gone, told_at=row.told_at - gone)


def connected(who):
    return rest(who, "GET", "/api/auth/session").json()["pipedrive"]["connected"]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_with_a_key_stops_the_lane_and_not_one_push_after_the_other(fake, desk, waiting, trouble):
    fault, words = TROUBLES[trouble]
    fake.next(fault, times=None)
    worker.drain(desk)
    worker.drain(desk)
    assert {row.status for row in pushes()} == {SyncStatus.PENDING}
    assert len(fake.heard) <= 2
    assert words in lane(waiting).paused_reason
    assert connected(waiting) is False
    fake.heal()


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_key_that_works_again_is_noticed_and_everything_goes_on(fake, desk, waiting, trouble):
    fake.next(TROUBLES[trouble][0], times=None)
    worker.drain(desk)
    heard = len(fake.heard)
    fake.heal()
    assert key_checks.check_refused_keys(desk) == 0
    assert len(fake.heard) == heard
    time_passes(waiting, seconds=61)
    assert key_checks.check_refused_keys(desk) == 1
    assert [one.path for one in fake.heard[heard:]] == ["/v1/users/me"]
    assert connected(waiting) is True
    assert {row.status for row in settled(desk)} == {SyncStatus.SUCCESS}


def test_a_key_that_stays_refused_is_tried_ever_more_rarely_and_its_owner_is_told_once(fake, desk, waiting):
    fake.next(faults.unauthorized(), times=None)
    worker.drain(desk)
    told, waits = lane(waiting).told_at, []
    for minutes in (1, 2, 4, 8, 60):
        time_passes(waiting, minutes=minutes, seconds=5)
        told -= timedelta(minutes=minutes, seconds=5)
        assert key_checks.check_refused_keys(desk) == 0
        waits.append(round((lane(waiting).not_before - now()).total_seconds() / 60))
    assert waits == [1, 3, 7, 15, 60]
    assert abs(lane(waiting).told_at - told) < timedelta(seconds=1)
    fake.heal()


def test_one_record_that_is_not_allowed_is_that_pushs_own_trouble(fake, desk, waiting):
    fake.next(faults.not_allowed(), method="POST", kind="persons")
    worker.drain(desk)
    assert sorted(row.status for row in pushes()) == ["FAILED", "SUCCESS", "SUCCESS", "SUCCESS"]
    assert len(fake.asked(kind="me")) == 1
    assert connected(waiting) is True


def test_the_trying_keeps_to_the_pauses_of_the_company_and_of_pipedrive(fake, desk, waiting):
    fake.next(faults.unauthorized(), times=1)
    worker.drain(desk)
    time_passes(waiting, minutes=2)
    fake.next(faults.too_fast(retry_after=20))
    assert key_checks.check_refused_keys(desk) == 0
    heard = len(fake.heard)
    assert key_checks.check_refused_keys(desk) == 0
    assert len(fake.heard) == heard
    assert lane(waiting).told_at is not None


# --- saving a key

VAULT = Vault("a secret for these tests, long enough")


def save(user, owner, key=ADAS_KEY):
    with db.transaction() as session:
        pipedrive_keys.save_key(session, session.get_one(User, user.id), key, owner, VAULT.seal)


ADA_THERE = KeyOwner("acme", 7, "Ada")


@pytest.fixture
def resting(ada):
    """Ada's key is kept, and Pipedrive asked it to wait."""
    save(ada, ADA_THERE)
    until = now() + timedelta(seconds=30)
    reason = "Pipedrive asked for a pause; trying again in 30 s."
    with db.transaction() as session:
        session.add(SyncLane(user_id=ada.id))
    edit(lane(ada), not_before=until, paused_reason=reason)
    return until


def test_saving_a_key_of_the_same_user_ends_no_wait_that_pipedrive_asked_for(ada, resting):
    save(ada, ADA_THERE, "another-key-0123456789")
    assert (lane(ada).not_before, bool(lane(ada).paused_reason)) == (resting, True)


def test_another_users_key_ends_it(ada, resting):
    save(ada, KeyOwner("acme", 8, "Ada's second account"))
    assert lane(ada).not_before <= now()


def test_saving_a_key_ends_that_it_was_refused(ada, resting):
    edit(lane(ada), told_at=now())
    save(ada, ADA_THERE)
    assert (lane(ada).told_at, lane(ada).paused_reason) == (None, None)
    assert lane(ada).not_before <= now()


def test_the_same_key_is_not_asked_about_during_a_wait(ada, resting):
    with db.reading() as session:
        who = session.get_one(User, ada.id)
        assert pipedrive_keys.owner_during_pause(session, who, ADAS_KEY, VAULT.open) == ADA_THERE
        assert pipedrive_keys.owner_during_pause(session, who, "another-key", VAULT.open) is None
    edit(lane(ada), not_before=now())
    with db.reading() as session:
        who = session.get_one(User, ada.id)
        assert pipedrive_keys.owner_during_pause(session, who, ADAS_KEY, VAULT.open) is None


def test_a_key_that_pipedrive_does_not_know_is_refused_with_what_to_do(fake):
    with pytest.raises(Invalid, match="Copy it from Pipedrive: Personal preferences, API"):
        company.check_key(Settings(pipedrive_base_url=fake.url), "0" * 40)
