"""A firm that gets another name, or has the name of another company: nobody's contact lands at the wrong one, and nothing is swapped in silence."""

import pytest
from sqlmodel import select

from app import db
from app.models import ConflictResolution, Contact, SyncConflict, User
from app.services.contacts import contact_bank, organisations
from app.services.pipedrive import conflicts, record_choice
from app.services.push_queue import push_status
from tests.support.colleague import typed_there
from tests.support.imported_files import take_files
from tests.support.sync_harness import ask, fresh, pushes, settled
from tests.support.world import contact


def do(who, verb, *given, **named):
    with db.transaction() as session:
        return verb(session, session.get_one(User, who.id), *given, **named)


def pushed(desk, owner, name, firm, email):
    row = contact(owner, name, organisation=firm, email=email)
    ask(owner, row)
    settled(desk)
    return fresh(row)


def stands_at(fake, row):
    person = fake.company.record("persons", fresh(row).pipedrive_person_id)
    return fake.company.record("organizations", person["org_id"])["name"]


def firm_of(row):
    with db.reading() as session:
        return organisations.name_of(session, fresh(row).organisation_id)


def open_questions():
    with db.reading() as session:
        return list(session.exec(select(SyncConflict).where(SyncConflict.resolved_at.is_(None))))


def test_a_rename_leads_nobody_elses_firm_of_that_name_astray(fake, desk, ada_with_key, bo_with_key):
    anna = pushed(desk, ada_with_key, "Anna Ott", "Alte AG", "anna@alte.example")
    do(ada_with_key, organisations.rename, anna.organisation_id, "Beta")
    settled(desk)
    assert stands_at(fake, anna) == "Beta"
    bert = pushed(desk, bo_with_key, "Bert Uhl", "Gamma", "bert@gamma.example")
    do(bo_with_key, organisations.rename, bert.organisation_id, "Alte AG")
    settled(desk)
    assert [stands_at(fake, one) for one in (anna, bert)] == ["Beta", "Alte AG"]


def test_a_colleagues_organization_gets_our_name_only_after_a_yes(fake, desk, ada_with_key):
    typed_there(fake, "organizations", name="Tippfehlr GmbH")
    anna = pushed(desk, ada_with_key, "Anna Ott", "Tippfehlr GmbH", "anna@t.example")
    other = pushed(desk, ada_with_key, "Otto Ott", "Tippfehlr GmbH", "otto@t.example")
    do(ada_with_key, organisations.rename, anna.organisation_id, "Tippfehler GmbH")
    settled(desk)
    reason = "You and Pipedrive say different things about the name of the organisation. Choose which one stands."
    for one in (anna, other):
        assert do(ada_with_key, lambda session, _, row=one: push_status.status_of(session, row)).reason == reason
    assert stands_at(fake, anna) == "Tippfehlr GmbH"
    (asked,) = open_questions()
    with db.reading() as session:
        (shown,) = conflicts.list_open(session, session.get_one(User, ada_with_key.id))
    assert (shown.field, shown.ours, shown.theirs) == ("name of the organisation", "Tippfehler GmbH", "Tippfehlr GmbH")
    do(ada_with_key, conflicts.resolve, asked.id, ConflictResolution.OURS)
    settled(desk)
    assert stands_at(fake, anna) == "Tippfehler GmbH"
    assert open_questions() == []


def test_an_ag_is_not_put_at_the_gmbh_of_the_same_name(ada):
    first = contact(ada, "Lea Law", organisation="Legal GmbH")
    changed = do(ada, contact_bank.change, contact(ada, "Max Law").id, {"organisation": "LEGAL AG"})
    assert (firm_of(first), firm_of(changed)) == ("Legal GmbH", "LEGAL AG")
    assert firm_of(contact(ada, "Kim Law", organisation="legal ag")) == "LEGAL AG"
    assert firm_of(contact(ada, "Tom Law", organisation="Legal")) == "Legal GmbH"


def test_a_file_keeps_two_companies_of_one_name_apart(ada):
    contact(ada, "Lea Law", organisation="Legal GmbH")
    rows = ["name,organisation", "Max Law,LEGAL AG", "Kim Law,Legal", "Tom Law,Legal AG"]
    take_files(ada, ("people.csv", "\n".join(rows).encode()))
    with db.reading() as session:
        named = {row.name: firm_of(row) for row in session.exec(select(Contact))}
    assert named == {"Lea Law": "Legal GmbH", "Max Law": "LEGAL AG", "Kim Law": "Legal GmbH", "Tom Law": "LEGAL AG"}


@pytest.mark.parametrize("there", ["Legal GmbH", "Legal"])
def test_another_legal_form_there_is_asked_about_and_a_missing_one_is_not(fake, desk, ada_with_key, there):
    typed_there(fake, "organizations", name=there)
    row = pushed(desk, ada_with_key, "Max Law", "Legal AG", "max@legal.example")
    (push,) = pushes()
    if there == "Legal":
        assert (push.error_code, stands_at(fake, row)) == (None, "Legal")
        return
    assert (push.error_code, [one["name"] for one in push.candidates]) == ("unsure", ["Legal GmbH"])
    do(ada_with_key, record_choice.create_anyway, push.id)
    settled(desk)
    assert stands_at(fake, row) == "Legal AG"


def test_a_colleagues_company_of_another_form_is_not_ours(fake, desk, ada_with_key, bo_with_key):
    pushed(desk, ada_with_key, "Lea Law", "Legal GmbH", "lea@legal.example")
    row = pushed(desk, bo_with_key, "Max Law", "Legal AG", "max@legal-ag.example")
    push = pushes()[-1]
    assert push.error_code == "unsure"
    do(bo_with_key, record_choice.create_anyway, push.id)
    settled(desk)
    assert stands_at(fake, row) == "Legal AG"
