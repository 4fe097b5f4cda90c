"""CSV from anywhere as numbered rows of text: bounded before it is built, refused with the row where it breaks.

Rows are counted as a spreadsheet counts them, so a cell with line breaks is still one row.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from app.errors import Invalid, TooLarge

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 20_000
# programs write hundreds of properties for everybody, most of them empty or not ours
MOST_COLUMNS = 2_000
LONGEST_ROW = 512 * 1024
# so many rows with a quotation mark too few or too many are named; of more, the file has another form
MOST_BROKEN = 200

DELIMITERS = ",;\t|"
BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}

# what the old Windows encoding of Western Europe puts beyond ASCII in names and notes; anything else is broken UTF-8
WESTERN = frozenset("äöüßÄÖÜàáâãåæçèéêëìíîïñòóôõøùúûýÀÁÅÆÇÈÉÊËÌÍÎÑÒÓÔØÙÚÛšžœŠŽŒ€‚„…‘’“”–—•™§©«®°±´·»½¼¾¿¡\u00a0")
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
OLD = "This is an old Excel file, or one with a password; save it as .xlsx or CSV without a password."
OPEN_MIME = b"mimetypeapplication/vnd.oasis.opendocument"
OPEN_DOCUMENT = "This is an OpenDocument spreadsheet; open it and save it as .xlsx or CSV."
WEB_PAGE = "This is a web page, whatever its name says; open it in your spreadsheet and save it as .xlsx or CSV."
NEITHER = "Row 1 is not text; open the file in your spreadsheet and save it as .xlsx or CSV."
NO_TEXT = "Row {row} holds bytes that are not text; save the file as CSV in UTF-8."


def text_of(data: bytes) -> str:
    """The file as text: UTF-8 or UTF-16 by its mark, UTF-8 without one, else the old Windows encoding.

    Raises TooLarge, or Invalid with the row that cannot be read.
    """
    if len(data) > MOST_BYTES:
        raise TooLarge("The file is larger than 5 MB.")
    if data.startswith((b"PK\x03\x04", b"%PDF", OLD_OFFICE)):
        if OPEN_MIME in data[:200]:
            raise Invalid(OPEN_DOCUMENT)
        raise Invalid(OLD if data.startswith(OLD_OFFICE) else NEITHER)
    text = _decoded(data)
    if re.match(
        r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|table|head|meta|workbook)",
        text[:2_000],
        re.IGNORECASE | re.DOTALL,
    ):
        raise Invalid(WEB_PAGE)
    if "\0" in text:
        raise Invalid(f"Row {_row(text, text.index(chr(0)))} holds a NUL character, which no text has.")
    if not text.strip():
        raise Invalid("Row 1 is missing: the file is empty.")
    return text


def records(text: str, delimiter: str, broken: dict[int, str] | None = None) -> Iterator[tuple[int, list[str]]]:
    """Each row that holds something, with its number. A row that breaks off goes into `broken` with the reason, and the
    next line is the next row; without `broken` it ends all.

    Raises Invalid at the first row beyond a bound.
    """
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    row, kept = 0, 0
    while True:
        row += 1
        lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as trouble:
            if broken is None or len(broken) >= MOST_BROKEN:
                raise Invalid(_broken(row, str(trouble))) from None
            broken[row] = _broken(row, str(trouble)).replace(f"Row {row}", "This row", 1)
            lines.go_back()
            continue
        if not any(cells):
            continue
        kept += 1
        bounded(row, kept, cells)
        yield row, cells


class _Lines:
    """The lines of a text, given out until one row has had more than any row may hold."""

    def __init__(self, text: str) -> None:
        self.lines = io.StringIO(text, newline="")
        self.spent = 0
        self.second = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.second = self.second or self.lines.tell()
        self.spent += len(line)
        if self.spent > LONGEST_ROW:
            raise csv.Error("row too long")
        return line

    def begin(self) -> None:
        """A new row."""
        self.spent = self.second = 0

    def go_back(self) -> None:
        """To the line behind the first one of this row."""
        self.lines.seek(self.second)


def bounded(row: int, kept: int, cells: Sequence[str]) -> None:
    """Raises Invalid for a row beyond what any file may hold; `kept` counts the rows that hold something."""
    if kept > MOST_ROWS + 1:
        raise Invalid(f"Row {row} is one too many: a file may hold {MOST_ROWS:,} rows.")
    if len(cells) > MOST_COLUMNS:
        raise Invalid(f"Row {row} has {len(cells):,} columns; {MOST_COLUMNS:,} is the most.")


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
