"""The client against a real socket: what it says, and how it hears the answers."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.practice.request_handler import answer
from app.sync.api.errors import Gone, NotAllowed, Unreachable
from app.sync.api.pipedrive import Pipedrive, http_client, merged
from tests.support import faults, pipedrive_client
from tests.support.pipedrive_client import KEY, since

fake, http, pipedrive = pipedrive_client.fake, pipedrive_client.http, pipedrive_client.pipedrive


@pytest.fixture(autouse=True)
def _empty():
    """These tests need no database."""


def test_organization_person_and_activity_arrive_linked(fake, pipedrive):
    firm = pipedrive.add_organization(name="Nordic Steel AS", address="Oslo")
    kari = pipedrive.add_person(name="Kari Nordmann", org_id=firm.id, emails=["kari@x.example"], phones=["+47 900"])
    due = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
    meeting = pipedrive.add_activity(
        subject="Intro",
        type="meeting",
        person_id=kari.id,
        org_id=firm.id,
        due=due,
        duration=timedelta(minutes=45),
        note="a < b",
        reference="pdn-a-1",
    )
    assert (kari.org_id, kari.emails, kari.phones) == (firm.id, ("kari@x.example",), ("+47 900",))
    assert (meeting.person_id, meeting.org_id, meeting.due_at) == (kari.id, firm.id, due)
    assert meeting.note == "<p>a &lt; b</p><p>pdn-a-1</p>"
    assert fake.alive("activities")[0]["due_time"] == "08:30:00"
    assert pipedrive.tokens_left == 30_000 - 15


def test_the_key_travels_in_its_header_only(fake, pipedrive):
    pipedrive.me()
    pipedrive.add_person(name="Kari")
    for heard in fake.heard:
        assert heard.key == KEY
        assert KEY not in f"{heard.path}{heard.query}{heard.body}"


def test_me_names_the_user_and_the_company(pipedrive):
    me = pipedrive.me()
    assert (me.name, me.company_domain, me.company_id) == ("Anna", "acme", 7_700_001)


def test_activity_types_come_by_their_key(pipedrive):
    assert {known.key for known in pipedrive.activity_types()} >= {"call", "meeting", "email"}


def test_a_change_reaches_only_what_it_names(fake, pipedrive):
    kari = pipedrive.add_person(name="Kari", emails=["kari@x.example"])
    fake.company.edit("persons", kari.id, phones=[{"value": "+47 1", "primary": True, "label": "mobile"}])
    kari = pipedrive.get_person(kari.id)
    pipedrive.change_person(kari.id, phones=merged(kari.phone_details, ["+47 2"]))
    record = fake.alive("persons")[0]
    assert [(row["value"], row["label"], row["primary"]) for row in record["phones"]] == [
        ("+47 1", "mobile", True),
        ("+47 2", "work", False),
    ]
    assert record["emails"][0]["value"] == "kari@x.example"


def test_an_activity_can_be_changed_and_deleted(fake, pipedrive):
    kari = pipedrive.add_person(name="Kari")
    call = pipedrive.add_activity(subject="Call", type="call", person_id=kari.id, due=date(2026, 12, 1))
    assert pipedrive.change_activity(call.id, done=True, subject="Called").done
    assert pipedrive.get_activity(call.id).subject == "Called"
    pipedrive.delete_activity(call.id)
    assert fake.alive("activities") == []
    assert pipedrive.get_activity(call.id).is_deleted
    with pytest.raises(Gone):
        pipedrive.delete_activity(call.id)


def test_organizations_can_be_read_and_deleted(pipedrive):
    firm = pipedrive.add_organization(name="Acme")
    pipedrive.delete_organization(firm.id)
    assert pipedrive.get_organization(firm.id).is_deleted


def test_people_are_found_by_email_phone_name_and_custom_field(fake):
    fake.company.people.by_key[KEY].admin = True
    with http_client(fake.url) as http:
        pipedrive = Pipedrive(http, KEY)
        field = pipedrive.add_person_field("Pipedriven")
        assert field.code in {known.code for known in pipedrive.person_fields() if known.is_custom}
        firm = pipedrive.add_organization(name="Nordic  Steel & Söhne")
        kari = pipedrive.add_person(
            name="Kari Nordmann",
            org_id=firm.id,
            emails=["kari+x@x.example"],
            phones=["+47 900"],
            custom={field.code: "pdn-1"},
        )
        pipedrive.add_person(name="Kari Nordmann-Hansen", emails=["xkari+x@x.example"])
        for term, where in (
            ("KARI+x@x.example", "email"),
            ("+47 900", "phone"),
            (" kari  nordmann", "name"),
            ("pdn-1", "custom_fields"),
        ):
            assert [(hit.id, hit.org_id) for hit in pipedrive.find_persons(term, where)] == [(kari.id, firm.id)]
        assert [hit.id for hit in pipedrive.find_organizations("nordic steel & SÖHNE")] == [firm.id]
        assert pipedrive.find_persons("  ") == []


def test_near_matches_of_a_sloppy_search_are_dropped(fake, pipedrive):
    hits = [
        {"item": {"id": number, "name": name, "emails": [email]}}
        for number, name, email in ((1, "A", "kari@x.example"), (2, "B", "okari@x.example"))
    ]
    fake.next(faults.in_json(200, {"success": True, "data": {"items": [*hits, {"item": None}, None]}}))
    assert [hit.id for hit in pipedrive.find_persons("kari@x.example")] == [1]


def test_everything_written_lately_is_listed_newest_first_over_all_pages(fake, pipedrive):
    for number in range(230):
        answer(
            fake.company,
            "POST",
            "/api/v2/persons",
            [],
            {"x-api-token": KEY, "content-type": "application/json"},
            b'{"name": "P%d"}' % number,
        )
    listed = list(pipedrive.persons_since(since()))
    assert len({person.id for person in listed}) == 230
    assert listed[0].id == 230
    assert len(fake.asked("GET", "persons")) == 3
    assert list(pipedrive.persons_since(datetime.now(UTC) + timedelta(hours=1))) == []


def test_a_list_is_read_only_as_far_as_it_is_needed(fake, pipedrive):
    for number in range(150):
        pipedrive.add_organization(name=f"Firm {number}")
    next(pipedrive.organizations_since(since()))
    assert len(fake.asked("GET", "organizations")) == 1


def test_a_list_that_never_ends_is_given_up(fake, pipedrive):
    page = {"success": True, "data": [{"id": 1, "name": "A"}], "additional_data": {"next_cursor": "again"}}
    fake.next(faults.in_json(200, page), times=None)
    with pytest.raises(Unreachable):
        list(pipedrive.persons_since(since()))


def test_activities_of_one_person_carry_their_reference(pipedrive):
    kari, ola = (pipedrive.add_person(name=name) for name in ("Kari", "Ola"))
    for person in (kari, ola):
        pipedrive.add_activity(subject="Call", type="call", person_id=person.id, reference=f"pdn-a-{person.id}")
    assert [activity.note for activity in pipedrive.activities_of(kari.id, since())] == [f"<p>pdn-a-{kari.id}</p>"]


def test_fields_of_organizations_can_be_added_by_administrators_only(fake, pipedrive):
    with pytest.raises(NotAllowed):
        pipedrive.add_organization_field("Pipedriven")
    fake.company.people.by_key[KEY].admin = True
    field = pipedrive.add_organization_field("Pipedriven")
    assert field in pipedrive.organization_fields()
    firm = pipedrive.add_organization(name="Acme", custom={field.code: "pdn-o-1"})
    assert firm.custom == {field.code: "pdn-o-1"}
