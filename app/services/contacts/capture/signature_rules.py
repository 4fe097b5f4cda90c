"""What the lines under a mail say about whoever wrote it: rules for German, Nordic, French and English signatures.

Every rule reads one line or one piece of it; nothing is looked up anywhere.
"""

import re

from app.models import fold
from app.models.organisation import LEGAL_FORMS

# the lengths keep a hostile text from being tried over and over
MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
LINKEDIN = re.compile(r"(?:https?://)?(?:[\w-]{1,20}\.)?linkedin\.com/(?:in|pub)/[\w%.~-]{1,200}/?", re.IGNORECASE)
WEB = re.compile(r"(?:https?://|www\.)[^\s|,;<>]+", re.IGNORECASE)
NUMBER = re.compile(r"(?:\+|\b00|\(0|\b0|\(\+)[\d\s()./\u00a0-]{5,}\d|\b\d[\d\s.-]{6,}\d")
FAX = re.compile(r"\b(?:tele)?fax\b|\bfaks\b|(?:^|\s)F\s*[:.]", re.IGNORECASE)
SPOKEN = re.compile(
    r"(?<!\w)(?:tel(?:efon|éphone|ephone)?|phone|mobil(?:e|telefon)?|mob|handy|fon|funk|tlf|direkt|direct|direkte|cell"
    r"|portable|office|büro|buero|zentrale|växel|sentralbord|puh|gsm|standard|e-?mail|mail|courriel|web|linkedin"
    r"|[tmdpew])(?:\s*(?:\.|:|/)+|(?=\s*[+(]?\d))",
    re.IGNORECASE,
)

GREETING = re.compile(
    r"^(?:(?:best|kind|warm|kindest|many|with kind)\s+(?:regards|wishes|thanks)|regards|cheers|thanks|thank you|sincerely|yours\b.*"
    r"|(?:mit\s+)?(?:freundlichen?|besten?|herzlichen?|lieben?|vielen?|schönen?|viele|liebe|beste|schöne)\s+(?:grüßen?|grüssen?|gruß|gruss|dank)\b.*"
    r"|(?:mfg|lg|vg|bg)|(?:med\s+)?(?:vänlig|vennlig|venlig|bästa|beste|bedste|mange|hjertelig)\w*\s+(?:hälsning|hilsen|hilsner)\w*"
    r"|hälsningar|hilsen|mvh|mvh\.|ystävällisin terveisin|terveisin|(?:bien\s+)?(?:cordialement|à vous)|bien à vous"
    r"|(?:meilleures|sincères)\s+salutations|salutations distinguées|(?:met\s+)?vriendelijke groet(?:en)?)[\s,.!]*$",
    re.IGNORECASE,
)
SMALL_PRINT = re.compile(
    r"^(?:>|on .+ wrote:|am .+ schrieb|le .+ a écrit|this (?:e-?mail|message)|diese e-?mail|ce (?:message|courriel)|confidential"
    r"|vertraulich|please consider|bitte (?:denken|prüfen)|p(?:lease)? think before|sent from|von meinem|gesendet von|skickat från|envoyé de"
    r"|.*\b(?:registergericht|handelsregister|amtsgericht|hrb|hra|ust-?id|vat\b|cvr|org\.?\s?nr|siret|rcs|y-tunnus|company (?:no|reg)|registered (?:in|office)|sitz)\b"
    r"|(?:geschäftsführ\w*|vorstand\w*|aufsichtsrat\w*|managing directors?|styrelse\w*)\s*:)",
    re.IGNORECASE,
)
ADDRESS = re.compile(
    r"^\D{4,}\s\d{1,4}\s?[a-z]?$|^(?:[A-Z]{1,2}[-\s])?\d{3}\s?\d{2}\s+[^\W\d]|^(?:[A-Z]{1,2}-)?\d{4,5}\s+[^\W\d]|\b[A-Z]{1,2}\d{1,2}[A-Z]?\s\d[A-Z]{2}\b"
    r"|(?:straße|strasse|str\.|gasse|platz|allee|ufer|damm|gatan|gata|vägen|vägen|väg|vej|veien|vei|gate|katu|tie|street|road|avenue"
    r"|lane|boulevard|square|floor|suite|\brue\b|\bquai\b|\bplace\b|\bchemin\b|po box|postfach|box)\s*\d|^\d+[,\s]+(?:bis\s|ter\s)?(?:rue|avenue|quai|place|chemin|boulevard|\w+\s(?:street|road|lane|avenue))",
    re.IGNORECASE,
)
JOB = re.compile(
    r"\b(?:head|director|manager|chief|c[efot]o|cmo|cio|lead|leader|partner|consultant|engineer|officer|president|vp|founder|co-founder|owner"
    r"|analyst|specialist|assistant|advisor|associate|buyer|architect|developer|professor|secretary|coordinator|counsel|principal|chair(?:man|woman)?"
    r"|\w*leiter(?:in)?|\w*leitung|geschäftsführer(?:in)?|geschäftsführung|vorständin|vorstand|\w*referent(?:in)?|\w*berater(?:in)?|\w*beauftragter?|prokurist(?:in)?|\w*einkäufer(?:in)?|inhaber(?:in)?"
    r"|\w*ingenieur(?:in)?|\w*assistenz|\w*chef|\w*direktör|\w*ansvarig|\w*direktør|\w*sjef|\w*leder|\w*johtaja|\w*päällikkö|\w*konsult|rådgiver|\w*rådgivare|\w*ingeniør|partner(?:in)?"
    r"|directeur|directrice|responsable|présidente?|gérante?|ingénieure?|chargée?|associée?|acheteur|acheteuse|cheffe?|sales|procurement|marketing|vertrieb|einkauf)\b",
    re.IGNORECASE,
)
TITLES = re.compile(
    r"^(?:(?:dr|prof|mag|dipl|ing|mba|msc|bsc|m\.sc|b\.sc|ba|ma|phd|mr|mrs|ms|herr|frau|m|mme|rer|nat|pol|oec|med|jur|h\.c|civ|siv|ir)\b[.\s-]*)+",
    re.IGNORECASE,
)
LONGEST = 500
ON_BEHALF = re.compile(r"^(?:i\.?\s?[AV]\.|ppa\.?)\s+")
PARTICLES = frozenset(
    [
        "von",
        "van",
        "de",
        "der",
        "den",
        "di",
        "da",
        "del",
        "della",
        "la",
        "le",
        "du",
        "des",
        "af",
        "av",
        "zu",
        "zur",
        "ter",
        "ten",
        "dos",
        "y",
        "e",
        "bin",
        "al",
        "el",
        "mac",
    ]
)
FREE = frozenset(
    [
        "gmail",
        "googlemail",
        "outlook",
        "hotmail",
        "live",
        "yahoo",
        "icloud",
        "me",
        "gmx",
        "web",
        "t-online",
        "freenet",
        "posteo",
        "mailbox",
        "proton",
        "protonmail",
        "orange",
        "wanadoo",
        "free",
        "laposte",
        "sfr",
        "telia",
    ]
)
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
    left = MAIL.sub(" ", LINKEDIN.sub(" ", piece))
    left = NUMBER.sub(" ", WEB.sub(" ", left))
    return " ".join(SPOKEN.sub(" ", left).strip(" :,;|/<>()\"'").split())


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
