"""Touches and the feed over HTTP, and that both doors leave the same rows."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlmodel import select

from app import db
from app.models import OUTCOMES, Activity, ActivityDraft, ActivityType, Contact, Outcome, PipedriveSync, now
from app.services.activities import activity_log
from tests.support import world
from tests.support.api_client import ask, is_refusal


def stamp(**ago) -> str:
    return (now() - timedelta(**ago)).isoformat()


def log(who, contact, **facts) -> dict:
    answer = ask(who, "POST", "/api/activities", {"type": "CALL", "contact_id": str(contact.id)} | facts)
    assert answer.status_code == 201, answer.text
    return answer.json()


def contact_of(contact) -> dict:
    return ask_owner(contact, f"/api/contacts/{contact.id}")


def ask_owner(contact, path):
    with db.reading() as session:
        from app.models import User

        owner = session.get_one(User, contact.user_id)
    return ask(owner, "GET", path).json()


def test_a_touch_is_answered_as_the_contract_says(ada, jane):
    body = log(ada, jane, note="Hello", outcome="REACHED", happened_at="2026-03-01T11:30:00+02:00")
    assert body["happened_at"] == "2026-03-01T09:30:00Z"
    assert (body["type"], body["outcome"], body["done"], body["by"]) == ("CALL", "REACHED", True, "Ada Lind")
    assert (body["contact_id"], body["contact"], body["user_id"]) == (str(jane.id), "Jane Roe", str(ada.id))
    assert body["subject"] == "Call with Jane Roe – reached"
    seen = ask(ada, "GET", f"/api/activities/{body['id']}").json()
    assert body == seen | {"settled": []}
    assert contact_of(jane)["last_contacted"] == "2026-03-01T09:30:00Z"


def test_a_due_date_in_the_future_is_a_planned_touch(ada, jane):
    due = (now() + timedelta(days=3)).isoformat()
    body = log(ada, jane, due_date=due)
    assert (body["done"], body["happened_at"]) == (False, None)
    assert datetime.fromisoformat(contact_of(jane)["next_due"]) == datetime.fromisoformat(due)
    assert contact_of(jane)["last_contacted"] is None


def test_a_meeting_is_queued_for_pipedrive(ada, jane):
    log(ada, jane, type="MEETING", due_date=(now() + timedelta(days=3)).isoformat())
    status = ask(ada, "GET", f"/api/pipedrive/status?contact_id={jane.id}").json()
    assert [(one["entity_type"], one["trigger"]) for one in status["items"]] == [("activity", "MEETING")]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"type": "FAX"}, "type"),
        ({"type": None}, "type"),
        ({"happened_at": "2026-03-01T09:30:00"}, "happened_at"),
        ({"happened_at": "2999-01-01T00:00:00Z"}, "happened_at"),
        ({"happened_at": "1500-01-01T00:00:00Z"}, "happened_at"),
        ({"happened_at": "canary"}, "happened_at"),
        ({"done": False}, "due_date"),
        ({"contact_id": None}, "contact_id"),
        ({"contact_id": "canary"}, "contact_id"),
        ({"duration_minutes": 0}, "duration_minutes"),
        ({"duration_minutes": 10**40}, "duration_minutes"),
        ({"user_id": str(uuid4())}, "user_id"),
        ({"note": "x" * 5001}, "note"),
    ],
)
def test_what_breaks_a_rule_is_named(ada, jane, typed, field):
    answer = ask(ada, "POST", "/api/activities", {"type": "CALL", "contact_id": str(jane.id)} | typed)
    assert is_refusal(answer, 422, "Invalid")
    assert list(answer.json()["fields"]) == [field]
    assert "canary" not in answer.text
    with db.reading() as session:
        assert session.exec(select(Activity)).all() == []


def test_a_touch_on_a_foreign_contact_is_a_404(bo, jane):
    answer = ask(bo, "POST", "/api/activities", {"type": "CALL", "contact_id": str(jane.id)})
    assert is_refusal(answer, 404, "NotFound")
    made_up = ask(bo, "POST", "/api/activities", {"type": "CALL", "contact_id": str(uuid4())})
    assert made_up.json() == answer.json()


def test_changing_and_removing_a_touch_recomputes_the_last_one(ada, jane):
    old, new = log(ada, jane, happened_at=stamp(days=9)), log(ada, jane, happened_at=stamp(days=2))
    assert contact_of(jane)["last_contacted"] == new["happened_at"]
    moved = ask(ada, "PUT", f"/api/activities/{new['id']}", {"happened_at": stamp(days=20)})
    assert moved.status_code == 200, moved.text
    assert contact_of(jane)["last_contacted"] == old["happened_at"]
    assert ask(ada, "DELETE", f"/api/activities/{old['id']}").status_code == 204
    assert contact_of(jane)["last_contacted"] == moved.json()["happened_at"]
    assert ask(ada, "POST", f"/api/activities/{old['id']}/restore").status_code == 200
    assert contact_of(jane)["last_contacted"] == old["happened_at"]
    assert ask(ada, "DELETE", f"/api/activities/{old['id']}").status_code == 204
    assert is_refusal(ask(ada, "GET", f"/api/activities/{old['id']}"), 404)


def test_a_planned_touch_is_done_with_one_word(ada, jane):
    body = log(ada, jane, due_date=(now() + timedelta(days=1)).isoformat())
    done = ask(ada, "PUT", f"/api/activities/{body['id']}", {"done": True, "outcome": "REACHED"}).json()
    assert done["done"]
    assert done["happened_at"]
    assert contact_of(jane)["next_due"] is None


def test_a_touch_cannot_move_to_another_contact(ada, jane, john):
    body = log(ada, jane)
    answer = ask(ada, "PUT", f"/api/activities/{body['id']}", {"contact_id": str(john.id)})
    assert is_refusal(answer, 422)
    assert list(answer.json()["fields"]) == ["contact_id"]


def test_a_stale_put_is_a_412(ada, jane):
    path = f"/api/activities/{log(ada, jane)['id']}"
    seen = ask(ada, "GET", path).headers["etag"]
    assert ask(ada, "PUT", path, {"note": "one"}, headers={"if-match": seen}).status_code == 200
    assert is_refusal(ask(ada, "PUT", path, {"note": "two"}, headers={"if-match": seen}), 412, "Stale")
    assert ask(ada, "GET", path).json()["note"] == "one"


def test_the_feed_is_newest_first_and_walked_by_its_cursor(ada, jane):
    for days in (5, 1, 3, 4, 2):
        log(ada, jane, happened_at=stamp(days=days), note=str(days))
    for path in ("/api/activities/feed", "/api/activities"):
        seen, cursor = "", ""
        for _ in range(3):
            page = ask(ada, "GET", f"{path}?limit=2{cursor}").json()
            seen += "".join(one["note"] for one in page["items"])
            cursor = f"&cursor={page['next_cursor']}"
        assert (seen, page["next_cursor"]) == ("12345", None)


def test_filters_narrow_the_feed(ada, bo, jane, john):
    world.campaign(ada, holds=[john])
    log(ada, jane, happened_at="2026-02-01T12:00:00Z", note="a")
    log(ada, john, happened_at="2026-02-02T23:30:00Z", type="EMAIL", note="b")

    def notes(query):
        return sorted(one["note"] for one in ask(ada, "GET", f"/api/activities?{query}").json()["items"])

    assert notes("type=EMAIL") == ["b"]
    assert notes(f"contact_id={jane.id}") == ["a"]
    assert notes(f"user_id={bo.id}") == []
    assert notes(f"campaign_id={uuid4()}") == []
    assert notes("from=2026-02-01T12:00:00Z&to=2026-02-01T12:00:01Z") == ["a"]
    # half past eleven in UTC is the next day in Ada's Berlin
    assert notes("from=2026-02-03&to=2026-02-03") == ["b"]
    assert notes("from=2026-02-01&to=2026-02-02") == ["a"]


@pytest.mark.parametrize(
    "query",
    ["type=FAX", "contact_id=1", "from=x", "from=2026-02-01T10:00:00", "from=0001-01-01", "to=9999-12-31", "to=9999-12-31T23:59:59-12:00",
     "cursor=x", "cursor=WzEsMl0=", "cursor=W10=", "cursor=%00", "limit=999"],
)  # fmt: skip
def test_a_hostile_query_is_a_422(ada, query):
    assert is_refusal(ask(ada, "GET", f"/api/activities?{query}"), 422, "Invalid")


def test_both_doors_leave_the_same_rows(ada, jane, john):
    """The screen calls the verb, a script posts: but for ids and times there is no difference."""
    facts = {"type": "MEETING", "note": "same", "happened_at": datetime(2026, 3, 1, 9, 30, tzinfo=UTC)}
    with db.transaction() as session:
        activity_log.log(session, ada, jane.id, ActivityDraft(**facts))
    log(ada, john, **facts | {"happened_at": "2026-03-01T09:30:00Z"})

    def traces(contact) -> list:
        own = {"id", "created_at", "updated_at", "contact_id", "entity_id", "dedupe_key", "run_at", "subject"}
        with db.reading() as session:
            touches = session.exec(select(Activity).where(Activity.contact_id == contact.id)).all()
            syncs = session.exec(select(PipedriveSync).where(PipedriveSync.contact_id == contact.id)).all()
            row = session.get_one(Contact, contact.id)
            return [one.model_dump(exclude=own) for one in (*touches, *syncs)] + [row.last_contacted, row.version]

    assert traces(jane) == traces(john)
    assert ActivityType.MEETING in traces(jane)[0].values()


KINDS = [(kind, outcome) for kind in ActivityType for outcome in Outcome]


def test_every_kind_takes_its_own_outcomes_and_no_other(ada, jane):
    for kind, outcome in KINDS:
        answer = ask(ada, "POST", "/api/activities", {"type": kind, "outcome": outcome, "contact_id": str(jane.id)})
        if outcome in OUTCOMES[kind]:
            assert answer.status_code == 201, (kind, outcome, answer.text)
        else:
            assert is_refusal(answer, 422, "Invalid")
            said = answer.json()["fields"]["outcome"]
            assert all(word in said for word in OUTCOMES[kind]), said


def test_a_planned_touch_has_neither_an_outcome_nor_happened_yet(ada, jane):
    later = (now() + timedelta(days=1)).isoformat()
    plan = {"type": "CALL", "contact_id": str(jane.id), "due_date": later}
    for odd in (
        {"outcome": "REACHED"},
        {"done": False, "outcome": "REACHED"},
        {"done": False, "happened_at": now().isoformat()},
    ):
        assert is_refusal(ask(ada, "POST", "/api/activities", plan | odd), 422, "Invalid")
    planned = ask(ada, "POST", "/api/activities", plan).json()
    assert is_refusal(ask(ada, "PUT", f"/api/activities/{planned['id']}", {"outcome": "REACHED"}), 422, "Invalid")


@pytest.mark.parametrize("outcome", ["MOVED", "CANCELLED"])
def test_moved_and_cancelled_close_a_planned_meeting(ada, jane, outcome):
    later = (now() + timedelta(days=1)).isoformat()
    meeting = ask(
        ada, "POST", "/api/activities", {"type": "MEETING", "contact_id": str(jane.id), "due_date": later}
    ).json()
    seen = ask(ada, "PUT", f"/api/activities/{meeting['id']}", {"outcome": outcome}).json()
    assert (seen["outcome"], seen["done"]) == (outcome, True)
    assert ask(ada, "GET", f"/api/contacts/{jane.id}").json()["next_due"] is None


@pytest.mark.parametrize(("kind", "outcome"), [("CALL", "REACHED"), ("MEETING", "HELD")])
def test_what_was_overdue_happened_just_now_and_a_meeting_at_its_own_time(ada, jane, kind, outcome):
    due = now() - timedelta(days=2)
    plan = {"type": kind, "contact_id": str(jane.id), "due_date": due.isoformat()}
    planned = ask(ada, "POST", "/api/activities", plan).json()
    assert planned["done"] is False
    seen = ask(ada, "PUT", f"/api/activities/{planned['id']}", {"done": True, "outcome": outcome}).json()
    expected = due if kind == "MEETING" else now()
    assert abs(datetime.fromisoformat(seen["happened_at"]) - expected) < timedelta(minutes=2)
    assert ask(ada, "GET", f"/api/contacts/{jane.id}").json()["last_contacted"] == seen["happened_at"]


def test_an_outcome_from_before_the_rules_stays_until_somebody_says_another(ada, jane):
    made = ask(ada, "POST", "/api/activities", {"type": "CALL", "contact_id": str(jane.id)}).json()
    with db.transaction() as session:
        session.get_one(Activity, made["id"]).outcome = Outcome.HELD
    path = f"/api/activities/{made['id']}"
    assert ask(ada, "PUT", path, {"note": "Wants a paper."}).json()["outcome"] == "HELD"
    assert is_refusal(ask(ada, "PUT", path, {"type": "EMAIL"}), 422, "Invalid")
    assert ask(ada, "PUT", path, {"outcome": "REACHED"}).json()["outcome"] == "REACHED"
