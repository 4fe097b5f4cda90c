"""EX-01, EX-02: what goes out is one's own, harmless in a spreadsheet, and comes back unchanged."""

import csv
import io

import world
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from app import db
from app.models import AuditEvent, Contact, ContactDraft, Organisation, now
from app.services import contacts, exports, imports

FACTS = ("name", "emails", "phones", "job_title", "linkedin_url", "notes", "tags", "warmness_score", "cadence_days", "last_contacted")  # fmt: skip
FORMULAS = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "'=1",
    "'t Hooft",
    "plain, text",
    'a "quote"',
    "ü\n=2",
]


def export(who):
    with db.transaction() as session:
        return exports.csv(session, who).decode()


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def facts(who):
    with db.reading() as session:
        query = select(Contact, Organisation.name).outerjoin(Organisation, Organisation.id == Contact.organisation_id)
        found = session.exec(query.where(Contact.user_id == who.id, Contact.deleted_at.is_(None))).all()
    return sorted(([repr(getattr(row, fact)) for fact in FACTS] + [repr(firm)] for row, firm in found))


def test_an_export_holds_ones_own_bank_and_nothing_else(ada, bo, gwen, jane, john):
    world.contact(bo, "Bos Secret")
    with db.transaction() as session:
        contacts.trash(session, ada, john.id)
    assert [row["name"] for row in rows(export(ada))] == ["Jane Roe"]
    assert [row["name"] for row in rows(export(gwen))] == []
    assert rows(export(ada))[0]["phone"] == "+49301234567"


def test_an_export_leaves_a_trail_without_anybodys_data(ada, jane):
    export(ada)
    with db.reading() as session:
        [event] = session.exec(select(AuditEvent).where(AuditEvent.action == "contacts.exported")).all()
    assert (event.actor, event.detail) == (str(ada.id), {"rows": 1})


def test_no_cell_is_a_formula(ada):
    for number, text in enumerate(FORMULAS):
        name = f"{text} {number}".strip().replace("\t", "").replace("\r", "").replace("\n", " ")
        world.contact(ada, name, notes=text, tags=["=tag", "a,b;c"], organisation=f"={number}", job_title="@boss")
    out = list(csv.reader(io.StringIO(export(ada), newline="")))
    assert len(out) == len(FORMULAS) + 1
    assert not [cell for row in out for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_an_empty_bank_exports_and_imports_as_nothing(ada):
    with db.transaction() as session:
        assert imports.take(session, ada, export(ada).encode(), "x.csv").new == 0


TEXT = st.characters(exclude_categories=["Cs", "Cc"])
LINE = st.one_of(
    st.sampled_from(["=1+1", "+49", "-x", "@me", "'=1", "''", '"', ";", ",", "a, b; c", "Łódź", "'t Hooft", "|"]),
    st.text(TEXT, min_size=1, max_size=30),
).filter(lambda text: text.strip() and text.isprintable())
# a letter whose lower case is longer than itself, or changes twice, is no tag that could have been stored
TAG = LINE.map(str.lower).filter(lambda text: text.lower() == text and len(text) <= 40)
NOTES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60),
    st.sampled_from(["=1\r\n=2", "\r", "\n", " ", "x" * 3_999 + "=" + "y" * 5_000, "\t\t", '"""', "'" * 4_001]),
)
PERSON = st.fixed_dictionaries(
    {
        "name": LINE,
        "emails": st.lists(st.sampled_from(["", "+x", "=y", "-z", "a.b", "o'c"]), max_size=3, unique=True),
        "phones": st.lists(st.integers(1_000_000, 9_999_999), max_size=3, unique=True),
        "organisation": st.none() | LINE,
        "job_title": st.none() | LINE,
        "linkedin_url": st.none() | st.just("https://linkedin.example/in/x?a=1,2;3"),
        "notes": NOTES,
        "tags": st.lists(TAG, max_size=4),
        "warmness_score": st.integers(0, 10),
        "cadence_days": st.none() | st.integers(1, 730),
    }
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(PERSON, max_size=6), spoken=st.booleans())
def test_export_and_import_into_an_empty_bank_is_the_identity(ada, bo, people, spoken):
    empty(ada, bo)
    with db.transaction() as session:
        for number, person in enumerate(people):
            typed = person | {
                # what tells people apart is theirs alone, else two of them are one
                "name": f"{person['name']} {number}",
                "emails": [f"{local}{number}@x{place}.example" for place, local in enumerate(person["emails"])] or [f"p{number}@x.example"],
                "phones": [f"+4930{phone}{number}" for phone in person["phones"]],
            }  # fmt: skip
            row = contacts.add(session, ada, ContactDraft(**typed), keep_both=True)
            row.last_contacted = now() if spoken else None
    with db.transaction() as session:
        report = imports.take(session, bo, export(ada).encode(), "x.csv")
    assert report.errors == []
    assert facts(bo) == facts(ada)
    assert export(bo) == export(ada)


def empty(*people):
    with db.transaction() as session:
        for table in (Contact, Organisation):
            for row in session.exec(select(table).where(table.user_id.in_([who.id for who in people]))):
                session.delete(row)
            session.flush()
