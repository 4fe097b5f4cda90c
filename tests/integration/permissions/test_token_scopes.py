"""Every route, asked with a token of each scope through the real access control; a new route is asked too."""

import re

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from app import api, db
from app.models import TokenScope
from app.services.accounts import sessions
from app.settings import Settings
from app.web.auth.identity import IdentityCache
from app.web.middleware.access_control import AccessControl
from tests.support import world
from tests.support.api_client import built

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
}


APP = built()
ROUTES = sorted(
    (method, path) for path, verbs in api.document()["paths"].items() for method in (verb.upper() for verb in verbs)
)


def controlled():
    """What stands behind the access control says only that it was reached."""
    control = AccessControl(PlainTextResponse("reached"), APP, Settings(), IdentityCache())

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


@pytest.mark.parametrize("path", ["/api/tokens", "/api/activities", "/api/me/second-factor"])
def test_a_browser_is_asked_for_no_scope(path, database):
    with db.transaction() as session:
        cookie = sessions.open_session(session, world.person("Kim"), "")
    headers = {"Cookie": f"sid={cookie}", "Origin": "http://127.0.0.1:8080"}
    assert controlled().post(path, headers=headers).status_code == 200
