"""A contact as a QR code, and a code in a photo as a contact; what is no picture costs nothing."""

import io
import zlib

import pytest
import segno
from PIL import Image

from app.errors import Invalid, TooLarge
from app.models import Contact, Organisation, new_id
from app.services.contacts import qr_codes
from app.services.contacts.capture import text_parser

CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zoë Öström\r\nORG:Bäckerei Süßholz GmbH\r\nTEL:+49 30 1234567\r\nEMAIL:zoe@x.example\r\nEND:VCARD"


def photo(text, *, kind="JPEG", turned=0, scale=6, size=None):
    out = io.BytesIO()
    segno.make(text, micro=False).save(out, kind="png", scale=scale)
    code = Image.open(out).convert("RGB").rotate(turned, expand=True, fillcolor="white")
    whole = Image.new("RGB", size or (code.width + 300, code.height + 200), "#8899aa")
    whole.paste(code, (120, 90))
    saved = io.BytesIO()
    whole.save(saved, kind)
    return saved.getvalue()


def jane():
    contact = Contact(
        user_id=new_id(), name="Jörg Müßig-Schönfeld", phones=["+493012345678"], emails=["j@acme.example"],
        notes="secret notes", tags=["secret-tag"], job_title="CFO", linkedin_url="https://www.linkedin.com/in/joerg",
    )  # fmt: skip
    contact.organisation = Organisation(user_id=contact.user_id, name="ACME & Söhne", key="x")
    contact.reindex(None)
    return contact


@pytest.mark.parametrize(("kind", "turned"), [("JPEG", 0), ("JPEG", 17), ("PNG", 90), ("WEBP", 180)])
def test_a_photo_of_a_card_becomes_a_contact(kind, turned):
    found = text_parser.parse(qr_codes.read(photo(CARD, kind=kind, turned=turned)), "DE")
    assert found.draft["name"] == "Zoë Öström"
    assert found.draft["organisation"] == "Bäckerei Süßholz GmbH"
    assert (found.draft["phones"], found.draft["emails"]) == (["+49301234567"], ["zoe@x.example"])


def test_a_camera_with_many_dots_is_read_too():
    assert qr_codes.read(photo(CARD, scale=24, size=(5200, 6000))).startswith("BEGIN:VCARD")


def test_the_short_form_of_many_phones_is_understood():
    text = "MECARD:N:Roe,Jane;TEL:+442079460123;EMAIL:jane@acme.example;ORG:ACME\\; Sons;;"
    found = text_parser.parse(qr_codes.read(photo(text)), "GB")
    assert (found.draft["name"], found.draft["phones"]) == ("Jane Roe", ["+442079460123"])


def test_a_profile_link_is_understood():
    assert text_parser.parse(qr_codes.read(photo("https://www.linkedin.com/in/jane-roe")), "DE").draft["linkedin_url"]


def test_what_we_show_is_read_by_a_camera_and_keeps_what_is_private():
    contact = jane()
    shown = qr_codes.drawn(contact)
    assert shown.startswith("data:image/svg+xml")
    assert len(shown) < 40_000
    text = qr_codes.vcards.write_brief_card(contact)
    found = text_parser.parse(qr_codes.read(photo(text, scale=4)), "DE")
    assert (found.draft["name"], found.draft["organisation"]) == ("Jörg Müßig-Schönfeld", "ACME & Söhne")
    assert "secret" not in text


@pytest.mark.parametrize("data", [b"", b"not a picture", b"<svg/>", photo(CARD)[:400], b"%PDF-1.7"])
def test_what_is_no_picture_is_refused_in_a_sentence(data):
    with pytest.raises(Invalid, match=r"JPEG or PNG|no QR code"):
        qr_codes.read(data)


def test_a_picture_without_a_code_is_refused_in_a_sentence():
    out = io.BytesIO()
    Image.new("RGB", (800, 600), "white").save(out, "PNG")
    with pytest.raises(Invalid, match="no QR code"):
        qr_codes.read(out.getvalue())


def test_a_picture_that_swells_is_refused_before_it_is_opened():
    def chunk(kind, data):
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = (30_000).to_bytes(4) + (5_000).to_bytes(4) + bytes([8, 0, 0, 0, 0])
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
    with pytest.raises((TooLarge, Invalid)):
        qr_codes.read(bomb)
    with pytest.raises(TooLarge):
        qr_codes.read(b"x" * (qr_codes.MOST_BYTES + 1))
