"""The practice company can be looked at, and nothing in it can break out of the page."""

import json

import pytest

from app.practice.company import Company
from app.practice.page import KINDS, render
from app.practice.request_handler import answer

ALL = {kind: frozenset(range(100)) for kind in KINDS}
EVIL = "<script>alert(1)</script>\"'"


@pytest.fixture
def company():
    company = Company(name="Practice <b>")
    company.add_user("key", "Anna <i>Berg</i>")

    def add(kind, body):
        headers = {"x-api-token": "key", "content-type": "application/json"}
        reply = answer(company, "POST", f"/api/v2/{kind}", [], headers, json.dumps(body).encode())
        assert reply.status == 200, reply.body

    add("organizations", {"name": f"Acme {EVIL}", "address": {"value": EVIL}})
    add("persons", {"name": f"Kari {EVIL}", "org_id": 1, "emails": [{"value": EVIL, "label": EVIL}]})
    note = "<p>Bring &lt;slides&gt;</p><p><script>alert(2)</script>second line</p>"
    meeting = {
        "subject": EVIL,
        "type": "meeting",
        "note": note,
        "due_date": "2026-12-01",
        "due_time": "08:30",
        "org_id": 1,
    }
    add("activities", {**meeting, "location": {"value": EVIL}, "participants": [{"person_id": 1, "primary": True}]})
    return company


@pytest.mark.parametrize("kind", ["organization", "person", "activity"])
@pytest.mark.parametrize("id", [None, 1])
def test_no_page_lets_markup_through(company, kind, id):
    page = render(company, kind, id, ALL)
    assert "<script" not in page
    assert "<b>Practice" not in page
    assert "<i>" not in page
    assert "Practice Pipedrive" in page


def test_a_person_shows_its_firm_and_its_meetings(company):
    page = render(company, "person", 1, ALL)
    assert 'href="/practice/organization/1"' in page
    assert 'href="/practice/activity/1"' in page


def test_a_note_is_shown_as_the_text_it_was(company):
    page = render(company, "activity", 1, ALL)
    assert "Bring &lt;slides&gt;<br>alert(2)second line" in page
    assert "2026-12-01 08:30 UTC" in page


def test_a_deleted_record_says_so_and_leaves_the_list(company):
    company.remove("persons", 1)
    assert "This record was deleted." in render(company, "person", 1, ALL)
    assert "/practice/person/1" not in render(company, "person", None, ALL)
    assert "Nothing here yet" in render(company, "person", None, ALL)


@pytest.mark.parametrize(("kind", "id"), [("deal", None), ("person", 99)])
def test_an_unknown_kind_or_record_is_not_there(company, kind, id):
    with pytest.raises(KeyError):
        render(company, kind, id, ALL)


def test_what_is_not_ones_own_is_neither_listed_nor_named(company):
    mine = {**ALL, "organization": frozenset()}
    page = render(company, "person", 1, mine)
    assert "Acme" not in page
    assert "Of a colleague" in page
    assert "Acme" not in render(company, "organization", None, mine, counts_others=True)
    with pytest.raises(KeyError):
        render(company, "organization", 1, mine)
