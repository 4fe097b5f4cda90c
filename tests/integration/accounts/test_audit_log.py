"""The audit trail is read by golden tickets alone, and names no contact."""

import ast
import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app import db
from app.errors import Forbidden
from app.models import ActivityDraft, ActivityType, Role, UndoKind, User, now
from app.services.accounts import users
from app.services.activities import activity_log
from app.services.base import audit_log, audit_log_reader
from app.services.base.audit_log_reader import Wanted
from app.services.base.audit_words import WORDS
from app.services.contacts import contact_bank
from app.web.auth.identity import Identity
from app.web.public import calendar_routes
from tests.support import world
from tests.support.api_client import ask, is_refusal, raw

SOURCES = Path(__file__).parents[3] / "app"


def read(who, *given, **named):
    with db.reading() as session:
        return audit_log_reader.read(session, who, *given, **named).items


def test_only_a_golden_ticket_reads_it(ada, gwen):
    with pytest.raises(Forbidden):
        read(ada)
    assert read(gwen) == []


def test_colleagues_have_names_and_contacts_have_none(ada, gwen):
    jane = world.contact(ada, "Jane Canary")
    with db.transaction() as session:
        contact_bank.trash(session, ada, jane.id)
        users.change_role(session, gwen, ada.id, Role.GOLDEN_TICKET)
    newest, *_ = lines = read(gwen)
    assert (newest.actor, newest.action, newest.about) == (gwen.name, "user.role", ada.name)
    assert "Canary" not in str(lines)
    assert {line.actor for line in lines} <= {ada.name, gwen.name}


def test_it_is_read_page_by_page_and_kind_by_kind(gwen):
    with db.transaction() as session:
        for number in range(7):
            audit_log.record(session, gwen, "sign_in" if number % 2 else "contacts.exported", "")
    with db.reading() as session:
        first = audit_log_reader.read(session, gwen, limit=4)
        rest = audit_log_reader.read(session, gwen, after=first.next_cursor, limit=4)
    assert (len(first.items), len(rest.items), rest.next_cursor) == (4, 3, None)
    assert len({line.id for line in first.items + rest.items}) == 7
    assert {line.action for line in read(gwen, Wanted("access"))} == {"sign_in"}
    assert {line.action for line in read(gwen, Wanted("data"))} == {"contacts.exported"}


def test_it_is_searched_by_who_what_and_whom(ada, bo, gwen):
    with db.transaction() as session:
        users.change_role(session, gwen, ada.id, Role.GOLDEN_TICKET)
        audit_log.record(session, bo, "sign_in", "")
    assert [line.action for line in read(gwen, Wanted(q="bo berg"))] == ["sign_in"]
    assert [line.action for line in read(gwen, Wanted(q="ada role"))] == ["user.role"]
    assert [line.action for line in read(gwen, Wanted(q="changed the ROLE"))] == ["user.role"]
    assert read(gwen, Wanted(q="ada signed")) == []
    assert read(gwen, Wanted(q="%")) == []
    tomorrow = now().date() + timedelta(days=2)
    assert read(gwen, Wanted(since=tomorrow)) == []
    assert len(read(gwen, Wanted(until=tomorrow))) == 2


def test_it_is_a_file_with_the_same_filters_and_taking_it_out_is_in_it(ada, bo, gwen):
    with db.transaction() as session:
        audit_log.record(session, bo, "sign_in", "")
        audit_log.record(session, ada, "sign_out", "", note="=cmd()")
    assert is_refusal(ask(ada, "GET", "/api/audit.csv"), 403, "Forbidden")
    assert is_refusal(ask(ada, "GET", "/api/audit"), 403, "Forbidden")
    answer = ask(gwen, "GET", "/api/audit.csv?q=bo")
    assert answer.headers["content-type"].startswith("text/csv")
    head, line, end = answer.content.decode("utf-8-sig").split("\r\n")
    assert head == "When,What,Who,Action,About,Detail"
    assert "Bo Berg signed in,Bo Berg,sign_in" in line
    assert end == ""
    (newest, *_) = ask(gwen, "GET", "/api/audit").json()["items"]
    assert (newest["action"], newest["actor"]) == ("audit.exported", "Gwen Gold")


REFUSED = [
    ("GET", "/api/contacts/{}", None),
    ("PUT", "/api/contacts/{}", {"notes": "x"}),
    ("DELETE", "/api/contacts/{}", None),
    ("POST", "/api/activities", {"type": "CALL", "contact_id": "{}"}),
    ("GET", "/api/pipedrive/status?contact_id={}", None),
    ("POST", "/api/contacts/bulk", {"verb": "TRASH", "contact_ids": ["{}"]}),
]


@pytest.mark.parametrize(("method", "path", "body"), REFUSED, ids=str)
def test_a_refused_access_to_a_colleagues_row_is_in_it(ada, bo, gwen, method, path, body):
    jane = world.contact(ada, "Jane Canary")
    sent = json.loads(json.dumps(body).replace("{}", str(jane.id))) if body else None
    for _ in range(2):
        ask(bo, method, path.format(jane.id), sent)
    (line,) = read(gwen, Wanted(q="refused"))
    assert (line.actor, line.about, line.about_id) == ("Bo Berg", "Ada Lind", str(jane.id))
    assert line.sentence == "Bo Berg asked for something that is Ada Lind's alone, and was refused"
    assert "Canary" not in str(line)


SPELLED = [
    lambda one: one.replace("-", ""),
    lambda one: one.upper(),
    lambda one: f"{{{one}}}",
    lambda one: f"urn:uuid:{one}",
    # as JSON may write any letter
    lambda one: "".join(f"\\u{ord(letter):04x}" for letter in one),
]


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON", "application/merge-patch+json"])
@pytest.mark.parametrize("spelled", range(len(SPELLED)))
def test_no_spelling_of_an_id_keeps_a_refused_access_out_of_it(ada, bo, gwen, jane, spelled, kind):
    named = SPELLED[spelled](str(jane.id))
    if "\\" not in named:
        assert ask(bo, "GET", f"/api/contacts/{named}").status_code == 404
        assert [line.about_id for line in read(gwen, Wanted(q="refused"))] == [str(jane.id)]
        assert ask(bo, "GET", f"/api/pipedrive/status?contact_id={named}").status_code == 404
    other = world.contact(ada, "Another")
    body = f'{{"type": "CALL", "contact_id": "{SPELLED[spelled](str(other.id))}"}}'
    assert raw(bo, "POST", "/api/activities", body.encode(), kind).status_code == 404
    assert read(gwen, Wanted(q="refused"))[0].about_id == str(other.id)


def test_a_file_at_a_plain_address_that_was_refused_is_in_it_too(ada, bo, gwen, jane):
    draft = ActivityDraft(type=ActivityType.MEETING, due_date=now() + timedelta(days=1))
    with db.transaction() as session:
        meeting = activity_log.log(session, session.get_one(User, ada.id), jane.id, draft)
    files = FastAPI()
    files.include_router(calendar_routes.routes())

    async def signed_in(scope, receive, send):
        facts = {"request_id": "r-1", "identity": Identity(bo.id, bo.role, "token", session_id=uuid4())}
        await files(dict(scope, state=facts), receive, send)

    assert TestClient(signed_in).get(f"/meetings/{meeting.id}.ics").status_code == 404
    assert [line.about_id for line in read(gwen, Wanted(q="refused"))] == [str(meeting.id)]


def test_a_crowd_of_ids_hides_none_of_them(ada, bo, gwen, jane):
    crowd = [str(uuid4()) for _ in range(4_990)]
    ids = [*crowd[:3000], str(jane.id), *crowd[3000:]]
    assert ask(bo, "POST", "/api/contacts/bulk", {"verb": "TRASH", "contact_ids": ids}).status_code == 200
    assert [line.about_id for line in read(gwen, Wanted(q="refused"))] == [str(jane.id)]


def test_what_is_ones_own_or_nobodys_is_no_refused_access(ada, gwen, jane):
    assert ask(ada, "POST", f"/api/contacts/{jane.id}/restore").status_code == 404
    assert ask(ada, "GET", f"/api/contacts/{uuid4()}").status_code == 404
    ask(ada, "POST", "/api/contacts/bulk", {"verb": "TAG", "tag": "x", "contact_ids": [str(jane.id)]})
    assert read(gwen, Wanted(q="refused")) == []


def test_everything_that_is_written_down_has_words():
    """An action without words would show its bare name."""
    written = set()
    for file in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit_log.record" and len(node.args) > 2:
                written |= {part.value for part in ast.walk(node.args[2]) if isinstance(part, ast.Constant)}
    # two are put together from what a deed is
    firms = {kind for kind in UndoKind if kind.value.startswith("FIRM_")}
    deeds = {f"organisation.{kind.value.lower()}" for kind in firms}
    deeds |= {f"contacts.{kind.value.lower()}" for kind in set(UndoKind) - firms - {UndoKind.MERGE}}
    assert deeds - set(WORDS) == set()
    known = {action for action in written if isinstance(action, str) and "." in action and not action.endswith(".")}
    assert len(known) > 40
    assert known - set(WORDS) == set()
