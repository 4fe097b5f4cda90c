"""What goes out is one's own, harmless in a spreadsheet, right on a phone, and comes back unchanged."""

import csv
import io
import re
from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile

import openpyxl
import pytest
import vobject
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from app import api, db
from app.api.contacts import exports
from app.models import (
    SKIPPED,
    Activity,
    ActivityDraft,
    AuditEvent,
    Contact,
    ContactDraft,
    Organisation,
    PipedriveSync,
    SyncStatus,
    Trigger,
    User,
    new_id,
    now,
)
from app.services.activities import activity_log
from app.services.contacts import contact_bank, vcards
from app.services.contacts.contact_search import Search
from app.services.push_queue import push_jobs
from tests.support import world
from tests.support.api_client import ask
from tests.support.exported_banks import bank_facts, empty_banks, exported
from tests.support.imported_files import take_files

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
    return exported(who).decode("utf-8-sig")


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_an_export_holds_ones_own_bank_and_nothing_else(ada, bo, gwen, jane, john):
    world.contact(bo, "Bos Secret")
    with db.transaction() as session:
        contact_bank.trash(session, ada, john.id)
    assert [row["name"] for row in rows(export(ada))] == ["Jane Roe"]
    assert [row["name"] for row in rows(export(gwen))] == []
    assert rows(export(ada))[0]["phone"] == "+49301234567"


def test_an_export_leaves_a_trail_without_anybodys_data(ada, jane):
    export(ada)
    with db.reading() as session:
        [event] = session.exec(select(AuditEvent).where(AuditEvent.action == "contacts.exported")).all()
    assert (event.actor, event.detail) == (str(ada.id), {"rows": 1, "format": "csv"})


def test_no_cell_is_a_formula(ada):
    for number, text in enumerate(FORMULAS):
        name = f"{text} {number}".strip().replace("\t", "").replace("\r", "").replace("\n", " ")
        world.contact(ada, name, notes=text, tags=["=tag", "a,b;c"], organisation=f"={number}", job_title="@boss")
    out = list(csv.reader(io.StringIO(export(ada), newline="")))
    assert len(out) == len(FORMULAS) + 1
    assert not [cell for row in out for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_an_empty_bank_exports_and_imports_as_nothing(ada):
    assert take_files(ada, ("x.csv", export(ada).encode())).new == 0


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
    empty_banks(ada, bo)
    with db.transaction() as session:
        for number, person in enumerate(people):
            typed = person | {
                # what tells people apart is theirs alone, else two of them are one
                "name": f"{person['name']} {number}",
                "emails": [f"{local}{number}@x{place}.example" for place, local in enumerate(person["emails"])] or [f"p{number}@x.example"],
                "phones": [f"+4930{phone}{number}" for phone in person["phones"]],
            }  # fmt: skip
            row = contact_bank.add(session, ada, ContactDraft(**typed), keep_both=True)
            row.last_contacted = now() if spoken else None
    report = take_files(bo, ("x.csv", export(ada).encode()))
    assert report.errors == []
    assert bank_facts(bo) == bank_facts(ada)
    assert export(bo) == export(ada)


def test_the_workbook_holds_the_same_rows_with_numbers_and_dates(ada, jane):
    world.contact(ada, "=1+1", notes="=cmd\x0b|x", tags=["=tag", "a,b"], phone="+49301234567", warmness_score=0)
    with db.transaction() as session:
        row = session.get_one(Contact, jane.id)
        row.last_contacted = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    sheet = openpyxl.load_workbook(io.BytesIO(exported(ada, "xlsx"))).active
    headings, formula, known = (list(line) for line in sheet.iter_rows())
    texts = [cell.value for cell in headings]
    found = dict(zip(texts, known, strict=True))
    assert texts == list(rows(export(ada))[0])
    assert (found["name"].value, found["warmness_score"].value) == ("Jane Roe", 5)
    # Berlin, before the hour that the clocks skip
    assert found["last_contacted"].value == datetime(2026, 3, 29, 1, 30)  # noqa: DTZ001 - Excel knows no zones
    assert {cell.data_type for cell in formula if cell.value is not None} == {"s", "n"}
    assert [cell.value for cell in formula][:1] == ["=1+1"]
    assert formula[0].quotePrefix
    assert formula[texts.index("notes")].value == "=cmd\ufffd|x"
    assert formula[texts.index("warmness_score")].value == 0


def test_the_workbook_of_an_empty_bank_opens(ada):
    sheet = openpyxl.load_workbook(io.BytesIO(exported(ada, "xlsx"))).active
    assert [cell.value for cell in sheet[1]][:3] == ["name", "email", "phone"]


def test_a_card_says_what_a_phone_wants_to_know(ada, jane):
    with db.transaction() as session:
        contact_bank.change(session, ada, jane.id, {
            "job_title": "CFO", "tags": ["energy", "a,b"], "notes": "Likes\r\nboats; cats",
            "linkedin_url": "https://linkedin.example/in/x?a=1,2", "emails": ["jane@acme.example", "j@home.example"],
        })  # fmt: skip
    for version, first in (("3.0", {"TYPE": ["INTERNET", "PREF"]}), ("4.0", {"PREF": ["1"]})):
        (card,) = vobject.readComponents(exported(ada, "vcf", card_version=version).decode())
        assert (card.version.value, card.fn.value, card.n.value.family) == (version, "Jane Roe", "Roe")
        assert [line.value for line in card.email_list] == ["jane@acme.example", "j@home.example"]
        assert card.email.params == first
        assert (card.tel.value, card.org.value, card.title.value) == ("+49301234567", ["ACME Ltd"], "CFO")
        assert card.note.value == "Likes\nboats; cats"
        assert card.url.value == "https://linkedin.example/in/x?a=1%2C2"
        assert card.uid.value == f"urn:uuid:{jane.id}"
    assert r"CATEGORIES:a\,b,energy" in exported(ada, "vcf").decode()


ANY_TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200),
    st.sampled_from(
        [
            "\\n",
            "\\",
            "a;b,c\\;",
            "END:VCARD\r\nBEGIN:VCARD",
            "ü" * 80,
            "\u2028x\u2029",
            "\x85",
            ";" * 76,
            "🛥" * 40,
            "ü" * 36 + "🛥",
        ]
    ),
)


@settings(max_examples=60, deadline=None)
@given(person=PERSON, notes=ANY_TEXT, version=st.sampled_from(["3.0", "4.0"]))
def test_a_card_read_back_says_the_same(person, notes, version):
    typed = ContactDraft(
        **person | {"emails": [], "phones": [f"+4930{number}" for number in person["phones"]], "notes": notes}
    )
    contact = Contact(user_id=new_id(), name=typed.name, notes=typed.notes, phones=typed.phones, tags=typed.tags)
    contact.job_title, contact.organisation = typed.job_title, None
    if typed.organisation:
        contact.organisation = Organisation(user_id=contact.user_id, name=typed.organisation, key="x")
    contact.reindex(None)
    text = vcards.write_card(contact, version).decode()
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    said = dict(line.split(":", 1) for line in text.replace("\r\n ", "").split("\r\n") if line)
    assert (said["BEGIN"], said["END"], said["VERSION"]) == ("VCARD", "VCARD", version)
    # by the standard's own words, not by the library that wrote it
    assert unescaped(said["FN"]) == typed.name
    assert unescaped(said.get("TITLE", "")) == (typed.job_title or "")
    assert unescaped(said.get("ORG", "")) == (typed.organisation or "")
    assert [unescaped(part) for part in re.split(r"(?<!\\)(?:\\\\)*,", said.get("CATEGORIES", ""))] == (
        typed.tags or [""]
    )
    assert unescaped(said.get("NOTE", "")) == (harmless(notes) if notes.strip() else "")
    assert len(list(vobject.readComponents(text))) == 1


def unescaped(text):
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], text)


def harmless(text):
    """What is left of a text when line ends of every kind are one, and control characters are spaces."""
    lines = re.sub("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", "\n", text)
    return re.sub("[\x00-\x08\x0e-\x1b\x1f\x7f]", " ", lines)


def test_every_format_holds_what_the_list_shows_with_the_same_filters(ada, bo, jane, john):
    world.contact(bo, "Jane Bosdotter", warmness_score=9)
    warm, by_warmness = Search(warmness_min=4), Search(sort="-warmness")
    for search, names in (
        (warm, ["Jane Roe"]),
        (by_warmness, ["Jane Roe", "John Öström"]),
        (Search(q="nordic"), ["John Öström"]),
    ):
        assert [row["name"] for row in rows(exported(ada, search=search).decode("utf-8-sig"))] == names
        assert [card.fn.value for card in vobject.readComponents(exported(ada, "vcf", search).decode())] == names
        sheet = openpyxl.load_workbook(io.BytesIO(exported(ada, "xlsx", search))).active
        assert [line[0].value for line in sheet.iter_rows(min_row=2)] == names
        assert [row["Person - Name"] for row in rows(exported(ada, "pipedrive", search).decode("utf-8-sig"))] == names


def test_pipedrives_import_gets_a_row_for_each_meeting_and_nothing_private(ada, jane, john):
    book(ada, jane, subject="Kick-off", location="Oslo", duration_minutes=45, note="=agenda",
         due_date=datetime(2027, 1, 4, 8, 30, tzinfo=UTC))  # fmt: skip
    book(ada, jane, happened_at=datetime(2026, 5, 1, 6, tzinfo=UTC))
    book(ada, jane, subject="Off", outcome="CANCELLED", due_date=datetime(2027, 1, 5, tzinfo=UTC))
    with db.transaction() as session:
        activity_log.log(session, ada, john.id, ActivityDraft(type="CALL", note="private"))
    first, second, third = rows(exported(ada, "pipedrive").decode("utf-8-sig"))
    assert [first["Activity - Due date"], first["Activity - Due time"], first["Activity - Done"]] == [
        "2026-05-01",
        "08:00",
        "Done",
    ]
    assert second == {
        "Person - Name": "Jane Roe", "Person - Email": "jane@acme.example", "Person - Phone": "+49301234567", "Organization - Name": "ACME Ltd",
        "Activity - Subject": "Kick-off", "Activity - Type": "Meeting", "Activity - Due date": "2027-01-04", "Activity - Due time": "09:30",
        "Activity - Duration": "00:45", "Activity - Location": "Oslo", "Activity - Note": "'=agenda", "Activity - Done": "To do",
    }  # fmt: skip
    assert [third["Person - Name"], third["Activity - Subject"], "private" in str(third)] == ["John Öström", "", False]


def test_plan_b_takes_only_what_has_not_reached_pipedrive(ada, jane, john):
    there, here = book(ada, jane, subject="There"), book(ada, jane, subject="Here")
    set_aside, done = world.contact(ada, "Set Aside"), world.contact(ada, "Done")
    with db.transaction() as session:
        session.get_one(Activity, there.id).pipedrive_activity_id = 7
        for contact, status in ((set_aside, SyncStatus.FAILED), (done, SyncStatus.SUCCESS)):
            row = push_jobs.enqueue(session, ada, session.merge(contact), Trigger.MANUAL)
            row = session.get_one(PipedriveSync, row.id)
            row.status, row.error_code = status, SKIPPED if contact is set_aside else None
    found = rows(exported(ada, "pipedrive", waiting_only=True).decode("utf-8-sig"))
    assert [(row["Person - Name"], row["Activity - Subject"]) for row in found] == [("Jane Roe", here.subject)]


def book(who, contact, **facts):
    with db.transaction() as session:
        return activity_log.log(
            session, session.get_one(User, who.id), contact.id, ActivityDraft(type="MEETING", **facts)
        )


@pytest.mark.parametrize(("ending", "kind"), [("csv", "text/csv"), ("xlsx", exports.EXCEL), ("vcf", "text/vcard"), ("pipedrive.csv", "text/csv")])  # fmt: skip
def test_over_the_wires_a_file_is_an_attachment_of_known_length(ada, bo, jane, john, ending, kind):
    answer = ask(ada, "GET", f"/api/contacts/export.{ending}?q=jane")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(kind)
    assert answer.headers["content-disposition"].startswith('attachment; filename="contacts')
    assert int(answer.headers["content-length"]) == len(answer.content)
    if ending != "xlsx":
        assert "Jane Roe" in answer.text
        assert "John" not in answer.text
        assert "Jane" not in ask(bo, "GET", f"/api/contacts/export.{ending}").text
    assert ask(ada, "GET", f"/api/contacts/export.{ending}?warmness_min=11").status_code == 422


def test_a_large_file_waits_on_disk_and_is_closed_when_the_line_breaks(ada, monkeypatch):
    world.contact(ada, "Jane Roe", notes="x" * 9_000)
    monkeypatch.setattr(exports, "IN_MEMORY", 1_000)
    made = []

    class Seen(SpooledTemporaryFile):
        def __init__(self, size):
            super().__init__(size)
            made.append(self)

    monkeypatch.setattr(exports, "SpooledTemporaryFile", Seen)
    assert len(ask(ada, "GET", "/api/contacts/export.csv").content) > 9_000
    assert made[0].closed
    assert made[0]._rolled


def test_the_files_know_every_filter_of_the_list():
    paths = api.document()["paths"]

    def asked(path):
        taken = paths[path]["get"]["parameters"]
        return {item["name"]: item["schema"] for item in taken if item.get("in") == "query"}

    listed = asked("/api/contacts")
    for ending, own in (("csv", set()), ("xlsx", set()), ("vcf", {"version"}), ("pipedrive.csv", {"waiting"})):
        filters = asked(f"/api/contacts/export.{ending}")
        assert {name: filters[name] for name in filters.keys() - own} == {
            name: listed[name] for name in listed.keys() - {"limit", "cursor"}
        }
