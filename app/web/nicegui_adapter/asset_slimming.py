"""What a phone would load in vain, and what it gets instead: 31 KB and three requests of every first visit.

We use the system's font and our own icons, so there is no font list. No screen
renders HTML (test_law.py), so the cleaner may be the strictest there is: it
shows all markup as text. Quasar's sheets come without the parts and colours
that no screen uses (tests/support/layout_checks.py looks for them on every one), and in one
file with NiceGUI's own, as each file is a way to the server and back.
"""

import hashlib
import re
from functools import cache
from pathlib import Path

import nicegui

BASE = f"/_nicegui/{nicegui.__version__}/static/"
FOLDER = Path(nicegui.__file__).parent / "static"

AS_TEXT = rb"""export default { sanitize: (html) => String(html).replace(/[&<>"'`]/g, (c) => `&#${c.charCodeAt(0)};`) };
"""

# the sheet that is served, and the files that it is made of with the layers that NiceGUI's page gives them
SHEET = BASE + "sheets.css"
CLEANER = BASE + "dompurify.mjs"
LAYERS = {
    "quasar": "quasar.unimportant.prod.css",
    "quasar_importants": "quasar.important.prod.css",
    "nicegui": "nicegui.css",
}
# NiceGUI's part around a screen; compiling even this template makes a phone load the whole compiler
SCREEN = "/sub_pages.js"
TEMPLATE, DRAWN = b"template: `<div><slot></slot></div>`", b'render() { return Vue.h("div", this.$slots.default?.()); }'
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
VERSION = "?v=" + hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8]
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_UNUSED = re.compile(rf"\.{UNUSED}")
_RULE = re.compile(r"([^{}@]+)\{([^{}]*)\}")
_EMPTY = re.compile(r"@[^{};]+\{\s*\}")
_EXCEPT = re.compile(r":not\([^)]*\)")


def is_changed(path: str) -> bool:
    """Whether we serve this file otherwise than it lies on the disk."""
    return path in {SHEET, CLEANER} or path.endswith(SCREEN)


def replacement(path: str) -> tuple[bytes, bytes] | None:
    """The content type and the body of a file that we answer for ourselves; None for every other."""
    if path == SHEET:
        return b"text/css; charset=utf-8", whole_sheet()
    if path == CLEANER:
        return b"text/javascript; charset=utf-8", AS_TEXT
    return None


def slimmed(path: str, body: bytes) -> bytes:
    """A file of NiceGUI's as we serve it."""
    return body.replace(TEMPLATE, DRAWN) if path.endswith(SCREEN) else body


@cache
def whole_sheet() -> bytes:
    """Everything that NiceGUI's page imports as sheets, each in its layer."""
    parts = {layer: (FOLDER / name).read_text() for layer, name in LAYERS.items()}
    return "".join(f"@layer {layer}{{{without_unused_rules(part)}}}" for layer, part in parts.items()).encode()


def without_unused_rules(sheet: str) -> str:
    """The sheet without comments and without rules that need an unused class; a rule for several keeps the others."""

    def kept(rule: re.Match[str]) -> str:
        selectors = [one for one in re.split(r",(?![^(]*\))", rule[1]) if not _UNUSED.search(_EXCEPT.sub("", one))]
        return f"{','.join(selectors)}{{{rule[2]}}}" if selectors else ""

    return _EMPTY.sub("", _RULE.sub(kept, _COMMENT.sub("", sheet)))
