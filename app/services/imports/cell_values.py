"""What one cell says: placeholders, addresses, dates and figures in the spellings that people and programs use."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.models import fold
from app.models.base import now

# what people and programs write for nothing
NOTHING = frozenset(
    [
        "-",
        "--",
        "---",
        ".",
        "..",
        "?",
        "??",
        "/",
        "n/a",
        "n / a",
        "n.a.",
        "n.a",
        "na",
        "#n/a",
        "#na",
        "#value!",
        "#ref!",
        "none",
        "(none)",
        "[none]",
        "null",
        "(null)",
        "nil",
        "nan",
        "k.a.",
        "k.a",
        "keine",
        "keine angabe",
        "unbekannt",
        "unknown",
        "undefined",
        "not available",
        "not set",
        "no value",
        "(no value)",
        "no email",
        "no phone",
        "tbd",
        "tba",
        "x",
        "xx",
        "xxx",
        "leer",
        "empty",
        "(empty)",
        "aucun",
        "ninguno",
        "nessuno",
        "geen",
        "ingen",
        "0",
        "00",
        "000",
        "false",
    ]
)
# of these a name may be made: somebody is called Na, and Null
NO_NAME = frozenset(
    {"-", "--", "---", ".", "?", "??", "n/a", "#n/a", "(none)", "(null)", "#value!", "#ref!", "unknown", "unbekannt"}
)
LONGEST_PLACEHOLDER = max(map(len, NOTHING))
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))

MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan january januar janner jaenner janvier enero ene gennaio januari janeiro",
            "feb february februar fevrier fev febrero febbraio februari fevereiro",
            "mar march marz maerz mrz mars marzo maart mrt marco",
            "apr april avril avr abril abr aprile",
            "may mai mayo maggio mag mei maj maio",
            "jun june juni juin junio giugno giu junho",
            "jul july juli juillet juil julio luglio lug julho",
            "aug august aout agosto ago augustus augusti",
            "sep sept september septembre septiembre settembre set setembro",
            "oct october okt oktober octobre octubre ottobre ott outubro out",
            "nov november novembre noviembre novembro",
            "dec december dez dezember decembre diciembre dic dicembre desember dezembro",
        ),
        1,
    )
    for word in words.split()
}
NUMERIC = re.compile(r"(\d{1,4})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{2,4})\b\.?")
WORDED = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th|\.|er|º)?[\s./-]*(?:de\s+)?)?([^\W\d_]{3,10})\.?,?[\s./-]*(?:de\s+)?(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(\d{4}|\d{2})\b",
    re.UNICODE,
)
CLOCK = re.compile(r"\b(\d{1,2})[:.h](\d{2})(?:[:.](\d{2}))?(?:[.,]\d+)?\s*([ap])?\.?m?\.?\b", re.IGNORECASE)
COMPACT = re.compile(r"(19[7-9]\d|20\d\d)(\d{2})(\d{2})")
WEEKDAY = re.compile(r"^[^\W\d_]{2,10}\.?,\s+")
# the days of Excel from 1970 to 2100; 1 is 1 January 1900, and 1900 has a 29 February there
SERIAL = range(25_569, 73_051)
EXCEL_ZERO = date(1899, 12, 30)
LATEST = timedelta(days=1)


def is_nothing(text: str) -> bool:
    """A placeholder."""
    plain = text.strip()
    if len(plain) > LONGEST_PLACEHOLDER:
        return not any(c.isalnum() for c in plain)
    return plain.lower().translate(DASHES) in NOTHING or not any(c.isalnum() for c in plain)


def is_no_name(text: str) -> bool:
    """Nothing by which somebody could be called."""
    plain = text.strip()
    return plain.lower().translate(DASHES) in NO_NAME or not any(c.isalnum() for c in plain)


def month_first(texts: Iterable[str], country: str) -> bool:
    """Whether the dates of a column begin with the month: any that only fits one way tells for all, else the country."""
    for text in texts:
        if (found := NUMERIC.match(text.strip())) and len(found[1]) <= 2:
            first, second = int(found[1]), int(found[2])
            if first > 12 >= second or "." in found[0]:
                return False
            if second > 12 >= first:
                return True
    return country in {"US", "PH", "PR", "GU", "AS", "FM", "PW"}


def moment(text: str, zone: ZoneInfo, *, months_first: bool) -> datetime | None:
    """The moment that a cell names; None where it names none, or one that is not in the past."""
    plain = text.strip()
    try:
        found = _iso(plain, zone) or _serial(plain, zone) or _spelled(plain, zone, months_first=months_first)
    except (ValueError, OverflowError):
        return None
    if found is None or found.year < 1970 or found.astimezone(UTC) > now() + LATEST:
        return None
    return min(found, now())


def day(text: str, *, months_first: bool) -> date | None:
    """The day that a cell names."""
    found = moment(text, ZoneInfo("UTC"), months_first=months_first)
    return found.date() if found else None


def whole_number(text: str, least: int, most: int) -> int | None:
    """A whole number between two; `8/10` and `8.0` are 8."""
    plain = re.sub(r"\s*/\s*10$", "", text.strip()) if most == 10 else text.strip()
    plain = re.sub(r"[.,]0+$", "", plain)
    if not re.fullmatch(r"\+?\d{1,4}", plain):
        return None
    return int(plain) if least <= int(plain) <= most else None


def _iso(text: str, zone: ZoneInfo) -> datetime | None:
    if not re.match(r"\d{4}-\d{2}-\d{2}(?:$|[T ]\d{2})", text):
        return None
    try:
        found = datetime.fromisoformat(re.sub(r"\s+(?:UTC|GMT|Z)$", "Z", text))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _serial(text: str, zone: ZoneInfo) -> datetime | None:
    if found := COMPACT.fullmatch(text):
        return datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=zone)
    if not re.fullmatch(r"\d{5}(?:[.,]\d+)?", text):
        return None
    days, _, part = text.replace(",", ".").partition(".")
    if int(days) not in SERIAL:
        return None
    start = datetime.combine(EXCEL_ZERO + timedelta(days=int(days)), time(), tzinfo=zone)
    return start + timedelta(seconds=round(float(f"0.{part or 0}") * 86_400))


def _spelled(text: str, zone: ZoneInfo, *, months_first: bool) -> datetime | None:
    plain = WEEKDAY.sub("", text)
    if found := NUMERIC.match(plain):
        year, month, number = _numbers(found, months_first=months_first)
    elif (found := WORDED.match(plain)) and (month := MONTHS.get(fold(found[2]), 0)):
        year, number = int(found[4]), int(found[1] or found[3] or 1)
    else:
        return None
    year += 2000 if year < 70 else 1900 if year < 100 else 0
    return datetime.combine(date(year, month, number), _clock(plain[found.end() :]), tzinfo=zone)


def _numbers(found: re.Match[str], *, months_first: bool) -> tuple[int, int, int]:
    first, second, third = int(found[1]), int(found[2]), int(found[3])
    if len(found[1]) == 4:
        return first, second, third
    if len(found[1]) == 3:
        raise ValueError("no year")
    month_leads = (months_first or second > 12) and first <= 12 and "." not in found[0]
    return (third, first, second) if month_leads else (third, second, first)


def _clock(rest: str) -> time:
    found = CLOCK.search(rest)
    if not found:
        return time()
    hour = int(found[1]) % 12 + (12 if found[4].lower() == "p" else 0) if found[4] else int(found[1])
    return time(hour, int(found[2]), int(found[3] or 0))
