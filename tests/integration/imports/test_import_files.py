"""Workbooks, cards and other programs' files come in; our own come back unchanged."""

import io
import threading
import time
import tracemalloc
import zipfile

import openpyxl
import pytest
import vobject
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from app import db
from app.errors import Conflict, Invalid, NotFound, Refusal, TooLarge
from app.models import Contact, ContactDraft, Import, ImportChange, ImportMapping, User, now
from app.services.contacts import contact_bank
from app.services.contacts.erasure import contact_erasure
from app.services.imports import import_files, import_undo, importer, sheet_reader, wizard_job, xlsx_reader
from app.services.imports.planner import IfKnown
from app.services.imports.wizard_job import Job
from app.services.undo import undo_log
from tests.support import world
from tests.support.api_client import ask, is_refusal
from tests.support.exported_banks import bank_facts, empty_banks, exported
from tests.support.imported_files import take_files


def undo(who, report):
    with db.transaction() as session:
        return import_undo.undo(session, who, report.batch_id)


def counts(report):
    return report.new, report.updated, report.duplicates, report.failed


def bank(who):
    with db.reading() as session:
        query = select(Contact).where(Contact.user_id == who.id, Contact.deleted_at.is_(None)).order_by(Contact.name)
        return session.exec(query).all()


def workbook(*rows, title="Kontakte"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# --- workbooks


def test_a_workbook_is_read_whatever_it_is_called(ada):
    data = workbook(
        ["Adressen 2026"],
        [],
        ["Vorname", "Nachname", "E-Mail", "Telefon", "Firma", "Wärme", "Letzter Kontakt"],
        ["Jörg", "Müßig", "joerg@baecker.example", "0151 23456789", "Bäckerei Süß", 8.0, now().date()],
        ["Zoë", "Ærlig", "nonsense", None, None, 11, None],
    )
    report = take_files(ada, ("liste.txt", data))
    assert counts(report) == (2, 0, 0, 0)
    assert {(one.row, one.column) for one in report.warnings} == {(5, "E-Mail"), (5, "Wärme")}
    joerg, _ = bank(ada)
    assert (joerg.name, joerg.phones, joerg.warmness_score) == ("Jörg Müßig", ["+4915123456789"], 8)


def test_formulas_count_as_what_was_last_seen_in_them(ada):
    report = take_files(ada, ("x.xlsx", workbook(["name", "notes"], ["Jane", '=WEBSERVICE("http://127.0.0.1:1/x")'])))
    assert counts(report) == (1, 0, 0, 0)
    assert bank(ada)[0].notes == ""


def rezipped(data, **parts):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.pop(name.rsplit("/", 1)[-1], None) or old.read(name))
        for name, said in parts.items():
            new.writestr(f"xl/{name}", said)
    return out.getvalue()


TYPED = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def with_texts(items, cells):
    """A workbook whose one row holds these cells, and its table of shared texts."""
    with zipfile.ZipFile(io.BytesIO(workbook(["x"]))) as plain:
        types = plain.read("[Content_Types].xml")
    types = types.replace(
        b"</Types>", b"<Override PartName='/xl/sharedStrings.xml' ContentType='" + TYPED + b"'/></Types>"
    )
    table = b"<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>" + items + b"</sst>"
    parts = {"sharedStrings.xml": table, "sheet1.xml": sheet_of(cells), "[Content_Types].xml": types}
    return rezipped(workbook(["x"]), **parts)


def sheet_of(inner):
    return (
        b"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main' "
        b"xmlns:x='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>"
        + inner
        + b"</sheetData></worksheet>"
    )


BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'


@pytest.mark.parametrize(
    ("data", "kind", "sentence"),
    [
        (lambda: rezipped(workbook(["name"]), **{"sheet1.xml": b" " * 90_000_000}), TooLarge, "80 MB"),
        (lambda: rezipped(workbook(["name"]), **{"theme1.xml": b"<sst>" + b"<si><t/></si>" * 1_000_001 + b"</sst>"}), TooLarge, "a million texts"),
        (lambda: rezipped(workbook(["name"]), **{"sheet1.xml": sheet_of(b"<row>" + b"<c t='s'/>" * 16_385 + b"</row>")}), TooLarge, "too many cells"),
        (lambda: rezipped(workbook(["name"]), **{"sheet1.xml": sheet_of(b"<row>" + b"<x:c/>" * 16_385 + b"</row>")}), TooLarge, "too many cells"),
        (lambda: rezipped(workbook(["name"]), **{"sheet1.xml": sheet_of(b"<y/>" * 5_000_001)}), TooLarge, "too many cells"),
        (lambda: rezipped(workbook(["name"]), **{"sheet1.xml": sheet_of(b"<row/>").decode().encode("utf-16")}), Invalid, "cannot be read"),
        (lambda: rezipped(workbook(["name"]), **{"sheet1.xml": b"<?xml version='1.0' encoding='cp1252'?>" + sheet_of(b"<row/>")}), Invalid, "cannot be read"),
        (lambda: rezipped(workbook(["name"]), **{"sheet1.xml": BOMB.encode()}), Invalid, "cannot be read"),
        (lambda: rezipped(workbook(["name"]), **{"sheet1.xml": BOMB.encode("utf-16")}), Invalid, "cannot be read"),
        (lambda: rezipped(workbook(["name"]), **{"sheet1.xml": b"<worksheet><sheetData><row r='1'><c r="}), Invalid, "cannot be read"),
        (lambda: workbook(["name"], *[["x"]] * 20_001), Invalid, "Row 20002 is one too many"),
        (lambda: workbook(["name", *["x"] * 2_000]), Invalid, "Row 1 has 2,001 columns"),
        (lambda: workbook(["shoe"], ["41"]), Invalid, "does not name the columns"),
        (workbook, Invalid, "empty"),
        (lambda: b"\xd0\xcf\x11\xe0" + bytes(100), Invalid, "old Excel file"),
    ],
    ids=["bomb", "texts", "cells", "cells by another prefix", "tags", "UTF-16", "another encoding", "entities", "entities in UTF-16", "cut", "rows", "columns", "no name", "empty", "xls"],
)  # fmt: skip
def test_a_workbook_beyond_a_bound_is_refused_in_a_sentence(ada, data, kind, sentence):
    with pytest.raises(kind, match=sentence) as refusal:
        take_files(ada, ("x.xlsx", data()))
    assert str(refusal.value).endswith(".")
    assert bank(ada) == []


WIDE = "\N{GRINNING FACE}".encode() + b"x" * 3_900
INLINE = b"<row><c t='inlineStr'><is><t>%s</t></is></c></row>"


@pytest.mark.parametrize(
    ("items", "cells", "sentence"),
    [
        (b"<si><t>%s</t></si>" % WIDE * 12_000, INLINE % b"name", "more text"),
        (b"", INLINE % b"name" + INLINE % WIDE * 12_000, "more text"),
        (b"", INLINE % (WIDE * 20_000), "too many cells"),
    ],
    ids=["shared", "in cells", "in one"],
)
def test_one_odd_character_does_not_make_a_workbook_fill_the_memory(items, cells, sentence):
    """Eighty million letters are four times as many bytes, once one of a text is beyond the common ones."""
    data = with_texts(items, cells)
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge, match=sentence):
            sheet_reader.read(data)
        assert tracemalloc.get_traced_memory()[1] < 150_000_000
    finally:
        tracemalloc.stop()


def test_shared_texts_are_read_as_the_library_reads_them():
    inner = (
        "<t>name</t>", "<t xml:space='preserve'> Jane &amp; co </t>", "<t/>", "", "<r><rPr><b/></rPr><t>Jo</t></r><r><t>hn</t></r>",
        "<t>漢字</t><rPh sb='0' eb='1'><t>kanji</t></rPh><phoneticPr fontId='1'/>", "<t>_x005F_x000D_</t>", "<t>a\nb</t>",
    )  # fmt: skip
    items = "".join(f"<si>{one}</si>" for one in inner).encode()
    cells = b"".join(b"<c t='s'><v>%d</v></c>" % number for number in range(len(inner)))
    data = with_texts(items, b"<row>" + cells + b"</row>")
    [(_, [(_, ours)])] = xlsx_reader.sheets(data)
    theirs = next(openpyxl.load_workbook(io.BytesIO(data), read_only=True).active.iter_rows(values_only=True))
    assert ours == [text or "" for text in theirs]
    assert ours[1:6] == [" Jane & co ", "", "", "John", "漢字"]


def test_a_cell_at_the_edge_of_the_world_costs_nothing():
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A1048576"] = "name", "Far Away"
    out = io.BytesIO()
    book.save(out)
    [(_, rows)] = xlsx_reader.sheets(out.getvalue())
    assert rows == [(1, ["name"]), (1_048_576, ["Far Away"])]


def test_a_picture_in_a_workbook_is_no_part_that_is_read(ada):
    out = io.BytesIO(workbook(["name"], ["Jane Roe"]))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/media/image1.png", b"\x89PNG\r\n\x1a\n" + bytes(1000))
        archive.writestr("xl/printerSettings/printerSettings1.bin", "Printer".encode("utf-16-le"))
    take_files(ada, ("x.xlsx", out.getvalue()))
    assert [one.name for one in bank(ada)] == ["Jane Roe"]


# --- cards

CARDS = (
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BC=C3=9Fig;J=C3=B6rg;;;\r\n"
    "TEL;CELL;PREF:0151 23456789\r\nTEL;WORK:030 1234567\r\nEMAIL;INTERNET:joerg@baecker.example\r\n"
    "ORG;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:B=E4ckerei;Einkauf\r\n"
    "NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0Atwo =\r\nthree\r\nPHOTO;ENCODING=BASE64;JPEG:/9j/4AAQ\r\n  SkZJRg==\r\n\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jane \r\n Roe\r\nitem1.EMAIL;type=INTERNET;type=pref:jane@acme.example\r\n"
    "item1.X-ABLabel:_$!<Work>!$_\r\nPHOTO;VALUE=uri:http://127.0.0.1:1/x.jpg\r\nURL:https://acme.example\r\n"
    "X-SOCIALPROFILE;type=linkedin:https://www.linkedin.com/in/jane\r\nCATEGORIES:a\\,b,Kunde\r\nNOTE:x\\; y\\nz\r\nEND:VCARD\r\n"
    'begin:vcard\nversion:4.0\nfn:Zed\ntel;value=uri;type="cell,voice":tel:+49-30-7654321;ext=5\nend:vcard\n'
    "BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:Everybody\nEND:VCARD\n"
    "BEGIN:VCARD\nVERSION:3.0\nFN:Bad\nEMAIL:nonsense\nEND:VCARD\nBEGIN:VCARD\nFN:Cut"
)  # fmt: skip


def test_cards_of_every_version_come_in_and_nothing_is_fetched(ada, monkeypatch):
    reached = []
    monkeypatch.setattr("socket.create_connection", lambda *address, **_: reached.append(address))
    report = take_files(ada, ("phone.csv", CARDS.encode()))
    assert reached == []
    assert counts(report) == (4, 0, 0, 2)
    assert [(error.row, error.column) for error in report.errors] == [(4, ""), (6, "")]
    assert [(one.row, one.column) for one in report.warnings] == [(5, "E-mail")]
    _, jane, joerg, zed = bank(ada)
    assert (joerg.name, joerg.phones) == ("Jörg Müßig", ["+4915123456789", "+49301234567"])
    assert joerg.notes == "one\r\ntwo three"
    assert (jane.name, jane.emails, jane.tags, jane.notes) == ("Jane Roe", ["jane@acme.example"], ["a,b", "kunde"], "x; y\nz")  # fmt: skip
    assert jane.linkedin_url == "https://www.linkedin.com/in/jane"
    assert zed.phones == ["+49307654321"]


def test_what_vobject_writes_is_read_as_it_was_meant(ada):
    card = vobject.vCard()
    for name, value in (("fn", "Öre, Zoë; Q"), ("email", "zoe@x.example"), ("note", "1\\n\n2;3," + "ü" * 200)):
        card.add(name).value = value
    card.add("n").value = vobject.vcard.Name(family="Öre, Zoë", given="Q")
    take_files(ada, ("x.vcf", card.serialize().encode()))
    [zoe] = bank(ada)
    assert (zoe.name, zoe.notes) == ("Öre, Zoë; Q", "1\\n\n2;3," + "ü" * 200)


@pytest.mark.parametrize("line", ["NOTE:" + "x" * 20_000, "NOTE:" + "\r\n x" * 20_000])
def test_a_card_with_an_endless_line_is_named_and_the_next_one_taken(ada, line):
    text = f"BEGIN:VCARD\r\nFN:A\r\n{line}\r\nEND:VCARD\r\nBEGIN:VCARD\r\nFN:B\r\nEND:VCARD\r\n"
    report = take_files(ada, ("x.vcf", text.encode()))
    assert counts(report) == (1, 0, 0, 1)
    assert report.errors[0].row == 1


# --- our own files come back


WORDS = st.sampled_from(["=1+1", "+49", "-x", "@me", "'=1", "a, b; c", "Łódź", "Jörg Müßig", "'t Hooft", 'a "q"', "|", "2.50", "007", "ß ::: x"])  # fmt: skip
PERSON = st.fixed_dictionaries(
    {
        "name": WORDS,
        "emails": st.lists(st.sampled_from(["a", "+x", "o'c", "-z"]), max_size=3, unique=True),
        "phones": st.lists(st.integers(1_000_000, 9_999_999), max_size=3, unique=True),
        "kinds": st.permutations(["", "mobile", "work ext. 12", "fax", "home", "pager", "ext. 7"]),
        "organisation": st.none() | WORDS,
        "job_title": st.none() | WORDS,
        "linkedin_url": st.none() | st.sampled_from(["https://www.linkedin.com/in/x", "https://xing.example/x?a=1"]),
        "notes": st.sampled_from(["", "two\nlines", "=1\n=2", " lead", "x" * 5_000, "tab\there", '"""', "\\n;,", "end\n"]),
        "tags": st.lists(st.sampled_from(["=tag", "a,b;c", 'q"q', "über", "x y", "* star"]), max_size=4, unique=True),
        "warmness_score": st.integers(0, 10),
        "cadence_days": st.none() | st.integers(1, 730),
    }
)  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "xlsx", "vcf", "vcf 4.0"])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(PERSON, min_size=1, max_size=5), spoken=st.booleans())
def test_our_own_file_taken_in_again_is_the_identity(ada, bo, kind, people, spoken):
    empty_banks(ada, bo)
    ending, _, version = kind.partition(" ")
    with db.transaction() as session:
        session.get_one(User, bo.id).timezone = ada.timezone
        for number, person in enumerate(people):
            typed = person | {
                "name": f"{person['name']} {number}",
                "emails": [f"{local}{number}@x.example" for local in person["emails"]],
                "phones": [
                    f"+4930{phone}{number} {kind}"
                    for phone, kind in zip(person["phones"], person["kinds"], strict=False)
                ],
                "linkedin_url": person["linkedin_url"] and f"{person['linkedin_url']}{number}",
            }
            del typed["kinds"]
            row = contact_bank.add(session, ada, ContactDraft(**typed), keep_both=True)
            row.last_contacted = now().replace(microsecond=0) if spoken else None
    data = exported(ada, ending, **({"card_version": version} if version else {}))
    report = take_files(bo, (f"x.{ending}", data))
    assert report.errors == []
    assert bank_facts(bo) == bank_facts(ada)
    assert counts(take_files(bo, (f"x.{ending}", data))) == (0, 0, len(people), 0)


def test_the_file_for_pipedrive_comes_back_with_one_person_for_several_meetings(ada, bo, jane):
    data = (
        exported(ada, "pipedrive") + b"Jane Roe,jane@acme.example,+49301234567,ACME Ltd,Second,Meeting,,,,,,To do\r\n"
    )
    assert counts(take_files(bo, ("x.csv", data))) == (1, 0, 1, 0)
    [copy] = bank(bo)
    assert (copy.name, copy.emails, copy.phones) == (jane.name, jane.emails, jane.phones)


# --- other programs' files

LINKEDIN = (
    'Notes:\n"When exporting your connection data, you may notice that some of the email addresses are missing. You, too."\n\n'
    "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
    "Zoë,Ærlig,https://www.linkedin.com/in/zoe,,Nordic Steel AS,CFO,22 Nov 2025\n"
)
GOOGLE_OLD = (
    "Name,Given Name,Family Name,Group Membership,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,"
    "Organization 1 - Name,Organization 1 - Title,Notes,Website 1 - Value\n"
    "Zoë Ærlig,Zoë,Ærlig,* myContacts ::: Messe,* Work,zoe@x.example ::: z@y.example,Mobile,030 1234567 ::: 0151 23456789,"
    "Nordic Steel AS,CFO,n,https://x.example\n"
)
GOOGLE_NEW = (
    "First Name,Middle Name,Last Name,Phonetic First Name,Name Prefix,Nickname,File As,Organization Name,Organization Title,"
    "Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value\n"
    "Zoë,,Ærlig,,Dr,Zo,,Nordic Steel AS,CFO,,n,https://x.example/p.jpg,Messe ::: * myContacts,* Work,zoe@x.example,Mobile,030 1234567\n"
)
OUTLOOK_HEADS = "Title,First Name,Middle Name,Last Name,Company,Department,Job Title,Business Street,Business Phone,Mobile Phone,Categories,E-mail Address,E-mail Type,E-mail Display Name,Notes,Web Page"
OUTLOOK = (
    OUTLOOK_HEADS + "".join(f",Filler {n}" for n in range(80)) + "\n"
    "Dr.,Zoë,,Ærlig,Nordic Steel AS,Finance,CFO,Street 1,030 1234567,,Messe,zoe@x.example,SMTP,Zoë (zoe@x.example),n,https://x.example\n"
)  # fmt: skip
OUTLOOK_GERMAN = (
    "Anrede;Vorname;Weitere Vornamen;Nachname;Firma;Abteilung;Position;Straße geschäftlich;Telefon geschäftlich;Mobiltelefon;"
    "Kategorien;E-Mail-Adresse;E-Mail-Typ;E-Mail: Angezeigter Name;Notizen;Webseite\n"
    "Frau;Zoë;;Ærlig;Nordic Steel AS;Finanzen;CFO;Weg 1;030 1234567;;Messe;zoe@x.example;SMTP;Zoë (zoe@x.example);n;\n"
)
PIPEDRIVE = (
    "Person - Name,Person - Label,Person - Email - Work,Person - Phone - Work,Organization - Address,Person - Organization,Person - Job title,Person - Owner,Person - ID\n"
    "Zoë Ærlig,Messe,zoe@x.example,030 1234567,Weg 1,Nordic Steel AS,CFO,Ada,7\n"
)


@pytest.mark.parametrize(
    ("label", "data"),
    [
        ("LinkedIn connections", LINKEDIN.encode("utf-8-sig")),
        ("Google Contacts", GOOGLE_OLD.encode()),
        ("Google Contacts", GOOGLE_OLD.encode("utf-16")),
        ("Google Contacts", GOOGLE_NEW.encode()),
        ("Outlook", OUTLOOK.encode()),
        ("Outlook", OUTLOOK_GERMAN.replace("Æ", "A").encode("cp1252")),
        ("Pipedrive", PIPEDRIVE.encode()),
    ],
    ids=["LinkedIn", "Google, old", "Google, UTF-16", "Google, new", "Outlook", "Outlook, German", "Pipedrive"],
)
def test_the_files_of_programs_that_everybody_has_need_no_mapping(ada, label, data):
    assert sheet_reader.read(data).header.preset.label == label
    assert counts(take_files(ada, ("x.csv", data))) == (1, 0, 0, 0)
    [zoe] = bank(ada)
    assert (zoe.given_name, zoe.family_name.replace("Ae", "Æ")[1:]) == ("Zoë", "rlig")
    assert zoe.job_title == "CFO"
    assert "nordic steel as" in zoe.search_text
    if label == "LinkedIn connections":
        assert zoe.linkedin_url == "https://www.linkedin.com/in/zoe"
    else:
        assert (zoe.emails[0], zoe.phones[0], zoe.tags) == ("zoe@x.example", "+49301234567", ["messe"])
        assert zoe.linkedin_url is None
    if data.startswith(b"Name,Given"):
        assert (zoe.emails[1:], zoe.phones[1:]) == (["z@y.example"], ["+4915123456789"])


def test_a_column_without_a_heading_is_known_by_what_stands_in_it(ada):
    rows = "".join(
        f"P{n},p{n}@x.example,https://www.linkedin.com/in/p{n},030 12345{n}0,boss@x.example\n" for n in range(5)
    )
    sheet = sheet_reader.read(("Name,,,,Owner\n" + rows).encode())
    assert sheet.header.fields == ["name", "emails", "linkedin_url", "phones", None]
    # the same address in every row is somebody else's
    assert counts(take_files(ada, ("x.csv", ("Name,,,,Owner\n" + rows).encode()))) == (5, 0, 0, 0)


# --- several files, what is known already, what was chosen


def test_several_files_are_one_import_and_an_error_says_which_file(ada):
    files = [
        ("a.csv", b"name,email,phone\nA,a@x.example,\n,,030 1234567\n"),
        ("../b.vcf", b"BEGIN:VCARD\nFN:A\nEMAIL:a@x.example\nEND:VCARD\n"),
    ]
    report = take_files(ada, *files)
    assert (counts(report), report.errors[0].file, report.errors[0].row) == ((1, 0, 1, 1), "a.csv", 3)
    with db.reading() as session:
        assert session.exec(select(Import.filename, Import.failed)).all() == [("a.csv and 1 more", 1)]
    with pytest.raises(Invalid, match=r"^c\.csv: Row 1 "):
        take_files(ada, files[0], ("c.csv", b"shoe\n41\n"))
    with pytest.raises(Refusal, match="Together"):
        take_files(ada, *[(f"{n}.csv", b"name\n" + b"x\n" * 11_000) for n in range(2)])


def test_people_who_are_here_are_filled_in_kept_or_had_twice(ada, jane):
    file = ("x.csv", b"name,email,title\nJane R.,jane@acme.example,CEO\nNew,new@x.example,\n")
    assert counts(take_files(ada, file, dry_run=True)) == (1, 1, 0, 0)
    assert counts(take_files(ada, file, if_known=IfKnown.KEEP, dry_run=True)) == (1, 0, 1, 0)
    assert counts(take_files(ada, file, if_known=IfKnown.BOTH, dry_run=True)) == (2, 0, 0, 0)
    assert counts(take_files(ada, file, if_known=IfKnown.KEEP)) == (1, 0, 1, 0)
    assert [contact.job_title for contact in bank(ada)] == [None, None]
    assert counts(take_files(ada, file, if_known=IfKnown.BOTH)) == (2, 0, 0, 0)
    assert sorted(contact.name for contact in bank(ada)) == ["Jane R.", "Jane Roe", "New", "New"]


def test_what_a_person_chose_for_such_a_file_is_chosen_the_next_time_and_for_nobody_else(ada, bo):
    data = b"Wer,Wo\nJane Roe,ACME Ltd\n"
    job = Job(import_files.read_files([("a.csv", data)]))
    with db.transaction() as session, pytest.raises(Invalid, match="Say which column"):
        wizard_job.run(session, ada, job, lambda _: None)
    job.choose(0, 0, "name")
    job.choose(0, 1, "organisation")
    with db.transaction() as session:
        assert counts(wizard_job.run(session, ada, job, lambda _: None)) == (1, 0, 0, 0)
        assert session.exec(select(ImportMapping.meanings)).all() == [["name", "organisation"]]
    fresh = import_files.read_files([("b.csv", data)])
    with db.reading() as session:
        assert wizard_job.add(session, ada, Job(), fresh).found[0].header.fields == ["name", "organisation"]
        assert wizard_job.add(session, bo, Job(), fresh).found[0].header.fields == [None, None]


def test_the_rows_to_mend_come_as_a_file_with_the_reason_and_go_back_in_when_mended(ada):
    job = Job(
        import_files.read_files(
            [("a.csv", b"name;phone;notes\nA;030 1234567;\n-;030 2345678;\"'=1\"\nC;030 3456789;'=2\n")]
        )
    )
    with db.transaction() as session:
        report = wizard_job.run(session, ada, job, lambda _: None)
    text = import_files.write_refused_rows(job.found, report.errors).decode("utf-8-sig")
    heads, row = text.splitlines()
    assert heads == "name,phone,notes,Row in the file,Reason"
    assert row.startswith("'-,030 2345678,'=1,3,name: The name is missing")
    assert counts(take_files(ada, ("m.csv", text.replace("'-,", "B,").encode()))) == (1, 0, 0, 0)
    assert [contact.notes for contact in bank(ada)] == ["", "=1", "=2"]


# --- the way back


def test_undo_gives_others_their_old_values_back_unless_somebody_changed_them_since(ada, jane, john):
    rows = "Jane,jane@acme.example,+49 151 23456789,CEO,Met in Oslo\nJohn,john@nordic.example,030 7654321,CTO,\nNew,n@x.example,,,\n"
    report = take_files(ada, ("x.csv", f"name,email,phone,title,notes\n{rows}".encode()))
    assert counts(report) == (1, 2, 0, 0)
    with db.transaction() as session:
        contact_bank.change(session, ada, john.id, {"job_title": "Chair"})
    undone = undo(ada, report)
    assert (undone.trashed, undone.put_back, undone.left) == (1, 1, 1)
    assert undone.sentence == "1 contact moved to the trash, 1 as before. 1 changed since and stays as it is."
    was, now_ = bank(ada)
    assert (was.phones, was.job_title, was.notes) == (jane.phones, None, "")
    assert "4915123456789" not in was.search_text
    assert (now_.phones, now_.job_title) == ([], "Chair")
    again = undo(ada, report)
    assert (again.trashed, again.put_back, again.left) == (0, 0, 0)
    assert len(bank(ada)) == 2


def test_undo_is_possible_for_thirty_days_and_for_its_owner(ada, bo, jane):
    report = take_files(ada, ("x.csv", b"name,email,title\nJane,jane@acme.example,CEO\n"))
    with pytest.raises(NotFound):
        undo(bo, report)
    with db.reading() as session:
        assert [(past.batch.filename, past.can_undo) for past in import_undo.recent(session, ada)] == [("x.csv", True)]
        assert import_undo.recent(session, bo) == []
    with db.transaction() as session:
        session.get_one(Import, report.batch_id).created_at = now() - undo_log.KEPT
    with pytest.raises(Conflict, match="30 days"):
        undo(ada, report)
    assert bank(ada)[0].job_title == "CEO"


def test_what_an_import_filled_in_is_forgotten_with_the_person(ada, jane):
    take_files(ada, ("x.csv", b"name,email,title\nJane,jane@acme.example,CEO\n"))
    with db.transaction() as session:
        assert len(session.exec(select(ImportChange)).all()) == 1
        contact_erasure.erase(session, ada, jane.id)
    with db.reading() as session:
        assert session.exec(select(ImportChange)).all() == []


# --- while it works


def test_others_are_answered_while_a_large_file_comes_in_and_it_says_how_far_it_is(ada, bo):
    world.contact(bo, "Bo's Friend")
    rows = "".join(f"P{n},p{n}@x.example,Firm {n % 50}\n" for n in range(4_000))
    found = import_files.read_files([("x.csv", f"name,email,company\n{rows}".encode())])
    parts, begun, done = [], threading.Event(), threading.Event()

    def tell(part):
        parts.append(part)
        begun.set()

    def work():
        with db.transaction() as session:
            importer.import_sheets(session, session.get_one(User, ada.id), found, tell=tell)
        done.set()

    start = time.monotonic()
    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(30)
    waits = []
    while not done.is_set():
        before = time.monotonic()
        answer = ask(bo, "GET", "/api/contacts")
        waits.append(time.monotonic() - before)
        assert [row["name"] for row in answer.json()["items"]] == ["Bo's Friend"]
    took = time.monotonic() - start
    thread.join()
    assert len(waits) >= 5
    assert sorted(waits)[len(waits) // 2] < took / 5
    assert parts == sorted(parts)
    assert (len(parts) > 10, parts[-1]) == (True, 1.0)
    assert len(bank(ada)) == 4_000


# --- over the wires


def test_several_files_of_any_kind_over_the_wires(ada, jane):
    book = workbook(["name", "email", "title"], ["Jane", "jane@acme.example", "CEO"], [None, "bad", None])
    files = [("file", ("a.xlsx", book)), ("file", ("b.vcf", b"BEGIN:VCARD\nFN:New\nEMAIL:n@x.example\nEND:VCARD\n"))]
    body = ask(ada, "POST", "/api/contacts/import", files=files, data={"known": "keep", "dry_run": "true"}).json()
    assert (body["new"], body["updated"], body["duplicates"]) == (1, 0, 1)
    body = ask(ada, "POST", "/api/contacts/import", files=files).json()
    assert (body["new"], body["updated"], [(error["file"], error["row"]) for error in body["errors"]]) == (1, 1, [("a.xlsx", 3)])  # fmt: skip
    undone = ask(ada, "DELETE", f"/api/imports/{body['batch_id']}").json()
    assert (undone["trashed"], undone["put_back"], undone["left"]) == (1, 1, 0)
    assert undone["detail"].endswith(".")
    again = ask(ada, "DELETE", f"/api/imports/{body['batch_id']}")
    assert (again.status_code, again.json()["trashed"]) == (200, 0)
    assert is_refusal(ask(ada, "POST", "/api/contacts/import", files=files, data={"known": "maybe"}), 422)
