"""The contact bank over HTTP."""

from datetime import datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from sqlmodel import select

from app import db
from app.models import Contact, PipedriveSync, now
from tests.support import world
from tests.support.api_client import ask, is_refusal

NOBODY = uuid4()


def rows() -> list[Contact]:
    with db.reading() as session:
        return list(session.exec(select(Contact)))


def test_a_new_contact_is_answered_as_the_contract_says(ada):
    typed = {"name": "Jane Roe", "email": "Jane@ACME.example", "phone": "030 1234567", "organisation": "ACME Ltd"}
    answer = ask(ada, "POST", "/api/contacts", typed | {"warmness_score": 5, "tags": ["Energy"], "cadence_days": 30})
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert answer.headers["location"] == f"/api/contacts/{body['id']}"
    assert body["emails"] == ["Jane@acme.example".lower()] == [body["email"]]
    assert body["phone"] == "+49301234567"
    assert (body["organisation"], body["tags"], body["warmness_score"]) == ("ACME Ltd", ["energy"], 5)
    assert body["created_at"].endswith("Z")
    assert datetime.fromisoformat(body["created_at"]).utcoffset() == timedelta(0)
    assert body["sync"] == {"badge": "NOT_PUSHED", "reason": None, "status": None, "sync_id": None, "agreed_at": None}
    assert body["owner"] == {"id": str(ada.id), "name": "Ada Lind"}
    got = ask(ada, "GET", f"/api/contacts/{body['id']}").json()
    assert got == body | {"priority_score": 0.65, "parts": {"warmness": 0.35, "time": 0.3}}
    for name in (
        "last_contacted",
        "next_due",
        "added_to_campaign",
        "campaigns",
        "pipedrive_person_id",
        "pipedrive_org_id",
    ):
        assert name in got


def test_a_warm_one_waits_for_pipedrive(ada):
    body = ask(ada, "POST", "/api/contacts", {"name": "Jane", "warmness_score": 7}).json()
    assert (body["sync"]["badge"], body["sync"]["status"]) == ("WAITING", "PENDING")


def test_a_likely_duplicate_is_a_409_with_candidates_and_force_keeps_both(ada, jane):
    twin = {"name": "J. Roe", "email": "jane@acme.example"}
    answer = ask(ada, "POST", "/api/contacts", twin)
    assert is_refusal(answer, 409, "LikelyDuplicate")
    assert [one["id"] for one in answer.json()["candidates"]] == [str(jane.id)]
    assert len(rows()) == 1
    assert ask(ada, "POST", "/api/contacts?force=true", twin).status_code == 201
    assert len(rows()) == 2


def test_a_colleague_with_the_same_contact_is_no_duplicate(bo, jane):
    assert ask(bo, "POST", "/api/contacts", {"name": "Jane Roe", "email": "jane@acme.example"}).status_code == 201


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Jane", "email": "nonsense-canary"}, "email"),
        ({"name": "Jane", "linkedin_url": "javascript:alert(1)"}, "linkedin_url"),
        ({"name": "Jane", "linkedin_url": "http://www.linkedin.com/in/canary"}, "linkedin_url"),
        ({"name": "Jane", "warmness_score": 11}, "warmness_score"),
        ({"name": "Jane", "phone": "canary"}, "phone"),
        ({"name": "Jane", "user_id": str(NOBODY)}, "user_id"),
        ({"name": "Jane", "id": str(NOBODY)}, "id"),
        ({"name": "Jane", "emails": [f"a{n}@b.example" for n in range(11)]}, "emails"),
    ],
)
def test_what_breaks_a_rule_is_named_and_never_repeated(ada, typed, field):
    answer = ask(ada, "POST", "/api/contacts", typed)
    assert is_refusal(answer, 422, "Invalid")
    assert list(answer.json()["fields"]) == [field]
    assert answer.json()["fields"][field].endswith(".")
    assert "canary" not in answer.text
    assert rows() == []


def test_a_commit_that_fails_is_not_a_201(ada, database):
    """The constraint is checked when the transaction commits, after the route has made its answer."""
    with psycopg.connect(database, autocommit=True) as line:
        line.execute(
            "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'canary'; end $$"
        )
        line.execute(
            "create constraint trigger at_commit after insert on contacts"
            " deferrable initially deferred for each row execute function refuse()"
        )
        try:
            answer = ask(ada, "POST", "/api/contacts", {"name": "Jane"})
        finally:
            line.execute("drop trigger at_commit on contacts; drop function refuse")
    assert is_refusal(answer, 500, "Broken")
    assert "canary" not in answer.text
    assert rows() == []


def test_a_list_is_walked_by_its_cursor(ada):
    for name in "EADCB":
        world.contact(ada, f"{name} Person")
    seen, cursor = [], ""
    for _ in range(3):
        page = ask(ada, "GET", f"/api/contacts?limit=2{cursor}").json()
        seen += [one["name"][0] for one in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert "".join(seen) == "ABCDE"
    assert page["next_cursor"] is None


@pytest.mark.parametrize("sort", ["name", "-warmness", "last_contacted", "-last_contacted", "-created"])
def test_every_order_shows_everybody_once(ada, sort):
    for number in range(5):
        world.contact(ada, f"P {number}", warmness_score=number % 2, **({"days": number} if number % 2 else {}))
    seen, cursor = [], ""
    while cursor is not None:
        page = ask(ada, "GET", f"/api/contacts?limit=1&sort={sort}" + (f"&cursor={cursor}" if cursor else "")).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 5


def test_filters_narrow_the_bank(ada, jane, john):
    cold = world.contact(ada, "Zoe", warmness_score=1, days=50)
    spring = world.campaign(ada, holds=[john])

    def names(query):
        return [one["name"] for one in ask(ada, "GET", f"/api/contacts?{query}").json()["items"]]

    assert names("q=ostrom") == ["John Öström"]
    assert names("q=030 123 45") == ["Jane Roe"]
    assert names("warmness_min=5") == ["Jane Roe"]
    assert names("not_contacted_days=40") == ["Jane Roe", "John Öström", cold.name]
    assert names(f"campaign_id={spring.id}") == ["John Öström"]
    assert names("organisation=acme gmbh") == ["Jane Roe"]
    assert names("tag=energy") == []
    assert names("sync=NONE&sort=-warmness") == ["Jane Roe", "John Öström", "Zoe"]
    assert names("sync=FAILED") == []


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=201", "limit=x", "sort=password", "sync=MAYBE", "warmness_min=11", "campaign_id=1",
        "cursor=zzz", "cursor=%00", "cursor=W10=", "cursor=WzEsMl0=", "cursor=WyJhIiwgNV0=", "q=%00", "tag=%00",
        "organisation=a%00", "not_contacted_days=99999999999999999999", "cursor=eyJhIjoxLCJiIjoyfQ==",
        "sort=-warmness&cursor=WyJhIiwgIjAxOTdkMmM1LTZmMWUtN2MzYS05YTU1LTJiOGY2ZjFmMGExMSJd",
        "sort=-created&cursor=WyJhIiwgIjAxOTdkMmM1LTZmMWUtN2MzYS05YTU1LTJiOGY2ZjFmMGExMSJd",
        "cursor=WyJcdWQ4MDAiLCAiMDE5N2QyYzUtNmYxZS03YzNhLTlhNTUtMmI4ZjZmMWYwYTExIl0=",
    ],
)  # fmt: skip
def test_a_hostile_query_is_a_422(ada, query):
    assert is_refusal(ask(ada, "GET", f"/api/contacts?{query}"), 422, "Invalid")


def test_put_takes_any_subset_and_leaves_the_rest(ada, jane):
    answer = ask(ada, "PUT", f"/api/contacts/{jane.id}", {"job_title": "CEO"})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["job_title"], body["email"], body["organisation"]) == ("CEO", "jane@acme.example", "ACME Ltd")
    cleared = ask(ada, "PUT", f"/api/contacts/{jane.id}", {"organisation": None, "email": None}).json()
    assert (cleared["organisation"], cleared["email"], cleared["emails"]) == (None, None, [])


@pytest.mark.parametrize(
    "typed", [{"name": None}, {"name": " "}, {"version": 9}, {"user_id": "x"}, {"phone": "12"}, [], "x"]
)
def test_put_keeps_the_rules_of_the_draft(ada, jane, typed):
    assert is_refusal(ask(ada, "PUT", f"/api/contacts/{jane.id}", typed), 422, "Invalid")


def test_a_rule_of_the_whole_draft_speaks_on_put_too(ada, jane):
    full = {"emails": [f"a{n}@b.example" for n in range(10)]}
    assert ask(ada, "PUT", f"/api/contacts/{jane.id}", full).status_code == 200
    answer = ask(ada, "PUT", f"/api/contacts/{jane.id}", {"emails": [*full["emails"], "one@more.example"]})
    assert is_refusal(answer, 422, "Invalid")


def test_getting_warm_by_put_queues_one_push(ada, jane):
    body = ask(ada, "PUT", f"/api/contacts/{jane.id}", {"warmness_score": 8}).json()
    assert body["sync"]["badge"] == "WAITING"
    with db.reading() as session:
        assert len(session.exec(select(PipedriveSync)).all()) == 1


def test_a_stale_put_is_a_412_and_changes_nothing(ada, jane):
    path = f"/api/contacts/{jane.id}"
    seen = ask(ada, "GET", path).headers["etag"]
    fresh = ask(ada, "PUT", path, {"notes": "first"}, headers={"if-match": seen})
    assert fresh.status_code == 200
    assert is_refusal(ask(ada, "PUT", path, {"notes": "second"}, headers={"if-match": seen}), 412, "Stale")
    assert is_refusal(ask(ada, "PUT", path, {"notes": "third"}, headers={"if-match": "nonsense"}), 412, "Stale")
    assert ask(ada, "GET", path).json()["notes"] == "first"
    again = ask(ada, "PUT", path, {"notes": "fourth"}, headers={"if-match": fresh.headers["etag"]})
    assert again.json()["notes"] == "fourth"


@pytest.mark.parametrize("path", ["/api/contacts", "/api/contacts/{id}", "/api/contacts/suggested"])
def test_a_reader_who_has_it_gets_a_304(ada, jane, path):
    path = path.format(id=jane.id)
    tag = ask(ada, "GET", path).headers["etag"]
    same = ask(ada, "GET", path, headers={"if-none-match": f"W/{tag}"})
    assert (same.status_code, same.content) == (304, b"")
    ask(ada, "PUT", f"/api/contacts/{jane.id}", {"notes": "new"})
    assert ask(ada, "GET", path, headers={"if-none-match": tag}).status_code == 200


def test_the_trash_and_back(ada, jane):
    path = f"/api/contacts/{jane.id}"
    assert ask(ada, "DELETE", path).status_code == 204
    assert is_refusal(ask(ada, "GET", path), 404, "NotFound")
    assert ask(ada, "GET", "/api/contacts").json()["items"] == []
    assert [one["id"] for one in ask(ada, "GET", "/api/contacts?trash=true").json()["items"]] == [str(jane.id)]
    assert is_refusal(ask(ada, "DELETE", path), 404)
    back = ask(ada, "POST", f"{path}/restore")
    assert (back.status_code, back.json()["deleted_at"]) == (200, None)
    assert ask(ada, "GET", path).status_code == 200
    assert is_refusal(ask(ada, "POST", f"{path}/restore"), 404)


def test_suggestions_carry_their_score_its_parts_and_the_reason(ada):
    for number in range(12):
        world.contact(ada, f"P {number}", warmness_score=number % 11)
    body = ask(ada, "GET", "/api/contacts/suggested").json()
    assert len(body["items"]) == 10
    first = body["items"][0]
    assert first["priority_score"] == pytest.approx(1.0)
    assert first["parts"] == {"warmness": pytest.approx(0.7), "time": pytest.approx(0.3)}
    assert first["reason"] == "warm 10, never contacted"
    assert len(ask(ada, "GET", "/api/contacts/suggested?limit=3").json()["items"]) == 3
    assert is_refusal(ask(ada, "GET", "/api/contacts/suggested?limit=0"), 422)


def test_a_snoozed_contact_is_not_suggested_until_it_wakes(ada, jane):
    path = f"/api/contacts/{jane.id}/snooze"
    until = ask(ada, "POST", path, {"days": 5}).json()["snoozed_until"]
    assert datetime.fromisoformat(until) > now() + timedelta(days=4)
    assert ask(ada, "GET", "/api/contacts/suggested").json()["items"] == []
    assert ask(ada, "POST", path, {"days": 0}).json()["snoozed_until"] is None
    assert len(ask(ada, "GET", "/api/contacts/suggested").json()["items"]) == 1
    for days in (-1, 731, 10**40, "many", None, 1.5):
        assert is_refusal(ask(ada, "POST", path, {"days": days}), 422, "Invalid")


def test_a_page_of_contacts_asks_the_same_number_of_questions_whatever_its_length(ada):
    from sqlalchemy import event

    def questions() -> int:
        asked = []
        listener = lambda *given: asked.append(given[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listener)
        ask(ada, "GET", "/api/contacts?limit=200")
        event.remove(db.engine, "before_cursor_execute", listener)
        return len(asked)

    world.contact(ada, "One")
    few = questions()
    for number in range(20):
        world.contact(ada, f"P {number}", organisation=f"Firm {number}")
    assert questions() == few


def test_one_contact_has_the_score_that_it_has_among_the_suggested(ada):
    for name, facts in {
        "Never": {"warmness_score": 4},
        "Lately": {"warmness_score": 9, "days": 4},
        "Rhythm": {"warmness_score": 5, "days": 70, "cadence_days": 60},
    }.items():
        world.contact(ada, name, **facts)
    items = ask(ada, "GET", "/api/contacts/suggested").json()["items"]
    assert len(items) == 3
    for one in items:
        alone = ask(ada, "GET", f"/api/contacts/{one['id']}").json()
        assert (alone["priority_score"], alone["parts"]) == (one["priority_score"], one["parts"])
