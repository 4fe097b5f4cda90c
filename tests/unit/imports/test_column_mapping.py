"""What headings mean, how files are read, and where they are refused."""

import pytest

from app.errors import Invalid, TooLarge
from app.services.imports import column_mapping, csv_reader, row_parser, sheet_reader


def facts(row):
    return [(cell.field, cell.text) for cell in row.cells]


@pytest.mark.parametrize(
    ("heading", "meaning"),
    [
        ("Name", "name"),
        ("full name", "name"),
        ("Vorname", "given"),
        ("FIRST NAME", "given"),
        ("first_name", "given"),
        ("Nachname", "family"),
        ("Last name", "family"),
        ("E-Mail", "emails"),
        ("E-Mail-Adresse", "emails"),
        ("Email 2", "emails"),
        ("E-mail 1 - Value", "emails"),
        ("Person - Email - Work", "emails"),
        ("Telefon geschäftlich", "phones"),
        ("Mobile Phone", "phones"),
        ("Tel.", "phones"),
        ("Handynummer", "phones"),
        ("Handy-Nummer", "phones"),
        ("Company", "organisation"),
        ("Organization - Name", "organisation"),
        ("Organization 1 - Title", "job_title"),
        ("Firma", "organisation"),
        ("Position", "job_title"),
        ("Wärme", "warmness_score"),
        ("warmness", "warmness_score"),
        ("Notizen", "notes"),
        ("Schlagwörter", "tags"),
        ("Letzter Kontakt", "last_contacted"),
        ("organisation_id", None),
        ("owner_id", None),
        ("id", None),
        ("created_at", None),
        ("Home Address", None),
        ("Phone 1 - Type", "phone_label"),
        ("", None),
    ],
)
def test_a_heading_is_understood_in_english_and_german(heading, meaning):
    assert column_mapping.guess(heading) == meaning


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_usual_delimiter_and_encoding_is_read(delimiter, encoding):
    lines = [["Vorname", "Nachname", "Firma"], ["Jörg", "Müßig", "Bäcker GmbH"]]
    data = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)
    sheet = sheet_reader.parse(data)
    assert [(row.number, facts(row)) for row in sheet.rows] == [
        (2, [("given", "Jörg"), ("family", "Müßig"), ("organisation", "Bäcker GmbH")])
    ]


def test_rows_are_counted_as_a_spreadsheet_counts_them():
    data = b'name,notes\n\nJane,"two\nlines"\n,\nJohn,\n'
    assert [row.number for row in sheet_reader.parse(data).rows] == [3, 5]


def test_lines_of_explanation_above_the_header_are_skipped():
    linkedin = b'Notes:\n"When exporting your data, you may notice, that"\n\nFirst Name,Last Name,URL,Company,Position,Connected On\nJane,Roe,https://www.linkedin.com/in/jane,ACME,CEO,22 Nov 2025\n'
    sheet = sheet_reader.parse(linkedin)
    assert sheet.header.row == 4
    assert ("linkedin_url", "https://www.linkedin.com/in/jane") in facts(sheet.rows[0])


def test_a_mapping_overrules_the_guess():
    data = b"Wer,name,Stufe\nJane,ignored,7\n"
    sheet = sheet_reader.parse(data, {"wer": "name", "Name": "", "Stufe": "warmness"})
    assert facts(sheet.rows[0]) == [("name", "Jane"), ("warmness_score", "7")]


@pytest.mark.parametrize("mapping", [{"missing": "name"}, {"name": "shoe size"}])
def test_a_mapping_that_makes_no_sense_is_refused(mapping):
    with pytest.raises(Invalid):
        sheet_reader.parse(b"name\nJane\n", mapping)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"name\nJane\nJo\x00hn\n", "Row 3 holds a NUL"),
        (b"name\nJane\nJ\xffhn\n", "Row 3 holds bytes"),
        (b"name\nJane\n\xc3\x28\n", "Row 3 holds bytes"),
        (b"PK\x03\x04 a spreadsheet", "Row 1 is not text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "Row 1 holds bytes"),
        (b"", "Row 1 is missing"),
        (b"shoe,size\n1,2\n", "Row 1 does not name the columns"),
        (b"name" + b"," * 2_000 + b"\n", "Row 1 has 2,001 columns"),
        (b"," * 5_000_000, "Row 1 is too long"),
        (b"name\n" + b"x\n" * 20_001, "Row 20002 is one too many"),
        (b"name\n" + b"x\n" * 1_000_000, "Row 20002 is one too many"),
        (b'name\n"' + b"x\n" * 400_000, "Row 20003 is one too many"),
    ],
)
def test_a_file_that_breaks_a_bound_is_refused_with_the_row(data, sentence):
    with pytest.raises(Invalid, match=sentence) as refusal:
        sheet_reader.parse(data)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    ("data", "row", "sentence", "rest"),
    [
        (b'name,notes\nJane,ok\nJohn,"open\nAnn,\n', 3, "This row opens a quotation mark", ["Jane", "Ann"]),
        (b'name,notes\n"Jane" Roe,x\nAnn,\n', 2, "This row has text behind", ["Ann"]),
        (b"name\n" + b"," * 1_000_000 + b"\nAnn\n", 2, "This row is too long", ["Ann"]),
    ],
)
def test_a_row_that_breaks_off_is_named_and_the_others_are_read(data, row, sentence, rest):
    sheet = sheet_reader.parse(data)
    assert [(trouble.row, trouble.detail.startswith(sentence)) for trouble in sheet.trouble] == [(row, True)]
    assert [dict(facts(one))["name"] for one in sheet.rows] == rest


def test_a_file_of_more_than_five_megabytes_is_too_large():
    with pytest.raises(TooLarge):
        sheet_reader.parse(b"name\n" + b"x" * (5 * 1024 * 1024))


def test_the_full_twenty_thousand_rows_and_two_thousand_columns_are_taken():
    assert len(sheet_reader.parse(b"name\n" + b"x\n" * 20_000).rows) == 20_000
    assert len(sheet_reader.parse(b"name" + b"," * 1_999 + b"\nJane\n").rows) == 1


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "'=1", "''+", "'t Hooft", "plain", ""])
def test_a_formula_is_disarmed_and_comes_back(text):
    safe = row_parser.escape(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert row_parser.unescape(safe) == text


def test_an_unclosed_quotation_mark_never_swallows_the_rest_of_the_file():
    with pytest.raises(Invalid, match="Row 2 opens"):
        list(csv_reader.records('name\n"Jane\nJohn\nJim\n', ","))
