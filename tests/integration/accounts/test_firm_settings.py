"""What a firm may choose for everybody's contacts, and who may."""

import pytest

from app import db
from app.errors import Forbidden, Invalid
from app.models import User
from app.services.base import firm_settings


def change(who, **chosen):
    with db.transaction() as session:
        firm_settings.change(session, session.get_one(User, who.id), **chosen)


def test_a_golden_ticket_chooses_rest_courtesy_and_country(gwen):
    change(gwen, rest_days=0, courtesy_days=365, country="AT")
    with db.reading() as session:
        kept = firm_settings.get_all(session)
    assert (kept["rest_days"], kept["courtesy_days"], kept["country"]) == (0, 365, "AT")


@pytest.mark.parametrize(
    ("name", "value"),
    [("rest_days", -1), ("rest_days", 366), ("courtesy_days", 366), ("country", "XX"), ("country", "de")],
)
def test_what_is_no_choice_is_refused_at_its_field_and_nothing_is_kept(gwen, name, value):
    with pytest.raises(Invalid) as refused:
        change(gwen, **{"rest_days": 7, name: value})
    assert list(refused.value.fields) == [name]
    with db.reading() as session:
        assert firm_settings.get_all(session) == firm_settings.DEFAULTS


def test_a_consultant_chooses_nothing(ada):
    with pytest.raises(Forbidden):
        change(ada, rest_days=7)
