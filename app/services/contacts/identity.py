"""Whether two people may be one: decided by names, because addresses and numbers are shared.

Without a database or a network. A shared e-mail address or number never joins
two names that do not fit; who decides then is a person.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from app.errors import Invalid
from app.models import fold, organisation_key
from app.models.people import person_names
from app.services.base import phone_numbers

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
assistant assistent assistentin assistance sekretaerin team praxisteam empfang frontdesk desk
reservierung reservierungen reservation reservations booking bookings buchung anfrage anfragen notar gf
donotreply familie family ceo cfo cto direktion direction
"""
SHORTEST_NUMBER = 7
WORD = re.compile(r"[\w']+")
SPELLED_OUT = re.compile("([aou])e")
UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u"})


class Verdict(Enum):
    """Whether two are one. HINT is worth a word to whoever types, and no reason to hold up a file."""

    SAME = auto()
    ASK = auto()
    HINT = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Facts:
    """What tells people apart; `name` is empty where nobody said one, `profile` is a key."""

    name: str = ""
    emails: Collection[str] = ()
    phones: Collection[str] = ()
    organisation: str | None = None
    profile: str | None = None


def judge(one: Facts, other: Facts, is_shared: Callable[[str], bool] = lambda _: False) -> tuple[Verdict, str]:
    """Whether the two are one person, and by what. `is_shared` knows addresses and numbers that were seen with other names."""
    if one.profile and one.profile == other.profile:
        related = _fit(one, other) or name_words(one.name) & name_words(other.name)
        return (Verdict.SAME if related else Verdict.ASK), "Same profile."
    apart = bool(one.profile and other.profile) or _two_mailboxes(one, other)
    emails = [email for email in one.emails if email in other.emails]
    numbers = [number for number in one.phones if number in other.phones]
    if emails or numbers:
        return _by_address(one, other, emails, numbers, is_shared, apart=apart)
    if same_name(one.name, other.name):
        return _by_name(one, other, apart=apart)
    return Verdict.OTHER, ""


def _by_address(
    one: Facts,
    other: Facts,
    emails: list[str],
    numbers: list[str],
    is_shared: Callable[[str], bool],
    *,
    apart: bool,
) -> tuple[Verdict, str]:
    """Their own address is strong; one that several use says no more than that the names may be looked at."""
    own = [email for email in emails if not is_role_address(email)]
    said = f"Same e-mail address {[*own, *emails][0]}" if emails else f"Same phone number {numbers[0]}"
    if not _fit(one, other):
        asked = own and (name_words(one.name) & name_words(other.name) or not all(map(is_shared, own)))
        return (Verdict.ASK if asked else Verdict.HINT), f"{said}."
    if not own:
        crowded = not same_name(one.name, other.name) and any(map(is_shared, [*emails, *numbers]))
        return (Verdict.ASK if apart or crowded else Verdict.SAME), f"{said}."
    return Verdict.SAME, f"{said}."


def _by_name(one: Facts, other: Facts, *, apart: bool) -> tuple[Verdict, str]:
    """Two of one name who share no address."""
    if _hints_at_one_mailbox(one, other):
        return Verdict.ASK, "Same name, and the same Gmail address in another spelling."
    if not one.organisation or not other.organisation:
        bare = not any((one.emails, one.phones, one.organisation, other.emails, other.phones, other.organisation))
        said = one.organisation or other.organisation
        return (Verdict.SAME if bare else Verdict.HINT), f"Same name at {said}." if said else "Same name."
    if organisation_key(one.organisation) != organisation_key(other.organisation):
        return Verdict.OTHER, ""
    return (Verdict.ASK if apart else Verdict.SAME), f"Same name at {other.organisation}."


def _fit(one: Facts, other: Facts) -> bool:
    """A name that nobody said fits every other."""
    return not one.name or not other.name or names_fit(one.name, other.name)


def _two_mailboxes(one: Facts, other: Facts) -> bool:
    """Both have an address of their own, and none in common."""
    ours, theirs = ({email for email in each.emails if not is_role_address(email)} for each in (one, other))
    return bool(ours and theirs) and not ours & theirs


def _hints_at_one_mailbox(one: Facts, other: Facts) -> bool:
    """Google delivers `j.roe@googlemail.com` to `jroe@gmail.com`."""
    ours, theirs = ({gmail_mailbox(email) for email in each.emails} - {""} for each in (one, other))
    return bool(ours & theirs)


def gmail_mailbox(email: str) -> str:
    """The mailbox that Google delivers to, whatever dots an address has; empty for others."""
    local, _, domain = email.partition("@")
    plain = local.partition("+")[0].replace(".", "")
    return f"gmail:{plain}" if domain in {"gmail.com", "googlemail.com"} else ""


def names_fit(one: str, other: str) -> bool:
    """`J. Roe`, `Roe, Jane` and `Dr. Jane Roe` may be Jane Roe; John Roe, Jane Smith and Jane Roe Jr. are somebody else."""
    ours, theirs = name_words(one), name_words(other)
    if not ours & theirs or _two_generations(one, other):
        return False
    return any(
        len(some) <= len(others) and all(any(_same(word, known) for known in others) for word in some)
        for some, others in ((ours, theirs), (theirs, ours))
    )


def same_name(one: str, other: str) -> bool:
    """The same words, whatever their order, case, accents and titles."""
    return bool(name_words(one)) and name_words(one) == name_words(other) and not _two_generations(one, other)


@lru_cache(maxsize=20_000)
def name_words(name: str) -> frozenset[str]:
    """The words of a name that tell people apart, lower case and without accents; all of them where only titles are left."""
    plain = name.partition("@")[0] if person_names.is_address(name) else person_names.parse(name).bare or name
    return frozenset(plain_spelling(word) for word in WORD.findall(fold(plain)) if word != "'")


def name_key(name: str) -> str:
    """One text for all spellings of a name."""
    return " ".join(sorted(name_words(name)))


def _two_generations(one: str, other: str) -> bool:
    """Father and son."""
    ours, theirs = (fold(person_names.parse(name).generation).strip(".") for name in (one, other))
    return bool(ours and theirs) and ours != theirs


def surname(name: str) -> str:
    """The word of a name that is worth searching for, as it is spelled: what stands before a comma, else the last of the longest."""
    words = [word.strip('.,;()"') for word in name.partition(",")[0].split()]
    bare = set(re.split(r"\s+", person_names.parse(name).bare))
    known = [word for word in words if word in bare]
    return max(reversed(known or words or [name]), key=len)


@lru_cache(maxsize=20_000)
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
    plain = word if word.isascii() else word.translate(UMLAUTS)
    return SPELLED_OUT.sub(r"\1", plain) if "e" in plain else plain


ROLES = frozenset(plain_spelling(role) for role in ROLE_WORDS.split())
