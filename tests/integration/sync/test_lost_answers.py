"""Answers that never came: what may be repeated, what must be looked up first, and how long we wait."""

import logging
import threading
import traceback
from contextlib import suppress

import httpx
import pytest

from app.sync.api.errors import KeyRefused, PipedriveError, Rejected, UnknownOutcome, Unreachable
from app.sync.api.pipedrive import Pipedrive, http_client
from tests.support import faults, pipedrive_client
from tests.support.fake_pipedrive import FakePipedrive
from tests.support.pipedrive_client import KEY, since

fake, http, pipedrive, impatient = (
    pipedrive_client.fake,
    pipedrive_client.http,
    pipedrive_client.pipedrive,
    pipedrive_client.impatient,
)


@pytest.fixture(autouse=True)
def _empty():
    """These tests need no database."""


LOST = [
    faults.server_error(commits=False),
    faults.server_error(commits=True),
    faults.bad_gateway(commits=True),
    faults.unsuccessful(commits=True),
    faults.truncated(),
    faults.reset(commits=False),
    faults.reset(commits=True),
    faults.silence(commits=True),
    faults.huge(),
    faults.compressed(),
]


@pytest.mark.parametrize("fault", LOST, ids=lambda fault: f"{fault.ending.name}-{fault.status}-{fault.commits}")
def test_after_a_lost_answer_a_post_is_unknown_and_everything_else_may_be_repeated(fake, pipedrive, impatient, fault):
    fake.next(fault, method="POST")
    with pytest.raises(UnknownOutcome):
        impatient.add_person(name="Kari")
    assert len(fake.alive("persons")) == int(fault.commits)
    if not fault.commits:
        pipedrive.add_person(name="Kari")
    for method, call in (
        ("GET", impatient.get_person),
        ("PATCH", lambda number: impatient.change_person(number, name="K")),
        ("DELETE", impatient.delete_person),
    ):
        fake.next(fault, method=method)
        with pytest.raises(Unreachable):
            call(1)


def test_what_never_left_this_machine_is_no_unknown_outcome(fake, http):
    fake.stop()
    with pytest.raises(Unreachable, match="cannot be reached"):
        Pipedrive(http, KEY).add_person(name="Kari")


def test_a_commit_that_comes_after_our_timeout_is_found_in_the_list(fake, impatient):
    fake.next(faults.late_commit(after=60))
    with pytest.raises(UnknownOutcome):
        impatient.add_person(name="Kari", emails=["kari@x.example"])
    assert list(impatient.persons_since(since())) == []
    fake.gate.set()
    assert fake.late_commits.acquire(timeout=60)
    assert [person.name for person in impatient.persons_since(since())] == ["Kari"]


@pytest.mark.parametrize("in_headers", [False, True])
def test_a_server_that_drips_meets_the_deadline_of_the_whole_call(fake, http, in_headers):
    fake.next(faults.drip(headers=in_headers))
    with pytest.raises(UnknownOutcome):
        Pipedrive(http, KEY, deadline=0.5).add_person(name="Kari")
    assert not fake.poured_out
    assert Pipedrive(http, KEY).me().name == "Anna"


def test_an_endless_body_is_not_read_to_its_end(fake, pipedrive):
    fake.next(faults.huge(size=2_000_000_000))
    with pytest.raises(Unreachable):
        pipedrive.me()
    assert not fake.poured_out


def test_a_yes_without_the_records_number_is_no_answer(fake, pipedrive):
    fake.next(faults.empty_record(), method="POST")
    with pytest.raises(UnknownOutcome):
        pipedrive.add_person(name="Kari")
    fake.next(faults.empty_record(), method="GET")
    with pytest.raises(Unreachable):
        pipedrive.get_person(1)


def test_a_redirect_is_never_followed_and_the_key_never_leaves_for_another_host(fake, pipedrive):
    with FakePipedrive() as elsewhere:
        for status in (301, 302, 307, 308):
            fake.next(faults.redirect(f"{elsewhere.url}/api/v2/persons", status))
            with pytest.raises(Rejected, match="another address"):
                pipedrive.add_person(name="Kari")
        assert elsewhere.heard == []


def test_no_proxy_and_no_cookie_of_this_machine_gets_in(fake, monkeypatch):
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with http_client(fake.url) as http:
        fake.next(faults.in_json(200, {"success": True, "data": None}, set_cookie="session=anna; Path=/"))
        with pytest.raises(Unreachable):
            Pipedrive(http, KEY).me()
        assert Pipedrive(http, "key-bo").me().name == "Bo"
        assert len(http.cookies.jar) == 0


@pytest.mark.parametrize("fault", [*LOST, faults.unauthorized(), faults.refused(f"bad key {KEY}"), faults.cloudflare()])
def test_the_key_is_in_no_error_no_repr_and_no_log(fake, impatient, caplog, fault):
    caplog.set_level(logging.DEBUG)
    fake.next(fault)
    with pytest.raises(PipedriveError) as caught:
        impatient.add_person(name="Kari")
    error = caught.value
    assert error.__context__ is None
    assert error.__cause__ is None
    told = "".join(traceback.format_exception(error)) + repr(error) + str(vars(error)) + repr(impatient) + caplog.text
    assert KEY not in told


@pytest.mark.parametrize("key", ["", "two words", "new\nline", "schlüssel", "x" * 201])
def test_what_cannot_be_a_key_is_refused_before_it_is_sent(http, key):
    with pytest.raises(KeyRefused):
        Pipedrive(http, key)


def test_several_lanes_share_one_client_without_mixing_keys(fake, http):
    names = {KEY: "Anna", "key-bo": "Bo"}
    wrong = []

    def work(key):
        pipedrive = Pipedrive(http, key)
        wrong.extend(me for me in (pipedrive.me().name for _ in range(20)) if me != names[key])

    lanes = [threading.Thread(target=work, args=(key,)) for key in names]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    assert wrong == []
    assert fake.overlaps == []


def test_the_fake_notices_two_calls_of_one_key_at_once(fake, http):
    fake.delay = 0.3
    lanes = [threading.Thread(target=Pipedrive(http, KEY).me) for _ in range(2)]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    assert fake.overlaps == [KEY]


@pytest.mark.parametrize(("patience", "at_once"), [(5.0, [KEY]), (0.1, [])], ids=["both wait", "the first hung up"])
def test_one_who_follows_one_that_hung_up_is_not_at_once_with_it(patience, at_once):
    """However late the fake gets to both."""
    with FakePipedrive({KEY: "Ada"}) as fake, http_client(fake.url) as http:
        fake.delay, http.timeout = 0.5, httpx.Timeout(patience)

        def ask():
            with suppress(Unreachable):
                Pipedrive(http, KEY).me()

        first = threading.Thread(target=ask)
        first.start()
        if not at_once:
            first.join()
        ask()
        first.join()
    assert fake.overlaps == at_once


def test_after_an_outage_the_same_client_finds_pipedrive_again(fake, http):
    pipedrive, port = Pipedrive(http, KEY), fake.port
    pipedrive.add_organization(name="Acme")
    fake.stop()
    with pytest.raises(Unreachable):
        pipedrive.me()
    fake.start(port)
    assert pipedrive.get_organization(1).name == "Acme"
