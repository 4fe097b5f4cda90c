"""What goes out to Pipedrive: UTC, HTML, and only what is known."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.sync.api import payloads, response_parsing
from app.sync.api.records import Detail, merged


def test_a_meeting_in_oslo_goes_out_in_utc_even_across_midnight():
    late = datetime(2026, 7, 1, 0, 30, tzinfo=ZoneInfo("Europe/Oslo"))
    assert payloads.activity({"due": late}) == {"due_date": "2026-06-30", "due_time": "22:30"}
    assert payloads.activity({"due": date(2026, 12, 1)}) == {"due_date": "2026-12-01"}


def test_a_moment_without_a_zone_is_a_mistake():
    with pytest.raises(ValueError, match="time zone"):
        payloads.activity({"due": datetime(2026, 7, 1, 0, 30, tzinfo=UTC).replace(tzinfo=None)})
    with pytest.raises(ValueError, match="time zone"):
        payloads.timestamp(datetime(2026, 7, 1, 0, 30, tzinfo=UTC).replace(tzinfo=None))


def test_timestamps_have_no_fractions():
    assert payloads.timestamp(datetime(2026, 7, 1, 0, 30, 5, 999_999, tzinfo=UTC)) == "2026-07-01T00:30:05Z"


def test_a_note_is_escaped_and_keeps_its_lines_and_our_reference():
    note = payloads.note("Tom & <Jerry>\nline two\n\nnext", "pdn-a-17")
    assert note == "<p>Tom &amp; &lt;Jerry&gt;<br>line two</p><p>next</p><p>pdn-a-17</p>"
    assert payloads.note("  ") is None


def test_a_person_joins_an_activity_as_primary_participant():
    assert payloads.activity({"person_id": 7}) == {"participants": [{"person_id": 7, "primary": True}]}


def test_unknown_values_are_left_out_and_false_is_not_unknown():
    assert payloads.activity({"subject": "x", "note": None, "done": False}) == {"subject": "x", "done": False}
    assert payloads.person({"name": " Kari \n Nordmann ", "org_id": None, "emails": []}) == {
        "name": "Kari Nordmann",
        "emails": [],
    }


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(minutes=45), "00:45"),
        (timedelta(hours=1, minutes=30), "01:30"),
        (timedelta(days=2), "23:59"),
        (timedelta(0), None),
    ],
)
def test_a_duration_is_written_as_hours_and_minutes(duration, text):
    assert payloads.activity({"duration": duration}).get("duration") == text


def test_merging_keeps_what_colleagues_typed_and_adds_only_what_is_new():
    theirs = (Detail("A@x.example", "home", primary=True), Detail("b@x.example"))
    result = merged(theirs, ["a@X.example ", "c@x.example", ""])
    assert result == (*theirs, Detail("c@x.example"))
    body = payloads.person({"emails": result})
    assert [row["primary"] for row in body["emails"]] == [True, False, False]
    assert body["emails"][0]["label"] == "home"


def test_an_activity_is_read_with_either_name_of_the_primary_flag():
    for flag in ("primary", "primary_flag"):
        row = {"id": 1, "participants": [{"person_id": 8, flag: False}, {"person_id": 9, flag: True}]}
        assert response_parsing.activity(row).person_id == 9


def test_a_record_is_read_whatever_is_missing_or_odd_but_not_without_its_number():
    odd = {
        "id": 3,
        "name": None,
        "emails": "x",
        "phones": [None, {}, {"value": "+47"}],
        "org_id": {"value": 1},
        "update_time": "?",
    }
    person = response_parsing.person(odd)
    assert (person.id, person.name, person.emails, person.phones, person.org_id) == (3, "", (), ("+47",), None)
    for data in (None, [], {}, {"id": None}, {"id": "3"}, {"id": True}):
        for read in (
            response_parsing.person,
            response_parsing.organization,
            response_parsing.activity,
            response_parsing.me,
            response_parsing.activity_type,
        ):
            with pytest.raises(response_parsing.Unreadable):
                read(data)


def test_due_times_come_back_in_utc():
    activity = response_parsing.activity(
        {"id": 1, "due_date": "2026-12-01", "due_time": "08:30:00", "duration": "00:45:00"}
    )
    assert activity.due_at == datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
    assert activity.duration == timedelta(minutes=45)
    assert response_parsing.activity({"id": 1, "due_date": "2026-12-01", "due_time": None}).due_at is None


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("van der Berg, Piet", "Piet van der Berg"),
        ("Berg, Piet van der", "Piet van der Berg"),
        ("Roe, Dr. Jane", "Dr. Jane Roe"),
        ("Jane Roe, PhD", "Jane Roe, PhD"),
        ("Jane Roe", "Jane Roe"),
        ("山田 太郎", "山田 太郎"),
    ],
)
def test_a_name_that_begins_with_the_family_is_sent_as_one_says_it(name, sent):
    assert payloads.person({"name": name})["name"] == sent
