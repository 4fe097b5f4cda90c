"""Whatever is sent, the answer is a plain no in our own shape, without the input and without internals."""

import re

import psycopg
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app import api
from tests.support.api_client import ask, client, is_refusal, raw

HOSTILE = {
    "lone surrogate": b'{"name": "\\ud800"}',
    "surrogate in a key": b'{"\\ud800": 1, "name": "x"}',
    "NUL": b'{"name": "a\\u0000b"}',
    "NUL in a list": b'{"name": "x", "tags": ["a\\u0000b"]}',
    "surrogate in a list": b'{"name": "x", "emails": ["\\udfff@a.example"]}',
    "NaN": b'{"name": "x", "warmness_score": NaN}',
    "Infinity": b'{"name": "x", "cadence_days": -Infinity}',
    "1e999": b'{"name": "x", "warmness_score": 1e999}',
    "40 digits": b'{"name": "x", "warmness_score": 1234567890123456789012345678901234567890}',
    "5,000 digits": b'{"name": "x", "warmness_score": ' + b"9" * 5_000 + b"}",
    "50,000 deep list": b'{"name": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "50,000 deep object": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "900 deep": b'{"name": ' + b"[" * 900 + b"]" * 900 + b"}",
    "not closed": b'{"name": "x"',
    "not JSON": b"name=x",
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "empty": b"",
    "null": b"null",
    "a list": b"[]",
    "a text": b'"canary"',
    "a number": b"5",
    "name is a list": b'{"name": ["canary"]}',
    "name is an object": b'{"name": {"canary": 1}}',
    "name is null": b'{"name": null}',
    "name is a number": b'{"name": 5}',
    "warmness is a text": b'{"name": "x", "warmness_score": "canary"}',
    "notes too long": b'{"name": "x", "notes": "' + b"c" * 20_000 + b'"}',
    "a line break in a name": b'{"name": "a\\nb"}',
    "an unknown field": b'{"name": "x", "canary": "canary"}',
    "a key that is no name": b'{"name": "x", "<b>canary</b>": 1}',
    "a key that is too long": b'{"name": "x", "canary' + b"y" * 200 + b'": 1}',
    "the owner": b'{"name": "x", "user_id": "0197d2c5-6f1e-7c3a-9a55-2b8f6f1f0a11"}',
    "many keys": b"{" + b",".join(b'"k%d": 1' % n for n in range(5_000)) + b"}",
    "__proto__": b'{"name": "x", "__proto__": {"a": 1}, "constructor": 1}',
}
BODIES = [("POST", "/api/contacts"), ("PUT", "/api/contacts/{id}"), ("POST", "/api/activities"), ("POST", "/api/pipedrive/sync"),
          ("PUT", "/api/me"), ("PUT", "/api/me/pipedrive-key"), ("POST", "/api/tokens"), ("POST", "/api/users"),
          ("POST", "/api/auth/login"), ("POST", "/api/pipedrive/retry")]  # fmt: skip
# a subset of nothing changes nothing
HARMLESS = {("PUT", "/api/contacts/{id}", "name is a number")}


@pytest.mark.parametrize(("method", "path"), BODIES)
def test_hostile_json_is_a_4xx(gwen, ada, jane, method, path):
    who = gwen if "users" in path else ada
    for name, body in HOSTILE.items():
        answer = raw(who, method, path.format(id=jane.id), body)
        assert 400 <= answer.status_code < 500, (name, answer.status_code, answer.text)
        assert is_refusal(answer, answer.status_code)
        said = answer.text.replace('"canary":"There is no such field."', "")
        assert "canary" not in said, name
        assert len(answer.content) < 1_000_000, name
    assert [one["name"] for one in ask(ada, "GET", "/api/contacts").json()["items"]] == ["Jane Roe"]


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", ""],
)
def test_a_body_that_does_not_say_it_is_json_is_refused(ada, kind):
    answer = raw(ada, "POST", "/api/contacts", b'{"name": "Jane"}', kind)
    assert is_refusal(answer, 415, "NotJson")
    assert "application/json" in answer.json()["detail"]


def test_an_unknown_address_and_an_unknown_method_are_json_too(ada):
    for path in (
        "/api/nothing",
        "/api/",
        "/api/contacts/",
        "/api/contacts/export.xlsx/x",
        "/api/openapi.json",
        "/api/docs",
    ):
        assert is_refusal(ask(ada, "GET", path), 404, "NotFound")
    answer = ask(ada, "PATCH", "/api/contacts")
    assert is_refusal(answer, 405, "MethodNotAllowed")
    assert set(re.findall(r"\w+", answer.headers["allow"])) >= {"GET"}


@pytest.mark.parametrize(
    "path", ["/api/contacts/canary", "/api/activities/canary", "/api/contacts/%00", "/api/contacts/1"]
)
def test_an_id_that_is_none_is_a_422(ada, path):
    answer = ask(ada, "GET", path)
    assert is_refusal(answer, 422, "Invalid")
    assert "canary" not in answer.text


def test_a_bug_is_a_500_without_its_words(ada, database):
    with psycopg.connect(database, autocommit=True) as line:
        line.execute("alter table contacts rename column notes to canary")
        try:
            answer = ask(ada, "GET", "/api/contacts")
        finally:
            line.execute("alter table contacts rename column canary to notes")
    assert is_refusal(answer, 500, "Broken")
    assert answer.json() == {
        "error": "Broken", "detail": "Something broke on our side. Nothing was saved.", "request_id": "r-1"
    }  # fmt: skip


def test_the_document_describes_every_route_with_an_example_for_every_body():
    document = api.document()
    routes = {(method, path): route for path, methods in document["paths"].items() for method, route in methods.items()}
    assert len(routes) > 30
    for (method, path), route in routes.items():
        assert path.startswith("/api/")
        assert {"401", "404", "422"} <= route["responses"].keys(), path
        for kind, body in route.get("requestBody", {}).get("content", {}).items():
            assert kind != "application/json" or body["examples"], (method, path)


def test_the_examples_are_taken(ada, gwen, jane):
    """An example that the server refuses would be worse than none."""
    for path, method in (
        ("/api/contacts", "post"),
        ("/api/activities", "post"),
        ("/api/pipedrive/sync", "post"),
        ("/api/tokens", "post"),
        ("/api/users", "post"),
    ):
        body = api.document()["paths"][path][method]["requestBody"]["content"]["application/json"]
        for example in body["examples"].values():
            typed = dict(example["value"])
            if "contact_id" in typed:
                typed["contact_id"] = str(jane.id)
            query = "?force=true" if path.endswith("contacts") else ""
            answer = ask(gwen if "users" in path else ada, method.upper(), f"{path}{query}", typed)
            assert answer.status_code in {201, 202}, (path, answer.text)


def test_the_document_is_not_served():
    assert TestClient(FastAPI(openapi_url=None)).get("/openapi.json").status_code == 404
    assert client.get("/openapi.json").status_code == 404
