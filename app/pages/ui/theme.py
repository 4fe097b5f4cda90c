"""Icons, colours and static files, and the words for times, warmness and browsers."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from app import calendar_days
from app.models.base import now
from app.models.people import person_names

STATIC = Path(__file__).parents[1] / "static"
COMPONENTS = Path(__file__).parents[1] / "components"

COLORS = {
    "primary": "#4f46e5",
    "secondary": "#475569",
    "accent": "#4f46e5",
    "positive": "#15803d",
    "negative": "#b91c1c",
    "warning": "#b45309",
    "info": "#0369a1",
    "dark": "#17181e",
    "dark_page": "#0f1014",
}


def asset(name: str) -> str:
    """The address of a static file, with its hash, so that it may be cached for a year."""
    return f"/static/{name}?v={_digest(name)}"


def _digest(name: str) -> str:
    if name not in _digests:
        _digests[name] = sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return _digests[name]


_digests: dict[str, str] = {}


def drawing(name: str) -> str:
    """The address of an icon in our sprite."""
    return f"{asset('icons.svg')}#{name}"


def icon(name: str) -> str:
    """An icon of our sprite, in the form that Quasar draws."""
    return f"svguse:{drawing(name)}|0 0 24 24"


def head() -> str:
    """What every page carries in its head."""
    return (
        f'<link rel="stylesheet" href="{asset("app.css")}">'
        f'<link rel="manifest" href="/manifest.webmanifest"><link rel="apple-touch-icon" href="{asset("icon-192.png")}">'
        '<meta name="theme-color" content="#f7f7f9" media="(prefers-color-scheme: light)">'
        '<meta name="theme-color" content="#0f1014" media="(prefers-color-scheme: dark)">'
        '<meta name="apple-mobile-web-app-capable" content="yes">'
        f'<script defer src="{asset("history.js")}"></script><script defer src="{asset("app.js")}"></script>'
        f'<script defer src="{asset("drafts.js")}"></script>'
    )


def tone(warmness: int) -> str:
    """The step of the ramp that a warmness is shown on: grey, amber, orange, red."""
    return "hot" if warmness >= 9 else "warm" if warmness >= 7 else "mild" if warmness >= 4 else "cold"


def initials(name: str) -> str:
    return person_names.initials(name)


def ago(moment: datetime | None, zone: str) -> str:
    """`today`, `3 d`, `5 wk`, `never`: short enough for a row; in days as somebody in that zone counts them."""
    if moment is None:
        return "never"
    days = calendar_days.days_since(moment, zone)
    if days < 1:
        return "today"
    return f"{days} d" if days < 21 else f"{days // 7} wk" if days < 90 else f"{days // 30} mo"


def local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone) if zone else UTC)


def day_word(moment: datetime, zone: str) -> str:
    """`Today`, `Tomorrow`, `Thu 3 Dec`: the day as people say it."""
    there, today = local(moment, zone).date(), local(now(), zone).date()
    near = {0: "Today", 1: "Tomorrow", -1: "Yesterday"}.get((there - today).days)
    if near:
        return near
    return f"{there:%a} {there.day} {there:%b}" if there.year == today.year else f"{there.day} {there:%b %Y}"


def mid_sentence(words: str) -> str:
    """`tomorrow, 10:00`: such a day in the middle of a sentence."""
    return words[0].lower() + words[1:] if words.startswith(("Today", "Tomorrow", "Yesterday")) else words


def date_word(moment: datetime, zone: str) -> str:
    """`Thu 3 Dec`."""
    there = local(moment, zone)
    return f"{there:%a} {there.day} {there:%b}"


def time_word(moment: datetime, zone: str) -> str:
    """`Thu 3 Dec, 10:00`."""
    return f"{day_word(moment, zone)}, {local(moment, zone):%H:%M}"


def browser_word(agent: str) -> str:
    """`Safari on iPhone`: what a browser says of itself, as people say it."""
    browser = next((word for mark, word in BROWSERS if mark in agent), None)
    device = next((word for mark, word in DEVICES if mark in agent), None)
    return " on ".join(filter(None, (browser or "A browser", device)))


# the first that fits: every browser claims to be Safari, and most claim to be Chrome
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)
