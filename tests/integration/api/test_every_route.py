"""What holds on every route, whoever wrote it: asked of each one by machine."""

import re
from uuid import UUID, uuid4

import psycopg
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from app import api
from app.api.core.routing import Route
from tests.support.api_client import DOCUMENT, ask, is_refusal
from tests.support.database_reset import kept
from tests.support.route_table import FILE, TABLE, named, sent, shape

WRONG = {
    "integer": [True, "1", 1.5],
    "number": [True, "1"],
    "boolean": [1, "true", "yes"],
    "string": [1, True, ["x"]],
    "array": [{}, "x"],
    "object": [[], "x", 1],
    "date-time": ["0", "1700000000", 1700000000, True, "yesterday"],
    "date": ["0", 20000, "01.02.2026"],
}
POSTS = [row for row in TABLE if row.method == "POST" and "/auth/" not in row.path]
BODIES = [row for row in TABLE if row.body and row.body is not FILE]
# what one sees this one time: at least as long, and not an id
SECRET = re.compile(r"[A-Za-z0-9_-]{24,}")


@pytest.fixture(autouse=True)
def _empty():
    """What one test here asks changes nothing for the next one, or it asks for a firm of its own."""


def row_name(row):
    return f"{row.method} {row.path}"


def person_for(row, firm):
    """Somebody whose question is taken."""
    role = "owner" if row.expected("owner") < 400 else "golden"
    return firm.people[role]


def operation(row):
    path = next(one for one in DOCUMENT["paths"] if shape(one) == shape(row.path.partition("?")[0]))
    return DOCUMENT["paths"][path][row.method.lower()]


def resolved(schema):
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def body_fields(row):
    """The fields of a body, each with its schema where it is not null."""
    schema = resolved(operation(row)["requestBody"]["content"]["application/json"]["schema"])
    for name, field in schema["properties"].items():
        choices = [resolved(one) for one in field.get("anyOf", [field])]
        yield name, next(one for one in choices if one.get("type") != "null")


def test_the_document_is_valid_openapi_3_1():
    assert DOCUMENT["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_every_answer_of_the_document_says_what_it_is():
    for path, routes in DOCUMENT["paths"].items():
        for method, described in routes.items():
            good = {status: one for status, one in described["responses"].items() if status[0] == "2"}
            assert good, (method, path)
            for status, one in good.items():
                assert status == "204" or all(kind["schema"] for kind in one["content"].values()), (method, path)
            assert {"400", "401", "403", "404", "422", "429", "500", "503"} <= described["responses"].keys()


def test_every_route_is_one_of_ours():
    assert [route for resource in api.RESOURCES for route in resource.router.routes if type(route) is not Route] == []


@pytest.mark.sweep
@pytest.mark.parametrize("row", TABLE, ids=row_name)
def test_an_unknown_parameter_is_refused_by_name(still, row):
    mark = "&" if "?" in row.path else "?"
    path = f"{row.path.format(**still.ids)}{mark}warmnes_min=7"
    answer = ask(person_for(row, still), row.method, path, **sent(row, still))
    assert is_refusal(answer, 422, "Invalid")
    assert list(answer.json()["fields"]) == ["warmnes_min"]
    assert "parameter" in answer.json()["detail"]


@pytest.mark.parametrize("row", [row for row in TABLE if row.body is None and row.method != "GET"], ids=row_name)
def test_a_body_where_none_is_taken_is_refused(still, row):
    answer = ask(person_for(row, still), row.method, row.path.format(**still.ids), {"colour": "red"})
    assert is_refusal(answer, 422, "Invalid")
    assert answer.json()["fields"] == {"colour": "There is no such field."}


def test_a_parameter_that_is_given_twice_is_refused(still):
    answer = ask(still.people["owner"], "GET", "/api/contacts?limit=1&limit=2")
    assert is_refusal(answer, 422, "Invalid")
    assert answer.json()["fields"] == {"limit": "Give this once."}


def test_an_unknown_part_of_a_form_is_refused(still):
    answer = ask(still.people["owner"], "POST", "/api/contacts/import", files=FILE, data={"maping": "{}"})
    assert is_refusal(answer, 422, "Invalid")
    assert answer.json()["fields"] == {"maping": "There is no such field."}


@pytest.mark.parametrize("row", BODIES, ids=row_name)
def test_a_value_of_the_wrong_type_is_refused_by_name(still, row):
    asked = 0
    for name, field in body_fields(row):
        for wrong in WRONG.get(field.get("format"), WRONG.get(field.get("type"), [])):
            body = named(row.body, still) | {name: wrong}
            answer = ask(person_for(row, still), row.method, row.path.format(**still.ids), body)
            assert is_refusal(answer, 422), (name, wrong)
            assert list(answer.json()["fields"]) == [name], (name, wrong)
            asked += 1
    assert asked


def test_a_wrong_type_inside_another_object_is_refused_too(still):
    wish = {
        "verb": "LOG",
        "contact_ids": [still.ids["contact_id"]],
        "touch": {"type": "CALL", "duration_minutes": True},
    }
    answer = ask(still.people["owner"], "POST", "/api/contacts/bulk", wish)
    assert is_refusal(answer, 422)
    assert list(answer.json()["fields"]) == ["touch"]


@pytest.mark.parametrize(
    "query",
    ["/api/activities?from=0", "/api/activities?to=1700000000", "/api/campaigns/{campaign_id}/report?from=0"],
)
def test_a_time_in_the_address_is_written_as_one(still, query):
    assert is_refusal(ask(still.people["owner"], "GET", query.format(**still.ids)), 422, "Invalid")


def test_a_choice_that_is_none_is_answered_with_the_choices(still):
    """In bodies and addresses: the words that can be sent, without quotes and without names of the code."""
    asked = 0
    for row in TABLE:
        path, who = row.path.format(**still.ids), person_for(row, still)
        fields = body_fields(row) if row in BODIES else ()
        wishes = [
            (field, lambda name=name, row=row, path=path, who=who: ask(who, row.method, path, named(row.body, still) | {name: "FOO"}))
            for name, field in fields
        ]  # fmt: skip
        if "?" not in row.path:
            for one in operation(row).get("parameters", ()):
                if one.get("in") == "query":
                    kinds = [resolved(kind) for kind in one["schema"].get("anyOf", [one["schema"]])]
                    field = {
                        "enum": [
                            word
                            for kind in kinds
                            for word in [*kind.get("enum", ()), *([kind["const"]] if "const" in kind else [])]
                        ]
                    }
                    wishes.append((field, lambda one=one, row=row, path=path, who=who: ask(who, row.method, f"{path}?{one['name']}=FOO", **sent(row, still))))  # fmt: skip
        for field, asking in wishes:
            if words := field.get("enum"):
                said = next(iter(asking().json()["fields"].values()))
                assert not re.search(r"['\"<>]", said), said
                assert any(word in said for word in words), said
                asked += 1
    assert asked > 20


@pytest.mark.parametrize("row", POSTS, ids=row_name)
def test_a_post_that_is_sent_again_does_nothing_twice(fresh, url, row):
    who, path, key = person_for(row, fresh), row.path.format(**fresh.ids), {"idempotency-key": str(uuid4())}
    first = ask(who, "POST", path, headers=key, **sent(row, fresh))
    if first.status_code >= 400:
        assert min(row.answers) >= 400
        return
    before = kept(url)
    again = ask(who, "POST", path, headers=key, **sent(row, fresh))
    assert kept(url) == before
    answers = stored_answers(url)
    if again.status_code == 409:
        assert is_refusal(again, 409, "Conflict")
        assert again.json()["detail"] == "This was made already; it is shown once."
        assert answers == [None]
    else:
        assert (again.status_code, again.content) == (first.status_code, first.content)
        secrets = [one for one in SECRET.findall(first.text) if not is_id(one)]
        assert secrets == [], "an answer with a secret is kept: derive it from ShownOnce"
    other = {"data": {"dry_run": "true"}} if row.body is FILE else {}
    path = f"{path}?dry_run=false" if "dry_run" in str(operation(row).get("parameters")) else path
    if other or "?" in path:
        changed = ask(who, "POST", path, headers=key, **sent(row, fresh), **other)
        assert is_refusal(changed, 409, "Conflict")


def stored_answers(url):
    with psycopg.connect(url) as line:
        return [answer for (answer,) in line.execute("select answer from idempotency_keys")]


def is_id(text):
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def test_only_what_writes_nothing_is_kept_apart_from_what_it_did():
    """A POST without the route's own transaction could be done, and its answer lost."""
    from app.api.core.idempotency import Repeats

    apart = {
        route.path
        for resource in api.RESOURCES
        for route in resource.router.routes
        if (repeats := Repeats(route)).applies and not repeats.has_transaction
    }
    assert apart == {"/pipedrive/look", "/me/passkeys/begin"}


@pytest.mark.parametrize("row", [row for row in TABLE if row.method == "GET"], ids=row_name)
def test_what_the_reader_has_already_is_not_sent_again(still, row):
    who, path = person_for(row, still), row.path.format(**still.ids)
    first = ask(who, "GET", path)
    is_json = first.headers["content-type"].startswith("application/json")
    if first.status_code != 200 or not is_json or "export" in path:
        return
    again = ask(who, "GET", path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.sweep
@pytest.mark.parametrize("path", DOCUMENT["paths"])
def test_a_method_that_an_address_has_not_is_answered_with_those_that_it_has(still, path):
    there = {method.upper() for method in DOCUMENT["paths"][path]}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - there:
        asked = re.sub(r"\{\w+\}", str(uuid4()), path)
        answer = ask(still.people["owner"], method, asked)
        if answer.status_code == 422:
            assert "This is not an id." in answer.text  # a fixed address below one with an id in its place
            continue
        assert is_refusal(answer, 405, "MethodNotAllowed")
        allowed = set(answer.headers["allow"].split(", "))
        assert there <= allowed
        assert method not in allowed


LISTS = [
    row
    for row in TABLE
    if row.method == "GET" and {"limit", "cursor"} <= {one.get("name") for one in operation(row).get("parameters", ())}
]


@pytest.mark.parametrize("row", LISTS, ids=row_name)
def test_the_pages_of_a_list_are_the_list(still, row):
    """One by one, nothing twice and nothing missing."""
    path = row.path.format(**still.ids)
    mark = "&" if "?" in path else "?"
    who = person_for(row, still)
    whole = ask(who, "GET", f"{path}{mark}limit=200").json()
    assert whole["next_cursor"] is None
    seen, cursor = [], ""
    while cursor is not None:
        page = ask(who, "GET", f"{path}{mark}limit=1{cursor}").json()
        assert len(page["items"]) <= 1
        seen += page["items"]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert seen == whole["items"]


def test_every_list_has_pages():
    without = {
        row.path
        for row in TABLE
        if row.method == "GET"
        and "next_cursor"
        in str(
            resolved(
                operation(row)["responses"]["200"].get("content", {}).get("application/json", {}).get("schema", {})
            )
        )
        and row not in LISTS
    }
    assert without == {"/api/contacts/suggested"}
