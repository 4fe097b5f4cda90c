"""Two of NiceGUI's files that a phone would load in vain, and what stands in their place: 14 KB of every first visit.

We use the system's font and our own icons, so the font list may be empty. No
screen renders HTML (test_law.py), so the cleaner may be the strictest there is:
it shows all markup as text.
"""

import nicegui

BASE = f"/_nicegui/{nicegui.__version__}/static/"

AS_TEXT = rb"""export default { sanitize: (html) => String(html).replace(/[&<>"'`]/g, (c) => `&#${c.charCodeAt(0)};`) };
"""

INSTEAD: dict[str, tuple[bytes, bytes]] = {
    BASE + "fonts.css": (b"text/css; charset=utf-8", b"/* the system's font */\n"),
    BASE + "dompurify.mjs": (b"text/javascript; charset=utf-8", AS_TEXT),
}
