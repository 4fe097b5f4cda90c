"""Moving in with a thumb and at a desk: a workbook, LinkedIn's file, rows to mend, and the way back."""

import csv
import io
import re

import openpyxl
from playwright.sync_api import expect

from tests.support.app_process import opened

SERVICE_WORKERS = "allow"

LINKEDIN = (
    'Notes:\n"When exporting your connection data, you may notice that some of the email addresses are missing."\n\n'
    "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
    + "".join(f"Zoë,Ærlig {n},https://www.linkedin.com/in/zoe{n},,Nordic Steel AS,CFO,22 Nov 2025\n" for n in range(3))
)
CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Dörte Drei\r\nTEL:030 7654321\r\nEND:VCARD\r\n"


def workbook():
    """Thirty people under German headings, an unnamed column of profiles, and two rows that name nobody."""
    book = openpyxl.Workbook()
    book.active.append(["Vorname", "Nachname", "E-Mail", "Firma", "Kürzel"])
    for number in range(30):
        row = ["Jörg", f"Müßig-Schönfeld {number}", f"joerg{number}@baecker.example", "Bäckerei Süßholz GmbH", "JM"]
        book.active.append(row)
    book.active.append([None, None, "keine Adresse", None, "ÄÖ"])
    book.active.append(["?", None, "auch keine", None, "@Ü"])
    out = io.BytesIO()
    book.save(out)
    return {"name": "Kontakte-Bäckerei.xlsx", "mimeType": "application/octet-stream", "buffer": out.getvalue()}


def give(page, *files):
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name=re.compile("Choose files|Add another file")).click()
    choosing.value.set_files(list(files))


def names(api):
    return [row["name"] for row in api.get("/contacts", params={"limit": 200}).json()["items"]]


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_workbook_with_umlauts_comes_in_with_a_thumb_and_goes_out_again(phone, api):
    opened(phone, "/import")
    give(phone, workbook())
    expect(phone.get_by_text("30 new")).to_be_visible()
    expect(phone.get_by_text("2 with a problem")).to_be_visible()
    expect(phone.get_by_text("Row 32, name: The name is missing")).to_be_visible()
    expect(phone.get_by_text("Left out: Kürzel.")).to_be_visible()
    assert names(api) == []

    # what the columns mean, with samples, changed with two taps
    phone.get_by_text("4 columns understood, 1 left out").tap()
    expect(phone.get_by_text("Müßig-Schönfeld 0 · Müßig-Schönfeld 1 · Müßig-Schönfeld 2")).to_be_visible()
    phone.get_by_label("Kürzel").tap()
    phone.get_by_role("option", name="Tags").tap()
    assert fits(phone)
    expect(phone.get_by_text("30 new")).to_be_visible()

    with phone.expect_download() as loading:
        phone.get_by_role("button", name="Download 2 rows with errors").tap()
    rows = list(csv.reader(io.StringIO(loading.value.path().read_text("utf-8-sig"))))
    assert rows[0] == ["Vorname", "Nachname", "E-Mail", "Firma", "Kürzel", "Row in the file", "Reason"]
    assert [row[5] for row in rows[1:]] == ["32", "33"]
    assert rows[2][4] == "'@Ü"

    phone.get_by_role("button", name="Import 30 contacts").tap()
    expect(phone.get_by_role("heading", name="30 contacts imported")).to_be_visible()
    row = api.get("/contacts", params={"q": "Schönfeld 17"}).json()["items"][0]
    assert (row["name"], row["tags"]) == ("Jörg Müßig-Schönfeld 17", ["jm"])

    # the same file again: the mapping is remembered, and there is nobody new
    phone.get_by_role("button", name="Bring more").tap()
    give(phone, workbook())
    expect(phone.get_by_text("5 columns understood")).to_be_visible()
    expect(phone.get_by_text("30 already known")).to_be_visible()
    expect(phone.get_by_text("There is nobody new in here.")).to_be_visible()

    phone.get_by_role("button", name="Undo the import of Kontakte-Bäckerei.xlsx").tap()
    expect(phone.get_by_text("30 contacts moved to the trash.")).to_be_visible()
    expect(phone.get_by_text("Undone", exact=True)).to_be_visible()
    assert names(api) == []
    assert fits(phone)


def test_files_dropped_at_a_desk_are_recognised_and_one_that_is_none_is_refused_alone(desk, api):
    opened(desk, "/import")
    drop(desk, {"Connections.csv": LINKEDIN, "phone.vcf": CARD, "shoes.pdf.csv": "%PDF-1.4"})
    expect(desk.get_by_text("LinkedIn connections · 3 rows")).to_be_visible()
    expect(desk.get_by_text("vCard · 1 row")).to_be_visible()
    expect(desk.get_by_text("shoes.pdf.csv: Row 1 is not text")).to_be_visible()
    expect(desk.get_by_text("4 new")).to_be_visible()
    desk.get_by_role("button", name="Take out phone.vcf").click()
    expect(desk.get_by_text("3 new")).to_be_visible()
    desk.get_by_role("button", name="Import 3 contacts").click()
    expect(desk.get_by_role("heading", name="3 contacts imported")).to_be_visible()
    assert len(names(api)) == 3
    desk.get_by_role("button", name="Undo the import", exact=True).click()
    expect(desk.get_by_text("3 contacts moved to the trash.")).to_be_visible()
    assert names(api) == []
    assert fits(desk)


def test_a_file_from_the_share_sheet_waits_on_the_import_screen(phone):
    opened(phone, "/import")
    phone.evaluate("navigator.serviceWorker.ready")
    phone.reload()
    phone.wait_for_function("() => navigator.serviceWorker.controller")
    phone.evaluate(
        """(card) => {
            const form = Object.assign(document.createElement("form"), { method: "post", enctype: "multipart/form-data", action: "/import/shared" });
            const input = Object.assign(document.createElement("input"), { type: "file", name: "file" });
            const files = new DataTransfer();
            files.items.add(new File([card], "Dörte.vcf", { type: "text/vcard" }));
            input.files = files.files;
            form.append(input);
            document.body.append(form);
            form.submit();
        }""",
        CARD,
    )
    expect(phone.locator(".pd-file", has_text="Dörte.vcf")).to_be_visible()
    expect(phone.get_by_text("1 new")).to_be_visible()
    assert phone.evaluate("location.pathname + location.search") == "/import"


def drop(page, files):
    """Files let go over the door, as a mouse does it."""
    page.evaluate(
        """(files) => {
            const given = new DataTransfer();
            for (const [name, text] of Object.entries(files)) given.items.add(new File([text], name));
            document.querySelector(".pd-drop").dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: given }));
        }""",
        files,
    )


KNOWN = "Name,Email,Company,Mobile\nJane Roe,jane@acme.example,ACME,\nJohn Doe,john@acme.example,ACME,\n"
NEWER = (
    "Name,Email,Company,Title,Mobile,Owner\nJane Roe,jane@acme.example,Globex,CTO,n/a,Sam\n"
    "John Doe,john.doe@private.example,ACME,,+49 151 23456789 (Anna),Sam\nZoe Zed,zoe@zed.example,Zed,,4711,Sam\n"
)


def test_who_may_be_an_existing_contact_is_shown_with_both_sides_and_decided_one_by_one(phone, api):
    def comes(text):
        return {"name": "people.csv", "mimeType": "text/csv", "buffer": text.encode()}

    opened(phone, "/import")
    give(phone, comes(KNOWN))
    phone.get_by_role("button", name="Import 2 contacts").tap()
    expect(phone.get_by_role("heading", name="2 contacts imported")).to_be_visible()
    phone.get_by_role("button", name="Bring more").tap()
    give(phone, comes(NEWER))
    # nobody is lost: who may be somebody else is new, as long as nobody says otherwise
    expect(phone.get_by_text("2 new")).to_be_visible()
    expect(phone.get_by_text("Left out: Owner.")).to_be_visible()
    expect(phone.get_by_text("Row 4, Mobile: This is not a phone number that we can dial")).to_be_visible()
    asked = phone.get_by_role("group", name="John Doe")
    expect(asked.get_by_text("Same name at ACME. John Doe · ACME · john@acme.example")).to_be_visible()
    assert fits(phone)
    asked.get_by_role("button", name="Fill").tap()
    expect(phone.get_by_text("1 new")).to_be_visible()
    phone.get_by_role("button", name="Import 1 contact").tap()
    expect(phone.get_by_role("heading", name="1 contact imported")).to_be_visible()
    found = {row["name"]: row for row in api.get("/contacts").json()["items"]}
    assert found["John Doe"]["emails"] == ["john@acme.example", "john.doe@private.example"]
    assert (found["John Doe"]["phones"], found["Zoe Zed"]["notes"]) == (["+4915123456789"], "Phone: 4711")

    phone.get_by_role("button", name="1 contact may have another firm or title").tap()
    expect(phone.get_by_text("ACME · CTO → Globex · CTO")).to_be_visible()
    phone.get_by_role("button", name="Update").tap()
    expect(phone.get_by_text("No new jobs")).to_be_visible()
    assert api.get("/contacts", params={"q": "Jane"}).json()["items"][0]["organisation"] == "Globex"


def test_a_new_job_is_updated_left_and_congratulated_each_with_undo(phone, api):
    opened(phone, "/job-changes")
    expect(phone.get_by_text("No new jobs")).to_be_visible()
    said = {"name": "Jöran Neu", "organisation": "Alt GmbH", "linkedin_url": "https://www.linkedin.com/in/joeranneu"}
    who = api.post("/contacts", json=said).raise_for_status().json()["id"]
    rows = "First Name,Last Name,URL,Company,Position\nJöran,Neu,https://www.linkedin.com/in/joeranneu,Neu AG,CFO\n"
    api.post("/contacts/import", files={"file": ("Connections.csv", rows, "text/csv")}).raise_for_status()

    def firm():
        return api.get(f"/contacts/{who}").json()["organisation"]

    card = phone.get_by_role("group", name="Jöran Neu")
    expect(card).to_contain_text("Alt GmbH · CFO → Neu AG · CFO")
    for word, told, back, then in (
        ("Update", "Jöran Neu updated", "Undone", "Neu AG"),
        ("Leave as it is", "Left as it is", "Offered again", "Alt GmbH"),
    ):
        card.get_by_role("button", name=word).tap()
        expect(phone.get_by_text(told)).to_be_visible()
        expect(card).to_have_count(0)
        assert firm() == then
        phone.get_by_role("button", name="Undo", exact=True).tap()
        expect(phone.get_by_text(back, exact=True)).to_be_visible()
        expect(card).to_be_visible()
        assert firm() == "Alt GmbH"
    card.get_by_role("button", name="Congratulate").tap()
    expect(phone.get_by_text("Planned for tomorrow")).to_be_visible()
    planned = api.get("/activities", params={"contact_id": who}).json()["items"]
    assert [one["subject"] for one in planned if not one["done"]] == ["Congratulate Jöran Neu"]
    api.delete(f"/contacts/{who}").raise_for_status()
