"""Whether two people may be one: decided by names, because addresses and numbers are shared.

Without a database or a network. A shared e-mail address or number never joins
two names that do not fit; who decides then is a person.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from app.errors import Invalid
from app.models import fold
from app.services.base import phone_numbers

# what stands before or behind a name and tells nobody apart
TITLE_WORDS = """
dr prof professor mr mrs ms miss mx sir herr frau hr fr dipl ing mag phd md mba msc bsc ba ma llm jr sr ii iii
iv med jur rer nat phil h c mme mlle monsieur madame
"""
TITLES = frozenset(TITLE_WORDS.split())
# mailboxes that several people of a firm read (RFC 2142 and everyday use)
ROLE_WORDS = """
info kontakt contact office mail email e-mail post hello hallo hi team admin administration administrator
support help helpdesk service kundenservice customerservice sales vertrieb verkauf einkauf purchasing
procurement marketing press presse pr media jobs karriere career careers bewerbung hr personal recruiting
empfang reception rezeption sekretariat secretary secretariat assistenz buchhaltung accounting accounts billing
invoice invoices rechnung rechnungen finance zentrale central welcome willkommen enquiries enquiry inquiries
general management geschaeftsleitung geschaeftsfuehrung vorstand firma company buero bureau praxis kanzlei
webmaster postmaster hostmaster abuse noreply no-reply order orders bestellung shop store newsletter news events
it legal recht datenschutz privacy security contacto contatto contacts ventas vendas vendite comercial
commercial compras soporte accueil bonjour hola ciao mailbox verwaltung administracion amministrazione ufficio
reservierung reservierungen reservation reservations booking bookings buchung anfrage anfragen notar gf
donotreply familie family ceo cfo cto direktion direction
"""
SHORTEST_NUMBER = 7
UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u"})


def names_fit(one: str, other: str) -> bool:
    """`J. Roe`, `Roe, Jane` and `Dr. Jane Roe` may be Jane Roe; John Roe and Jane Smith are somebody else."""
    ours, theirs = name_words(one), name_words(other)
    if not ours & theirs:
        return False
    return any(
        len(some) <= len(others) and all(any(_same(word, known) for known in others) for word in some)
        for some, others in ((ours, theirs), (theirs, ours))
    )


def same_name(one: str, other: str) -> bool:
    """The same words, whatever their order, case, accents and titles."""
    return bool(name_words(one)) and name_words(one) == name_words(other)


def name_words(name: str) -> frozenset[str]:
    """The words of a name that tell people apart, lower case and without accents; all of them where only titles are left."""
    plain = name.partition("@")[0] if "@" in name else name
    words = frozenset(plain_spelling(word) for word in re.findall(r"[\w']+", fold(plain)) if word != "'")
    return words - TITLES or words


def surname(name: str) -> str:
    """The word of a name that is worth searching for, as it is spelled: what stands before a comma, else the last of the longest."""
    words = [word.strip('.,;()"') for word in name.partition(",")[0].split()]
    known = [word for word in words if fold(word) not in TITLES]
    return max(reversed(known or words or [name]), key=len)


def is_role_address(email: str) -> bool:
    """Whether several people may read this mailbox: info@, kontakt@, office@ …"""
    local = fold(email.partition("@")[0].partition("+")[0])
    parts = {plain_spelling(part.rstrip("0123456789")) for part in (local, *re.split(r"[._-]", local))}
    return bool(parts & ROLES)


def shared_numbers(some: Iterable[str], others: Iterable[str], country: str) -> set[str]:
    return {plain_number(one, country) for one in some} & {plain_number(one, country) for one in others}


def numbers_may_agree(one: str, other: str) -> bool:
    """Whether two numbers end alike, as one number does that is written with and without its country code."""
    some, others = (re.sub(r"\D", "", number).lstrip("0") for number in (one, other))
    tail = min(len(some), len(others), 9)
    return tail >= SHORTEST_NUMBER and some[-tail:] == others[-tail:]


@lru_cache(maxsize=4096)
def plain_number(number: str, country: str) -> str:
    """The number in E.164 where it can be read as one, else its digits."""
    try:
        return phone_numbers.e164(number, country)
    except Invalid:
        return re.sub(r"\D", "", number)


def _same(word: str, other: str) -> bool:
    """Equal, or one is the first letter of the other."""
    return word == other or (min(len(word), len(other)) == 1 and word[0] == other[0])


def plain_spelling(word: str) -> str:
    """One spelling for `Müller`, `Mueller` and `Muller`."""
    return re.sub(r"([aou])e", r"\1", word.translate(UMLAUTS))


ROLES = frozenset(plain_spelling(role) for role in ROLE_WORDS.split())
