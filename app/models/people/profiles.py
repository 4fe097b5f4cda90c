"""Web addresses of people as a key: the same profile however its address is written."""

import re
from urllib.parse import unquote, urlsplit

LINKEDIN = re.compile(r"(?:^|\.)linkedin\.com$")
XING = re.compile(r"(?:^|\.)xing\.com$")
# an address of a firm, a search or a start page tells nobody apart
NOBODY = re.compile(r"^/(?:company|school|showcase|search|feed|jobs|groups|home|in/?$|pub/?$)")
LOCALE = re.compile(r"/(?:[a-z]{2}(?:-[a-z]{2})?)$", re.IGNORECASE)


def profile_key(link: str | None) -> str | None:
    """`https://de.linkedin.com/in/Jane-Roe/?trk=x` is `linkedin.com/in/jane-roe`; None for what is nobody's own page."""
    if not link or not link.strip():
        return None
    text = link.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
    except ValueError:
        return None
    host = (parts.hostname or "").removeprefix("www.")
    path = unquote(parts.path).rstrip("/")
    if LINKEDIN.search(host):
        path = re.sub(r"^(/in/[^/]+).*$", r"\1", path)
        if NOBODY.match(f"{path}/" if path in {"/in", "/pub"} else path) or not path:
            return None
        return f"linkedin.com{LOCALE.sub('', path) if path.count('/') > 2 else path}".casefold()[:300]
    # of other networks only a page of its own
    return f"xing.com{path}".casefold()[:300] if XING.search(host) and path.startswith("/profile/") else None
