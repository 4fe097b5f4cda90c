"""A file in, a file out, over HTTP; what a file may hold is the importer's own business and tested there."""

import csv
import io
import json
from uuid import uuid4

import pytest
from sqlmodel import select

from app import db
from app.models import Contact
from app.services.imports import import_files
from tests.support.api_client import ask, is_refusal

PEOPLE = b"Name,E-mail,Company\nJane Roe,jane@acme.example,ACME Ltd\nZoe Zed,zoe@zed.example,\n"


def send(who, data=PEOPLE, query="", **form):
    return ask(who, "POST", f"/api/contacts/import{query}", files={"file": ("people.csv", data, "text/csv")}, data=form)


def names() -> list[str]:
    with db.reading() as session:
        return sorted(session.exec(select(Contact.name).where(Contact.deleted_at == None)).all())  # noqa: E711 - SQL


def test_a_file_is_taken_in_once_and_taken_back(ada):
    answer = send(ada)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["new"], body["updated"], body["duplicates"], body["errors"]) == (2, 0, 0, [])
    assert names() == ["Jane Roe", "Zoe Zed"]
    again = send(ada).json()
    assert (again["new"], again["duplicates"]) == (0, 2)
    undone = ask(ada, "DELETE", f"/api/imports/{body['batch_id']}")
    assert (undone.status_code, undone.json()["trashed"], names()) == (200, 2, [])


def test_a_file_is_read_without_a_connection_and_a_strangers_not_at_all(ada, monkeypatch):
    held, read_files = [], import_files.read_files

    def watched(*given, **named):
        held.append(db.engine.pool.checkedout())
        return read_files(*given, **named)

    monkeypatch.setattr(import_files, "read_files", watched)
    assert send(None).status_code == 401
    assert held == []
    assert send(ada).status_code == 200
    assert held == [0]


@pytest.mark.parametrize("where", ["form", "address"])
def test_a_dry_run_writes_nothing(ada, where):
    answer = send(ada, dry_run="true") if where == "form" else send(ada, query="?dry_run=true")
    assert (answer.json()["new"], answer.json()["batch_id"]) == (2, None)
    assert names() == []


def test_bad_rows_are_named_and_good_ones_taken(ada):
    body = send(ada, PEOPLE + b"Bad Mail,nonsense,\n").json()
    assert (body["new"], body["errors"]) == (3, [])
    assert [(one["row"], one["column"]) for one in body["warnings"]] == [(4, "E-mail")]
    assert body["warnings"][0]["detail"].endswith(".")
    nobody = send(ada, b"Name,Phone\n,030 1234567\n").json()
    assert [(one["row"], one["column"]) for one in nobody["errors"]] == [(2, "name")]


def test_a_mapping_says_what_a_column_means(ada):
    data = b"Wer,Wo\nJane Roe,ACME Ltd\n"
    answer = send(ada, data, mapping=json.dumps({"Wer": "name", "Wo": "organisation"}))
    assert answer.json()["new"] == 1, answer.text
    assert ask(ada, "GET", "/api/contacts").json()["items"][0]["organisation"] == "ACME Ltd"


@pytest.mark.parametrize(
    "mapping", ["x", "[]", "5", '{"a": 5}', "[" * 15_000, '{"Name": "password_hash"}', '{"\\ud800": "name"}']
)
def test_a_mapping_that_makes_no_sense_is_a_422(ada, mapping):
    assert is_refusal(send(ada, mapping=mapping), 422, "Invalid")
    assert names() == []


@pytest.mark.parametrize("data", [b"", b"\0\0\0", b"\xff\xfe\x00", b"\x89PNG\r\n\x1a\n" + bytes(100)])
def test_what_is_no_table_is_a_422(ada, data):
    assert is_refusal(send(ada, data), 422, "Invalid")


def test_five_megabytes_are_the_most(ada):
    assert is_refusal(send(ada, b"Name\n" + b"x" * (5 * 1024 * 1024)), 413, "TooLarge")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PEOPLE, "text/csv"),
        (b"{}", "application/json"),
        (b"", "multipart/form-data"),
        (b"garbage", "multipart/form-data; boundary=x"),
    ],
)
def test_what_is_not_multipart_is_refused(ada, content, kind):
    answer = ask(ada, "POST", "/api/contacts/import", content=content, headers={"content-type": kind})
    assert 400 <= answer.status_code < 500
    assert is_refusal(answer, answer.status_code)


def test_an_import_is_taken_back_by_whose_it_is(ada, bo):
    batch = send(ada).json()["batch_id"]
    for who, batch_id in ((bo, batch), (ada, uuid4())):
        assert is_refusal(ask(who, "DELETE", f"/api/imports/{batch_id}"), 404, "NotFound")
    assert len(names()) == 2


def test_the_export_is_my_own_bank_as_an_attachment(ada, bo, jane, john):
    answer = ask(ada, "GET", "/api/contacts/export.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="contacts.csv"'
    assert [row["name"] for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))] == [
        "Jane Roe",
        "John Öström",
    ]
    assert "Jane" not in ask(bo, "GET", "/api/contacts/export.csv").text
