"""A file of contacts as a sheet: where its header is, what each column means, and the rows below."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from app.errors import Invalid, Refusal
from app.services import cells, columns, delimited
from app.services.cells import Row

# some programs put a few lines of explanation above the header
HEADER_WITHIN = 10


@dataclass(frozen=True)
class Header:
    """The row that names the columns, and what each of them means to us."""

    delimiter: str
    row: int
    headings: list[str]
    fields: list[str | None]

    @property
    def score(self) -> int:
        """How many columns make sense; none at all when nobody is named."""
        return len([meaning for meaning in self.fields if meaning]) if columns.names_somebody(self.fields) else 0


@dataclass(frozen=True)
class Sheet:
    header: Header
    rows: list[Row]


def parse(data: bytes, mapping: Mapping[str, str] | None = None) -> Sheet:
    """Read a CSV file, its delimiter and columns guessed unless `mapping` (heading to field) says otherwise.

    Raises Invalid with the row that cannot be read, TooLarge beyond 5 MB.
    """
    text = delimited.text_of(data)
    header = _header(text, mapping)
    below = (found for found in delimited.records(text, header.delimiter) if found[0] > header.row)
    return Sheet(header, [cells.row(number, texts, header.headings, header.fields) for number, texts in below])


def _header(text: str, mapping: Mapping[str, str] | None) -> Header:
    """The delimiter and the row under which the most columns make sense."""
    found: list[Header] = []
    trouble: list[Refusal] = []
    for delimiter in delimited.DELIMITERS:
        try:
            for row, texts in islice(delimited.records(text, delimiter), HEADER_WITHIN):
                headings = [cells.unescaped(heading).strip() for heading in texts]
                found.append(Header(delimiter, row, headings, columns.assign(headings, mapping)))
        except Refusal as refusal:
            trouble.append(refusal)
    best = max(found, key=lambda header: header.score, default=None)
    if best and best.score:
        return best
    if trouble:
        raise trouble[0]
    raise Invalid("Row 1 does not name the columns; one has to be the name, or first name and last name.")
