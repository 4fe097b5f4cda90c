"""CSV from anywhere as numbered rows of text: bounded before it is built, refused with the row where it breaks.

Rows are counted as a spreadsheet counts them, so a cell with line breaks is still one row.
"""

import csv
import io
from collections.abc import Iterator, Sequence

from app.errors import Invalid, TooLarge

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 64
# what Outlook and Google write for everybody, most of it empty
MOST_COLUMNS_KNOWN = 256
MOST_CELL = 4_096
LONGEST_ROW = MOST_COLUMNS * (2 * MOST_CELL + 3)

DELIMITERS = ",;\t|"
BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}

# what the old Windows encoding of Western Europe puts beyond ASCII in names and notes; anything else is broken UTF-8
WESTERN = frozenset("äöüßÄÖÜàáâãåæçèéêëìíîïñòóôõøùúûýÀÁÅÆÇÈÉÊËÌÍÎÑÒÓÔØÙÚÛšžœŠŽŒ€‚„…‘’“”–—•™§©«®°±´·»½¼¾¿¡\u00a0")
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
OLD = "This is an old Excel file, or one with a password; save it as .xlsx or CSV without a password."
NEITHER = "Row 1 is not text; open the file in your spreadsheet and save it as .xlsx or CSV."
NO_TEXT = "Row {row} holds bytes that are not text; save the file as CSV in UTF-8."


def text_of(data: bytes) -> str:
    """The file as text: UTF-8 or UTF-16 by its mark, UTF-8 without one, else the old Windows encoding.

    Raises TooLarge, or Invalid with the row that cannot be read.
    """
    if len(data) > MOST_BYTES:
        raise TooLarge("The file is larger than 5 MB.")
    if data.startswith((b"PK\x03\x04", b"%PDF", OLD_OFFICE)):
        raise Invalid(OLD if data.startswith(OLD_OFFICE) else NEITHER)
    text = _decoded(data)
    if "\0" in text:
        raise Invalid(f"Row {_row(text, text.index(chr(0)))} holds a NUL character, which no text has.")
    if not text.strip():
        raise Invalid("Row 1 is missing: the file is empty.")
    return text


def records(text: str, delimiter: str, most_columns: int = MOST_COLUMNS) -> Iterator[tuple[int, list[str]]]:
    """Each row that holds something, with its number. Raises Invalid at the first row beyond a bound."""
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    row, kept = 0, 0
    while True:
        row, lines.spent = row + 1, 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as trouble:
            raise Invalid(_broken(row, str(trouble))) from None
        if not any(cells):
            continue
        kept += 1
        bounded(row, kept, cells, most_columns)
        yield row, cells


class _Lines:
    """The lines of a text, given out until one row has had more than any row may hold."""

    def __init__(self, text: str) -> None:
        self.lines = io.StringIO(text, newline="")
        self.spent = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.spent += len(line)
        if self.spent > LONGEST_ROW:
            raise csv.Error("row too long")
        return line


def bounded(row: int, kept: int, cells: Sequence[str], most_columns: int = MOST_COLUMNS) -> None:
    """Raises Invalid for a row beyond what any file may hold; `kept` counts the rows that hold something."""
    if kept > MOST_ROWS + 1:
        raise Invalid(f"Row {row} is one too many: a file may hold {MOST_ROWS:,} rows.")
    if len(cells) > most_columns:
        raise Invalid(f"Row {row} has {len(cells):,} columns; {most_columns} is the most.")
    if max(map(len, cells)) > MOST_CELL:
        column = next(number for number, cell in enumerate(cells, 1) if len(cell) > MOST_CELL)
        raise Invalid(f"Row {row}, column {column} holds more than {MOST_CELL:,} characters.")


def _broken(row: int, trouble: str) -> str:
    if "unexpected end" in trouble:
        return f"Row {row} opens a quotation mark that is never closed."
    if "expected after" in trouble:
        return f"Row {row} has text behind a closing quotation mark."
    return f"Row {row} is too long; a quotation mark or a line break may be missing."


def _decoded(data: bytes) -> str:
    mark = next((mark for mark in BYTE_ORDER_MARKS if data.startswith(mark)), b"")
    try:
        return data[len(mark) :].decode(BYTE_ORDER_MARKS.get(mark, "utf-8"))
    except UnicodeDecodeError as trouble:
        start = trouble.start
    if not mark:
        text = data.decode("cp1252", errors="replace")
        if all(character < "\x80" or character in WESTERN for character in text):
            return text
    raise Invalid(NO_TEXT.format(row=data.count(b"\n", 0, start + len(mark)) + 1))


def _row(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
