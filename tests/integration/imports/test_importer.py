"""A file of contacts goes in once, its bad rows are named, and it can be taken back."""

import threading

import pytest
from sqlmodel import func, select

from app import db
from app.errors import Invalid, NotFound
from app.models import ActivityDraft, ActivityType, Contact, Organisation, PipedriveSync, WarmnessChange
from app.services.activities import activity_log
from app.services.contacts import contact_bank
from app.services.imports import import_files, import_undo, importer
from tests.support.imported_files import take_files


def take(who, text, **options):
    return take_files(who, ("people.csv", text.encode()), **options)


def undo(who, batch_id):
    with db.transaction() as session:
        return import_undo.undo(session, who, batch_id).trashed


def counts(report):
    return report.new, report.updated, report.duplicates, len(report.errors)


def bank(who):
    with db.reading() as session:
        query = select(Contact).where(Contact.user_id == who.id, Contact.deleted_at.is_(None)).order_by(Contact.name)
        return session.exec(query).all()


def how_many(model):
    with db.reading() as session:
        return session.exec(select(func.count()).select_from(model)).one()


def test_a_german_file_becomes_contacts(ada):
    text = "Vorname;Nachname;E-Mail;Telefon mobil;Firma;Position;Wärme;Schlagworte\nJörg;Müßig;Joerg@Baecker.example;0151 23456789;Bäcker GmbH;Chef;8;Kunde, Messe\n"
    assert counts(take(ada, text)) == (1, 0, 0, 0)
    [joerg] = bank(ada)
    assert (joerg.name, joerg.given_name, joerg.family_name) == ("Jörg Müßig", "Jörg", "Müßig")
    assert (joerg.emails, joerg.phones) == (["joerg@baecker.example"], ["+4915123456789"])
    assert (joerg.job_title, joerg.warmness_score, joerg.tags) == ("Chef", 8, ["kunde", "messe"])
    assert "backer gmbh" in joerg.search_text
    assert joerg.organisation_id is not None


def test_the_columns_of_a_bulk_file_are_understood(ada):
    text = (
        "id,owner_id,first_name,last_name,email,phone,title,organisation_id,organisation,warmness,last_contacted,created_at,linkedin_url\n"
        "1,9,Mei,Sandholm,mei.1@o7.example,+46 101 222 3333,CFO,7,Baltic Bank AB 7,4,2026-01-02T03:04:05+00:00,2025-01-01T00:00:00+00:00,https://linkedin.example/in/mei\n"
    )
    assert counts(take(ada, text)) == (1, 0, 0, 0)
    [mei] = bank(ada)
    assert (mei.name, mei.phones, mei.job_title, mei.warmness_score) == ("Mei Sandholm", ["+461012223333"], "CFO", 4)
    assert mei.last_contacted.isoformat() == "2026-01-02T03:04:05+00:00"
    assert mei.linkedin_url == "https://linkedin.example/in/mei"


@pytest.mark.parametrize(
    "written",
    [
        "http://linkedin.com/in/jane",
        "HTTP://linkedin.com/in/jane",
        "linkedin.com/in/jane",
        "https://linkedin.com/in/jane",
    ],
)
def test_a_profile_in_a_file_is_kept_by_https(ada, written):
    assert counts(take(ada, f"name,linkedin\nJane,{written}\n"))[0] == 1
    assert bank(ada)[0].linkedin_url == "https://linkedin.com/in/jane"


def test_good_rows_are_kept_and_bad_rows_named(ada):
    text = "name,E-Mail,Phone,Warmth\nJane,jane@x.example,,3\n,,030 7654321,\nJohn,not an address,,\nJim,,12,\nAnn,,,99\nZoe,,+49 30 1234567,10/10\n"
    report = take(ada, text)
    assert counts(report) == (5, 0, 0, 1)
    assert [(error.row, error.column) for error in report.errors] == [(3, "name")]
    assert {(one.row, one.column) for one in report.warnings} == {(4, "E-Mail"), (5, "Phone"), (6, "Warmth")}
    assert all(one.detail.endswith(".") for one in (*report.errors, *report.warnings))
    assert [contact.name for contact in bank(ada)] == ["Ann", "Jane", "Jim", "John", "Zoe"]


def test_the_same_file_twice_adds_nobody(ada):
    text = "name,email,phone,company\nJane,jane@x.example,,\nJohn,,+49 30 1234567,\nJim,,,ACME Ltd\nJust A Name,,,\n"
    assert counts(take(ada, text)) == (4, 0, 0, 0)
    assert counts(take(ada, text)) == (0, 0, 4, 0)
    assert len(bank(ada)) == 4


def test_the_same_file_from_two_tabs_at_once_adds_everybody_once(ada):
    text = "name,email\n" + "".join(f"P{n},p{n}@x.example\n" for n in range(200))
    together = threading.Barrier(2)
    reports = []

    def tab():
        together.wait(10)
        reports.append(take(ada, text))

    tabs = [threading.Thread(target=tab) for _ in range(2)]
    [one.start() for one in tabs]
    [one.join() for one in tabs]
    assert sorted(counts(report) for report in reports) == [(0, 0, 200, 0), (200, 0, 0, 0)]
    assert len(bank(ada)) == 200


def test_the_same_person_is_recognised_within_a_file_and_in_the_bank(ada, jane):
    text = (
        "name,email,phone,company\n"
        "J. Roe,JANE@ACME.example,,\n"  # jane by address
        "Roe,,030 1234567,\n"  # jane by phone
        "JANE ROE,,,Acme GmbH\n"  # jane by name and firm
        "New One,new@x.example,,\n"
        "New Two,NEW@x.example,,\n"  # the row above
        "Jane Roe,other@x.example,,Another Firm\n"  # same name elsewhere is somebody else
    )
    assert counts(take(ada, text)) == (2, 0, 4, 0)


def test_two_empty_values_are_never_the_same_person(ada):
    text = "name,email,phone,company\nA,a@x.example,,\nA,b@x.example,,\nB,,,ACME\nC,,,ACME\n"
    assert counts(take(ada, text)) == (4, 0, 0, 0)


def test_a_row_about_a_known_person_fills_in_what_is_missing_and_replaces_nothing(ada, jane):
    text = "name,email,phone,title,notes,warmness\nJane R.,jane@acme.example,+49 151 23456789,CEO,Met in Oslo,9\n"
    assert counts(take(ada, text)) == (0, 1, 0, 0)
    assert counts(take(ada, text)) == (0, 0, 1, 0)
    [known] = bank(ada)
    assert (known.name, known.warmness_score) == ("Jane Roe", 5)
    assert (known.phones, known.job_title, known.notes) == (["+49301234567", "+4915123456789"], "CEO", "Met in Oslo")
    assert "4915123456789" in known.search_text


def test_a_dry_run_tells_the_same_and_writes_nothing(ada, jane):
    text = "name,email,title\nJane,jane@acme.example,CEO\nNew,new@x.example,\n,nope,\n"
    report = take(ada, text, dry_run=True)
    assert (report.batch_id, counts(report)) == (None, (1, 1, 0, 1))
    assert [(contact.name, contact.job_title, contact.version) for contact in bank(ada)] == [("Jane Roe", None, 1)]
    with db.reading() as session:  # where PostgreSQL itself refuses to write
        sheets = import_files.read_files([("x.csv", text.encode())], strict=True)
        assert counts(importer.import_sheets(session, ada, sheets, dry_run=True)) == counts(report)
    assert counts(take(ada, text)) == counts(report)


def test_nobody_elses_bank_is_touched_or_looked_at(ada, bo, jane):
    text = "name,email\nJane Roe,jane@acme.example\n"
    assert counts(take(bo, text)) == (1, 0, 0, 0)
    assert len(bank(ada)) == 1


def test_warm_people_from_a_file_are_not_pushed_but_their_warmth_has_a_history(ada):
    take(ada, "name,warmness\nHot,10\nCold,0\n")
    assert how_many(PipedriveSync) == 0
    assert how_many(WarmnessChange) == 1


def test_one_spelling_of_a_firm_makes_one_organisation(ada, jane):
    take(ada, "name,company\nA,Acme\nB,ACME Limited\nC,Nordic Steel\n")
    assert how_many(Organisation) == 2


def test_undo_trashes_what_the_import_made_unless_it_was_touched_since(ada, jane):
    report = take(ada, "name,email\nA,a@x.example\nB,b@x.example\nC,c@x.example\nJane,jane@acme.example\n")
    a, b = bank(ada)[:2]
    with db.transaction() as session:
        contact_bank.set_warmness(session, ada, a.id, 4)
        activity_log.log(session, ada, b.id, ActivityDraft(type=ActivityType.CALL))
    assert undo(ada, report.batch_id) == 1
    assert [contact.name for contact in bank(ada)] == ["A", "B", "Jane Roe"]
    assert undo(ada, report.batch_id) == 0


def test_after_undo_the_file_can_be_taken_again(ada):
    text = "name,email\nA,a@x.example\n"
    undo(ada, take(ada, text).batch_id)
    assert counts(take(ada, text)) == (1, 0, 0, 0)


def test_somebody_elses_import_does_not_exist(ada, bo):
    report = take(ada, "name\nA\n")
    with pytest.raises(NotFound):
        undo(bo, report.batch_id)
    assert len(bank(ada)) == 1


def test_a_file_that_breaks_off_is_taken_not_at_all(ada):
    with pytest.raises(Invalid, match="Row 3 holds bytes"):
        take_files(ada, ("x.csv", b"name,notes\nA,x\nB,\xff\xfe\n"))
    assert bank(ada) == []


def test_the_name_of_the_file_is_never_a_path(ada):
    take_files(ada, ("../../etc/cron.d/\x00evil\n.csv", b"name\nA\n"))
    with db.reading() as session:
        assert session.exec(select(importer.Import.filename)).one() == "evil.csv"


def test_a_large_file_needs_few_statements(ada, statements):
    text = "name,email,company,warmness\n" + "".join(f"P{n},p{n}@x.example,Firm {n},5\n" for n in range(2_000))
    with statements() as seen:
        assert counts(take(ada, text)) == (2_000, 0, 0, 0)
    assert len(seen) < 20
    with statements() as seen:
        assert counts(take(ada, text)) == (0, 0, 2_000, 0)
    assert len(seen) < 20


@pytest.fixture
def statements(url):
    """Every statement that a block sends."""
    from contextlib import contextmanager

    from sqlalchemy import event

    @contextmanager
    def seen():
        sent = []

        def note(_connection, _cursor, statement, *_rest):
            sent.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return seen
