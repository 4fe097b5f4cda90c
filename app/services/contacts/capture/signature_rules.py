"""Rules for the lines of a signature: greeting, small print, name, job, firm, address.

Every rule reads one line or one piece of it. The words stand in languages/, one
file a language; nothing is looked up anywhere else.
"""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from app.models import fold
from app.models.organisation import LEGAL_FORMS
from app.models.people.phone import type_of_word

LANGUAGES = Path(__file__).with_name("languages")

# the lengths keep a hostile text from being tried over and over
BEHIND = re.compile(r"\b(?:ext|extension|durchwahl|dw|x)\.?\s*\d{1,7}\b", re.IGNORECASE)
MAILTO = re.compile(r"\bmailto:\s*", re.IGNORECASE)
MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
LINKEDIN = re.compile(r"(?:https?://)?(?:[\w-]{1,20}\.)?linkedin\.com/(?:in|pub)/[\w%.~-]{1,200}/?", re.IGNORECASE)
WEB = re.compile(r"(?:https?://|www\.)[^\s|,;<>]+", re.IGNORECASE)
NUMBER = re.compile(r"(?:\+|\b00|\(0|\b0|\(\+|\(\d{2,4}\))[\d\s()./\u00a0-]{5,}\d|\b\d[\d\s.-]{6,}\d")
FAX = re.compile(r"\b(?:tele)?fax\b|\bfaks\b|(?:^|\s)F\s*[:.]", re.IGNORECASE)

_LANGUAGES = [tomllib.loads(file.read_text("utf-8")) for file in sorted(LANGUAGES.glob("*.toml"))]


def _words(kind: str) -> list[str]:
    """The words of all languages, the longest first: `m.sc` is tried before `m`."""
    return sorted({word for language in _LANGUAGES for word in language[kind]}, key=lambda word: (-len(word), word))


def _any_of(kind: str) -> str:
    return f"(?:{'|'.join(_words(kind))})"


SPOKEN = re.compile(rf"(?<!\w){_any_of('number_labels')}(?:\s*(?:\.|:|/)+|(?=\s*[+(]?\d))", re.IGNORECASE)
GREETING = re.compile(rf"^{_any_of('greetings')}[\s,.!]*$", re.IGNORECASE)
SMALL_PRINT = re.compile(rf"^(?:{_any_of('small_print')}|.*\b{_any_of('company_register')}\b)", re.IGNORECASE)
ADDRESS = re.compile(
    r"^\D{4,}\s\d{1,4}\s?[a-z]?$|^(?:[A-Z]{1,2}[-\s])?\d{3}\s?\d{2}\s+[^\W\d]|^(?:[A-Z]{1,2}-)?\d{4,5}\s+[^\W\d]"
    rf"|\b[A-Z]{{1,2}}\d{{1,2}}[A-Z]?\s\d[A-Z]{{2}}\b|{_any_of('streets')}\s*\d"
    rf"|^\d+[,\s]+(?:bis\s|ter\s)?{_any_of('streets_after_number')}",
    re.IGNORECASE,
)
JOB = re.compile(rf"\b{_any_of('jobs')}\b", re.IGNORECASE)
TITLES = re.compile(rf"^(?:{_any_of('titles')}\b[.\s-]*)+", re.IGNORECASE)
LONGEST = 500
JOB_COMMA_FIRM = re.compile(r"^(?P<job>[^,]+),\s+(?P<firm>[^,]*[^\W\d_][^,]*)$")
ON_BEHALF = re.compile(r"^(?:i\.?\s?[AV]\.|ppa\.?)\s+")
PARTICLES = frozenset(_words("particles"))
FREE = frozenset(_words("free_mail"))
SPLIT = re.compile(r"\s+[|·•–—]\s+|(?<!\d)\s+/\s+(?!\d)|\s*[|·•]\s*|\s{3,}|\t+")


def own(text: str) -> list[str]:
    """The lines of the signature itself: below the greeting or the dashes, above the small print, in short pieces."""
    lines = [line.strip(" \t*_•\u00a0")[:LONGEST] for line in re.split(r"\r\n|\r|\n", text)]
    starts = [
        n for n, line in enumerate(lines) if GREETING.match(line) or re.fullmatch(r"-{2,}|_{3,}|={3,}|-- ?", line)
    ]
    for start in reversed(starts):
        if any(lines[start + 1 :]):
            lines = lines[start + 1 :]
            break
    kept = [line for line in lines if line and not SMALL_PRINT.match(line)]
    return [
        ON_BEHALF.sub("", piece.strip(" ,;")) for line in kept for piece in SPLIT.split(line) if piece.strip(" ,;-–")
    ]


def bare(piece: str) -> str:
    """What is left of a piece without addresses, numbers and the words before them."""
    left = MAIL.sub(" ", LINKEDIN.sub(" ", MAILTO.sub(" ", piece)))
    left = NUMBER.sub(" ", WEB.sub(" ", left))
    left = " ".join(BEHIND.sub(" ", SPOKEN.sub(" ", left)).strip(" :,;|/<>()\"'").split())
    return "" if all(type_of_word(word, labels=True) for word in left.split()) else left


def is_name(piece: str) -> bool:
    """`Dr. Anna-Lena von Hohenfels`: two to five words with capitals, no firm, no job, no street."""
    words = TITLES.sub("", piece).split()
    if not 2 <= len(words) <= 5 or len(piece) > 60 or is_firm(piece) or JOB.search(piece) or ADDRESS.search(piece):
        return False
    shaped = [re.fullmatch(r"[^\W\d_][^\W\d_.'’-]*(?:[-'’.][^\W\d_]*)*\.?", word) for word in words]
    big = [word[0].isupper() or word.lower().rstrip(".") in PARTICLES for word in words]
    return all(shaped) and all(big) and words[-1].lower() not in PARTICLES


def is_firm(piece: str) -> bool:
    """It ends with a legal form, written like one: `Nordic Steel A/S`, `Müller & Söhne GmbH & Co. KG`."""
    words = re.sub(r"[(].*[)]$", "", piece).replace("/", "").replace("&", " ").split()
    last = words[-1].rstrip(".,") if len(words) > 1 else ""
    return bool(last) and fold(last.replace(".", "")) in LEGAL_FORMS and (last[0].isupper() or last.lower() == "mbh")


def is_job(piece: str) -> bool:
    return bool(JOB.search(piece)) and not is_firm(piece) and len(piece) <= 120


def is_address(piece: str) -> bool:
    return bool(ADDRESS.search(piece))


def tidy(name: str) -> str:
    """`Jean DUPONT` and `JEAN DUPONT` are Jean Dupont; titles in front stay."""
    words = [word.capitalize() if word.isupper() and len(word.strip(".")) > 2 else word for word in name.split()]
    return " ".join(
        "-".join(p.capitalize() if p.isupper() and len(p) > 2 else p for p in word.split("-")) for word in words
    )


def spelled(local: str) -> str:
    """The name in `jane.roe@…` or `…/in/jane-roe-1a2b3c`; empty when it is none."""
    words = [word for word in re.split(r"[._+-]", local) if word and not re.search(r"\d", word)]
    fits = 2 <= len(words) <= 4 and all(len(word) > 1 for word in (words[0], words[-1]))
    return " ".join(word.capitalize() for word in words) if fits else ""


def firm_of(domain: str) -> str:
    """`nordic-steel.co.uk` is Nordic Steel; a free mail box says nothing."""
    labels = domain.lower().split(".")
    ends = {"co", "com", "org", "net", "ac", "gov"}
    label = labels[-3] if len(labels) > 2 and labels[-2] in ends else labels[-2] if len(labels) > 1 else ""
    if not label or label in FREE:
        return ""
    return label.upper() if len(label) <= 3 else " ".join(word.capitalize() for word in label.split("-"))


def job_and_firm(piece: str, emails: Iterable[str]) -> re.Match[str] | None:
    """`Head of Sales, ACME`; behind the comma of `VP Sales, North America` stands no firm."""
    at = JOB_COMMA_FIRM.match(piece)
    if at is None:
        return None
    firm = at["firm"].strip()
    domains = [fold(firm_of(mail.partition("@")[2])).replace(" ", "") for mail in emails]
    known = any(domain and fold(firm).replace(" ", "").startswith(domain[:4]) for domain in domains)
    loud = firm.isupper() and len(firm) > 2 and not firm.endswith(".")
    return at if known or loud or is_firm(firm) else None
