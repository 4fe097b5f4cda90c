"""The audit trail on its screen: searched while one types, and as a file with the same filters."""

import csv
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.support.app_process import opened


def test_the_trail_is_searched_and_exported(desk, api):
    contact = api.post("/contacts?force=true", json={"name": "Ute Uhlig"}).json()
    api.delete(f"/contacts/{contact['id']}")
    opened(desk, "/team/audit")
    rows = desk.get_by_role("listitem").filter(has_text="Annegret")
    expect(rows.filter(has_text="moved a contact to the trash")).to_have_count(1)
    expect(rows.filter(has_text="set Pipedriven up")).to_have_count(1)

    desk.get_by_label("Search: who, what, whom").fill("annegret trash")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("moved a contact to the trash")
    expect(desk).to_have_url(re.compile(r"q=annegret\+trash"))

    with desk.expect_download() as started:
        desk.get_by_role("link", name="Export as CSV").click()
    file = started.value
    assert file.suggested_filename == "audit.csv"
    found = list(csv.DictReader(Path(file.path()).read_text("utf-8-sig").splitlines()))
    assert [line["Action"] for line in found] == ["contact.trashed"]

    desk.get_by_label("Search: who, what, whom").fill("nobody did this")
    expect(desk.get_by_text("Nothing found")).to_be_visible()
