"""Cards of an address book as rows of text, like those of any other file: a row's number is the number of its card."""

import re

from app.errors import Invalid
from app.models import fold
from app.models.contact_fields import FIELDS
from app.services.contacts import vcard_reader
from app.services.contacts.vcard_reader import Card
from app.services.imports import csv_reader
from app.services.imports.row_parser import RowError

# as much as a contact's notes hold, and what is too long for a line of a card
LONGEST = 20_000
# the columns of the sheet that cards become, by their property; N has two parts
NAME, *REST = [(field.vcard, field.label) for field in FIELDS if field.vcard]
HEADINGS = {**dict([NAME]), "GIVEN": "First name", "FAMILY": "Last name", **dict(REST), **vcard_reader.OWN}
LINE_ENDS = re.compile(r"[\r\n\t]+")


def rows(text: str) -> tuple[list[str], list[tuple[int, list[str]]], list[RowError]]:
    """The headings, a row for each card with its number, and the errors of the cards that cannot be rows.

    Raises Invalid beyond 20,000 cards.
    """
    headings = list(HEADINGS.values())
    found: list[tuple[int, list[str]]] = []
    wrong: list[RowError] = []
    for number, card in enumerate(vcard_reader.read_cards(text), 1):
        if number > csv_reader.MOST_ROWS:
            raise Invalid(f"Card {number} is one too many: a file may hold {csv_reader.MOST_ROWS:,}.")
        if card.trouble:
            wrong.append(RowError(number, "", card.trouble))
        else:
            found.append((number, _row(card)))
    return headings, found, wrong


def _row(card: Card) -> list[str]:
    said = {name: card.said.get(name, []) for name in HEADINGS}
    # a firm's own pages are no profile of a person
    links = [link for link in said["URL"] if card.ours or "linkedin" in link.lower()]
    cells = {name: LINE_ENDS.sub(" ", values[0]) if values else "" for name, values in said.items()}
    cells |= {name: "\n".join(dict.fromkeys(said[name])) for name in ("EMAIL", "TEL")}
    cells["URL"] = links[0].strip() if links else ""
    cells["CATEGORIES"] = ", ".join('"' + tag.replace('"', '""') + '"' for tag in said["CATEGORIES"] if _is_tag(tag))
    cells["NOTE"] = "\n".join(said["NOTE"])[:LONGEST]
    return list(cells.values())


def _is_tag(tag: str) -> bool:
    """Address books put everybody into groups of their own."""
    return bool(tag.strip()) and fold(tag) not in {"mycontacts", "my contacts", "starred", "starred in android"}
