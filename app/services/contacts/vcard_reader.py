"""Cards of an address book (vCard 2.1, 3.0 and 4.0), for files and for a pasted text; nothing they point at is fetched.

Pictures, sounds and keys are left where they are. Lines are unfolded up to a
bound; what is wrong with one card leaves the others whole.
"""

import base64
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

from app.models.contact_fields import FIELDS

BEGIN, END = "BEGIN:VCARD", "END:VCARD"
# a picture may be long; what we keep may not
LONGEST_LINE = 16_384
NO_PERSON = "This card is a group, not a person."
TOO_LONG = "This card has a line of more than 16,384 characters."
CUT = "This card ends before its last line; the file may be cut off."

ESCAPED = re.compile(r"\\(.)", re.DOTALL)
ESCAPED_OF_OLD = re.compile(r"\\([;\\])")
# what no other program has a property for
OWN = {
    "X-PIPEDRIVEN-WARMNESS": "Warmness",
    "X-PIPEDRIVEN-CADENCE": "Cadence",
    "X-PIPEDRIVEN-LAST-CONTACTED": "Last contacted",
}
PROPERTIES = {field.vcard for field in FIELDS if field.vcard}
READ = {*PROPERTIES, *OWN, "N", "X-SOCIALPROFILE", "VERSION", "UID", "KIND", "X-ADDRESSBOOKSERVER-KIND"}
# a UUID of version 7 as the card's number: one that we wrote
OURS = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-", re.IGNORECASE)
# no word about whether a value is preferred
UNSAID = 101
KINDS = {"CELL": "mobile", "IPHONE": "mobile", "WORK": "work", "HOME": "home", "FAX": "fax", "PAGER": "pager"}
PARAMETER = re.compile(r';([^=;:"]+)(?:=((?:"[^"]*"|[^;:"])*))?')


@dataclass
class Card:
    """What one card says of a person: values by property (FN, EMAIL, ...), of N the parts GIVEN and FAMILY, of ORG the firm.

    `trouble` is a sentence why the card is no person, or not whole; `ours`: this product wrote the card.
    """

    version: str = "3.0"
    said: dict[str, list[str]] = field(default_factory=dict)
    preferred: dict[str, list[int]] = field(default_factory=dict)
    trouble: str = ""
    ours: bool = False

    def add(self, name: str, value: str, preference: int = UNSAID) -> None:
        """One more value, behind those that are preferred to it."""
        if not value.strip():
            return
        ranks = self.preferred.setdefault(name, [])
        place = next((n for n, rank in enumerate(ranks) if rank > preference), len(ranks))
        ranks.insert(place, preference)
        self.said.setdefault(name, []).insert(place, value)


def is_cards(text: str) -> bool:
    return text.lstrip("\ufeff \r\n\t")[: len(BEGIN)].upper() == BEGIN


def read_cards(text: str) -> Iterator[Card]:
    """Each card of a text, in their order; one that cannot be used says why in `trouble`. A card inside another one, of
    somebody's assistant, is passed over."""
    card: Card | None = None
    inside, last = 0, ""
    for line in _unfolded(text):
        begins = line.strip().upper()
        if begins == BEGIN and card and (inside or last.startswith("AGENT")):
            inside += 1
        elif begins == BEGIN:
            if card:
                card.trouble = CUT
                yield card
            card = Card()
        elif begins == END and inside:
            inside -= 1
        elif begins == END and card:
            yield card
            card = None
        elif card and not inside:
            _read(card, line)
        last = begins or last
    if card:
        card.trouble = CUT
        yield card


def _unfolded(text: str) -> Iterator[str]:
    """Lines put together again: a leading blank goes on with the line before, and so does `=` at a quoted line's end."""
    pieces: list[str] = []
    soft, quoted = False, False
    for line in re.split("\r\n|\r|\n", text):
        if pieces and (soft or line[:1] in {" ", "\t"}):
            pieces.append(line if soft else line[1:])
        else:
            if pieces:
                yield "".join(pieces)
            pieces, quoted = [line], "QUOTED-PRINTABLE" in line.partition(":")[0].upper()
        if soft := quoted and line.endswith("="):
            pieces[-1] = pieces[-1][:-1]
    if pieces:
        yield "".join(pieces)


def _read(card: Card, line: str) -> None:
    head = re.match(r"(?:[\w-]+\.)?([\w-]+)", line)
    name = head[1].upper() if head else ""
    if head is None or name not in READ or card.trouble:
        return
    if len(line) > LONGEST_LINE:
        card.trouble = TOO_LONG
        return
    parameters: dict[str, str] = {}
    types: list[str] = []
    at = head.end()
    while found := PARAMETER.match(line, at):
        key, value = found[1].upper(), (found[2] or "").strip('"')
        if found[2] is None and key in {"QUOTED-PRINTABLE", "BASE64", "B"}:
            parameters["ENCODING"] = key
        elif key == "TYPE" or found[2] is None:
            types += (value or key).upper().split(",")
        else:
            parameters[key] = value
        at = found.end()
    if line[at : at + 1] == ":":
        _take(card, name, _decoded(line[at + 1 :], parameters), _preference(parameters, types), types)


def _preference(parameters: dict[str, str], types: list[str]) -> int:
    """From 1, the first to use, to 100; what is not said comes last."""
    said = parameters.get("PREF", "")
    return int(said) if said.isdigit() and len(said) < 4 else 1 if "PREF" in types else UNSAID


def _decoded(value: str, parameters: dict[str, str]) -> str:
    encoding = parameters.get("ENCODING", "").upper()
    try:
        if encoding in {"B", "BASE64"}:
            data = base64.b64decode(re.sub(r"\s", "", value), validate=True)
        elif encoding == "QUOTED-PRINTABLE":
            data = quopri.decodestring(value.encode())
        else:
            return value
    except ValueError:
        return value
    for charset in (parameters.get("CHARSET", "utf-8"), "utf-8", "cp1252"):
        try:
            text = data.decode(charset)
            # some of Python's own encodings make halves of characters
            text.encode()
        except (LookupError, UnicodeError):
            continue
        return text
    return data.decode("latin-1")


def _take(card: Card, name: str, value: str, preference: int, types: list[str]) -> None:
    """Keep what a contact has; everything else a card says is not ours."""
    plain = partial(_plain, card)
    if name == "VERSION":
        card.version = value.strip()
    elif name == "UID":
        card.ours = bool(OURS.match(value))
    elif name.endswith("KIND"):
        card.trouble = NO_PERSON if value.strip().lower() == "group" else ""
    elif name == "N":
        family, given, *_ = [*_split(card, value, ";"), "", ""]
        card.add("GIVEN", given)
        card.add("FAMILY", family)
    elif name == "ORG":
        card.add(name, _split(card, value, ";")[0])
    elif name == "CATEGORIES":
        card.said.setdefault(name, []).extend(_split(card, value, ","))
    elif name == "EMAIL":
        card.add(name, re.sub(r"^mailto:", "", plain(value).strip(), flags=re.IGNORECASE), preference)
    elif name == "TEL":
        card.add(name, _number(plain(value), types), preference)
    elif name in {"URL", "X-SOCIALPROFILE"}:
        card.add("URL", plain(value))
    else:
        card.add(name, plain(value))


def _number(value: str, types: list[str]) -> str:
    """The number with its kind in words, as somebody would type it: `+12125550100 work fax ext. 12`."""
    number, _, behind = re.sub(r"^tel:", "", value.strip(), flags=re.IGNORECASE).partition(";")
    extension = re.search(r"ext=(\d+)", behind, re.IGNORECASE)
    kinds = [KINDS[one] for one in types if one in KINDS]
    return " ".join([number, *kinds, *([f"ext. {extension[1]}"] if extension else [])])


def _split(card: Card, value: str, separator: str) -> list[str]:
    """The parts of a value, parted where the separator is not escaped."""
    ends = [-1, *(at.start() for at in re.finditer(rf"\\.|{separator}", value, re.DOTALL) if at[0] == separator)]
    return [_plain(card, value[start + 1 : end]) for start, end in pairwise([*ends, len(value)])]


def _plain(card: Card, value: str) -> str:
    """Without the marks before what would mean something; version 2.1 knows but few of them."""
    marks = ESCAPED_OF_OLD if card.version == "2.1" else ESCAPED
    return marks.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
