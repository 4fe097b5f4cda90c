"""The permission table of contacts, cell by cell: who sees what, and who may change it."""

import pytest
from sqlmodel import select

from app import db
from app.models import ActivityDraft, ActivityType, AuditEvent, Campaign, CampaignUser, Contact
from app.services.activities import activity_log
from tests.support import world
from tests.support.api_client import ask, is_refusal

CARD = {"id", "name", "organisation", "owner", "warmness_score", "campaigns", "touches"}
SECRETS = ("jane@acme.example", "+4930", "private-note", "other-touch", "private-campaign")


@pytest.fixture
def spring(ada, bo, jane):
    """Bo is a member of the campaign that Jane is in; Jane has one touch for it and one that is nobody's business."""
    with db.transaction() as session:
        session.get_one(Contact, jane.id).notes = "private-note"
    campaign = world.campaign(ada, "Spring", members=[bo], holds=[jane])
    world.campaign(ada, "private-campaign", holds=[jane])
    touch(ada, jane, "for-spring", campaign)
    touch(ada, jane, "other-touch")
    return campaign


@pytest.fixture
def cem(database):
    """A consultant with nothing to do with any of it."""
    return world.person("Cem Can")


def touch(who, contact, note, campaign=None):
    with db.transaction() as session:
        draft = ActivityDraft(type=ActivityType.CALL, note=note, campaign_id=campaign and campaign.id)
        return activity_log.log(session, who, contact.id, draft)


def get(who, contact):
    return ask(who, "GET", f"/api/contacts/{contact.id}")


def notes(who, path="/api/activities/feed"):
    return sorted(one["note"] for one in ask(who, "GET", path).json()["items"])


def test_the_owner_sees_everything(ada, jane, spring):
    body = get(ada, jane).json()
    assert body["notes"] == "private-note"
    assert body["added_to_campaign"]
    assert body["campaigns"][0] == {"id": str(spring.id), "name": "Spring", "stage": "CONTACTED"}
    assert len(body["campaigns"]) == 2
    assert notes(ada) == ["for-spring", "other-touch"]


def test_a_golden_ticket_sees_a_contact_in_a_campaign_whole_and_the_look_is_audited(gwen, ada, jane, spring):
    body = get(gwen, jane).json()
    assert (body["notes"], body["email"], body["owner"]["name"]) == ("private-note", "jane@acme.example", "Ada Lind")
    assert notes(gwen) == ["for-spring", "other-touch"]
    with db.reading() as session:
        seen = session.exec(select(AuditEvent).where(AuditEvent.action == "contact.seen")).all()
    assert [(event.actor, event.about) for event in seen] == [(str(gwen.id), str(jane.id))]


def test_a_golden_ticket_does_not_see_a_contact_in_no_campaign(gwen, jane, ada):
    touch(ada, jane, "private")
    assert is_refusal(get(gwen, jane), 404, "NotFound")
    assert notes(gwen) == []
    assert ask(gwen, "GET", "/api/contacts").json()["items"] == []


def test_a_member_sees_the_card_and_the_touches_of_the_shared_campaign(bo, jane, spring):
    answer = get(bo, jane)
    body = answer.json()
    assert set(body) == CARD
    assert (body["name"], body["organisation"], body["owner"]["name"]) == ("Jane Roe", "ACME Ltd", "Ada Lind")
    assert body["campaigns"] == [{"id": str(spring.id), "name": "Spring", "stage": "CONTACTED"}]
    assert [one["note"] for one in body["touches"]] == ["for-spring"]
    assert notes(bo) == ["for-spring"]
    assert not [secret for secret in SECRETS if secret in answer.text]


def test_a_members_own_bank_search_and_suggestions_hold_no_shared_contact(bo, jane, spring):
    for path in (
        "/api/contacts",
        "/api/contacts?q=jane",
        f"/api/contacts?campaign_id={spring.id}",
        "/api/contacts/suggested",
    ):
        assert ask(bo, "GET", path).json()["items"] == []
    assert ask(bo, "GET", "/api/pipedrive/status").json()["items"] == []


def test_another_consultant_learns_nothing(cem, jane, spring):
    answer = get(cem, jane)
    assert is_refusal(answer, 404, "NotFound")
    assert notes(cem) == []
    assert notes(cem, f"/api/activities?contact_id={jane.id}") == []
    assert notes(cem, f"/api/activities?campaign_id={spring.id}") == []
    assert ask(cem, "GET", "/api/contacts?q=jane").json()["items"] == []


@pytest.mark.parametrize("name", ["bo", "gwen", "cem"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/api/contacts/{id}", {"notes": "taken over"}),
        ("DELETE", "/api/contacts/{id}", None),
        ("POST", "/api/contacts/{id}/snooze", {"days": 1}),
        ("POST", "/api/pipedrive/sync", {"contact_id": "{id}"}),
        ("POST", "/api/pipedrive/sync?dry_run=true", {"contact_id": "{id}"}),
    ],
)
def test_only_the_owner_changes_deletes_and_pushes(request, jane, spring, cem, gwen, bo, name, method, path, body):
    who = request.getfixturevalue(name)
    body = body and {key: str(jane.id) if value == "{id}" else value for key, value in body.items()}
    before = stored(jane)
    assert is_refusal(ask(who, method, path.format(id=jane.id), body), 404, "NotFound")
    assert stored(jane) == before


@pytest.mark.parametrize(("name", "status"), [("ada", 201), ("bo", 201), ("gwen", 201), ("cem", 404)])
def test_who_may_log_a_touch_for_the_campaign(request, jane, spring, ada, bo, gwen, cem, name, status):
    who = request.getfixturevalue(name)
    facts = {"type": "EMAIL", "contact_id": str(jane.id), "campaign_id": str(spring.id), "note": name}
    assert ask(who, "POST", "/api/activities", facts).status_code == status
    assert (name in notes(ada)) is (status == 201)


@pytest.mark.parametrize("name", ["bo", "gwen", "cem"])
def test_a_touch_outside_of_the_campaign_is_the_owners(request, jane, spring, bo, gwen, cem, name):
    answer = ask(request.getfixturevalue(name), "POST", "/api/activities", {"type": "CALL", "contact_id": str(jane.id)})
    assert is_refusal(answer, 404, "NotFound")


def test_a_touch_is_seen_one_by_one_by_those_who_see_it_in_the_feed(ada, bo, gwen, cem, jane, spring):
    shared, private = touch(ada, jane, "s", spring), touch(ada, jane, "p")

    def sees(who, activity):
        return ask(who, "GET", f"/api/activities/{activity.id}").status_code == 200

    assert [sees(who, shared) for who in (ada, bo, gwen, cem)] == [True, True, True, False]
    assert [sees(who, private) for who in (ada, bo, gwen, cem)] == [True, False, True, False]


def test_a_member_changes_their_own_touches_only(ada, bo, jane, spring):
    mine, hers = touch(bo, jane, "mine", spring), touch(ada, jane, "hers", spring)
    assert ask(bo, "PUT", f"/api/activities/{mine.id}", {"note": "better"}).status_code == 200
    assert is_refusal(ask(bo, "PUT", f"/api/activities/{hers.id}", {"note": "worse"}), 404)
    assert is_refusal(ask(bo, "DELETE", f"/api/activities/{hers.id}"), 404)
    assert ask(ada, "PUT", f"/api/activities/{mine.id}", {"note": "the owner may"}).status_code == 200


def test_a_member_cannot_take_a_touch_out_of_the_campaign(bo, jane, spring):
    mine = touch(bo, jane, "mine", spring)
    assert is_refusal(ask(bo, "PUT", f"/api/activities/{mine.id}", {"campaign_id": None}), 404)


@pytest.mark.parametrize("ending", ["member leaves", "campaign is deleted", "contact is trashed"])
def test_sharing_ends_at_once(ada, bo, gwen, jane, spring, ending):
    mine = touch(bo, jane, "mine", spring)
    with db.transaction() as session:
        if ending == "member leaves":
            session.delete(session.exec(select(CampaignUser).where(CampaignUser.user_id == bo.id)).one())
        elif ending == "campaign is deleted":
            for campaign in session.exec(select(Campaign)):
                campaign.deleted_at = campaign.created_at
        else:
            session.get_one(Contact, jane.id).deleted_at = jane.created_at
    assert is_refusal(get(bo, jane), 404)
    assert notes(bo) == []
    assert is_refusal(ask(bo, "GET", f"/api/activities/{mine.id}"), 404)
    assert is_refusal(ask(bo, "PUT", f"/api/activities/{mine.id}", {"note": "still here"}), 404)
    facts = {"type": "EMAIL", "contact_id": str(jane.id), "campaign_id": str(spring.id)}
    assert is_refusal(ask(bo, "POST", "/api/activities", facts), 404)
    if ending != "member leaves":
        assert is_refusal(get(gwen, jane), 404)
        assert notes(gwen) == []


def stored(contact) -> dict:
    with db.reading() as session:
        return session.get_one(Contact, contact.id).model_dump()
