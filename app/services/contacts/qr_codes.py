"""Contacts as QR codes: one to hold up to a colleague's camera, and the photo of one that somebody else holds up."""

import io
import re

import segno
import zxingcpp
from PIL import Image, UnidentifiedImageError

from app.errors import Invalid, TooLarge
from app.models import Contact
from app.services.contacts import vcards

MOST_BYTES = 5 * 1024 * 1024
# beyond this a picture costs more memory than a code in it is worth; a camera's JPEG is halved until it fits
MOST_DOTS = 24_000_000
SIDE = 2000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
UNREADABLE = "This is no picture that we can read; choose a photo as JPEG or PNG."
NO_CODE = "There is no QR code to be read in this picture. Get closer, and hold the phone straight."
TOO_LARGE = "This picture is too large; choose one of at most 5 MB."


def drawn(contact: Contact) -> str:
    """The contact's card as a QR code: the address of a picture, black on white, with the quiet edge that readers need."""
    code = segno.make(vcards.write_brief_card(contact), error="l", boost_error=True, micro=False)
    return code.svg_data_uri(border=4, dark="#000", light="#fff", svgclass=None, lineclass=None)


def read(photo: bytes) -> str:
    """What the first QR code in a picture says. Slow: call it off the event loop. Raises TooLarge and Invalid."""
    if len(photo) > MOST_BYTES:
        raise TooLarge(TOO_LARGE)
    for found in zxingcpp.read_barcodes(_grey(photo), formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)):
        if found.text.strip():
            return _card(found.text)
    raise _no(NO_CODE)


def _grey(photo: bytes) -> Image.Image:
    try:
        picture: Image.Image = Image.open(io.BytesIO(photo), formats=FORMATS)
        picture.draft("L", (SIDE, SIDE))
        if picture.width * picture.height > MOST_DOTS:
            raise TooLarge(TOO_LARGE)
        grey = picture.convert("L")
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        raise _no(UNREADABLE) from None
    grey.thumbnail((SIDE, SIDE))
    return grey


def _card(text: str) -> str:
    """MECARD, the short form of many phones, as the lines of a signature; anything else as it stands."""
    if not text.upper().startswith("MECARD:"):
        return text
    said = [re.sub(r"\\(.)", r"\1", part) for part in re.split(r"(?<!\\);", text[7:]) if part]
    facts = [(key.upper(), value) for key, _, value in (part.partition(":") for part in said)]
    lines = ["BEGIN:VCARD", "VERSION:3.0"]
    for key, value in facts:
        if key == "N":
            lines.append(f"FN:{' '.join(reversed([one.strip() for one in value.split(',')]))}")
        elif key in {"TEL", "EMAIL", "ORG", "NOTE", "URL", "TITLE"}:
            lines.append(f"{key}:{value}")
    return "\n".join([*lines, "END:VCARD"])


def _no(sentence: str) -> Invalid:
    return Invalid(sentence, {"photo": sentence})
