"""Letters on paper: each from the first installed font that has it; what no font has is left out."""

import unicodedata
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from app.models.base import LETTERS

PLAIN, BOLD = "Report", "ReportBold"
# the first that is there; reportlab brings the last along
FONTS = (("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"), ("Vera.ttf", "VeraBd.ttf"))
# for letters that the first font has not: Debian's fonts-droid-fallback (Chinese, Japanese, Korean), fonts-symbola
# (emoji and signs), and what other systems install of the same kind that reportlab can read
FALLBACKS = (
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/truetype/droid/DroidSansFallback.ttf",
    "/usr/share/fonts/google-droid-sans-fonts/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/truetype/ancient-scripts/Symbola_hint.ttf",
    "/usr/share/fonts/truetype/ancient-scripts/Symbola.ttf",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/freefont/FreeSans.ttf",
    "/usr/share/fonts/truetype/unifont/unifont.ttf",
)


@cache
def load() -> tuple[str, ...]:
    """Register what is installed; the names of the fonts to ask, the plain one first."""
    for plain, bold in FONTS:
        try:
            pdfmetrics.registerFont(TTFont(BOLD, bold))
            pdfmetrics.registerFont(TTFont(PLAIN, plain))
        except TTFError:
            continue
        break
    return PLAIN, *filter(None, map(_registered, FALLBACKS))


def _registered(path: str) -> str | None:
    name = f"Report-{Path(path).stem}"
    try:
        pdfmetrics.registerFont(TTFont(name, path))
    except (TTFError, OSError):
        return None
    return name


def marked_up(words: str) -> str:
    """The words for a Paragraph: what the plain font lacks stands in a fallback's name."""
    found = []
    for name, letters in runs(words, _letters()):
        text = escape(letters)
        found.append(text if name == PLAIN else f'<font name="{name}">{text}</font>')
    return "".join(found)


def drawable(words: str) -> str:
    """The words as any of the fonts can draw them, for the title of the file."""
    return "".join(letters for _, letters in runs(words, _letters()))


def plain(words: str) -> str:
    """What the plain font has of them, for a line that no other font is called for."""
    return "".join(letters for name, letters in runs(words, _letters()) if name == PLAIN)


def runs(words: str, letters: dict[str, Any]) -> list[tuple[str, str]]:
    """The words in pieces, each with the font that has all of it; `letters` are those of each font, in order.

    A letter that no font has is drawn as its base letter, and left out where there is none.
    """
    told = [pair for letter in words if (pair := _font_of(letter, letters))]
    return [(name, "".join(one for _, one in group)) for name, group in groupby(told, key=lambda pair: pair[0])]


def _font_of(letter: str, letters: dict[str, Any]) -> tuple[str, str] | None:
    for name, known in letters.items():
        if ord(letter) in known:
            return name, letter
    for name, known in letters.items():
        base = "".join(one for one in unicodedata.normalize("NFKD", letter.translate(LETTERS)) if ord(one) in known)
        if base:
            return name, base
    return None


def _letters() -> dict[str, Any]:
    fonts: dict[str, Any] = {name: pdfmetrics.getFont(name) for name in load()}
    return {name: font.face.charToGlyph for name, font in fonts.items()}
