"""The rules of the sync that need no database, held against whatever anybody may send or type."""

import json
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from app.models import EntityType, PipedriveSync, SyncStatus, Trigger, organisation_key
from app.models.base import fold, new_id
from app.models.organisation import LEGAL_FORMS
from app.sync.api import errors, payloads, request
from app.sync.api.http_client import address
from app.sync.api.records import Detail, merged
from app.sync.api.request import Call
from app.sync.links import fingerprints
from app.sync.links.agreed import Agreed, shape
from app.sync.links.three_way_merge import Verdict, follow_theirs, merge_field, new_base
from app.sync.queue import circuit_breaker, job_outcomes
from app.sync.queue.timings import Pace

KEY = "key-0123456789abcdef"
DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
# a busy machine is no finding
often = settings(deadline=None, max_examples=60)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
WORD = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)
WORDS = st.lists(WORD, min_size=1, max_size=4).map(" ".join)
EMAIL = st.builds("{}@{}.example".format, st.from_regex(r"[a-zA-Z0-9]{1,6}", fullmatch=True), st.sampled_from("abc"))
PHONE = st.integers(10_000, 99_999).map("+4930{}".format)


# how long we wait


@often
@given(st.integers(1, 10_000))
def test_while_pipedrive_is_in_trouble_the_rests_grow_and_stay_below_eight_minutes(rests):
    wait = Pace().while_ailing(rests).total_seconds()
    plan = min(45 * 2 ** min(rests - 1, 20), 300)
    assert plan / 2 <= wait <= plan * 1.5 <= 480


@given(st.booleans(), st.integers(1, 9))
def test_one_push_that_gets_no_answer_is_its_own_trouble_and_several_are_pipedrives(alive, lost):
    assert circuit_breaker.is_ailing(alive=alive, lost=lost) is (not alive or lost >= circuit_breaker.SEVERAL)
    assert not circuit_breaker.is_ailing(alive=True, lost=1)


@given(attempts=st.integers(1, 40))
def test_a_wait_is_never_shorter_than_half_the_plan_and_never_longer_than_an_hour(attempts):
    pace = Pace()
    wait, plan = pace.backoff(attempts).total_seconds(), pace.first_wait * 2 ** (attempts - 1)
    assert min(plan / 2, pace.longest_wait) <= wait <= min(plan * 1.5, pace.longest_wait)


@often
@given(offline=st.floats(0.01, 3600))
def test_who_failed_together_comes_back_apart(offline):
    waits = {Pace(offline=offline).while_offline().total_seconds() for _ in range(20)}
    assert len(waits) > 1
    assert all(offline / 2 - 1e-6 <= wait <= offline * 1.5 + 1e-6 for wait in waits)


# what becomes of a push


def row(**facts):
    known = {
        "entity_type": EntityType.PERSON,
        "trigger": Trigger.MANUAL,
        "dedupe_key": "person:x",
        "run_at": NOON - timedelta(hours=1),
    }
    return PipedriveSync(user_id=new_id(), entity_id=new_id(), **known | facts)


@often
@given(attempts=st.integers(0, 20), sentence=st.text(max_size=700), least=st.integers(0, 7200))
def test_after_trouble_a_push_comes_again_or_needs_its_owner_and_never_just_ends(attempts, sentence, least):
    pace, push = Pace(), row(attempts=attempts)
    job_outcomes.retry(job_outcomes.Reason("unknown", sentence), pace, timedelta(seconds=least))(None, push, NOON)
    assert push.attempts == attempts + 1
    assert push.status is (SyncStatus.FAILED if push.attempts >= pace.attempts else SyncStatus.RETRY)
    assert len(push.error) <= 500
    if push.is_open:
        assert push.run_at >= NOON + timedelta(seconds=least)
        assert push.run_at <= NOON + timedelta(seconds=max(least, pace.longest_wait))


@often
@given(claimed=st.integers(1, 9), later=st.integers(1, 9), refused=st.booleans(), attempts=st.integers(0, 11))
def test_what_was_asked_for_again_meanwhile_runs_again_however_this_run_ended(claimed, later, refused, attempts):
    push = row(generation=claimed + later, attempts=attempts, status=SyncStatus.RETRY)
    become = (
        job_outcomes.fail(job_outcomes.Reason("rejected", "No."), claimed) if refused else job_outcomes.succeed(claimed)
    )
    become(None, push, NOON)
    assert (push.status, push.attempts, push.run_at, push.finished_at) == (SyncStatus.PENDING, 0, NOON, None)


@often
@given(attempts=st.integers(0, 11), seconds=st.integers(0, 3600))
def test_waiting_for_others_costs_no_attempt(attempts, seconds):
    push = row(attempts=attempts)
    job_outcomes.wait(timedelta(seconds=seconds))(None, push, NOON)
    job_outcomes.explain(job_outcomes.Reason("throttled", "Later."))(None, push, NOON)
    assert (push.attempts, push.status, push.run_at) == (
        attempts,
        SyncStatus.PENDING,
        NOON + timedelta(seconds=seconds),
    )


# what an answer means


BODIES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([b"", b"<html>no</html>", b"null", b"[]", b'{"success": true}', b'{"success": false, "data": 1}', b"[" * 5000]),
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just(KEY), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["success", "data", "error", "code", "message", "x"]), inner, max_size=4), max_leaves=8).map(lambda content: json.dumps(content).encode()),
)  # fmt: skip
HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "x-ratelimit-reset", "x-ratelimit-remaining", "x-daily-ratelimit-token-remaining"]),
    st.one_of(
        st.integers(-9, 10**15).map(str),
        st.sampled_from(["", "soon", "1.5", "Wed, 21 Oct 2037 07:28:00 GMT", "²", "-1"]),
    ),
    max_size=4,
)


def asked(method, answer):
    with httpx.Client(base_url="https://acme.pipedrive.com", transport=httpx.MockTransport(answer)) as http:
        return request.ask(http, KEY, Call(method, "/api/v2/persons"))


def trouble(method, answer):
    try:
        asked(method, answer)
    except errors.PipedriveError as found:
        return found
    return None


@often
@example(method="POST", status=403, body=json.dumps({"code": KEY, "error": KEY}).encode(), headers={})
@given(
    method=st.sampled_from(["GET", "POST", "PATCH", "DELETE"]),
    status=st.integers(200, 599),
    body=BODIES,
    headers=HEADERS,
)
def test_every_answer_belongs_to_exactly_one_class(method, status, body, headers):
    assume(status not in {204, 304})
    sent = {name: value.encode("latin-1") for name, value in headers.items()}
    found = trouble(method, lambda _: httpx.Response(status, content=body, headers=sent))
    in_the_dark = errors.UnknownOutcome if method == "POST" else errors.Unreachable
    if found is None:
        assert status < 300
        assert json.loads(body)["success"] is True
        return
    if status < 300 or status >= 500 or status == 408:
        assert type(found) is in_the_dark
    elif status == 429:
        assert type(found) is errors.Throttled
        assert timedelta(seconds=1) <= found.wait <= timedelta(days=1)
    elif status in {401, 402}:
        assert type(found) is (errors.KeyUnknown if status == 401 else errors.KeyRefused)
    elif type(found) is errors.Blocked:
        assert status == 403
    else:
        assert isinstance(found, errors.Rejected)
        assert type(found) is not errors.Gone or status == 404
    assert KEY not in found.sentence + repr(found) + str(vars(found))
    assert found.sentence.endswith(".")
    assert len(found.sentence) <= 400


@often
@given(method=st.sampled_from(["GET", "POST", "PATCH", "DELETE"]), broken=st.sampled_from([
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ReadError, httpx.ReadTimeout, httpx.WriteError,
    httpx.WriteTimeout, httpx.RemoteProtocolError, httpx.LocalProtocolError, httpx.CloseError,
]))  # fmt: skip
def test_only_a_post_that_left_this_machine_leaves_its_outcome_open(method, broken):
    def answer(_):
        raise broken("x")

    found = trouble(method, answer)
    if broken in {httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout}:
        assert type(found) is errors.NotSent
    else:
        assert type(found) is (errors.UnknownOutcome if method == "POST" else errors.Unreachable)


@often
@given(domain=st.text(max_size=30) | st.from_regex(r"[a-z0-9.#/@:-]{1,12}", fullmatch=True))
def test_a_company_domain_leads_to_pipedrive_or_nowhere(domain):
    if not DOMAIN.fullmatch(domain):
        with pytest.raises(ValueError, match=r"\.$"):
            address(domain)
        return
    url = httpx.URL(address(domain))
    assert (url.scheme, url.host, url.path, url.userinfo, url.port) == (
        "https",
        f"{domain}.pipedrive.com",
        "/",
        b"",
        None,
    )


@often
@given(name=WORDS, form=st.sampled_from(sorted(LEGAL_FORMS)), spaces=st.integers(1, 3))
def test_a_firm_is_the_same_whatever_its_legal_form_and_spelling(name, form, spaces):
    assume(fold(name).split()[-1:] and fold(name).split()[-1] not in LEGAL_FORMS and fold(fold(name)) == fold(name))
    key = organisation_key(name)
    assert key
    assert organisation_key(f"{name} {form.upper()}.") == organisation_key(f"{name},{' ' * spaces}{form}") == key
    assert organisation_key(key) == key


@often
@given(
    emails=st.lists(EMAIL, max_size=4),
    phones=st.lists(PHONE, max_size=3),
    name=WORDS,
    org=st.none() | st.integers(1, 99),
)
def test_a_fingerprint_knows_neither_order_nor_case_nor_spacing(emails, phones, name, org):
    spelled = [f"{phone[:5]} {phone[5:]}" for phone in reversed(phones)]
    one = fingerprints.person(name, emails, phones, org)
    assert fingerprints.person(
        f" {name.upper()} ", [email.upper() for email in reversed(emails)], spelled, org
    ) == fingerprints.person(name.upper(), emails, phones, org)
    assert len(one) == fingerprints.ROOM
    assert fingerprints.changed(one, fingerprints.person(name, emails, phones, (org or 0) + 1), 4) == [
        False,
        False,
        False,
        True,
    ]
    assert fingerprints.changed(None, one, 4) == [True] * 4


# what we send


@often
@given(
    theirs=st.lists(st.builds(Detail, EMAIL, st.sampled_from(["work", "home"]), st.booleans()), max_size=4),
    ours=st.lists(EMAIL | st.just(" "), max_size=4),
)
def test_what_a_colleague_typed_there_is_never_erased_and_nothing_is_there_twice(theirs, ours):
    whole = merged(theirs, ours)
    assert list(whole[: len(theirs)]) == theirs
    folded = [detail.value.strip().casefold() for detail in whole]
    assert {value.casefold() for value in ours if value.strip()} <= set(folded)
    assert len(set(folded[len(theirs) :])) == len(folded[len(theirs) :])
    assert merged(whole, ours) == whole


@often
@given(text=st.text(max_size=200), reference=st.none() | st.just("Ref pdn-0123abcd"))
def test_a_note_is_html_in_which_nothing_typed_is_markup(text, reference):
    html = payloads.note(text, reference) or ""
    assert set(re.findall(r"<[^>]*>", html)) <= {"<p>", "</p>", "<br>"}
    assert reference is None or html.endswith(f"<p>{reference}</p>")


@often
@given(moment=st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1), timezones=st.timezones()))  # noqa: DTZ001 - bounds
def test_times_go_over_in_utc_without_fractions(moment):
    body = payloads.activity({"subject": "x", "type": "meeting", "due": moment})
    there = datetime.fromisoformat(f"{body['due_date']}T{body['due_time']}+00:00")
    assert timedelta(0) <= moment - there < timedelta(minutes=1)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", payloads.timestamp(moment))


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        payloads.timestamp(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


# who changed what


ONE = st.one_of(st.none(), WORD)
LIST = st.lists(EMAIL, max_size=3, unique_by=str.casefold)


@often
@given(before=ONE, ours=ONE, theirs=ONE)
def test_a_field_goes_where_it_was_not_changed_and_nobodys_change_is_overwritten_unasked(before, ours, theirs):
    agreed = Agreed({"name": before}, {"name": before})
    verdict = merge_field("name", agreed, ours, theirs)
    old, we, they = (shape("name", value) for value in (before, ours, theirs))
    assert verdict.sends == (we != old and they == old)
    emptied = they != old and we == old and bool(ours) and not theirs
    assert verdict.takes == (they != old and we == old and not emptied)
    assert (verdict is Verdict.ASK) == (emptied or (we != old and they != old and we != they))


@often
@given(before=LIST, ours=LIST, theirs=LIST)
def test_addresses_added_on_both_sides_all_stay(before, ours, theirs):
    agreed = Agreed({"emails": before}, {"emails": before})
    grown, grown_there = [*before, *ours], [*before, *theirs]
    assert merge_field("emails", agreed, grown, grown_there) is not Verdict.ASK
    assert shape("emails", follow_theirs("emails", agreed, grown, grown_there)) >= shape(
        "emails", [*grown, *grown_there]
    )


@often
@given(before=LIST, ours=LIST, theirs=LIST)
def test_following_their_list_takes_what_they_added_and_drops_what_they_removed(before, ours, theirs):
    agreed = Agreed({"emails": before}, {"emails": before})
    whole = shape("emails", follow_theirs("emails", agreed, ours, theirs))
    old, we, they = (shape("emails", values) for values in (before, ours, theirs))
    assert whole == (we - (old - they)) | (they - old)
    again = follow_theirs("emails", Agreed({"emails": ours}, {"emails": theirs}), list(whole), theirs)
    assert shape("emails", again) == whole


@often
@given(before=st.none() | ONE, ours=ONE, theirs=ONE)
def test_what_was_settled_is_settled_and_an_open_question_stays_open(before, ours, theirs):
    agreed = Agreed({"name": before}, {"name": before})
    verdict = merge_field("name", agreed, ours, theirs)
    after = new_base(agreed, {"name": verdict}, {"name": ours}, {"name": theirs})
    assert merge_field("name", after, ours, theirs) is (Verdict.ASK if verdict is Verdict.ASK else Verdict.SAME)


@often
@given(about=st.uuids())
def test_our_mark_is_the_same_tomorrow_and_no_part_of_what_was_written(about):
    from app.sync.api import reference_marks

    assert reference_marks.reference(about) == reference_marks.reference(UUID(str(about)))
    assert reference_marks.without(payloads.note("As agreed.", reference_marks.reference(about))) == "As agreed."
