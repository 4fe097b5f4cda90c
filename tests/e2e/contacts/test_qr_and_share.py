"""A card from a photo of its code, a profile from the share sheet, and a contact held up as a code."""

import io
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote

import pytest
import segno
from PIL import Image
from playwright.sync_api import expect

from app.services.contacts import qr_codes
from tests.support.app_process import opened
from tests.support.layout_checks import axe, sizes

SERVICE_WORKERS = "allow"

CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zoë Öström\r\nORG:Bäckerei Süßholz GmbH\r\nTEL:+49 30 1234567\r\nEND:VCARD"


def photo(text, size=(1600, 1200)):
    out = io.BytesIO()
    segno.make(text, micro=False).save(out, kind="png", scale=8)
    whole = Image.effect_noise(size, 90).convert("RGB")
    whole.paste(Image.open(out).convert("RGB"), (200, 100))
    saved = io.BytesIO()
    whole.save(saved, "JPEG", quality=98)
    return {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": saved.getvalue()}


def give(page, *files):
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="Photo of a QR code").tap()
    choosing.value.set_files(list(files))


def add(page):
    opened(page, "/contacts")
    page.get_by_role("button", name="Add a contact").locator("visible=true").first.tap()


@pytest.mark.parametrize("size", [(1600, 1200), (2400, 1800)], ids=["as it is", "made small on the phone"])
def test_a_photo_of_a_code_fills_the_sheet(phone, api, size):
    add(phone)
    taken = photo(CARD, size)
    give(phone, taken)
    expect(phone.get_by_label("Name", exact=True)).to_have_value("Zoë Öström")
    expect(phone.get_by_label("Organisation", exact=True)).to_have_value("Bäckerei Süßholz GmbH")
    assert not api.get("/contacts", params={"q": "Zoë Öström"}).json()["items"]
    assert sizes(phone, thumb=True) == []
    assert axe(phone) == []


def test_a_photo_without_a_code_says_so_and_nothing_typed_is_lost(phone):
    add(phone)
    phone.get_by_label("Name", exact=True).fill("Half Written")
    plain = io.BytesIO()
    Image.new("RGB", (600, 400), "white").save(plain, "PNG")
    give(phone, {"name": "x.png", "mimeType": "image/png", "buffer": plain.getvalue()})
    expect(phone.get_by_text("There is no QR code to be read in this picture.")).to_be_visible()
    expect(phone.get_by_label("Name", exact=True)).to_have_value("Half Written")


@pytest.mark.parametrize(
    ("shared", "name"),
    [
        ({"title": "(3) Jane Roe – CFO – ACME | LinkedIn", "url": "https://www.linkedin.com/in/jane-roe?trk=x"}, "Jane Roe"),
        ({"text": "Have a look at https://www.linkedin.com/in/joerg-mueller"}, "Joerg Mueller"),
        ({"text": "Dörte Drei, ACME GmbH, doerte@acme.example"}, "Dörte Drei"),
    ],
)  # fmt: skip
def test_a_page_from_the_share_sheet_is_looked_over_in_the_sheet(phone, shared, name):
    opened(phone, "/")
    phone.evaluate("navigator.serviceWorker.ready")
    phone.reload()
    phone.wait_for_function("() => navigator.serviceWorker.controller")
    phone.evaluate(
        """(shared) => {
            const form = Object.assign(document.createElement("form"), { method: "post", enctype: "multipart/form-data", action: "/import/shared" });
            for (const [name, value] of Object.entries(shared)) form.append(Object.assign(document.createElement("input"), { name, value }));
            document.body.append(form);
            form.submit();
        }""",
        shared,
    )
    expect(phone.get_by_label("Name", exact=True)).to_have_value(name)
    assert phone.evaluate("location.pathname + location.search") == "/contacts"


@pytest.fixture(scope="module")
def elsewhere():
    """Another site with a form that posts itself to the share target."""
    served = []

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            policy, _, target = self.path.removeprefix("/?").partition("&")
            page = f"""<meta name="referrer" content="{policy}"><form method="post" enctype="multipart/form-data"
                action="{unquote(target)}"><input name="text" value="Eve Evil, eve@evil.example"></form>
                <script>document.forms[0].submit()</script>"""
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *said):
            served.append(said)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("policy", ["unsafe-url", "origin", "no-referrer"])
def test_another_site_fills_in_nothing(phone, site, elsewhere, policy):
    opened(phone, "/")
    phone.evaluate("navigator.serviceWorker.ready")
    phone.reload()
    phone.wait_for_function("() => navigator.serviceWorker.controller")
    phone.goto(f"{elsewhere}/?{policy}&{quote(site.address, safe='')}/import/shared")
    phone.wait_for_url(re.compile(rf"^{site.address}/(contacts)?$"))
    phone.wait_for_selector("#app .pd-main")
    phone.wait_for_function("async () => !(await caches.match('/shared/text'))")
    phone.wait_for_function("() => window.socket && window.socket.connected")
    add(phone)
    expect(phone.get_by_label("Name", exact=True)).to_have_value("")
    assert "Eve Evil" not in phone.content()


def test_a_contact_is_held_up_as_a_code_that_a_camera_reads(phone, api):
    person = {"name": "Jörg Müßig-Schönfeld", "phone": "+49 30 1234567", "notes": "not for others", "warmness_score": 5}
    made = api.post("/contacts?force=true", json=person).json()
    opened(phone, f"/contacts/{made['id']}")
    phone.locator(".pd-detail, .pd-main").get_by_text("More", exact=True).last.tap()
    phone.get_by_role("button", name="Show QR code").tap()
    code = phone.get_by_role("img", name="QR code with the card of Jörg Müßig-Schönfeld")
    expect(code).to_be_visible()
    shown = code.screenshot()
    said = qr_codes.read(shown)
    assert "FN:Jörg Müßig-Schönfeld" in said
    assert "not for others" not in said
    phone.emulate_media(color_scheme="dark")
    assert qr_codes.read(code.screenshot()) == said
    assert axe(phone) == []
