"""Odd files come in right: one odd cell costs nobody, a shared number joins nobody, and what is not taken is said."""

import io
import zipfile
from pathlib import Path

import pytest
from sqlmodel import select

from app import db
from app.errors import Refusal
from app.models import Activity, Contact, JobChange, WarmnessChange
from app.services.activities import job_changes
from app.services.contacts import contact_bank
from app.services.contacts.erasure import contact_erasure
from app.services.imports import import_undo
from app.services.imports.planner import IfKnown
from tests.support import world
from tests.support.api_client import ask
from tests.support.imported_files import take_files

CASES = Path(__file__).parents[2] / "support" / "import_cases"


def take(who, name, **options):
    return take_files(who, (name, (CASES / name).read_bytes()), **options)


def text(who, lines, **options):
    return take_files(who, ("people.csv", lines.encode()), **options)


def bank(who):
    with db.reading() as session:
        query = select(Contact).where(Contact.user_id == who.id, Contact.deleted_at.is_(None)).order_by(Contact.name)
        return {one.name: one for one in session.exec(query)}


def counts(report):
    return report.new, report.updated, report.duplicates, len(report.errors)


def do(verb, *given, **named):
    with db.transaction() as session:
        return verb(session, *given, **named)


def test_a_number_of_three_people_is_the_number_of_three_people(ada):
    assert counts(take(ada, "shared_switchboard.csv")) == (3, 0, 0, 0)
    found = bank(ada)
    assert {name: one.emails for name, one in found.items()} == {
        "Alma Reuter": ["alma@werk.example"],
        "Bodo Kranz": ["bodo@werk.example"],
        "Cleo Thies": ["cleo@werk.example"],
    }
    assert {number for one in found.values() for number in one.phones} == {"+49305550000"}
    assert counts(take(ada, "shared_switchboard.csv")) == (0, 0, 3, 0)


def test_a_mailbox_of_the_firm_is_nobodys_own(ada):
    lines = "Name,Email,Company\nAlma Reuter,info@werk.example,Werk AG\nBodo Kranz,info@werk.example,Werk AG\n"
    assert counts(text(ada, lines)) == (2, 0, 0, 0)
    assert set(bank(ada)) == {"Alma Reuter", "Bodo Kranz"}
    assert counts(text(ada, lines)) == (0, 0, 2, 0)


def test_two_of_one_name_and_firm_with_addresses_of_their_own_are_a_question(ada):
    world.contact(ada, "Jane Roe", email="jane@acme.example", organisation="ACME", job_title=None)
    lines = "Name,Email,Company\nJane Roe,j.roe2@acme.example,ACME Ltd\n"
    report = text(ada, lines)
    assert counts(report) == (0, 0, 1, 0)
    [question] = report.questions
    assert (question.row, [one["name"] for one in question.candidates]) == (2, ["Jane Roe"])
    assert bank(ada)["Jane Roe"].emails == ["jane@acme.example"]
    assert counts(text(ada, lines, answers={("", 2): IfKnown.FILL})) == (0, 1, 0, 0)
    assert bank(ada)["Jane Roe"].emails == ["jane@acme.example", "j.roe2@acme.example"]


@pytest.mark.parametrize(("answer", "then"), [(IfKnown.BOTH, 2), (IfKnown.KEEP, 1)])
def test_a_question_is_answered_row_by_row_or_for_all(ada, answer, then):
    world.contact(ada, "Jane Roe", email="jane@acme.example", organisation="ACME")
    lines = "Name,Email,Company\nJane Roe,j.roe2@acme.example,ACME\n"
    assert text(ada, lines, dry_run=True, if_unsure=answer).questions == []
    text(ada, lines, if_unsure=answer)
    with db.reading() as session:
        assert len(session.exec(select(Contact)).all()) == then


def test_whoever_was_erased_takes_nobody_along_who_has_the_same_number(ada):
    alma = world.contact(ada, "Alma Reuter", email="alma@werk2.example", phone="+49 30 6660000", organisation="Werk AG")
    do(contact_erasure.erase, ada, alma.id)
    report = take(ada, "erased_switchboard.csv")
    assert counts(report) == (1, 0, 0, 0)
    assert [(one.row, one.detail.startswith("Somebody with this number")) for one in report.warnings] == [(2, True)]
    body = {"name": "Cleo Thies", "phone": "+49 30 6660000"}
    assert ask(ada, "POST", "/api/contacts?force=true", body).status_code == 201
    back = text(ada, "Name,Phone\nAlma Reuter,+49 30 6660000\nA. Reuter,030 6660000\n")
    assert counts(back) == (0, 0, 0, 2)


def test_a_profile_is_a_person_and_another_firm_is_offered(ada):
    old = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\nMira,Okonjo,https://www.linkedin.com/in/miraokonjo,,Blau Strom AG,CTO,03 Feb 2025\n"
    assert counts(text(ada, old)) == (1, 0, 0, 0)
    report = take(ada, "linkedin_job_change.csv")
    assert (counts(report), report.changed_jobs) == ((0, 0, 1, 0), 1)
    [offer] = do(job_changes.open_offers, ada)
    assert (offer.contact.name, offer.organisation, offer.job_title) == ("Mira Okonjo", "Rot Strom GmbH", "COO")
    planned = do(job_changes.congratulate, ada, offer.id)
    assert (planned.subject, planned.done) == ("Congratulate Mira Okonjo", False)
    assert do(job_changes.congratulate, ada, offer.id).id == planned.id
    do(job_changes.update, ada, offer.id)
    [mira] = bank(ada).values()
    with db.reading() as session:
        assert contact_bank.owned(session, ada, mira.id).organisation.name == "Rot Strom GmbH"
        [first] = session.exec(select(Activity).where(Activity.done)).all()
    assert (first.subject, first.happened_at.date().isoformat()) == ("Connected on LinkedIn", "2025-02-03")
    assert do(job_changes.open_offers, ada) == []
    assert take(ada, "linkedin_job_change.csv").changed_jobs == 0


def test_an_offer_that_was_turned_down_does_not_come_back(ada):
    jane = world.contact(ada, "Jane Roe", email="jane@acme.example", organisation="ACME", job_title="CTO")
    lines = "Name,Email,Company,Title\nJane Roe,jane@acme.example,Globex,CTO\n"
    text(ada, lines)
    [offer] = do(job_changes.open_offers, ada)
    do(job_changes.dismiss, ada, offer.id)
    text(ada, lines)
    assert do(job_changes.open_offers, ada) == []
    with db.reading() as session:
        assert [one.contact_id for one in session.exec(select(JobChange))] == [jane.id]


def test_what_a_cell_says_that_cannot_be_read_stands_in_the_notes_and_is_named(ada):
    report = take(ada, "optional_odd.csv")
    assert counts(report) == (5, 0, 0, 0)
    assert {(one.row, one.column) for one in report.warnings} == {
        (2, "Warmness"),
        (4, "Warmness"),
        (5, "LinkedIn"),
        (6, "Tags"),
    }
    found = bank(ada)
    assert (found["W One"].notes, found["W Three"].notes) == ("Warmness: hot", "Warmness: 8.5")
    assert found["W Two"].linkedin_url == "https://linkedin.com/in/wtwo"
    assert found["W Four"].notes == "LinkedIn: not a link"


def test_several_addresses_in_a_cell_are_several_and_placeholders_are_none(ada):
    report = take(ada, "email_cells.csv")
    assert (counts(report), report.warnings) == ((12, 0, 0, 0), [])
    found = {name[0]: one.emails for name, one in bank(ada).items()}
    assert [found[letter] for letter in "ABE"] == [["jane@acme9.example"], ["bee@acme9.example"], ["e1@acme9.example"]]
    assert all(len(found[letter]) == 2 for letter in "CDFL")
    assert all(found[letter] == [] for letter in "GHI")
    assert (found["J"], found["K"]) == (["j@acme9.example"], ["k@acme9.example"])


def test_one_number_that_nobody_can_dial_costs_nobody_the_card(ada):
    report = take(ada, "one_bad_phone.vcf")
    assert counts(report) == (2, 0, 0, 0)
    gus = bank(ada)["Gus Hall"]
    assert (gus.phones, gus.emails) == (["+4915133300033"], ["gus@hall.example"])
    assert "4711" in gus.notes
    assert len(report.warnings) == 3


def test_a_fax_is_no_number_to_call_and_what_is_preferred_comes_first(ada):
    take(ada, "fax_pref_40.vcf")
    [vic] = bank(ada).values()
    assert (vic.phones, vic.emails[0]) == (["+4915122200022"], "v1@berg.example")
    body = ask(ada, "GET", f"/api/contacts/{vic.id}").json()
    assert body["phones"] == ["+4915122200022"]
    assert body["phone_details"] == [
        {"number": "+4915122200022", "type": "MOBILE", "extension": "12"},
        {"number": "+49302220001", "type": "FAX", "extension": None},
    ]


def test_dates_and_numbers_as_a_spreadsheet_leaves_them_are_read(ada):
    report = take(ada, "messy.xlsx")
    # `Xia Two` has the number of `Xia One`, and another name
    assert counts(report) == (8, 0, 0, 0)
    found = bank(ada)
    assert {name: one.last_contacted.date().isoformat() for name, one in found.items()}.keys() == found.keys()
    assert found["Xia One"].phones == ["+4915112345678"]
    assert "Hidden Person" not in found


def test_what_is_wide_grouped_or_broken_in_a_row_is_read_all_the_same(ada):
    assert counts(take(ada, "wide120.csv")) == (1, 0, 0, 0)
    assert counts(take(ada, "grouped_header.xlsx")) == (1, 0, 0, 0)
    broken = take(ada, "bad_quote.csv")
    assert (counts(broken), broken.errors[0].row) == ((2, 0, 0, 1), 3)
    assert {"Wide One", "Gil Ode", "Ari Bo", "Cy Du"} == set(bank(ada))


def test_columns_of_a_crm_are_understood_and_the_rest_is_said(ada):
    report = take(ada, "hubspot.csv")
    assert counts(report) == (3, 0, 0, 0)
    assert "Contact owner" in report.ignored_columns
    assert not {"Associated Company", "Email", "Phone Number"} & set(report.ignored_columns)
    with db.reading() as session:
        ida = contact_bank.owned(session, ada, bank(ada)["Ida Falk"].id)
        assert (ida.organisation.name, ida.notes, ida.phones) == ("Falk Bygg AB", "met at fair", ["+46701234567"])


def test_nobody_gets_a_tag_that_nobody_gave_and_a_firm_alone_is_a_contact(ada):
    report = take(ada, "google_new.csv")
    assert counts(report) == (3, 0, 0, 0)
    found = bank(ada)
    assert set(found) == {"Dr. Lena Brandt", "Nur Firma GmbH", "only.mail@x.example"}
    assert [one.tags for one in found.values()] == [["kunden"], [], []]
    assert found["Dr. Lena Brandt"].given_name == "Lena"
    assert [one["type"] for one in found["Dr. Lena Brandt"].phone_details] == ["MOBILE", "MOBILE", "FAX"]


def test_a_newer_file_brings_notes_contact_and_warmness_and_is_taken_back(ada):
    world.contact(ada, "Ida Ek", email="ida@ek1.example", notes="first note")
    report = take(ada, "reimport_notes.csv")
    assert counts(report) == (0, 1, 0, 0)
    [ida] = bank(ada).values()
    assert (ida.notes, ida.warmness_score) == ("first note\nsecond note from newer file", 7)
    assert ida.last_contacted.date().isoformat() == "2026-06-09"  # midnight in Berlin
    with db.reading() as session:
        assert [(step.before, step.after) for step in session.exec(select(WarmnessChange))] == [(0, 7)]
    assert counts(take(ada, "reimport_notes.csv")) == (0, 0, 1, 0)
    do(import_undo.undo, ada, report.batch_id)
    [ida] = bank(ada).values()
    assert (ida.notes, ida.warmness_score, ida.last_contacted) == ("first note", 0, None)


def test_a_plus_that_excel_took_away_is_put_back(ada):
    assert counts(take(ada, "own_export_after_excel_493.csv")) == (1, 0, 0, 0)
    assert bank(ada)["Rae Trip"].phones == ["+49307654321"]


def test_marks_of_direction_and_odd_dashes_are_no_part_of_a_number(ada):
    assert counts(take(ada, "bidi_phone.csv")) == (3, 0, 0, 0)
    assert {number for one in bank(ada).values() for number in one.phones} == {
        "+49301239873",
        "+49301239874",
        "+49301239875",
    }


def test_the_country_of_a_file_may_be_another_one(ada):
    text(ada, "Name,Phone\nJane,020 7946 0958\n", country="GB")
    assert bank(ada)["Jane"].phones == ["+442079460958"]


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, said in files.items():
            archive.writestr(name.replace("_", "."), said)
    return out.getvalue()


def test_a_zipped_export_is_unpacked_and_of_linkedins_only_the_people_are_read(ada):
    connections = (CASES / "linkedin_job_change.csv").read_bytes()
    report = take_files(
        ada, ("export.zip", zipped(Connections_csv=connections, Messages_csv="FROM,TO\nA,B\n", x_png=b"no"))
    )
    assert (counts(report), set(bank(ada))) == ((1, 0, 0, 0), {"Mira Okonjo"})
    two = zipped(a_vcf="BEGIN:VCARD\nFN:Ann\nEND:VCARD\n", b_csv="Name\nBen\n", notes_txt="nobody is named here")
    assert counts(take_files(ada, ("cards.zip", two))) == (2, 0, 0, 0)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"<html><table><tr><td>Name</td></tr></table></html>", "This is a web page"),
        (b"PK\x03\x04\x14\0\0\x08\0\0mimetypeapplication/vnd.oasis.opendocument.spreadsheetPK", "OpenDocument"),
        (zipped(x_png=b"no"), "no CSV, Excel or vCard file"),
        (zipped(x_csv=b"shoe\n41\n"), "does not name the columns"),
        (zipped(x_csv=b"Name\n" + b"x" * 21_000_000), "unpacks to more than 20 MB"),
    ],
)
def test_what_cannot_be_read_says_how_to_save_it(ada, data, sentence):
    with pytest.raises(Refusal, match=sentence) as refusal:
        take_files(ada, ("x.xls", data))
    assert str(refusal.value).endswith(".")
