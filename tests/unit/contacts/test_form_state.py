"""What was typed, what a text says, and what somebody else changed meanwhile: nothing is lost, nothing overwritten."""

import pytest

from app.pages.contacts.form import edit_conflict, form_state
from app.pages.contacts.form.edit_conflict import FieldConflict

NOBODY = form_state.typed_facts(form_state.empty_form())


def told(**facts):
    return NOBODY | facts


def test_empty_rows_and_a_word_that_nobody_ended_are_read_as_meant():
    typed = form_state.empty_form() | {"name": " Jane ", "phones": ["", " 1 "], "tags": ["b"], "tag_typed": "A, b"}
    said = form_state.typed_facts(typed | {"cadence_days": 30.0, "warmness_score": 4.0, "job_title": ""})
    assert (said["name"], said["phones"], said["tags"], said["job_title"]) == ("Jane", ["1"], ["a", "b"], None)
    assert [type(said[name]) for name in ("cadence_days", "warmness_score")] == [int, int]


def test_a_sheet_in_which_nothing_was_typed_says_nothing():
    assert not form_state.says_something(form_state.empty_form())
    assert form_state.says_something(form_state.empty_form() | {"phones": ["", "1"]})


def test_a_text_fills_what_is_empty_and_never_what_was_typed_by_hand():
    typed = form_state.empty_form() | {"name": "By Hand"}
    form_state.fill_in(typed, {"name": "From Text", "emails": ["a@b.example"]}, {})
    assert (typed["name"], typed["emails"]) == ("By Hand", ["a@b.example"])


def test_a_text_that_is_changed_changes_what_it_had_filled_in():
    typed, first = form_state.empty_form(), {"name": "Ja", "job_title": "CEO"}
    form_state.fill_in(typed, first, {})
    form_state.fill_in(typed, {"name": "Jane Roe"}, first)
    assert form_state.typed_facts(typed)["name"] == "Jane Roe"
    assert form_state.typed_facts(typed)["job_title"] is None


def test_what_only_they_changed_stands_and_what_both_changed_is_asked():
    base = told(name="Jane", job_title="Buyer", notes="a")
    mine, theirs = base | {"job_title": "Head"}, base | {"job_title": "Chief", "notes": "b", "tags": ["vip"]}
    assert edit_conflict.find_conflicts(base, mine, theirs) == [
        FieldConflict("job_title", "Head", "Chief", None),
        FieldConflict("tags", [], ["vip"], "theirs"),
        FieldConflict("notes", "a", "b", "theirs"),
    ]


@pytest.mark.parametrize(
    "theirs",
    [{}, {"job_title": "Head"}, {"organisation": "ACME Ltd"}],
    ids=["nothing changed", "both changed it alike", "another spelling of the same firm"],
)
def test_nothing_is_asked_where_both_say_the_same(theirs):
    base = told(name="Jane", job_title="Buyer")
    mine = base | {"job_title": "Head", "organisation": "Acme"}
    assert edit_conflict.find_conflicts(base, mine, base | theirs) == []


def test_somebody_new_who_is_known_adds_to_what_is_there():
    mine, there = told(name="Joerg", phones=["1"], notes="mine"), told(name="Jörg", phones=["2"], notes="theirs")
    found = edit_conflict.compare_with_duplicate(mine, there)
    assert [(one.field, one.choice) for one in found] == [("name", "theirs"), ("phones", "both"), ("notes", "both")]
    by_field = {one.field: one for one in found}
    assert by_field["phones"].value("both") == ["2", "1"]
    assert by_field["notes"].value("both") == "theirs\n\nmine"
    assert by_field["name"].value("mine") == "Joerg"
