"""Two people are one only when more than a shared address says so, and a firm is one however it is spelled: else its owner is asked."""

from datetime import timedelta

import pytest

from app.models import SyncStatus
from tests.support import faults
from tests.support.colleague import typed_there
from tests.support.sync_harness import ask, counts, drain, edit, fresh, meet, settled
from tests.support.world import contact


def emails(*addresses):
    return [{"value": one} for one in addresses]


def pushed(desk, owner, row):
    """Push it, and return its newest push."""
    ask(owner, row)
    settled(desk)
    return next(push for push in reversed(settled(desk)) if push.contact_id == row.id)


def asked(push):
    return (push.status, push.error_code) == (SyncStatus.FAILED, "unsure")


def test_two_people_who_share_a_mailbox_stay_two(fake, desk, ada_with_key):
    ann = contact(ada_with_key, "Ann Meier", email="info@shop.example")
    ben = contact(ada_with_key, "Ben Schulz", email="info@shop.example", phone="+49 30 1234567")
    assert pushed(desk, ada_with_key, ann).status is SyncStatus.SUCCESS
    push = pushed(desk, ada_with_key, ben)
    assert asked(push)
    assert [one["id"] for one in push.candidates] == [1]
    assert (fake.alive("persons")[0]["name"], fake.alive("persons")[0]["phones"]) == ("Ann Meier", [])
    assert fresh(ben).pipedrive_person_id is None


def test_two_people_who_share_a_mailbox_stay_two_also_while_the_search_lags_and_an_answer_is_lost(
    fake, desk, ada_with_key
):
    fake.company.store.lag = timedelta(minutes=10)
    ann = contact(ada_with_key, "Ann Meier", email="info@shop.example")
    fake.next(faults.server_error(commits=True), method="POST", kind="persons")
    ask(ada_with_key, ann)
    drain(desk)
    ben = contact(ada_with_key, "Ben Schulz", email="info@shop.example")
    pushed(desk, ada_with_key, ben)
    settled(desk)
    assert fake.company.record("persons", 1)["name"] == "Ann Meier"
    assert fresh(ben).pipedrive_person_id != 1
    assert fresh(ann).pipedrive_person_id in {None, 1}


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("Empfang Firma", "Petra Neu"), ("Ann Meier", "Ben Meier"), ("A. Meier", "Ann Meier"), ("Ann", "Ann Meier")],
)
def test_a_mailbox_of_a_role_needs_the_whole_name(fake, desk, ada_with_key, theirs, ours):
    typed_there(fake, "persons", name=theirs, emails=emails("kontakt@firma.example"))
    assert asked(pushed(desk, ada_with_key, contact(ada_with_key, ours, email="kontakt@firma.example")))
    assert len(fake.alive("persons")) == 1


def test_the_same_name_at_a_mailbox_of_a_role_is_the_same_person(fake, desk, ada_with_key):
    typed_there(fake, "persons", name="Dr. Petra Neu", emails=emails("kontakt@firma.example"))
    row = contact(ada_with_key, "Neu, Petra", email="Kontakt@firma.example")
    assert pushed(desk, ada_with_key, row).status is SyncStatus.SUCCESS
    assert fresh(row).pipedrive_person_id == 1


def test_a_personal_address_under_another_name_is_asked_about(fake, desk, ada_with_key):
    typed_there(fake, "persons", name="Jane Smith", emails=emails("jane@x.example"))
    assert asked(pushed(desk, ada_with_key, contact(ada_with_key, "Jane Roe", email="jane@x.example")))


def test_two_contacts_of_one_bank_are_one_person_only_when_they_are_merged(fake, desk, ada_with_key):
    one, other = (contact(ada_with_key, "Jane Roe", email="jane@x.example") for _ in range(2))
    pushed(desk, ada_with_key, one)
    push = pushed(desk, ada_with_key, other)
    assert asked(push)
    assert "Merge the two contacts" in push.error


def test_somebody_with_nothing_but_a_name_is_asked_about(fake, desk, ada_with_key):
    typed_there(fake, "persons", name="Jane Roe", emails=emails("somebody@x.example"))
    push = pushed(desk, ada_with_key, contact(ada_with_key, "Jane Roe"))
    assert asked(push)
    assert "little but the name" in push.error
    assert pushed(desk, ada_with_key, contact(ada_with_key, "John Doe")).status is SyncStatus.SUCCESS


@pytest.mark.parametrize(
    "spelled", ["+49 30 596 2558", "030/5962558", "0049 30 5962558", "(030) 596-2558", "+49 30 59 62 55 8"]
)
@pytest.mark.parametrize("email", [None, "jane@new.example"])
def test_a_number_matches_however_it_is_spelled_there(fake, desk, ada_with_key, spelled, email):
    typed_there(fake, "persons", name="Jane Roe", phones=[{"value": spelled}])
    row = contact(ada_with_key, "Jane Roe", phone="+49305962558", email=email)
    assert pushed(desk, ada_with_key, row).status is SyncStatus.SUCCESS
    assert fresh(row).pipedrive_person_id == 1
    assert [one["value"] for one in fake.alive("persons")[0]["phones"]] == [spelled]


def test_the_same_name_with_a_number_that_ends_alike_is_asked_about(fake, desk, ada_with_key):
    typed_there(fake, "persons", name="Phone Us", phones=[{"value": "(212) 555-0199"}])
    assert asked(pushed(desk, ada_with_key, contact(ada_with_key, "Phone Us", phone="+12125550199")))
    assert len(fake.alive("persons")) == 1


def test_no_organization_is_made_for_somebody_who_stands_at_another_one(fake, desk, ada_with_key):
    group = typed_there(fake, "organizations", name="ACME Group")["id"]
    typed_there(fake, "persons", name="Jane Roe", org_id=group, emails=emails("jane@acme.example"))
    row = contact(ada_with_key, "Jane Roe", organisation="Acme Deutschland", email="jane@acme.example")
    meet(ada_with_key, row)
    settled(desk)
    assert [one["name"] for one in fake.alive("organizations")] == ["ACME Group"]
    assert fake.alive("activities")[0]["org_id"] == group
    assert fake.alive("persons")[0]["org_id"] == group


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Müller Söhne GmbH", "Mueller Soehne"),
        ("Mueller Soehne", "Müller Söhne GmbH"),
        ("Nordic & Steel", "Nordic and Steel"),
        ("Nordic and Steel AS", "Nordic + Steel"),
    ],
)
def test_a_firm_that_is_only_spelled_otherwise_is_asked_about(fake, desk, ada_with_key, theirs, ours):
    typed_there(fake, "organizations", name=theirs)
    push = pushed(desk, ada_with_key, contact(ada_with_key, "Jane Roe", organisation=ours, email="jane@x.example"))
    assert asked(push)
    assert [one["name"] for one in push.candidates] == [theirs]
    assert counts(fake) == (1, 0, 0)


@pytest.mark.parametrize(
    ("theirs", "ours"), [("Müller Söhne GmbH", "Muller Sohne"), ("Acme Ltd.", "ACME"), ("ACME GmbH & Co. KG", "Acme")]
)
def test_a_firm_is_the_same_without_accents_and_legal_form(fake, desk, ada_with_key, theirs, ours):
    typed_there(fake, "organizations", name=theirs)
    row = contact(ada_with_key, "Jane Roe", organisation=ours, email="jane@x.example")
    assert pushed(desk, ada_with_key, row).status is SyncStatus.SUCCESS
    assert fresh(row).pipedrive_org_id == 1


def test_an_address_that_somebody_else_has_there_is_not_added_unasked(fake, desk, ada_with_key):
    row = contact(ada_with_key, "Jane Roe", email="jane@x.example")
    pushed(desk, ada_with_key, row)
    typed_there(fake, "persons", name="John Doe", emails=emails("john@x.example"))
    edit(row, emails=["john@x.example", "jane@x.example"])
    push = pushed(desk, ada_with_key, row)
    assert asked(push)
    assert [one["value"] for one in fake.company.record("persons", 1)["emails"]] == ["jane@x.example"]


@pytest.mark.parametrize(("meeting", "most"), [(False, 25), (True, 30)])
@pytest.mark.parametrize("theirs", [True, False])
def test_the_next_contact_of_a_known_firm_costs_no_list(fake, desk, ada_with_key, meeting, most, theirs):
    if theirs:
        typed_there(fake, "organizations", name="Nordic Steel AS")
    pushed(
        desk, ada_with_key, contact(ada_with_key, "First Face", organisation="Nordic Steel", email="a@steel.example")
    )
    before = fake.company.limits.spent
    row = contact(ada_with_key, "Kari Nordmann", organisation="Nordic Steel", email="kari@steel.example")
    meet(ada_with_key, row) if meeting else ask(ada_with_key, row)
    settled(desk)
    assert fake.company.limits.spent - before <= most


def test_ten_addresses_cost_at_most_a_hundred(fake, desk, ada_with_key):
    many = [f"kari{number}@steel.example" for number in range(10)]
    row = contact(ada_with_key, "Kari Nordmann", organisation="Nordic", emails=many, phone="+4722334455")
    meet(ada_with_key, row)
    settled(desk)
    assert fake.company.limits.spent <= 100
