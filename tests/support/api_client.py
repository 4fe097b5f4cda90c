"""The API as a script calls it: `ask(ada, "GET", "/api/contacts")`; the outer stack is one header that says who asks."""

import atexit
import logging
import re
from functools import cache
from urllib.parse import unquote
from uuid import UUID

from fastapi import FastAPI
from starlette.testclient import TestClient

from app import api
from app.errors import Invalid
from app.services.accounts.pipedrive_keys import KeyOwner
from app.settings import Settings
from app.vault import Vault
from app.web.auth.identity import IdentityCache
from app.web.auth.session_cookie import Cookie
from app.web.auth.sign_in_flow import SignInFlow

KEY = "1111111111111111111111111111111111111111"
FOREIGN_KEY = "2222222222222222222222222222222222222222"
COOKIE = "sid"

DOCUMENT = api.document()

log = logging.getLogger(__name__)
vault = Vault("a secret for the tests, long enough")


def check_key(key: str) -> KeyOwner:
    """What Pipedrive would say of these two keys; it knows no other."""
    companies = {KEY: "acme", FOREIGN_KEY: "rival"}
    if key not in companies:
        raise Invalid("Pipedrive does not accept this key.", {"api_key": "Pipedrive does not accept this key."})
    return KeyOwner(companies[key], 77, "Ada in Pipedrive")


class Outside:
    """Stands for the outer stack, which knows cookies and tokens."""

    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        sent = {name.decode(): value.decode() for name, value in scope.get("headers", [])}
        ids = {
            name: UUID(sent[f"x-{name[:-3]}"]) if f"x-{name[:-3]}" in sent else None
            for name in ("user_id", "session_id")
        }
        try:
            await self.app(dict(scope, state={"request_id": "r-1", **ids}), receive, send)
        except Exception:
            # what the answer must not say, a red test shall
            log.exception("the API broke")
            raise


def built() -> FastAPI:
    app = FastAPI(openapi_url=None)
    api.mount(
        app,
        check_key=check_key,
        seal=vault.seal,
        unseal=vault.open,
        sign_in_flow=SignInFlow(Cookie(Settings(base_url="http://localhost:8080")), vault.open, IdentityCache()),
        address="https://leads.example.com",
        phone_key=vault.phone_key,
    )
    app.add_middleware(Outside)
    return app


client = TestClient(built(), base_url="https://leads.example.com", raise_server_exceptions=False)
# one event loop for all questions, as in a running product; a loop for each takes as long as the answer
atexit.register(client.__enter__().__exit__, None, None, None)


def ask(who, method: str, path: str, body=None, *, headers=None, session_id=None, **given):
    """The answer to one request by this person; `who` is None for somebody anonymous."""
    client.cookies.clear()
    known = {"x-user": str(who.id)} if who else {}
    known |= {"x-session": str(session_id)} if session_id else {}
    if body is not None:
        given["json"] = body
    answer = client.request(method, path, headers=known | (headers or {}), **given)
    assert is_described(method, path, answer)
    return answer


@cache
def _operations():
    """What the document says of every route: a pattern of its address, its method, and what it answers."""
    paths = {re.compile(re.sub(r"\{\w+\}", "[^/]+", path)): path for path in DOCUMENT["paths"]}
    # a fixed address stands before one with an id in its place
    return sorted(paths.items(), key=lambda one: one[1].count("{"))


def is_described(method: str, path: str, answer) -> bool:
    """Whether the OpenAPI document knows of this answer: its status, and its kind."""
    plain = unquote(path.partition("?")[0])
    known = [DOCUMENT["paths"][name] for form, name in _operations() if form.fullmatch(plain)]
    operation = next((routes[method.lower()] for routes in known if method.lower() in routes), None)
    if operation is None:
        return answer.status_code in {404, 405}
    said = operation["responses"].get(str(answer.status_code))
    assert said, (method, path, answer.status_code, "is not in the document")
    kinds = _resolved(said).get("content", {})
    sent = answer.headers.get("content-type", "").partition(";")[0]
    assert sent in kinds or (not kinds and not answer.content), (method, path, answer.status_code, sent, list(kinds))
    return True


def _resolved(part):
    while "$ref" in part:
        part = DOCUMENT["components"][part["$ref"].split("/")[2]][part["$ref"].split("/")[3]]
    return part


def raw(who, method: str, path: str, content: bytes, content_type: str = "application/json"):
    return ask(who, method, path, headers={"content-type": content_type}, content=content)


def is_refusal(answer, status: int, error: str | None = None) -> bool:
    """A no in our own shape: one sentence, the request's id, the right status."""
    body = answer.json()
    assert answer.status_code == status, (answer.status_code, body)
    assert body["detail"].endswith(".")
    assert body["request_id"] == "r-1"
    assert error is None or body["error"] == error, body
    return True
