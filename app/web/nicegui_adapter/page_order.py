"""NiceGUI's page in the order in which a phone on a slow line wants it.

What is to be read stands first in the body, as a browser draws what it has read
so far. Its sheets are one file. The largest script and the one that is named
last are asked for with the first ones, as a line has room before they are named.
"""

import re

from app.web.nicegui_adapter.asset_slimming import BASE, SHEET, VERSION

# around what a screen shows before its scripts have started
FIRST, END = b"<!--first-->", b"<!--/first-->"
ONE_SHEET = f'@import url("{SHEET}{VERSION}");'.encode()
EARLY = (
    f'<link rel="preload" as="script" href="{BASE}quasar.umd.prod.js">'
    f'<link rel="modulepreload" href="{BASE}dompurify.mjs">'
).encode()
_SHEETS = re.compile(
    rb'@import url\("[^"]*/static/fonts\.css"\) layer\(base\);.*?/static/nicegui\.css"\) layer\(nicegui\);', re.DOTALL
)
_MODULE = b'<link rel="modulepreload"'


def reordered(page: bytes) -> bytes:
    """The page with its parts where they are wanted; one that is not NiceGUI's comes back as it is."""
    page, found = _SHEETS.subn(ONE_SHEET, page, count=1)
    if not found:
        return page
    page = page.replace(_MODULE, EARLY + _MODULE, 1)
    before, first, rest = page.partition(FIRST)
    told, end, after = rest.partition(END)
    return (before + after).replace(b"<body>", b"<body>" + told, 1) if first and end else page
