"""Against a certified OpenID provider: groups become roles, newcomers get an account, its sign-out ends ours."""

import pytest
from sqlmodel import select

from app import db
from app.models import AuditEvent, PersonDraft, Role, User
from app.services.accounts import sessions, users
from tests.support import real_provider, wall_server
from tests.support.ports import free_port
from tests.support.waiting import until
from tests.support.wall_server import PASSWORD


def facts(name, *groups, verified=True):
    return {"email": f"{name}@firm.example", "email_verified": verified, "name": name.title(), "groups": list(groups)}


PEOPLE = {
    "kim": facts("kim", "sales"),
    "pat": facts("pat", "sales", "partners", "others"),
    "uma": facts("uma", "sales", verified=False),
    "otto": facts("otto", "others"),
}


@pytest.fixture(scope="module")
def both(url):
    """The product and the provider, which have to know each other's address before they start."""
    port, ours = free_port(), free_port()
    named = {
        "OIDC_ISSUER": f"http://127.0.0.1:{port}",
        "OIDC_CLIENT_ID": real_provider.CLIENT,
        "OIDC_CLIENT_SECRET": real_provider.SECRET,
        "OIDC_SCOPES": "openid email profile groups",
        "OIDC_ROLES": "sales=CONSULTANT,partners=GOLDEN_TICKET",
        "OIDC_NEW_ACCOUNTS": "true",
        "WALL_PORT": str(ours),
    }
    with (
        real_provider.running(port, f"http://127.0.0.1:{ours}", PEOPLE) as provider,
        wall_server.running(url, **named) as house,
    ):
        yield house, provider


@pytest.fixture
def house(both, database):
    yield both[0]
    both[0].close()


@pytest.fixture
def provider(both):
    return both[1]


@pytest.fixture
def comes(house, provider):
    """Somebody comes by the provider: our browser, theirs over there, and what we answered."""
    opened = []

    def come(login):
        browser, person = house.browser(), provider.person()
        opened.append(person)
        there = browser.get("/login/provider", params={"next": "/press"}).headers["location"]
        back = provider.signs_in(person, there, login)
        return browser, person, browser.get(back)

    yield come
    for person in opened:
        person.close()


def account(name):
    with db.reading() as session:
        return session.exec(select(User).where(User.email == f"{name}@firm.example")).one()


def is_in(browser):
    return browser.get("/api/auth/session").status_code == 200


def test_a_newcomer_gets_an_account_with_the_role_of_their_highest_group(comes):
    for name, role in (("kim", Role.CONSULTANT), ("pat", Role.GOLDEN_TICKET)):
        browser, _, answer = comes(name)
        assert (answer.status_code, answer.headers["location"]) == (303, "/press")
        assert is_in(browser)
        user = account(name)
        assert (user.name, user.role, user.password_hash) == (name.title(), role, None)
    comes("kim")
    assert account("kim").name == "Kim"


def test_without_a_verified_address_or_a_group_there_is_no_account(comes):
    for name, words in (("uma", "no account"), ("otto", "in no group")):
        browser, _, answer = comes(name)
        assert answer.status_code == 403
        assert words in answer.text
        assert not is_in(browser)
    with db.reading() as session:
        refused = session.exec(select(AuditEvent.detail).where(AuditEvent.action == "sign_in.failed")).all()
        assert [words in one["why"] for one, words in zip(refused, ("no account", "in no group"), strict=True)] == [
            True,
            True,
        ]
        assert session.exec(select(User)).all() == []


def test_the_groups_decide_at_each_sign_in_and_the_last_golden_ticket_stays(comes):
    comes("pat")
    with db.transaction() as session:
        kim = users.add(session, PersonDraft(email="kim@firm.example", name="K"), Role.GOLDEN_TICKET, PASSWORD)
        token = sessions.issue_token(session, kim, "script")[1]
    comes("kim")
    assert account("kim").role is Role.CONSULTANT
    with db.reading() as session:
        assert sessions.find_token(session, token) is None
    with db.transaction() as session:
        session.get_one(User, account("kim").id).role = Role.GOLDEN_TICKET
        session.get_one(User, account("pat").id).role = Role.CONSULTANT
    comes("kim")
    assert account("kim").role is Role.GOLDEN_TICKET


def test_a_sign_out_at_the_provider_ends_what_it_let_in_and_nothing_else(comes, provider):
    browser, person, _ = comes("kim")
    elsewhere, _, _ = comes("kim")
    other, _, _ = comes("pat")
    assert is_in(browser)
    provider.signs_out(person)
    until(lambda: not is_in(browser))
    assert is_in(elsewhere)
    assert is_in(other)
