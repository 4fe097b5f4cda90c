"""The audit trail is read by golden tickets alone, and names no contact."""

import ast
from pathlib import Path

import pytest

from app import db
from app.errors import Forbidden
from app.models import Role, UndoKind
from app.pages.team.audit_log_page import WORDS
from app.services.accounts import users
from app.services.base import audit_log, audit_log_reader
from app.services.contacts import contact_bank
from tests.support import world

SOURCES = Path(__file__).parents[3] / "app"


def read(who, *given, **named):
    with db.reading() as session:
        return audit_log_reader.read(session, who, *given, **named)


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
    first = read(gwen, limit=4)
    rest = read(gwen, before=first[-1].id, limit=4)
    assert (len(first), len(rest)) == (4, 3)
    assert len({line.id for line in first + rest}) == 7
    assert {line.action for line in read(gwen, "access")} == {"sign_in"}
    assert {line.action for line in read(gwen, "data")} == {"contacts.exported"}


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
