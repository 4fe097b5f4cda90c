"""Campaigns over HTTP, and the permission table of campaigns, cell by cell."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import select

from app import db
from app.models import ActivityDraft, ActivityType, Campaign, Contact, now
from app.services.activities import activity_log
from app.services.campaigns import board_assignments, campaigns
from app.services.contacts import contact_bank
from tests.support import world
from tests.support.api_client import ask, is_refusal
from tests.support.waiting import announced

STAGES = ["TO_CONTACT", "CONTACTED", "IN_DIALOGUE", "MEETING_BOOKED", "HANDED_OVER", "NOT_NOW"]
CARD = {
    "contact_id", "name", "organisation", "owner_id", "owner_name", "warmness",
    "stage", "stage_at", "last_touch_at", "last_touch_type", "next_due", "next_type", "can_open",
}  # fmt: skip


def path(campaign, more=""):
    return f"/api/campaigns/{campaign['id'] if isinstance(campaign, dict) else campaign.id}{more}"


def new(who, **facts):
    answer = ask(who, "POST", "/api/campaigns", {"name": "Spring"} | facts)
    assert answer.status_code == 201, answer.text
    return answer.json()


def names(who, query=""):
    return [one["name"] for one in ask(who, "GET", f"/api/campaigns{query}").json()["items"]]


def test_a_new_campaign_is_answered_as_the_contract_says(ada, bo):
    typed = {"name": "Energy spring", "description": "Grids.", "sector": "Energy", "theme": "Grids", "start_date": "2026-03-01", "end_date": "2026-05-31", "goal_meetings": 10, "goal_touches": 120}  # fmt: skip
    answer = ask(ada, "POST", "/api/campaigns", typed | {"member_ids": [str(bo.id)]})
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert answer.headers["location"] == path(body)
    assert {name: body[name] for name in typed} == typed
    assert sorted(body["member_ids"]) == sorted([str(ada.id), str(bo.id)])
    assert body["owner"] == {"id": str(ada.id), "name": "Ada Lind"}
    assert body["counts"] == {"contacts": 0, "members": 2, "touches": 0, "meetings_booked": 0}
    assert body["stages"] == dict.fromkeys(STAGES, 0)
    assert list(body["stages"]) == STAGES
    assert (body["goal"]["touches"], body["goal"]["meetings"], body["goal"]["touches_done"]) == (120, 10, 0)
    assert body["status"] in {"PLANNED", "RUNNING", "ENDED"}
    got = ask(bo, "GET", path(body))
    assert got.json() == body
    assert got.headers["etag"] == answer.headers["etag"]


def test_counts_and_goal_follow_the_work(ada, bo, jane):
    today = now().date()
    spring = new(ada, goal_touches=4, goal_meetings=2, start_date=str(today - timedelta(days=4)), end_date=str(today + timedelta(days=5)), member_ids=[str(bo.id)])  # fmt: skip
    ask(ada, "POST", path(spring, "/assign-contacts"), {"contact_ids": [str(jane.id)]})
    touch = {"contact_id": str(jane.id), "campaign_id": spring["id"]}
    assert ask(bo, "POST", "/api/activities", touch | {"type": "CALL", "outcome": "REACHED"}).status_code == 201
    body = ask(bo, "GET", path(spring)).json()
    assert body["counts"] == {"contacts": 1, "members": 2, "touches": 1, "meetings_booked": 0}
    assert body["stages"]["IN_DIALOGUE"] == 1
    goal = body["goal"]
    assert (goal["touches_share"], goal["meetings_share"]) == (0.25, 0.0)
    assert goal["behind"] == pytest.approx(-goal["elapsed"])
    assert ask(bo, "GET", "/api/campaigns").json()["items"][0]["goal"] == goal


def test_a_repeated_post_makes_one_campaign_and_one_copy(ada):
    for address in ("/api/campaigns", path(new(ada, name="First"), "/copy")):
        sent = [ask(ada, "POST", address, {"name": "Once"}, headers={"idempotency-key": address}) for _ in range(2)]
        assert [one.status_code for one in sent] == [201, 201]
        assert sent[0].json() == sent[1].json()
        assert sent[0].headers["location"] == path(sent[0].json())
    assert names(ada) == ["First", "Once", "Once"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 161}, "name"),
        ({"name": "a", "start_date": "2026-02-01", "end_date": "2026-01-01"}, "end_date"),
        ({"name": "a", "start_date": "soon"}, "start_date"),
        ({"name": "a", "goal_meetings": -1}, "goal_meetings"),
        ({"name": "a", "goal_touches": 1_000_001}, "goal_touches"),
        ({"name": "a", "member_ids": ["canary"]}, "member_ids"),
        ({"name": "a", "member_ids": [str(uuid4())]}, "member_ids"),
        ({"name": "a", "owner_id": str(uuid4())}, "owner_id"),
        ({"name": "a\x00"}, "name"),
    ],
)
def test_what_breaks_a_rule_is_named_and_nothing_is_made(ada, typed, field):
    answer = ask(ada, "POST", "/api/campaigns", typed)
    assert is_refusal(answer, 422, "Invalid")
    assert list(answer.json()["fields"]) == [field]
    assert "canary" not in answer.text
    assert names(ada) == []


def test_put_takes_any_subset_under_the_same_rules(ada, bo):
    spring = new(ada, sector="Energy", end_date="2026-05-31", member_ids=[str(bo.id)])
    body = ask(ada, "PUT", path(spring), {"goal_meetings": 3}).json()
    assert (body["goal_meetings"], body["sector"], len(body["member_ids"])) == (3, "Energy", 2)
    body = ask(ada, "PUT", path(spring), {"sector": None, "member_ids": []}).json()
    assert (body["sector"], body["member_ids"]) == (None, [str(ada.id)])
    for wrong in ({"name": None}, {"start_date": "2026-06-01"}, {"version": 3}, {"member_ids": None}, [], "x"):
        assert is_refusal(ask(ada, "PUT", path(spring), wrong), 422, "Invalid")
    assert is_refusal(ask(bo, "GET", path(spring)), 404, "NotFound")


def test_a_stale_put_is_a_412_and_a_reader_who_has_it_gets_a_304(ada):
    spring = new(ada)
    seen = ask(ada, "GET", path(spring)).headers["etag"]
    assert ask(ada, "GET", path(spring), headers={"if-none-match": seen}).status_code == 304
    assert ask(ada, "PUT", path(spring), {"theme": "a"}, headers={"if-match": seen}).status_code == 200
    assert is_refusal(ask(ada, "PUT", path(spring), {"theme": "b"}, headers={"if-match": seen}), 412, "Stale")
    fresh = ask(ada, "GET", path(spring), headers={"if-none-match": seen})
    assert (fresh.status_code, fresh.json()["theme"]) == (200, "a")


def test_archive_trash_and_back(ada, jane):
    spring = new(ada)
    assert ask(ada, "POST", path(spring, "/archive")).json()["status"] == "ARCHIVED"
    assert (names(ada), names(ada, "?status=ARCHIVED")) == ([], ["Spring"])
    answer = ask(ada, "POST", path(spring, "/assign-contacts"), {"contact_ids": [str(jane.id)]})
    assert is_refusal(answer, 409, "Conflict")
    assert ask(ada, "POST", path(spring, "/unarchive")).json()["archived_at"] is None
    assert ask(ada, "DELETE", path(spring)).status_code == 204
    assert is_refusal(ask(ada, "GET", path(spring)), 404, "NotFound")
    assert ask(ada, "POST", path(spring, "/restore")).json()["name"] == "Spring"
    assert is_refusal(ask(ada, "POST", path(spring, "/restore")), 404, "NotFound")


def test_lists_are_filtered_and_walked_by_their_cursor(ada, bo, gwen):
    for number in range(3):
        new(ada, name=f"Own {number}", sector="Energy", theme="Grids")
    new(bo, name="Bo's", member_ids=[str(ada.id)])
    assert names(ada, "?sector=energy&theme=GRIDS&q=own") == ["Own 0", "Own 1", "Own 2"]
    assert names(gwen, "?mine=true") == []
    for sort in ("name", "newest", "behind"):
        seen, cursor = [], ""
        while cursor is not None:
            page = ask(ada, "GET", f"/api/campaigns?limit=1&sort={sort}" + (f"&cursor={cursor}" if cursor else ""))
            seen += [one["id"] for one in page.json()["items"]]
            cursor = page.json()["next_cursor"]
        assert len(seen) == len(set(seen)) == 4


HOSTILE = [
    "?status=OPEN", "?sort=stage", "?limit=0", "?limit=201", "?mine=perhaps", "?q=%00", "?sector=%00", "?cursor=zzz",
    "?cursor=W10=", "?sort=newest&cursor=WyJhIiwgIjAxOTdkMmM1LTZmMWUtN2MzYS05YTU1LTJiOGY2ZjFmMGExMSJd",
    "?sort=behind&cursor=WyJhIiwgIjAxOTdkMmM1LTZmMWUtN2MzYS05YTU1LTJiOGY2ZjFmMGExMSJd", "?cursor=WzEsMl0=",
    "?cursor=WyJcdWQ4MDAiLCAiMDE5N2QyYzUtNmYxZS03YzNhLTlhNTUtMmI4ZjZmMWYwYTExIl0=", "/{id}/contacts?stage=LATER",
    "?sort=behind&cursor=W05hTiwgIjAxOTdkMmM1LTZmMWUtN2MzYS05YTU1LTJiOGY2ZjFmMGExMSJd",
    "/{id}/contacts?cursor=WyJhIiwgIjAxOTdkMmM1LTZmMWUtN2MzYS05YTU1LTJiOGY2ZjFmMGExMSJd", "/{id}/contacts?assigned_to=me",
    "/{id}/contacts?cursor=WyIwMDAxLTAxLTAxIiwgIjAxOTdkMmM1LTZmMWUtN2MzYS05YTU1LTJiOGY2ZjFmMGExMSJd",
]  # fmt: skip


def test_a_hostile_query_is_a_422(ada):
    spring = new(ada)["id"]
    for query in HOSTILE:
        assert is_refusal(ask(ada, "GET", "/api/campaigns" + query.format(id=spring)), 422, "Invalid"), query


def test_every_id_is_answered_and_asking_twice_changes_nothing(ada, bo, jane):
    spring, hers = new(ada), world.contact(bo, "Bo's own")
    nobody = uuid4()
    wanted = {"contact_ids": [str(one) for one in (jane.id, hers.id, nobody)]}
    for status in ("assigned", "already"):
        answer = ask(ada, "POST", path(spring, "/assign-contacts"), wanted)
        assert answer.status_code == 200
        assert answer.json() == {
            "results": [
                {"contact_id": str(one), "status": said, "warning": None}
                for one, said in ((jane.id, status), (hers.id, "not_found"), (nobody, "not_found"))
            ]
        }
    other = new(ada, name="Autumn")
    again = ask(ada, "POST", path(other, "/assign-contacts"), {"contact_ids": [str(jane.id)]}).json()
    assert again["results"][0]["warning"] == "Already in Spring."
    for wrong in ({}, {"contact_ids": "all"}, {"contact_ids": ["canary"]}, {"contact_ids": [], "all": True}):
        refused = ask(ada, "POST", path(spring, "/assign-contacts"), wrong)
        assert is_refusal(refused, 422, "Invalid")
        assert "canary" not in refused.text


def test_a_card_moves_and_leaves(ada, bo, jane, john):
    """And the contact says where it is."""
    spring = new(ada, member_ids=[str(bo.id)])
    ask(ada, "POST", path(spring, "/assign-contacts"), {"contact_ids": [str(jane.id)]})
    moved = ask(bo, "PUT", path(spring, f"/contacts/{jane.id}"), {"stage": "IN_DIALOGUE"})
    assert moved.status_code == 200, moved.text
    assert set(moved.json()) == CARD
    assert [one["name"] for one in ask(bo, "GET", path(spring, "/contacts?stage=IN_DIALOGUE")).json()["items"]] == [
        "Jane Roe"
    ]
    assert ask(bo, "GET", path(spring, "/contacts?stage=CONTACTED")).json()["items"] == []
    got = ask(ada, "GET", f"/api/contacts/{jane.id}").json()
    assert got["added_to_campaign"]
    assert got["campaigns"] == [{"id": spring["id"], "name": "Spring", "stage": "IN_DIALOGUE"}]
    assert is_refusal(ask(bo, "PUT", path(spring, f"/contacts/{jane.id}"), {"stage": "SOMEWHERE"}), 422, "Invalid")
    assert is_refusal(ask(bo, "PUT", path(spring, f"/contacts/{john.id}"), {"stage": "CONTACTED"}), 404, "NotFound")
    assert is_refusal(ask(bo, "DELETE", path(spring, f"/contacts/{jane.id}")), 403, "Forbidden")
    assert ask(ada, "DELETE", path(spring, f"/contacts/{jane.id}")).status_code == 204
    assert is_refusal(ask(ada, "DELETE", path(spring, f"/contacts/{jane.id}")), 404, "NotFound")
    got = ask(ada, "GET", f"/api/contacts/{jane.id}").json()
    assert (got["added_to_campaign"], got["campaigns"]) == (False, [])


# who sees what in a campaign: ada owns the campaign and jane, bo is a member, cem a stranger, dora a member until she
# was taken out, eve owns a contact that a golden ticket put there and is no member herself


@pytest.fixture
def firm(ada, bo, gwen, jane):
    cem, dora, eve = (world.person(name) for name in ("Cem Can", "Dora Dow", "Eve Elm"))
    hers = world.contact(eve, "Eve's", email="eve-secret@acme.example")
    world.campaign(eve, "Eve's own", holds=[hers])
    spring = world.campaign(ada, "Spring canary", members=[bo, dora])
    with db.transaction() as session:
        session.get_one(Contact, jane.id).notes = "secret notes"
        board_assignments.assign(session, ada, spring.id, [jane.id])
        board_assignments.assign(session, gwen, spring.id, [hers.id])
        for campaign in (None, spring.id):
            for kind, note in ((ActivityType.CALL, "for spring" if campaign else "secret touch"),):
                draft = ActivityDraft(type=kind, campaign_id=campaign, note=note)
                activity_log.log(session, ada, jane.id, draft)
        campaigns.change(session, ada, spring.id, {"member_ids": [bo.id]})
    return {"people": {"ada": ada, "bo": bo, "gwen": gwen, "cem": cem, "dora": dora, "eve": eve, "nobody": None},
            "spring": spring, "jane": jane, "hers": hers}  # fmt: skip


SEES = {"ada": 200, "bo": 200, "gwen": 200, "cem": 404, "dora": 404, "eve": 404, "nobody": 401}


@pytest.mark.parametrize("name", SEES)
def test_who_sees_the_campaign_and_its_cards(firm, name):
    who, spring = firm["people"][name], firm["spring"]
    for more in ("", "/contacts", "/contacts?stage=CONTACTED"):
        answer = ask(who, "GET", path(spring, more))
        assert answer.status_code == SEES[name]
        assert ("canary" in answer.text or "Jane" in answer.text) is (SEES[name] == 200)
        assert "secret" not in answer.text
    if who:
        assert ("Spring canary" in names(who)) is (SEES[name] == 200)


@pytest.mark.parametrize(
    ("name", "janes", "eves"),
    [("ada", "all", "card"), ("bo", "card", "card"), ("gwen", "all", "all"), ("cem", None, None), ("dora", None, None), ("eve", None, "all")],
)  # fmt: skip
def test_who_sees_how_much_of_a_contact_in_it(firm, name, janes, eves):
    for contact, sight in (("jane", janes), ("hers", eves)):
        answer = ask(firm["people"][name], "GET", f"/api/contacts/{firm[contact].id}")
        body = answer.json()
        assert (answer.status_code == 200) is (sight is not None)
        assert ("email" in body) is (sight == "all")
        assert ("secret" in answer.text) is (sight == "all")


@pytest.mark.parametrize(
    ("name", "sees"),
    [("ada", ["for spring", "secret touch"]), ("bo", ["for spring"]), ("gwen", ["for spring", "secret touch"]), ("cem", []), ("dora", []), ("eve", [])],
)  # fmt: skip
def test_who_sees_which_touches(firm, name, sees):
    for query in ("", f"?contact_id={firm['jane'].id}"):
        items = ask(firm["people"][name], "GET", f"/api/activities{query}").json()["items"]
        assert sorted(one["note"] for one in items) == sees


@pytest.mark.parametrize(
    ("name", "janes", "eves"),
    [("ada", 200, 200), ("bo", 200, 200), ("gwen", 200, 200), ("cem", 404, 404), ("dora", 404, 404), ("eve", 404, 200)],
)
def test_who_moves_a_card_and_logs_for_the_campaign(firm, name, janes, eves):
    who = firm["people"][name]
    for contact, status in ((firm["jane"], janes), (firm["hers"], eves)):
        moved = ask(who, "PUT", path(firm["spring"], f"/contacts/{contact.id}"), {"stage": "NOT_NOW"})
        assert moved.status_code == status, moved.text
        touch = {"type": "CALL", "contact_id": str(contact.id), "campaign_id": str(firm["spring"].id)}
        assert ask(who, "POST", "/api/activities", touch).status_code == {200: 201}.get(status, status)


@pytest.mark.parametrize(
    ("name", "janes", "eves"),
    [("ada", 204, 204), ("bo", 403, 403), ("gwen", 204, 204), ("cem", 404, 404), ("dora", 404, 404), ("eve", 404, 204)],
)
def test_who_takes_a_contact_out(firm, name, janes, eves):
    who = firm["people"][name]
    for contact, status in ((firm["jane"], janes), (firm["hers"], eves)):
        assert ask(who, "DELETE", path(firm["spring"], f"/contacts/{contact.id}")).status_code == status


def test_sight_of_a_contact_ends_when_it_leaves_the_campaign(firm, bo, gwen):
    with db.transaction() as session:
        board_assignments.unassign(session, firm["people"]["ada"], firm["spring"].id, [firm["jane"].id])
    for who in (bo, gwen):
        assert is_refusal(ask(who, "GET", f"/api/contacts/{firm['jane'].id}"), 404, "NotFound")
        assert "Jane" not in ask(who, "GET", path(firm["spring"], "/contacts")).text
        assert ask(who, "GET", "/api/activities").json()["items"] == []
        moved = ask(who, "PUT", path(firm["spring"], f"/contacts/{firm['jane'].id}"), {"stage": "CONTACTED"})
        assert is_refusal(moved, 404, "NotFound")


def test_a_trashed_contact_is_on_no_board_and_keeps_its_counted_touches(firm, ada, bo):
    with db.transaction() as session:
        contact_bank.trash(session, ada, firm["jane"].id)
    body = ask(bo, "GET", path(firm["spring"])).json()
    assert (body["counts"]["contacts"], body["counts"]["touches"]) == (1, 1)
    assert "Jane" not in ask(bo, "GET", path(firm["spring"], "/contacts")).text
    moved = ask(bo, "PUT", path(firm["spring"], f"/contacts/{firm['jane'].id}"), {"stage": "CONTACTED"})
    assert is_refusal(moved, 404, "NotFound")


def test_what_changes_is_told_to_the_pages_of_the_campaign(ada, bo, jane, database):
    """One signal about the campaign for every kind of change, and one about the contact whose place it is."""
    import json

    import psycopg

    spring = world.campaign(ada, members=[bo])

    def heard(deed):
        with psycopg.connect(database, autocommit=True) as line:
            line.execute("listen pipedriven")
            deed()
            said = [json.loads(notice) for notice in announced(line, database)]
        return {(one["topic"], one["about"]) for one in said}

    about, contact = ("campaign", str(spring.id)), ("contact", str(jane.id))
    assert heard(lambda: ask(ada, "POST", path(spring, "/assign-contacts"), {"contact_ids": [str(jane.id)]})) == {about, contact}  # fmt: skip
    assert heard(lambda: ask(bo, "PUT", path(spring, f"/contacts/{jane.id}"), {"stage": "CONTACTED"})) == {about, contact}  # fmt: skip
    touch = {"type": "CALL", "contact_id": str(jane.id), "campaign_id": str(spring.id)}
    assert about in heard(lambda: ask(bo, "POST", "/api/activities", touch))
    assert heard(lambda: ask(ada, "PUT", path(spring), {"member_ids": []})) == {about}
    assert heard(lambda: ask(ada, "DELETE", path(spring, f"/contacts/{jane.id}"))) == {about, contact}
    for method, more in (("POST", "/archive"), ("POST", "/unarchive"), ("DELETE", ""), ("POST", "/restore")):
        assert heard(lambda m=method, more=more: ask(ada, m, path(spring, more))) == {about}
    with db.reading() as session:
        assert session.exec(select(Campaign)).one().version == 6


def test_a_name_that_another_campaign_has_is_said(ada, gwen):
    first = ask(ada, "POST", "/api/campaigns", {"name": "Energy spring"}).json()
    assert first["warning"] is None
    second = ask(ada, "POST", "/api/campaigns", {"name": "energy  Spring"}).json()
    assert second["warning"] == "There is already a campaign with this name."
    path = f"/api/campaigns/{second['id']}"
    assert ask(ada, "PUT", path, {"name": "Energy autumn"}).json()["warning"] is None
    assert ask(ada, "PUT", path, {"name": "Energy spring"}).json()["warning"]
    assert ask(ada, "POST", f"{path}/copy", {"name": "ENERGY SPRING"}).json()["warning"]
