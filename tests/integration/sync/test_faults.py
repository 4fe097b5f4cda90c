"""Whatever Pipedrive or the line does, nothing is lost, nothing is there twice, and the owner can read why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from sqlmodel import select

from app import db
from app.models import SyncAccount, SyncStatus, now
from app.models.base import new_id
from app.models.pipedrive_sync import MAX_ATTEMPTS
from app.services.accounts import user_profile
from app.services.base import firm_settings
from app.services.contacts import contact_bank
from app.services.push_queue import push_jobs, push_status
from app.sync.queue.claims import PAUSED
from app.sync.runner.worker import drain
from tests.support import faults
from tests.support.sync_harness import (
    ADAS_KEY,
    BOS_KEY,
    ask,
    connect,
    counts,
    edit,
    fresh,
    hurried,
    lane,
    links,
    meet,
    no_doubles,
    only_push,
    pushes,
    settled,
    tried_once,
)
from tests.support.world import contact

KINDS = ("organizations", "persons", "activities")
LOST = {
    "500 before": faults.server_error(commits=False),
    "500 after": faults.server_error(commits=True),
    "502 page": faults.bad_gateway(commits=True),
    "no success": faults.unsuccessful(commits=True),
    "no number": faults.empty_record(),
    "cut JSON": faults.truncated(),
    "reset before": faults.reset(commits=False),
    "reset after": faults.reset(commits=True),
    "silence": faults.silence(commits=False),
    "silence after": faults.silence(commits=True),
}


@pytest.fixture
def kari(ada_with_key):
    return contact(ada_with_key, "Kari Nordmann", organisation="Nordic Steel AS", email="kari@steel.example")


@pytest.mark.sweep
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
def test_a_lost_answer_makes_no_second_record(fake, desk, ada_with_key, kari, kind, fault):
    fake.company.store.lag = timedelta(minutes=5)
    fake.next(fault, method="POST", kind=kind)
    meet(ada_with_key, kari)
    (row,) = settled(desk)
    assert (row.status, row.attempts, row.error) == (SyncStatus.SUCCESS, 1, None)
    assert counts(fake) == (1, 1, 1)
    assert not fake.asked("POST", kind)[1:] or not fault.commits


@pytest.mark.parametrize("kind", KINDS)
def test_a_commit_that_comes_after_our_timeout_makes_no_second_record(fake, desk, ada_with_key, kari, kind):
    patient = hurried(desk, late_commit=0.6)
    fake.next(faults.late_commit(after=0.2), method="POST", kind=kind)
    meet(ada_with_key, kari)
    assert [row.status for row in settled(patient)] == [SyncStatus.SUCCESS]
    assert fake.late_commits.acquire(timeout=0)
    assert counts(fake) == (1, 1, 1)


def test_somebody_without_any_address_is_recognised_by_what_was_sent_even_when_renamed_meanwhile(
    fake, desk, ada_with_key
):
    bare = contact(ada_with_key, "Kari Nordmann", organisation="Nordic Steel AS")
    twin = contact(ada_with_key, "Kari Nordmann", organisation="Nordic Steel AS")
    fake.next(faults.server_error(commits=True), method="POST", kind="persons")
    ask(ada_with_key, bare)
    with tried_once(desk), db.transaction() as session:
        contact_bank.change(session, ada_with_key, bare.id, {"name": "Kari Hansen"})
    ask(ada_with_key, twin)
    settled(desk)
    # without a mark a colleague may have made it: it is linked, and the new name is asked about
    assert [row["name"] for row in fake.alive("persons")] == ["Kari Nordmann", "Kari Nordmann"]
    assert fresh(bare).pipedrive_person_id == 1


def test_two_who_look_alike_never_share_one_record(fake, desk, ada_with_key):
    bare, twin = (contact(ada_with_key, "Kari Nordmann") for _ in range(2))
    fake.next(faults.server_error(commits=False), method="POST", kind="persons")
    ask(ada_with_key, bare)
    with tried_once(desk):
        ask(ada_with_key, twin)
    codes = [row.error_code for row in settled(desk)]
    assert counts(fake) == (0, 1, 0)
    assert {fresh(bare).pipedrive_person_id, fresh(twin).pipedrive_person_id} == {1, None}
    assert set(codes) == {None, "unsure"}


def test_while_the_outcome_is_open_nobody_creates_the_firm_again(fake, desk, ada_with_key, bo_with_key, kari):
    slow = hurried(desk, late_commit=600)
    fake.next(faults.server_error(commits=False), method="POST", kind="organizations")
    ask(ada_with_key, kari)
    drain(slow)
    ask(bo_with_key, contact(bo_with_key, "Ola", organisation="Nordic Steel AS", email="ola@steel.example"))
    drain(slow)
    assert len(fake.asked("POST", "organizations")) == 1
    assert {row.attempts for row in pushes()} == {0, 1}
    for row in pushes():
        edit(row, run_at=now())
    assert {row.status for row in settled(desk)} == {SyncStatus.SUCCESS}
    assert counts(fake) == (1, 2, 0)


@pytest.mark.parametrize(("fault", "least", "most"), [(faults.too_fast(reset=3), 2, 3), (faults.too_fast(reset=None, retry_after=7), 6, 7), (faults.bare_429(), 1, 2)])  # fmt: skip
def test_a_burst_limit_pauses_the_lane_as_asked_and_costs_no_attempt(
    fake, desk, ada_with_key, bo_with_key, kari, fault, least, most
):
    fake.next(fault, key=ADAS_KEY)
    ask(ada_with_key, kari)
    ask(bo_with_key, contact(bo_with_key, "Ola", email="ola@x.example"))
    before = now()
    drain(desk)
    row = next(row for row in pushes() if row.user_id == ada_with_key.id)
    assert (row.status, row.attempts, row.error_code) == (SyncStatus.PENDING, 0, "throttled")
    assert lane(ada_with_key).paused_reason == row.error
    goes_on = lane(ada_with_key).not_before
    assert before + timedelta(seconds=least) < goes_on < now() + timedelta(seconds=most)
    assert lane(bo_with_key).paused_reason is None
    assert fresh(kari).pipedrive_person_id is None
    assert len(fake.asked(key=ADAS_KEY)) == 1
    edit(lane(ada_with_key), not_before=now())
    assert {row.status for row in settled(desk)} == {SyncStatus.SUCCESS}
    assert lane(ada_with_key).paused_reason is None


def test_a_limit_met_while_creating_takes_the_intent_back(fake, desk, ada_with_key, kari):
    fake.next(faults.too_fast(), method="POST", kind="persons")
    ask(ada_with_key, kari)
    drain(desk)
    assert {link.entity_type for link in links()} == {"organization"}


def test_a_daily_budget_that_is_gone_pauses_the_whole_company_until_midnight_utc(
    fake, desk, ada_with_key, bo_with_key, kari
):
    ask(bo_with_key, contact(bo_with_key, "Liv"))
    settled(desk)
    fake.heard.clear()
    fake.next(faults.budget_gone(), times=None)
    ask(ada_with_key, kari)
    drain(desk)
    ask(bo_with_key, contact(bo_with_key, "Ola"))
    drain(desk)
    assert len(fake.heard) == 1
    with db.reading() as session:
        company = session.exec(select(SyncAccount)).one()
    until = company.not_before.astimezone(UTC)
    assert (until - timedelta(seconds=1)).date() == datetime.now(UTC).date()
    assert abs((until - until.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()) < 2
    assert lane(bo_with_key).paused_reason == lane(ada_with_key).paused_reason
    assert "trying again in 60 min" not in lane(ada_with_key).paused_reason
    assert {row.attempts for row in pushes()} == {0}
    with db.transaction() as session:
        for row in (company, lane(ada_with_key), lane(bo_with_key)):
            row.not_before = now()
            session.merge(row)
    drain(desk)
    with db.reading() as session:
        assert session.exec(select(SyncAccount)).one().not_before < now() + timedelta(hours=1, seconds=2)


def test_a_refused_key_stops_only_its_own_lane_and_a_new_key_goes_on_with_everything(
    fake, desk, ada_with_key, bo_with_key, kari
):
    fake.company.replace_key(ADAS_KEY, "key-ada-new")
    ask(ada_with_key, kari)
    ask(ada_with_key, contact(ada_with_key, "Second"))
    ask(bo_with_key, contact(bo_with_key, "Ola"))
    drain(desk)
    told = lane(ada_with_key).told_at
    drain(desk)
    mine = [row for row in pushes() if row.user_id == ada_with_key.id]
    assert {(row.status, row.attempts) for row in mine} == {(SyncStatus.PENDING, 0)}
    assert lane(ada_with_key).paused_reason.startswith("Pipedrive does not accept this key any more. Copy it anew")
    assert told
    assert lane(ada_with_key).told_at == told
    assert len(fake.asked(key=ADAS_KEY)) == 1
    assert [row.status for row in pushes() if row.user_id == bo_with_key.id] == [SyncStatus.SUCCESS]
    connect(ada_with_key, "key-ada-new")
    assert {row.status for row in settled(desk)} == {SyncStatus.SUCCESS}
    assert lane(ada_with_key).paused_reason is None


def test_a_new_key_that_came_while_the_old_one_was_refused_is_not_stopped_by_that(fake, desk, ada_with_key, kari):
    fake.company.replace_key(ADAS_KEY, "key-ada-new")
    ask(ada_with_key, kari)

    def http_for(who):
        http = desk.http_for(who)
        if who.pipedrive_key == ADAS_KEY:
            http.event_hooks = {"response": [lambda _: connect(ada_with_key, "key-ada-new")]}
        return http

    settled(replace(desk, http_for=http_for))
    assert only_push().status is SyncStatus.SUCCESS
    assert [heard.key for heard in fake.heard][:2] == [ADAS_KEY, "key-ada-new"]


def test_a_key_that_was_changed_in_the_middle_of_a_push_is_not_used_again(fake, desk, ada_with_key, kari):
    ask(ada_with_key, kari)
    changed = []

    def http_for(who):
        http = desk.http_for(who)
        if not changed:
            changed.append(connect(ada_with_key, BOS_KEY))
        return http

    settled(replace(desk, http_for=http_for))
    assert {heard.key for heard in fake.heard} == {BOS_KEY}


def test_without_a_key_everything_waits_and_goes_on_by_itself(fake, desk, ada_with_key, kari):
    with db.transaction() as session:
        user_profile.delete_pipedrive_key(session, session.get_one(type(ada_with_key), ada_with_key.id))
    ask(ada_with_key, kari)
    assert drain(desk) == 0
    assert (only_push().status, fake.heard) == (SyncStatus.PENDING, [])
    connect(ada_with_key, ADAS_KEY)
    assert [row.status for row in settled(desk)] == [SyncStatus.SUCCESS]


def test_somebody_who_was_switched_off_pushes_nothing_more(fake, desk, ada_with_key, kari):
    ask(ada_with_key, kari)
    edit(ada_with_key, active=False)
    assert drain(desk) == 0
    assert fake.heard == []


def test_a_definite_no_needs_the_owner_at_once_and_one_tap_tries_again(fake, desk, ada_with_key, kari):
    fake.next(faults.refused("Validation failed: name: too long"), method="POST", kind="persons")
    ask(ada_with_key, kari)
    (row,) = settled(desk)
    assert (row.status, row.error) == (
        SyncStatus.FAILED,
        "Pipedrive refused this: Validation failed: name: too long. Change it here or in Pipedrive, then choose Retry.",
    )
    assert row.detail == "Rejected 400 ERR_SCHEMA_VALIDATION_FAILED"
    with db.transaction() as session:
        assert push_jobs.retry_all(session, ada_with_key) == 1
    assert [row.status for row in settled(desk)] == [SyncStatus.SUCCESS]
    assert no_doubles(fake)


def test_after_twelve_tries_the_owner_is_asked(fake, desk, ada_with_key, kari):
    fake.next(faults.server_error(), method="GET", kind="organizations", times=None)
    ask(ada_with_key, kari)
    (row,) = settled(desk)
    assert (row.status, row.attempts) == (SyncStatus.FAILED, MAX_ATTEMPTS)
    assert (
        row.error == "Pipedrive answers, but not to this push. We gave up after 12 tries; choose Retry to start again."
    )


def test_a_later_push_that_succeeds_settles_an_earlier_failure_of_the_same_thing(fake, desk, ada_with_key, kari):
    fake.next(faults.refused(), method="POST", kind="persons")
    ask(ada_with_key, kari)
    settled(desk)
    ask(ada_with_key, kari)
    assert {(row.status, row.error) for row in settled(desk)} == {(SyncStatus.SUCCESS, None)}
    with db.reading() as session:
        assert push_status.status_of(session, fresh(kari)).badge is push_status.Badge.IN_PIPEDRIVE


def test_while_a_call_is_in_flight_nobody_else_uses_that_key(fake, desk, ada_with_key, kari):
    fake.next(faults.silence(), method="POST", kind="persons")
    ask(ada_with_key, kari)
    ask(ada_with_key, contact(ada_with_key, "Second"))
    one = Thread(target=drain, args=(desk,))
    one.start()
    while not fake.asked("POST", "persons"):
        one.join(0.01)
    heard = len(fake.heard)
    assert drain(desk) == 0
    assert len(fake.heard) == heard
    one.join()
    settled(desk)
    assert counts(fake) == (1, 2, 0)


def test_a_push_that_keeps_failing_does_not_hold_up_the_others(fake, desk, ada_with_key, kari):
    slow = hurried(desk, first_wait=600, longest_wait=600)
    fake.next(faults.server_error(), method="GET", kind="organizations", times=None)
    ask(ada_with_key, kari)
    for number in range(3):
        ask(ada_with_key, contact(ada_with_key, f"Person {number}"))
    drain(slow)
    assert sorted(row.status for row in pushes()) == ["RETRY", "SUCCESS", "SUCCESS", "SUCCESS"]


def test_while_pipedrive_cannot_be_reached_no_attempt_is_spent(fake, desk, ada_with_key, kari):
    port = fake.port
    fake.stop()
    ask(ada_with_key, kari)
    for _ in range(MAX_ATTEMPTS + 2):
        edit(lane(ada_with_key), not_before=now())
        drain(desk)
    row = only_push()
    assert (row.status, row.attempts, row.error) == (
        SyncStatus.PENDING,
        0,
        "Pipedrive cannot be reached; trying again soon.",
    )
    fake.start(port)
    assert [row.status for row in settled(desk)] == [SyncStatus.SUCCESS]


def test_the_firewall_in_front_of_pipedrive_gives_the_whole_company_a_rest(fake, desk, ada_with_key, bo_with_key, kari):
    ask(bo_with_key, contact(bo_with_key, "Liv"))
    settled(desk)
    fake.heard.clear()
    fake.next(faults.cloudflare(), times=None)
    ask(ada_with_key, kari)
    drain(desk)
    ask(bo_with_key, contact(bo_with_key, "Ola"))
    drain(desk)
    assert len(fake.heard) == 1
    assert lane(bo_with_key).not_before > now() + timedelta(minutes=5)


def test_an_edit_while_its_push_is_under_way_is_pushed_too(fake, desk, ada_with_key, kari):
    edited = []

    def http_for(who):
        http = desk.http_for(who)

        def after(response):
            if response.request.method == "POST" and "persons" in str(response.url) and not edited:
                with db.transaction() as session:
                    edited.append(contact_bank.change(session, ada_with_key, kari.id, {"name": "Kari Hansen"}))

        http.event_hooks = {"response": [after]}
        return http

    ask(ada_with_key, kari)
    settled(replace(desk, http_for=http_for))
    assert edited
    assert [row["name"] for row in fake.alive("persons")] == ["Kari Hansen"]
    assert only_push().generation == 2


def test_the_operator_can_stop_everything(fake, desk, ada_with_key, kari):
    with db.transaction() as session:
        firm_settings.save(session, **{PAUSED: True})
    ask(ada_with_key, kari)
    assert drain(desk) == 0
    with db.transaction() as session:
        firm_settings.save(session, **{PAUSED: False})
    assert drain(desk) == 1


def test_a_lease_that_was_lost_writes_nothing(fake, desk, ada_with_key, kari):
    def http_for(who):
        edit(lane(ada_with_key), lease_token=None)
        return desk.http_for(who)

    ask(ada_with_key, kari)
    turns = []

    def once(who):
        turns.append(who)
        return http_for(who) if len(turns) == 1 else desk.http_for(who)

    slow = replace(desk, http_for=once)
    assert drain(slow) == 0
    assert (fake.heard, only_push().attempts) == ([], 0)


def test_one_persons_long_queue_does_not_keep_another_waiting(fake, desk, ada_with_key, bo_with_key):
    one_lane = hurried(desk, lanes_at_once=1)
    for number in range(30):
        ask(ada_with_key, contact(ada_with_key, f"Person {number}"))
    ask(bo_with_key, contact(bo_with_key, "Ola"))
    settled(one_lane, 30)
    order = [heard.key for heard in fake.asked("POST", "persons")]
    assert order.index(BOS_KEY) <= 20


def test_a_bug_in_one_push_spends_an_attempt_and_stays_out_of_the_sentence(fake, desk, ada_with_key, kari, caplog):
    broken = replace(desk, types=None)
    fake.next(faults.refused("unknown activity type"), method="POST", kind="activities", times=None)
    meet(ada_with_key, kari)
    drain(hurried(broken, first_wait=600, longest_wait=600))
    row = only_push()
    assert (row.status, row.error_code, row.detail) == (SyncStatus.RETRY, "bug", "AttributeError")
    assert row.error == "Something broke on our side; trying again soon."
    assert ADAS_KEY not in caplog.text


def test_what_a_clock_that_ran_ahead_has_written_holds_nothing_up(fake, desk, ada_with_key, kari):
    row = ask(ada_with_key, kari)
    edit(row, run_at=now() + timedelta(hours=2))
    edit(lane(ada_with_key), lease_token=new_id(), lease_until=now() + timedelta(hours=2))
    assert drain(desk) == 1
    assert only_push().status is SyncStatus.SUCCESS
