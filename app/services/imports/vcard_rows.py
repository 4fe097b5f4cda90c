"""Cards of an address book as rows of text, like those of any other file: a row's number is the number of its card."""

import re

from app.errors import Invalid
from app.models.contact_fields import FIELDS
from app.services.contacts import vcard_reader
from app.services.contacts.vcard_reader import Card
from app.services.imports import csv_reader
from app.services.imports.row_parser import RowError

TOO_MUCH = "This holds more than 4,096 characters."

# the columns of the sheet that cards become, by their property; N has two parts
NAME, *REST = [(field.vcard, field.label) for field in FIELDS if field.vcard]
HEADINGS = {**dict([NAME]), "GIVEN": "First name", "FAMILY": "Last name", **dict(REST)}
MORE_NOTES = ("Notes continued 2", "Notes continued 3")
LINE_ENDS = re.compile(r"[\r\n\t]+")


def rows(text: str) -> tuple[list[str], list[tuple[int, list[str]]], list[RowError]]:
    """The headings, a row for each card with its number, and the errors of the cards that cannot be rows.

    Raises Invalid beyond 20,000 cards.
    """
    headings = [*HEADINGS.values(), *MORE_NOTES]
    found: list[tuple[int, list[str]]] = []
    wrong: list[RowError] = []
    for number, card in enumerate(vcard_reader.read_cards(text), 1):
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
