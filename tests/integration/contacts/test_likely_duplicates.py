"""Who may be twice in a bank is listed, merged, or remembered as two people; the same rule asks whoever types."""

import pytest

from app import db
from app.models import User
from app.services.contacts import bulk_actions, contact_bank, duplicates, likely_duplicates
from app.services.contacts.duplicates import Typed
from tests.support import world
from tests.support.api_client import ask, is_refusal
from tests.support.bulk_data import fill


def pairs(who):
    with db.reading() as session:
        found = likely_duplicates.find_pairs(session, session.get_one(User, who.id))
        return [({pair.one.name, pair.other.name}, pair.is_sure) for pair in found]


def test_those_who_share_an_address_a_profile_or_a_name_are_listed_the_surest_first(ada, bo):
    world.contact(ada, "Jane Roe", email="jane@acme.example")
    world.contact(ada, "Roe, Jane", email="jane@acme.example")
    world.contact(ada, "Mira Okonjo", linkedin_url="https://www.linkedin.com/in/mira", organisation="A")
    world.contact(ada, "M. Okonjo", linkedin_url="https://linkedin.com/in/mira/", organisation="B")
    world.contact(ada, "John Doe", email="john@x.example", organisation="ACME")
    world.contact(ada, "Dr. John Doe", email="doe@y.example", organisation="ACME Ltd")
    world.contact(ada, "Alma Reuter", phone="030 5550000")
    world.contact(ada, "Bodo Kranz", phone="030 5550000")
    world.contact(bo, "Jane Roe", email="jane@acme.example")
    assert pairs(ada) == [
        ({"Jane Roe", "Roe, Jane"}, True),
        ({"Mira Okonjo", "M. Okonjo"}, True),
        ({"John Doe", "Dr. John Doe"}, False),
    ]


def test_two_people_are_remembered_as_two_until_somebody_says_otherwise(ada, bo):
    one = world.contact(ada, "Jane Roe", email="jane@acme.example")
    other = world.contact(ada, "Jane Roe", email="jane@acme.example")
    [listed] = ask(ada, "GET", "/api/contacts/duplicates").json()["items"]
    assert {listed["one"]["id"], listed["other"]["id"]} == {str(one.id), str(other.id)}
    two = {"one_id": str(one.id), "other_id": str(other.id)}
    assert is_refusal(ask(bo, "POST", "/api/contacts/duplicates/dismiss", two), 404)
    for _ in range(2):
        assert ask(ada, "POST", "/api/contacts/duplicates/dismiss", two).status_code == 204
        assert ask(ada, "GET", "/api/contacts/duplicates").json()["items"] == []
    assert ask(ada, "POST", "/api/contacts/duplicates/undo-dismiss", two).status_code == 204
    assert len(pairs(ada)) == 1
    assert is_refusal(ask(ada, "POST", "/api/contacts/duplicates/dismiss", two | {"other_id": str(one.id)}), 422)


def test_whoever_comes_back_from_the_trash_is_held_against_who_came_meanwhile(ada, jane):
    with db.transaction() as session:
        bulk_actions.trash(session, session.get_one(User, ada.id), [jane.id])
    world.contact(ada, "Jane Roe", email="jane@acme.example")
    with db.transaction() as session:
        me = session.get_one(User, ada.id)
        back = contact_bank.restore(session, me, jane.id)
        [pair] = likely_duplicates.of_restored(session, me, [back])
    assert (pair.other.id, pair.reason) == (jane.id, "Same e-mail address jane@acme.example.")


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        (Typed("J. Roe", phones=["030 1234567"]), True),
        (Typed("Jane Roe", profile="https://linkedin.com/in/jane-roe?trk=x"), True),
        (Typed("Jane Roe", ["j.a.n.e@gmail.com"], organisation="Elsewhere"), False),
        (Typed("Jane Roe Jr.", ["jr@acme.example"], organisation="ACME"), True),
    ],
)
def test_whoever_types_is_asked_by_the_same_rule(ada, jane, typed, asked):
    with db.transaction() as session:
        me = session.get_one(User, ada.id)
        contact_bank.change(session, me, jane.id, {"linkedin_url": "https://de.linkedin.com/in/Jane-Roe/"})
        assert bool(duplicates.find_duplicates(session, me, typed)) is asked


def test_a_large_bank_is_looked_through_in_one_question(ada):
    fill(ada, 20_000)
    world.contact(ada, "Jane Roe", email="jane@acme.example")
    world.contact(ada, "Jane Roe", email="jane@acme.example")
    assert pairs(ada) == [({"Jane Roe"}, True)]
