"""The rules of who changed what, held against every small case a machine can think of."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sync.api import reference_marks
from app.sync.api.payloads import note
from app.sync.api.records import Detail, merged
from app.sync.links.agreed import LATE, Agreed, shape
from app.sync.links.three_way_merge import Verdict, follow_theirs, merge_field, merge_fields, new_base

WORDS = st.sampled_from(["", "a@x", "A@x ", "b@x", "c@x"])
LISTS = st.lists(st.sampled_from(["a@x", "b@x", "c@x", "D@x"]), max_size=4, unique_by=str.casefold)
FIELDS = ("name", "emails")
SNAPSHOT = st.fixed_dictionaries({"name": WORDS, "emails": LISTS})
AGREED = st.builds(Agreed, SNAPSHOT, SNAPSHOT)
START = datetime(2026, 11, 27, 9, tzinfo=UTC)


def once(before, ours, theirs):
    """Both sides as they are after one turn of the whole engine, and what is agreed then."""
    verdicts = merge_fields(FIELDS, before, ours, theirs)
    here, there = dict(ours), dict(theirs)
    for field, verdict in verdicts.items():
        if verdict.takes:
            here[field] = follow_theirs(field, before, ours[field], theirs[field])
        if verdict.sends and field == "name":
            there[field] = ours[field]
        elif verdict.sends:
            there[field] = [one.value for one in merged([Detail(value) for value in theirs[field]], ours[field])]
    return here, there, new_base(before, verdicts, here, there), verdicts


@given(AGREED, SNAPSHOT, SNAPSHOT)
def test_after_one_turn_a_second_one_changes_nothing(before, ours, theirs):
    here, there, agreed, verdicts = once(before, ours, theirs)
    again, there_again, _, second = once(agreed, here, there)
    assert (again, there_again) == (here, there)
    assert {field for field, verdict in second.items() if verdict is Verdict.ASK} == {
        field for field, verdict in verdicts.items() if verdict is Verdict.ASK
    }


@given(AGREED, SNAPSHOT, SNAPSHOT)
def test_what_only_one_side_changed_is_never_a_question_unless_it_was_emptied_there(before, ours, theirs):
    for field in FIELDS:
        emptied = {Verdict.ASK} if not theirs[field] else set()
        assert merge_field(field, before, before.ours[field], theirs[field]) in {Verdict.SAME, Verdict.TAKE} | emptied
        assert merge_field(field, before, ours[field], before.theirs[field]) in {Verdict.SAME, Verdict.SEND}


@given(AGREED, SNAPSHOT, SNAPSHOT)
def test_what_both_changed_to_different_words_is_always_a_question_and_nobody_loses(before, ours, theirs):
    both = all(shape("name", one) != shape("name", old) for one, old in ((ours["name"], before.ours["name"]), (theirs["name"], before.theirs["name"])))  # fmt: skip
    differ = shape("name", ours["name"]) != shape("name", theirs["name"])
    here, there, agreed, verdicts = once(before, ours, theirs)
    emptied = not theirs["name"] and shape("name", before.theirs["name"]) != "" and shape("name", ours["name"]) != ""
    assert (verdicts["name"] is Verdict.ASK) is ((both and differ) or emptied)
    if both and differ:
        assert (here["name"], there["name"]) == (ours["name"], theirs["name"])
        assert (agreed.ours["name"], agreed.theirs["name"]) == (before.ours["name"], before.theirs["name"])


@given(AGREED, SNAPSHOT, SNAPSHOT)
def test_what_pipedrive_has_and_we_do_not_know_is_never_dropped_there(before, ours, theirs):
    _, there, _, _ = once(before, ours, theirs)
    assert shape("emails", theirs["emails"]) <= shape("emails", there["emails"])


@given(AGREED, SNAPSHOT)
def test_an_address_that_only_we_know_survives_what_they_remove(before, theirs):
    ours = before.ours["emails"]
    here = follow_theirs("emails", before, ours, theirs["emails"])
    removed = shape("emails", before.theirs["emails"]) - shape("emails", theirs["emails"])
    assert shape("emails", ours) - removed <= shape("emails", here)
    assert len(here) == len(shape("emails", here))


@given(SNAPSHOT, SNAPSHOT)
def test_whoever_meets_for_the_first_time_only_fills_what_is_empty_and_asks_about_the_rest(ours, theirs):
    here, there, _, verdicts = once(None, ours, theirs)
    assert here == ours
    assert set(verdicts.values()) <= {Verdict.SAME, Verdict.SEND, Verdict.ASK}
    assert there["name"] == (theirs["name"] or ours["name"])
    assert shape("emails", theirs["emails"]) <= shape("emails", there["emails"])


@given(LISTS, LISTS)
def test_merging_keeps_theirs_first_adds_each_of_ours_once_and_is_stable(theirs, ours):
    details = [Detail(value, "home", primary=not place) for place, value in enumerate(theirs)]
    whole = merged(details, ours)
    assert list(whole[: len(details)]) == details
    assert {one.value.casefold() for one in whole} == {one.casefold() for one in [*theirs, *ours]}
    assert merged(whole, ours) == whole


@given(LISTS, LISTS)
def test_a_new_first_address_leads_there_only_where_the_old_one_led(theirs, ours):
    details = [Detail(value, "home", primary=not place) for place, value in enumerate(theirs)]
    whole = merged(details, ours, led="a@x")
    assert sum(one.primary for one in whole) == bool(details)
    if details and ours and details[0].value == "a@x":
        assert next(one for one in whole if one.primary).value.casefold() == ours[0].casefold()
    elif details:
        assert whole[0].primary


@given(AGREED, st.lists(st.tuples(SNAPSHOT, SNAPSHOT), min_size=1, max_size=4), SNAPSHOT)
def test_whichever_of_our_own_words_stands_there_nobody_is_asked_and_nothing_is_taken_over(before, said, ours):
    """Also an older one that arrived last."""
    for place, (meant, stands) in enumerate(said):
        before = before.saying(meant, stands, START + timedelta(seconds=place))
    before = Agreed.read(before.dump())
    for _, stands in said:
        for field in FIELDS:
            assert merge_field(field, before, ours[field], stands[field]) in {Verdict.SAME, Verdict.SEND}


@given(AGREED, SNAPSHOT, SNAPSHOT, SNAPSHOT)
def test_a_word_that_was_overtaken_is_ours_only_for_a_while(before, first, second, there):
    before = before.saying(first, first, START)
    agreed = new_base(before, dict.fromkeys(FIELDS, Verdict.SEND), second, second)
    assert len(agreed.as_of(START + LATE).words) == len(FIELDS)
    assert agreed.as_of(START + LATE + timedelta(seconds=1)).words == ()
    assert before.as_of(START + timedelta(days=9)).words == before.words
    assert agreed.echoes(there) <= {
        field for field in FIELDS if shape(field, there[field]) == shape(field, first[field])
    }


@given(AGREED, SNAPSHOT, SNAPSHOT)
def test_only_what_is_neither_there_nor_about_to_be_said_again_is_waited_for(before, first, second):
    said, hold = before.saying(first, first, START), timedelta(seconds=60)
    assert said.under_way(first, second, hold) is None
    assert said.under_way(second, first, hold) is None
    differ = any(shape(field, first[field]) != shape(field, second[field]) for field in FIELDS)
    assert said.under_way(second, second, hold) == (START + hold if differ else None)


def test_two_empty_values_are_no_reason_for_anything():
    nothing = Agreed({"name": "", "emails": []}, {"name": "", "emails": []})
    assert merge_field("name", nothing, "", "") is Verdict.SAME
    assert merge_field("emails", None, [], []) is Verdict.SAME


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a &lt; b</p><p>Ref pdn-0123abcd</p>", "a < b"),
        ("one<br>two<div>three</div>", "one\ntwo\nthree"),
        ("<p>Ref pdn-0123abcd</p>", ""),
        ("", ""),
        ("plain", "plain"),
    ],
)
def test_a_note_is_read_as_what_it_says_without_our_reference(html, text):
    assert reference_marks.without(html) == text


@given(st.text(alphabet="ab <&>\n", max_size=30))
def test_a_note_that_went_over_reads_as_it_was_written(text):
    html = note(text, reference_marks.reference(UUID(int=1))) or ""
    assert " ".join(reference_marks.without(html).split()) == " ".join(text.split())


@given(AGREED, SNAPSHOT, SNAPSHOT)
def test_what_they_wrote_is_known_as_theirs_until_we_write_it_again(before, ours, theirs):
    here, there, agreed, verdicts = once(before, ours, theirs)
    taken = {field for field, verdict in verdicts.items() if verdict.takes}
    assert taken <= set(agreed.foreign)
    assert Agreed.read(agreed.dump()) == agreed
    _, _, again, second = once(agreed, {**here, "name": "Ours at last"}, there)
    assert ("name" in again.foreign) is ("name" in agreed.foreign and not second["name"].sends)
    assert taken - {"name"} <= set(again.foreign)
