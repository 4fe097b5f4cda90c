"""CSV, XLSX and PDF hold exactly the figures of the screen, and no cell is a formula."""

import csv
import io
import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from PIL import Image
from pypdf import PdfReader
from sqlmodel import select

from app import db
from app.errors import Invalid
from app.models import ActivityDraft, ActivityType, AuditEvent, Campaign, User, now
from app.services.activities import activity_log
from app.services.reports import campaign_report
from app.services.reports.files import export, pdf_fonts
from app.services.reports.files.tables import tables
from app.services.reports.filters import Asked
from app.services.reports.metric_definitions import DEFINITIONS
from tests.support import world
from tests.support.api_client import ask


@pytest.fixture
def found(ada, bo, jane, john):
    """A report with something in every table, and names that are hostile or hard to print."""
    campaign = world.campaign(ada, "=Łódź & <b>Größe</b>", members=[bo], holds=[jane, john])
    with db.transaction() as session:
        row = session.get_one(Campaign, campaign.id)
        row.start_date, row.goal_touches, row.goal_meetings = now().date() - timedelta(days=20), 40, 3
        row.end_date = now().date() + timedelta(days=20)
        session.get_one(User, bo.id).name = "+Bo 王 Müller"
        for who, person, draft in [
            (ada, jane, {"type": "CALL", "outcome": "REACHED", "happened_at": now() - timedelta(days=9)}),
            (ada, john, {"type": "EMAIL", "outcome": "SENT"}),
            (bo, jane, {"type": "MEETING", "due_date": now() + timedelta(days=2)}),
        ]:
            activity_log.log(
                session, session.get_one(User, who.id), person.id, ActivityDraft(campaign_id=campaign.id, **draft)
            )
    with db.reading() as session:
        return campaign_report.report(session, ada, campaign.id, Asked())


def same(cell, shown):
    if isinstance(cell, float):
        return float(shown) == pytest.approx(cell, abs=1e-6)
    if isinstance(cell, str):
        return str(shown).removeprefix("'") == cell
    return (shown or None) == cell or str(shown) == str(cell)


def test_csv_holds_the_figures(found):
    lines = list(csv.reader(io.StringIO(export.csv(found).decode("utf-8-sig"), newline="")))
    blocks = [list(block) for block in split(lines)]
    assert [block[0][0] for block in blocks] == [table.title for table in tables(found)]
    for block, table in zip(blocks, tables(found), strict=True):
        assert block[1] == [heading for heading, _ in table.headings]
        for shown, row in zip(block[2:], table.rows, strict=True):
            assert all(same(cell, text) for cell, text in zip(row, shown, strict=True)), (row, shown)
    assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "@"))]
    figures = {row[0]: row[1:] for row in blocks[1][2:]}
    assert figures["Touches"] == ["2", "1", "0"]


def split(lines):
    block = []
    for line in [*lines, []]:
        if line:
            block.append(line)
        elif block:
            yield block
            block = []


def test_a_workbook_holds_the_figures_as_numbers(found):
    book = load_workbook(io.BytesIO(export.xlsx(found)))
    assert book.sheetnames == [table.title for table in tables(found)]
    for table in tables(found):
        sheet = book[table.title]
        assert [cell.value for cell in sheet[1]] == [heading for heading, _ in table.headings]
        for shown, row in zip(sheet.iter_rows(min_row=2), table.rows, strict=True):
            for cell, said in zip(shown, row, strict=True):
                assert cell.data_type != "f"
                value = cell.value.date() if isinstance(said, date) else cell.value
                assert same(said, value if value is not None else ""), (said, value)
    share = next(sheet for sheet in book if sheet.title == "By method")["D2"]
    assert (share.data_type, share.number_format) == ("n", "0.0%")


def test_a_page_holds_the_figures_in_words_that_can_be_read(found):
    said = words(export.pdf(found))
    for title in ("Figures", "Goals", "Funnel", "By method", "By person", "Weeks"):
        assert title in said
    assert "& <b>Größe</b>" in said
    assert "Müller" in said
    assert "?" not in said
    assert f"Touches 2 1 0 {'Reached'} 1" in said
    assert found.pace["touches"].sentence in said
    assert "Call 1 1 100%" in said
    assert "Expected 20" in said.replace("Expected 20.", "Expected 20 ")
    for sentence in DEFINITIONS.values():
        assert sentence[:40] in said


def test_what_the_first_font_lacks_is_drawn_by_another_and_what_none_has_is_left_out():
    letters = {"plain": set(map(ord, "Bo Mulerz")), "cjk": set(map(ord, "王一")), "signs": {ord("☎")}}
    runs = pdf_fonts.runs("Bo 王一 Müller ☎\U0001f600z", letters)
    assert runs == [("plain", "Bo "), ("cjk", "王一"), ("plain", " Muller "), ("signs", "☎"), ("plain", "z")]
    assert pdf_fonts.runs("\U0001f600", letters) == []
    assert pdf_fonts.marked_up("A < B & \uffff") == "A &lt; B &amp; "


def test_a_name_that_no_font_has_still_makes_a_page(ada):
    campaign = world.campaign(ada, "\U0001f9ff")
    with db.reading() as session:
        found = campaign_report.report(session, ada, campaign.id, Asked())
    said = words(export.pdf(found))
    assert "?" not in said
    assert "Time zone: Europe/Berlin" in said


def words(pdf):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_charts_stand_on_the_page_as_the_screen_drew_them_and_nothing_else_is_taken_for_one(found):
    chart = io.BytesIO()
    Image.new("RGB", (800, 300), "white").save(chart, "PNG")
    with_chart = PdfReader(io.BytesIO(export.pdf(found, [chart.getvalue()])))
    assert sum(len(page.images) for page in with_chart.pages) == 1
    huge = io.BytesIO()
    Image.new("1", (5_000, 10)).save(huge, "PNG")
    for odd in ([b"GIF89a"], [b""], [chart.getvalue()[:60]], [chart.getvalue()] * 9, [huge.getvalue()]):
        with pytest.raises(Invalid):
            export.pdf(found, odd)


def test_every_file_says_to_what_it_is_narrowed_and_what_is_not(ada, found):
    with db.reading() as session:
        some = campaign_report.report(
            session, ada, found.campaign_id, Asked(None, None, ada.id, ActivityType.CALL, last_days=7)
        )
    at = some.as_of.astimezone(ZoneInfo("Europe/Berlin"))
    days = f"{plain(some.since)} to {plain(at.date())}"
    told = {
        "Campaign": some.campaign,
        "Days": days,
        "Person": "Ada Lind",
        "Method": "Call",
        "Time zone": "Europe/Berlin",
        "As of": f"{plain(at.date())}, {at:%H:%M}",
    }
    lines = [row for row in csv.reader(io.StringIO(export.csv(some).decode("utf-8-sig"), newline="")) if row]
    assert {row[0]: row[1].removeprefix("'") for row in lines[2:8]} == told
    sheet = load_workbook(io.BytesIO(export.xlsx(some)))["Report"]
    assert {row[0].value: row[1].value.removeprefix("'") for row in sheet.iter_rows(min_row=2)} == told
    page = words(export.pdf(some))
    assert all(f"{key}: {value}" in page for key, value in told.items() if key != "Campaign")
    for titles in ([row[0] for row in lines], load_workbook(io.BytesIO(export.xlsx(some))).sheetnames):
        assert {"Goals of the whole campaign", "Funnel, all days and methods"} <= set(titles)
    assert export.name(some, "png", "weeks") == (
        f"lodz-b-grosse-b-{days}-ada-lind-call-weeks-{at:%Y-%m-%d-%H%M}-europe-berlin.png".replace(" ", "-").lower()
    )


def plain(day):
    return f"{day.day} {day:%b %Y}"


def test_a_quiet_campaign_still_makes_files(ada):
    campaign = world.campaign(ada, "Quiet")
    with db.reading() as session:
        quiet = campaign_report.report(session, ada, campaign.id, Asked())
    assert "Quiet" in words(export.pdf(quiet))
    assert load_workbook(io.BytesIO(export.xlsx(quiet)))["Figures"]["B2"].value == 0
    assert export.csv(quiet)


def test_files_come_over_the_wire_as_attachments_and_leave_a_trail(ada, found):
    for ending, kind in {
        "csv": "text/csv; charset=utf-8",
        "xlsx": "application/vnd.openxml",
        "pdf": "application/pdf",
    }.items():
        answer = ask(ada, "GET", f"/api/campaigns/{found.campaign_id}/report.{ending}?type=CALL")
        assert answer.headers["content-type"].startswith(kind)
        at = found.as_of.astimezone(ZoneInfo("Europe/Berlin"))
        said = f"lodz-b-grosse-b-all-time-call-{at:%Y-%m-%d}-"
        name = answer.headers["content-disposition"]
        assert re.fullmatch(rf'attachment; filename="{said}\d{{4}}-europe-berlin\.{ending}"', name)
    with db.reading() as session:
        trail = session.exec(select(AuditEvent).where(AuditEvent.action == "report.exported")).all()
    assert [one.detail["format"] for one in sorted(trail, key=lambda one: one.created_at)] == ["csv", "xlsx", "pdf"]
