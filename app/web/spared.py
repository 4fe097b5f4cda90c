"""What a phone would load in vain, and what it gets instead: 31 KB of every first visit.

We use the system's font and our own icons, so the font list may be empty. No
screen renders HTML (test_law.py), so the cleaner may be the strictest there is:
it shows all markup as text. Quasar's sheets come without the parts and
colours that no screen uses; tests/measuring.py looks for them on every one.
"""

import hashlib
import re
from functools import cache
from pathlib import Path

import nicegui

BASE = f"/_nicegui/{nicegui.__version__}/static/"

AS_TEXT = rb"""export default { sanitize: (html) => String(html).replace(/[&<>"'`]/g, (c) => `&#${c.charCodeAt(0)};`) };
"""

INSTEAD: dict[str, tuple[bytes, bytes]] = {
    BASE + "fonts.css": (b"text/css; charset=utf-8", b"/* the system's font */\n"),
    BASE + "dompurify.mjs": (b"text/javascript; charset=utf-8", AS_TEXT),
}

SHEETS = {BASE + f"quasar.{name}.prod.css" for name in ("important", "unimportant")}
PARTS = """
    avatar badge banner bar bottom-sheet breadcrumbs carousel col-gutter color date drawer editor
    electron-drag fab file footer header img infinite-scroll knob markup-table message page-sticky
    pagination panel parallax popup-edit pull-to-refresh radio rating responsive scrollarea skeleton slide-item splitter
    stepper tab tabs tab-panel table time timeline toolbar tree video
"""
HUES = "red pink purple deep indigo blue light cyan teal green lime yellow amber orange brown grey"
UNUSED = (
    rf"(?:q-(?:{'|'.join(PARTS.split())})(?![a-z])|shadow-|inset-shadow|animated"
    r"|text-(?:h\d|subtitle|caption|overline)|offset-|(?:col|row|order|flex|items|justify|content|self|gt|lt)-(?:xs|sm|md|lg|xl)\b"
    rf"|(?:bg|text)-(?:{'|'.join(HUES.split())})(?![a-z]))"
)
# browsers keep a file for a year: whatever changes here, and may leave out other rules, is another address
VERSION = b"?v=" + hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8].encode()
_SHEET = re.compile(rb"/static/quasar\.(?:un)?important\.prod\.css(?=\")")
_UNUSED = re.compile(rf"\.{UNUSED}")
_RULE = re.compile(r"([^{}@]+)\{([^{}]*)\}")
_EMPTY = re.compile(r"@[^{};]+\{\s*\}")
_EXCEPT = re.compile(r":not\([^)]*\)")


def dated(page: bytes) -> bytes:
    """NiceGUI's page with the addresses of the sheets as they are thinned now."""
    return _SHEET.sub(lambda sheet: sheet[0] + VERSION, page)


@cache
def thinned(sheet: bytes) -> bytes:
    """The sheet without the rules that need an unused class; a rule for several keeps the others."""

    def kept(rule: re.Match[str]) -> str:
        selectors = [one for one in re.split(r",(?![^(]*\))", rule[1]) if not _UNUSED.search(_EXCEPT.sub("", one))]
        return f"{','.join(selectors)}{{{rule[2]}}}" if selectors else ""

    return _EMPTY.sub("", _RULE.sub(kept, sheet.decode())).encode()
