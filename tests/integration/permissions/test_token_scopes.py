"""Every route, asked with a token of each scope through the real access control; a new route is asked too."""

import re

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from app import api, db
from app.models import TokenScope, User
from app.services.accounts import sessions
from app.settings import Settings
from app.web.auth.identity import IdentityCache
from app.web.middleware.access_control import AccessControl
from tests.support import world
from tests.support.api_client import client
from tests.support.database_reset import put_back
from tests.support.route_table import TABLE, sent

SAFE = {"GET", "HEAD"}
# by hand, and apart from how the product says it
LETS_IN = {
    ("POST", "/api/tokens"),
    ("POST", "/api/me/calendar"),
    ("PUT", "/api/me/password"),
    ("POST", "/api/me/second-factor"),
    ("PUT", "/api/me/second-factor"),
    ("DELETE", "/api/me/second-factor"),
    ("POST", "/api/me/passkeys/begin"),
    ("POST", "/api/me/passkeys"),
    ("PUT", "/api/me/passkeys/{passkey_id}"),
    ("DELETE", "/api/me/passkeys/{passkey_id}"),
    ("POST", "/api/users/{user_id}/reset-link"),
    ("POST", "/api/users"),
    ("PUT", "/api/users/{user_id}/role"),
    ("POST", "/api/users/{user_id}/enable"),
    ("POST", "/api/invitations/{invitation_id}/send-again"),
    ("PUT", "/api/sign-in-rules"),
    ("POST", "/api/campaigns/{campaign_id}/report-links"),
    ("POST", "/api/notices/push"),
}


APP = client.app
ROUTES = sorted(
    (method, path) for path, verbs in api.document()["paths"].items() for method in (verb.upper() for verb in verbs)
)


def controlled(behind=None):
    """The access control before `behind`; without one what stands there says only that it was reached."""
    control = AccessControl(behind or PlainTextResponse("reached"), APP, Settings(), IdentityCache())

    async def with_state(scope, receive, send):
        await control(dict(scope, state={"request_id": "r-1"}), receive, send)

    return TestClient(with_state, base_url="http://127.0.0.1:8080")


def token(scope):
    with db.transaction() as session:
        return sessions.issue_token(session, world.person(f"Kim {scope.value}"), "script", scope=scope)[1]


def reached(scope):
    """Which routes a script of this scope comes to; each other one answers a 403 in words."""
    client, known, found = controlled(), {"Authorization": f"Bearer {token(scope)}"}, set()
    for method, path in ROUTES:
        answer = client.request(method, re.sub(r"\{\w+\}", "00000000-0000-0000-0000-000000000000", path), headers=known)
        if answer.status_code == 200:
            found.add((method, path))
        else:
            assert answer.status_code == 403, (method, path, answer.text)
            assert answer.json()["error"] == "Forbidden"
            assert "token" in answer.json()["detail"].lower()
    return found


READS = {one for one in ROUTES if one[0] in SAFE}


def test_a_token_that_reads_reaches_every_reading_route_and_no_other(database):
    assert len(READS) > 30
    assert reached(TokenScope.READ) == READS


def test_a_token_that_logs_reads_and_adds_touches(database):
    assert reached(TokenScope.LOG) == READS | {("POST", "/api/activities")}


def test_a_token_of_everything_makes_no_key_of_any_kind(database):
    refused = set(ROUTES) - reached(TokenScope.ALL)
    assert refused == LETS_IN


def ways_in():
    """Everything that lets somebody in, or is sent to somebody, when the token is gone: who may come, and by what."""
    asked = {
        "passkeys": "credential_id",
        "push_devices": "endpoint",
        "second_factors": "secret",
        "users": "concat(id, role, active, password_hash)",
        "settings where key = 'second_step_from'": "value::text",
    }
    asked |= {table.name: "token_hash" for table in SQLModel.metadata.sorted_tables if "token_hash" in table.c}
    with db.reading() as session:
        return {
            (table, *row)
            for table, what in asked.items()
            for row in session.execute(text(f"select {what} from {table}"))
        }


@pytest.mark.parametrize("role", ["owner", "golden"])
def test_ending_a_token_is_enough_as_nothing_that_it_did_lets_anybody_in(role, made, url):
    firm, kept = made
    who, client, made_by_token = firm.people[role], controlled(APP), set()
    for row in [row for row in TABLE if row.method in {"POST", "PUT"} and row.expected(role) < 400]:
        put_back(url, kept)
        with db.transaction() as session:
            script = sessions.issue_token(session, session.get_one(User, who.id), "script")[1]
        known, before = {"Authorization": f"Bearer {script}", "x-user": str(who.id)}, ways_in()
        client.request(row.method, row.path.format(**firm.ids), headers=known, **sent(row, firm))
        # disabling somebody ends what they have
        made_by_token |= {(row.path, *one[:1]) for one in ways_in() - before if not row.path.endswith("/disable")}
    assert made_by_token == set()


@pytest.mark.parametrize("path", ["/api/tokens", "/api/activities", "/api/me/second-factor"])
def test_a_browser_is_asked_for_no_scope(path, database):
    with db.transaction() as session:
        cookie = sessions.open_session(session, world.person("Kim"), "")
    headers = {"Cookie": f"sid={cookie}", "Origin": "http://127.0.0.1:8080"}
    assert controlled().post(path, headers=headers).status_code == 200
