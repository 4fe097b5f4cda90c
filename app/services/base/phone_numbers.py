"""Phone numbers in the one form that can be dialled from anywhere, E.164, and what is said beside them.

Letters are never dialled: a word behind a number says what kind it is, or is left over for a person to read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import phonenumbers
from phonenumbers import Leniency, PhoneNumber, PhoneNumberMatcher, PhoneNumberType, ValidationResult

from app.errors import Invalid
from app.hidden_characters import without_hidden
from app.models.people.phone import PhoneType, type_of_word

TWO_WAYS = "“{}” can be read two ways. Start it with + and the country code."
NO_NUMBER = "“{}” is not a phone number that we can dial. Start it with + and the country code."
# shorter ones are inside lines of a switchboard
SHORTEST = 6
# no country's own numbers are longer without a zero in front: what is, begins with a country code
LONGEST_LOCAL = 11
DASHES = re.compile("[‐-―−]")
BLANKS = re.compile(r"\s+")
SCHEME = re.compile(r"^\s*(?:tel|callto|sip|fon|phone)\s*:\s*(?=[+(\d])", re.IGNORECASE)
TRUNK = re.compile(r"(?<=\d)\s*[(\[]\s*0\s*[)\]]")
EXTENSION = re.compile(
    r"(?:\s*[;,]?\s*\b(?:ext(?:ension)?|extn|durchwahl|dw|nebenstelle|poste|int(?:erno)?|anexo|anknytning|toestel|lokal)\b[\s.:=]*"
    r"|(?<=\d)\s*x\s*\.?\s*|\s*;ext=|(?<=[\d)])\s*[,pw#]+\s*)(\d{1,7})\s*#?(?=\s*(?:$|[;,(\[]|[^\W\d]))",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W\d_]+(?:[.'’-][^\W\d_]+)*", re.UNICODE)
CODE = re.compile(r"[*]|#\s*$|^\s*#")
# what a cell says between two numbers
APART = re.compile(
    r"\s*(?:;(?!\s*ext)|[\n|]|,\s(?!ext)|\s(?:or|and|oder|und|ou|et|y|o|e|of|en|eller|och)\s|:::)\s*", re.IGNORECASE
)
# one number and nothing beside it, as most are written
PLAIN = re.compile(r"\+?\d(?:[ -]?\d){5,16}", re.ASCII)
SLASH = re.compile(r"\s+/\s+|/(?=\s*(?:\+|00))")


@dataclass(frozen=True)
class Reading:
    """One number: `words` is what stood beside it and is no kind; `is_guess`: it has neither + nor 0 in front, and was
    read with its country code; `is_doubtful`: it may as well be one of this country."""

    number: str
    type: PhoneType | None = None
    extension: str | None = None
    words: str = ""
    is_guess: bool = False
    is_doubtful: bool = False

    @property
    def is_called(self) -> bool:
        return self.type is None or self.type.is_called


def e164(number: str, country: str) -> str:
    """`0151 23 45 67 89` in Germany becomes `+4915123456789`.

    Raises Invalid when nobody could dial it, or it may be two numbers.
    """
    return read(number, country).number


def is_written(number: str) -> bool:
    """Whether it has the form in which numbers are stored: + and digits alone."""
    return re.fullmatch(r"\+\d{4,15}", number) is not None


def read(number: str, country: str) -> Reading:
    """One number with what is said beside it. Raises Invalid when nobody could dial it, or it can be read two ways."""
    found = list(read_all(number, country))
    if len(found) != 1 or found[0].is_doubtful:
        sentence = (TWO_WAYS if found else NO_NUMBER).format(number)
        raise Invalid(sentence, {"phone": sentence})
    return found[0]


def read_all(text: str, country: str) -> Iterator[Reading]:
    """Each number that a text holds; none where nobody could dial it."""
    if PLAIN.fullmatch(text):
        yield from _whole(text, country)
        return
    plain = SCHEME.sub("", DASHES.sub("-", without_hidden(text)))
    for part in split(plain):
        plain = TRUNK.sub("", BLANKS.sub(" ", part)).strip()
        if CODE.search(EXTENSION.sub("", plain)):
            continue
        said, inside = plain, EXTENSION.search(plain)
        if inside:
            said = f"{plain[: inside.start()]} {plain[inside.end() :]}"
        found = list(_matches(said, country)) if WORD.search(said) else list(_whole(said, country))
        if found and inside:
            found[-1] = replace(found[-1], extension=inside[1])
        yield from found


def split(text: str) -> list[str]:
    """The numbers of one cell, one by one; a slash parts two only where both are whole."""
    if PLAIN.fullmatch(text):
        return [text]
    parts: list[str] = []
    for part in APART.split(text):
        halves = SLASH.split(part)
        whole = all(len(re.sub(r"\D", "", half)) >= SHORTEST for half in halves) and all(
            half.lstrip(" (")[:1] in {"+", "0"} for half in halves
        )
        parts += halves if len(halves) > 1 and whole else [part]
    return [part for part in parts if part.strip()]


def typed(reading: Reading, kind: PhoneType | None) -> Reading:
    """The same with the kind that its column or label names, where the cell said none."""
    return reading if reading.type or kind is None else replace(reading, type=kind)


def shown(number: str, country: str) -> str:
    """The number as people of this country write it: local at home, with + abroad."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    home = phonenumbers.region_code_for_country_code(parsed.country_code or 0) == country
    form = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)


def _matches(text: str, country: str) -> Iterator[Reading]:
    """The numbers among words."""
    every = PhoneNumberMatcher(text, country, leniency=Leniency.POSSIBLE)
    found = [one for one in every if any(_whole(one.raw_string, country))]
    ends = [0, *(one.end for one in found[:-1]), len(text)]
    for place, match in enumerate(found):
        last = place == len(found) - 1
        beside = f"{text[ends[place] : match.start]} {text[match.end :] if last else ''}"
        for reading in _whole(match.raw_string, country):
            yield _described(reading, beside)


def _described(reading: Reading, beside: str) -> Reading:
    """What the words beside a number say of it."""
    words = WORD.findall(beside)
    kinds = [kind for word in words if (kind := type_of_word(word, labels=True)) and kind is not PhoneType.OTHER]
    rest = (
        "" if all(type_of_word(word, labels=True) for word in words) else " ".join(beside.split()).strip(" :.,;-()[]/")
    )
    # a fax is no number to call, whatever else is said of it
    kind = max(kinds, key=lambda one: not one.is_called, default=None)
    return replace(reading, type=kind, words=rest)


def _whole(text: str, country: str) -> Iterator[Reading]:
    """A text that is one number and nothing else."""
    digits = re.sub(r"\D", "", text)
    if not digits or len(digits) > 17:
        return
    if text.lstrip(" (").startswith("00") and len(digits) > LONGEST_LOCAL - 1:
        digits, text = digits[2:], f"+{digits[2:]}"
    local = _parsed(text, country)
    abroad = None if text.lstrip(" (")[:1] in {"+", "0"} else _parsed(f"+{digits}", None)
    if local and (not abroad or _spelled(abroad) == _spelled(local)):
        yield Reading(_spelled(local))
    elif abroad and (not local or _is_abroad(digits, local, abroad)):
        doubtful = local is not None and phonenumbers.is_valid_number(local) and len(digits) <= LONGEST_LOCAL
        yield Reading(_spelled(abroad), is_guess=True, is_doubtful=doubtful)
    elif local:
        yield Reading(_spelled(local))


def _is_abroad(digits: str, local: PhoneNumber, abroad: PhoneNumber) -> bool:
    """Whether digits without a zero or a plus in front rather begin with a country code."""
    if digits.startswith(str(local.country_code)) and phonenumbers.is_valid_number(abroad):
        return True
    if len(digits) > LONGEST_LOCAL:
        return True
    if not phonenumbers.is_valid_number(abroad):
        return False
    mobile = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
    return not phonenumbers.is_valid_number(local) or (
        len(digits) == LONGEST_LOCAL and phonenumbers.number_type(local) not in mobile
    )


def _parsed(text: str, country: str | None) -> PhoneNumber | None:
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.is_possible_number_with_reason(parsed) == ValidationResult.IS_POSSIBLE
    return parsed if possible and len(str(parsed.national_number)) >= SHORTEST else None


def _spelled(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
