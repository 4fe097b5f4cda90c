"""Whether two people, or two firms, may be one: decided by names, because addresses and numbers are shared.

Without a database or a network. A shared e-mail address or number never joins
two names that do not fit; who decides then is a person.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from app.errors import Invalid
from app.models import fold, organisation_key
from app.services.base import phone_numbers

# what stands before or behind a name and tells nobody apart
TITLES = frozenset(
    [
        "dr",
        "prof",
        "professor",
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "sir",
        "herr",
        "frau",
        "hr",
        "fr",
        "dipl",
        "ing",
        "mag",
        "phd",
        "md",
        "mba",
        "msc",
        "bsc",
        "ba",
        "ma",
        "llm",
        "jr",
        "sr",
        "ii",
        "iii",
        "iv",
        "med",
        "jur",
        "rer",
        "nat",
        "phil",
        "h",
        "c",
        "mme",
        "mlle",
        "monsieur",
        "madame",
    ]
)
# mailboxes that several people of a firm read (RFC 2142 and everyday use)
ROLES = frozenset(
    [
        "info",
        "kontakt",
        "contact",
        "office",
        "mail",
        "email",
        "e-mail",
        "post",
        "hello",
        "hallo",
        "hi",
        "team",
        "admin",
        "administration",
        "administrator",
        "support",
        "help",
        "helpdesk",
        "service",
        "kundenservice",
        "customerservice",
        "sales",
        "vertrieb",
        "verkauf",
        "einkauf",
        "purchasing",
        "procurement",
        "marketing",
        "press",
        "presse",
        "pr",
        "media",
        "jobs",
        "karriere",
        "career",
        "careers",
        "bewerbung",
        "hr",
        "personal",
        "recruiting",
        "empfang",
        "reception",
        "rezeption",
        "sekretariat",
        "secretary",
        "secretariat",
        "assistenz",
        "buchhaltung",
        "accounting",
        "accounts",
        "billing",
        "invoice",
        "invoices",
        "rechnung",
        "rechnungen",
        "finance",
        "zentrale",
        "central",
        "welcome",
        "willkommen",
        "enquiries",
        "enquiry",
        "inquiries",
        "general",
        "management",
        "geschaeftsleitung",
        "geschaeftsfuehrung",
        "vorstand",
        "firma",
        "company",
        "buero",
        "bureau",
        "praxis",
        "kanzlei",
        "webmaster",
        "postmaster",
        "hostmaster",
        "abuse",
        "noreply",
        "no-reply",
        "order",
        "orders",
        "bestellung",
        "shop",
        "store",
        "newsletter",
        "news",
        "events",
        "it",
        "legal",
        "recht",
        "datenschutz",
        "privacy",
        "security",
    ]
)
AND = frozenset({"and", "und", "et", "og", "och", "y", "e", "en"})
CAPITALS = str.maketrans({"Ä": "A", "Ö": "O", "Ü": "U"})
UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u"})


def names_fit(one: str, other: str, *, initials: bool = True) -> bool:
    """`J. Roe`, `Roe, Jane` and `Dr. Jane Roe` may be Jane Roe; John Roe and Jane Smith are somebody else.

    With `initials` False a first letter is not taken for a whole name.
    """
    ours, theirs = name_words(one), name_words(other)
    if not ours & theirs:
        return False
    return any(
        len(some) <= len(others)
        and all(any(_same(word, known, initials=initials) for known in others) for word in some)
        for some, others in ((ours, theirs), (theirs, ours))
    )


def same_name(one: str, other: str) -> bool:
    """The same words, whatever their order, case, accents and titles."""
    return bool(name_words(one)) and name_words(one) == name_words(other)


def name_words(name: str) -> frozenset[str]:
    """The words of a name that tell people apart, lower case and without accents; all of them where only titles are left."""
    plain = name.partition("@")[0] if "@" in name else name
    words = frozenset(_spelled(word) for word in re.findall(r"[\w']+", fold(plain)) if word != "'")
    return words - TITLES or words


def surname(name: str) -> str:
    """The word of a name that is worth searching for, as it is spelled: what stands before a comma, else the last of the longest."""
    words = [word.strip('.,;()"') for word in name.partition(",")[0].split()]
    known = [word for word in words if fold(word) not in TITLES]
    return max(reversed(known or words or [name]), key=len)


def is_role_address(email: str) -> bool:
    """Whether several people may read this mailbox: info@, kontakt@, office@ …"""
    local = fold(email.partition("@")[0].partition("+")[0])
    return _spelled(local) in _ROLES or _spelled(re.split(r"[._-]", local)[0]) in _ROLES


def shared_numbers(some: Iterable[str], others: Iterable[str], country: str) -> set[str]:
    return {plain_number(one, country) for one in some} & {plain_number(one, country) for one in others}


@lru_cache(maxsize=4096)
def plain_number(number: str, country: str) -> str:
    """The number in E.164 where it can be read as one, else its digits."""
    try:
        return phone_numbers.e164(number, country)
    except Invalid:
        return re.sub(r"\D", "", number)


def lookalike(organisation: str) -> str:
    """Firms with the same lookalike may be one: spelled with or without umlauts, legal forms, `&` or `and`."""
    spaced = re.sub(r"[&+/,]", " ", re.sub(r"[.'’]", "", organisation))
    words = [_spelled(word) for word in organisation_key(spaced).split() if word not in AND]
    return " ".join(words) or organisation_key(organisation)


def other_spelling(text: str) -> str | None:
    """`Müller` for `Mueller` and the other way round; None where there is only one."""
    plain = re.sub(
        r"[äöüÄÖÜ]",
        lambda found: {"ä": "ae", "ö": "oe", "ü": "ue"}.get(found[0], f"{found[0].translate(CAPITALS)}e"),
        text,
    )
    marked = re.sub(
        r"(?i)ae|oe|ue", lambda found: {"a": "ä", "o": "ö", "u": "ü", "A": "Ä", "O": "Ö", "U": "Ü"}[found[0][0]], text
    )
    return next((other for other in (plain, marked) if other != text), None)


def _same(word: str, other: str, *, initials: bool) -> bool:
    return word == other or (initials and min(len(word), len(other)) == 1 and word[0] == other[0])


def _spelled(word: str) -> str:
    """One spelling for `Müller`, `Mueller` and `Muller`."""
    return re.sub(r"([aou])e", r"\1", word.translate(UMLAUTS))


_ROLES = frozenset(_spelled(role) for role in ROLES)
