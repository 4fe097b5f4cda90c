"""Our contract, our client and our fake, judged by Pipedrive's own OpenAPI documents."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from app.practice import contract
from app.sync.api.pipedrive import Pipedrive, http_client
from tests.support.fake_pipedrive import FakePipedrive
from tests.support.openapi_contract import MISSING, OfficialContract

pytestmark = pytest.mark.skipif(not OfficialContract.is_here(), reason=MISSING)
KEY = "key-anna"


@pytest.fixture(autouse=True)
def _empty():
    """These tests need no database."""


@pytest.fixture(scope="module")
def official():
    return OfficialContract()


@pytest.fixture
def fake():
    with FakePipedrive({KEY: "Anna"}) as fake:
        fake.company.people.by_key[KEY].admin = True
        yield fake


@pytest.fixture
def everything(fake):
    """Every call the client knows, once, with every field it can send."""
    with http_client(fake.url) as http:
        pipedrive = Pipedrive(http, KEY)
        pipedrive.me()
        pipedrive.activity_types()
        codes = [add("Pipedriven").code for add in (pipedrive.add_organization_field, pipedrive.add_person_field)]
        owner = fake.user_ids[KEY]
        firm = pipedrive.add_organization(
            name="Acme", owner_id=owner, address="Oslo", visible_to=3, custom={codes[0]: "pdn-o-1"}
        )
        kari = pipedrive.add_person(
            name="Kari",
            org_id=firm.id,
            owner_id=owner,
            emails=["k@x.example"],
            phones=["+47"],
            visible_to=3,
            label_ids=[1],
            custom={codes[1]: "pdn-p-1"},
        )
        due = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
        call = pipedrive.add_activity(
            subject="Call", type="call", person_id=kari.id, org_id=firm.id, owner_id=owner, due=due,
            duration=timedelta(minutes=30), note="x", reference="pdn-a-1", location="Oslo", done=False,
        )  # fmt: skip
        pipedrive.change_organization(firm.id, name="Acme Works")
        assert pipedrive.organizations_listed() == ([pipedrive.get_organization(firm.id)], True)
        assert [one.id for one in pipedrive.people_named("Kari")] == [kari.id]
        pipedrive.change_person(kari.id, emails=["k@x.example", "k2@x.example"])
        pipedrive.change_activity(call.id, done=True, due=date(2026, 12, 2), clear=["duration", "location", "note"])
        now = datetime.now(UTC) - timedelta(minutes=1)
        for listing in (
            pipedrive.persons_since(now),
            pipedrive.organizations_since(now),
            pipedrive.persons_created_since(now),
            pipedrive.organizations_created_since(now),
            pipedrive.activities_of(kari.id, now),
        ):
            assert list(listing)
        for pages in (
            pipedrive.changed_persons(now),
            pipedrive.changed_organizations(now),
            pipedrive.changed_activities(now),
        ):
            assert [len(page) for page in pages] == [1]
        for several in (pipedrive.persons, pipedrive.organizations, pipedrive.activities):
            assert [one.id for one in several([1, 9])] == [1]
        assert pipedrive.persons_of(firm.id)[1]
        assert pipedrive.organizations_named("acme")[0]
        earned = {"title": "Kari", "person_id": kari.id, "org_id": firm.id, "owner_id": owner, "visible_to": 3}
        lead, deal = pipedrive.add_lead(**earned, origin="pdn-1"), pipedrive.add_deal(**earned)
        assert [one.origin for one in pipedrive.leads_of(kari.id)] == ["pdn-1"]
        assert [one.id for one in pipedrive.deals_of(kari.id)] == [deal.id]
        assert [[one.id for one in page] for page in pipedrive.changed_deals(now)] == [[deal.id]]
        assert list(pipedrive.deleted_deals(now)) == [[]]
        assert pipedrive.get_lead(lead.id).origin == "pdn-1"
        assert pipedrive.get_counted_deal(deal.id).counts["participants"] == 1
        assert pipedrive.get_counted_person(kari.id).counts["open_deals"] == 1
        assert pipedrive.get_counted_organization(firm.id).counts["people"] == 1
        assert pipedrive.activities_on("org_id", firm.id)[0].participants == (kari.id,)
        assert pipedrive.activities_on("lead_id", lead.id) == pipedrive.activities_on("deal_id", deal.id) == []
        assert pipedrive.leads_on("org_id", firm.id, archived=True) == []
        assert not pipedrive.has_notes("person_id", kari.id)
        assert not pipedrive.has_files("person_id", kari.id)
        assert not pipedrive.has_files("org_id", firm.id)
        pipedrive.delete_lead(lead.id)
        pipedrive.delete_deal(deal.id)
        hook = pipedrive.add_webhook(url="https://x.example/h", about="person", name="x", user="u", password="p")
        assert [one.id for one in pipedrive.webhooks()] == [hook.id]
        pipedrive.delete_webhook(hook.id)
        assert pipedrive.find_persons("k@x.example")
        assert pipedrive.find_organizations("Acme Works")
        assert pipedrive.person_fields()
        assert pipedrive.organization_fields()
        for read in (pipedrive.get_organization, pipedrive.get_person, pipedrive.get_activity):
            assert read(1)
        for delete in (pipedrive.delete_activity, pipedrive.delete_person, pipedrive.delete_organization):
            delete(1)
    assert fake.violations == []
    return fake.heard


def test_every_request_of_the_client_is_one_pipedrive_knows(official, everything):
    complaints = [
        complaint
        for heard in everything
        for complaint in official.check(heard.method, heard.path, heard.query, heard.body)
    ]
    assert complaints == []


def test_the_client_makes_every_call_of_our_contract(everything):
    made = {(call.method, call.path) for heard in everything for call in [contract.find(heard.method, heard.path)]}
    assert made == {(call.method, call.path) for call in contract.calls()}


def test_the_practice_company_answers_in_pipedrives_shapes(official, everything):
    again = FakePipedrive({KEY: "Anna"})
    again.company.people.by_key[KEY].admin = True
    complaints = []
    for heard in everything:
        reply = again.commit(heard)
        complaints += official.check_answer(heard.method, heard.path, reply.status, reply.body)
    assert complaints == []


@pytest.mark.parametrize("call", contract.calls(), ids=lambda call: f"{call.method} {call.path}")
def test_our_contract_asks_for_nothing_that_pipedrives_does_not_have(official, call):
    theirs = official.call(call.method, call.path.replace("{id}", "1"))
    assert theirs is not None
    assert call.cost == theirs["x-token-cost"]
    assert call.query.keys() <= {item["name"] for item in theirs.get("parameters", []) if item["in"] == "query"}
    if call.body:
        schema = theirs["requestBody"]["content"]["application/json"]["schema"]
        assert call.body["keys"].keys() <= schema["properties"].keys()
        assert set(schema.get("required", [])) <= set(call.body["required"])


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("POST", "/api/v2/persons", [], {"name": "K", "private": 1}),
        ("POST", "/api/v2/persons", [], {"name": "K", "org_id": "1"}),
        ("POST", "/api/v2/persons", [], {"name": "K", "emails": [{"value": "a", "kind": "x"}]}),
        ("POST", "/api/v2/organizations", [], {}),
        ("POST", "/api/v2/activities", [], {"subject": "s", "person_id": 1}),
        ("GET", "/api/v2/persons", [("search", "x")], None),
        ("GET", "/api/v2/persons", [("limit", "many")], None),
        ("GET", "/api/v2/persons", [("sort_by", "name")], None),
        ("GET", "/api/v2/persons/search", [("fields", "email")], None),
        ("GET", "/api/v2/persons/1", [], {"name": "K"}),
        ("PUT", "/api/v2/persons/1", [], {"name": "K"}),
        ("GET", "/v1/persons", [], None),
    ],
)
def test_the_judge_and_our_contract_both_complain_about_a_bad_request(official, method, path, query, body):
    raw = b"" if body is None else json.dumps(body).encode()
    assert official.check(method, path, query, raw) != []
    assert contract.violation(method, path, query, "application/json", raw) is not None
