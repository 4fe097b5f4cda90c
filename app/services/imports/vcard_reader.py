"""Cards from an address book (vCard 2.1, 3.0 and 4.0) as rows of text; nothing that a card points at is fetched.

Pictures, sounds and keys are left where they are. Lines are unfolded up to a
bound, and a row's number is the number of its card.
"""

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

from app.errors import Invalid
from app.models.contact_fields import FIELDS
from app.services.imports import csv_reader
from app.services.imports.row_parser import RowError

BEGIN, END = "BEGIN:VCARD", "END:VCARD"
# a picture may be long; what we keep may not
LONGEST_LINE = 16_384
NO_PERSON = "This card is a group, not a person."
TOO_LONG = "This card has a line of more than 16,384 characters."
TOO_MUCH = "This holds more than 4,096 characters."
CUT = "This card ends before its last line; the file may be cut off."

# the columns of the sheet that cards become, by their property; N has two parts
NAME, *REST = [(field.vcard, field.label) for field in FIELDS if field.vcard]
HEADINGS = {**dict([NAME]), "GIVEN": "First name", "FAMILY": "Last name", **dict(REST)}
MORE_NOTES = ("Notes continued 2", "Notes continued 3")
LINE_ENDS = re.compile(r"[\r\n\t]+")
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
ESCAPED_OF_OLD = re.compile(r"\\([;\\])")
READ = {*HEADINGS, "N", "X-SOCIALPROFILE", "VERSION", "UID", "KIND", "X-ADDRESSBOOKSERVER-KIND"} - {"GIVEN", "FAMILY"}
# a UUID of version 7 as the card's number: one that we wrote
OURS = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-", re.IGNORECASE)
PARAMETER = re.compile(r';([^=;:"]+)(?:=((?:"[^"]*"|[^;:"])*))?')


@dataclass
class Card:
    """What one card says of a person, the values as they are meant."""

    version: str = "3.0"
    said: dict[str, list[str]] = field(default_factory=dict)
    trouble: str = ""
    ours: bool = False

    def add(self, name: str, value: str) -> None:
        if value.strip():
            self.said.setdefault(name, []).append(value)


def is_cards(text: str) -> bool:
    return text.lstrip("\ufeff \r\n\t")[: len(BEGIN)].upper() == BEGIN


def rows(text: str) -> tuple[list[str], list[tuple[int, list[str]]], list[RowError]]:
    """The headings, a row for each card with its number, and what is wrong with the cards that are no row.

    Raises Invalid beyond 20,000 cards.
    """
    headings = [*HEADINGS.values(), *MORE_NOTES]
    found: list[tuple[int, list[str]]] = []
    wrong: list[RowError] = []
    for number, card in enumerate(_cards(text), 1):
        if number > csv_reader.MOST_ROWS:
            raise Invalid(f"Card {number} is one too many: a file may hold {csv_reader.MOST_ROWS:,}.")
        texts = _row(card)
        long = next(
            (heading for heading, one in zip(headings, texts, strict=True) if len(one) > csv_reader.MOST_CELL), ""
        )
        if trouble := card.trouble or (TOO_MUCH if long else ""):
            wrong.append(RowError(number, long, trouble))
        else:
            found.append((number, texts))
    return headings, found, wrong


def _cards(text: str) -> Iterator[Card]:
    card: Card | None = None
    for line in _unfolded(text):
        begins = line.strip().upper()
        if begins == BEGIN:
            if card:
                card.trouble = CUT
                yield card
            card = Card()
        elif begins == END and card:
            yield card
            card = None
        elif card:
            _read(card, line)
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
    parameters, at = {}, head.end()
    while found := PARAMETER.match(line, at):
        key, value = found[1].upper(), (found[2] or "").strip('"')
        parameters[key] = value
        if found[2] is None:
            parameters["ENCODING"] = "QUOTED-PRINTABLE" if key == "QUOTED-PRINTABLE" else parameters.get("ENCODING", "")
        at = found.end()
    if line[at : at + 1] == ":":
        _take(card, name, _decoded(line[at + 1 :], parameters))


def _decoded(value: str, parameters: dict[str, str]) -> str:
    if parameters.get("ENCODING", "").upper() != "QUOTED-PRINTABLE":
        return value
    data = quopri.decodestring(value.encode())
    for charset in (parameters.get("CHARSET", "utf-8"), "utf-8", "cp1252"):
        try:
            return data.decode(charset)
        except (LookupError, UnicodeError):
            continue
    return data.decode("latin-1")


def _take(card: Card, name: str, value: str) -> None:
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
    elif name in {"EMAIL", "TEL"}:
        card.add(name, re.sub(r"^(mailto|tel):", "", plain(value).strip(), flags=re.IGNORECASE).partition(";")[0])
    elif name in {"URL", "X-SOCIALPROFILE"}:
        card.add("URL", plain(value))
    else:
        card.add(name, plain(value))


def _split(card: Card, value: str, separator: str) -> list[str]:
    """The parts of a value, parted where the separator is not escaped."""
    ends = [-1, *(at.start() for at in re.finditer(rf"\\.|{separator}", value, re.DOTALL) if at[0] == separator)]
    return [_plain(card, value[start + 1 : end]) for start, end in pairwise([*ends, len(value)])]


def _plain(card: Card, value: str) -> str:
    """Without the marks before what would mean something; version 2.1 knows but few of them."""
    marks = ESCAPED_OF_OLD if card.version == "2.1" else ESCAPED
    return marks.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def _row(card: Card) -> list[str]:
    said = {name: card.said.get(name, []) for name in HEADINGS}
    # a firm's own pages are no profile of a person
    links = [link for link in said["URL"] if card.ours or "linkedin" in link.lower()]
    notes, most = "\n".join(said["NOTE"]), csv_reader.MOST_CELL
    cells = {name: LINE_ENDS.sub(" ", values[0]) if values else "" for name, values in said.items()}
    cells |= {name: "\n".join(dict.fromkeys(said[name])) for name in ("EMAIL", "TEL")}
    cells["URL"] = links[0].strip() if links else ""
    cells["CATEGORIES"] = ", ".join('"' + tag.replace('"', '""') + '"' for tag in said["CATEGORIES"] if tag.strip())
    cells["NOTE"] = notes[:most]
    return [*cells.values(), notes[most : 2 * most], notes[2 * most :]]
