"""Every route, asked by everybody; a route without a row fails."""

import re
from uuid import uuid4

import pytest

from app import api
from tests.support.api_client import ask
from tests.support.route_table import ROLES, TABLE, sent, shape


@pytest.fixture(autouse=True)
def _empty():
    """What one test here asks changes nothing for the next one, or it asks for a firm of its own."""


def quiet(row):
    """The roles whose question changes nothing."""
    return [role for role in ROLES if row.method == "GET" or row.expected(role) >= 400]


CHANGES = [(row, role) for row in TABLE for role in ROLES if role not in quiet(row)]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.method} {row.path}")
def test_everybody_reads_or_is_refused_as_the_table_says(still, row):
    for role in quiet(row):
        asked(still, row, role)


@pytest.mark.parametrize(
    ("row", "role"), CHANGES, ids=lambda one: one if isinstance(one, str) else f"{one.method} {one.path}"
)
def test_everybody_changes_what_the_table_says(fresh, row, role):
    asked(fresh, row, role)


def asked(firm, row, role):
    answer = ask(firm.people[role], row.method, row.path.format(**firm.ids), **sent(row, firm))
    assert answer.status_code == row.expected(role), f"{role}: {answer.text}"


def test_every_route_has_a_row():
    known = {(row.method, shape(row.path.partition("?")[0])) for row in TABLE}
    routes = {
        (method, shape(f"{api.PREFIX}{route.path}"))
        for resource in api.RESOURCES
        for route in resource.router.routes
        for method in route.methods
    }
    assert routes == known
    assert len(known) == len(TABLE)


def test_what_nobody_may_know_looks_like_what_does_not_exist(fresh):
    """The answer about a foreign id is, byte for byte, the answer about one that nobody has."""
    firm = fresh
    for row in TABLE:
        if row.expected("other") == 404 and "{" in row.path:
            body = {"json": row.body} if row.body else {}
            foreign, made_up = (
                ask(firm.people["other"], row.method, re.sub(r"\{\w+\}", one, row.path), **body)
                for one in (next(firm.ids[name] for name in re.findall(r"\{(\w+)\}", row.path)), str(uuid4()))
            )
            assert foreign.content == made_up.content
            assert foreign.headers == made_up.headers
