"""An Excel workbook as rows of text: bounded before it is unpacked, nothing in it run, nothing outside of it opened.

Formulas count as the values that were last seen in them. Numbers and dates come
as the text that a person would type.
"""

import io
import logging
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from xml.parsers import expat

from app.errors import Invalid, TooLarge
from app.services.imports import csv_reader

log = logging.getLogger(__name__)

MOST_UNPACKED = 80 * 1024 * 1024
MOST_PARTS = 500
MOST_SHEETS = 20
LAST_ROW = 1_048_576
FIRST_ROWS, USUAL_COLUMNS = 50, 257
PIECE = 1 << 18
# one text is read as a whole
LONGEST_TEXT = 1 << 20

TOO_MUCH = "The workbook unpacks to more than 80 MB, or to too many cells; save the sheet with the contacts as CSV."
UNREADABLE = "Row 1 is not text, and this workbook cannot be read; save it again as .xlsx or CSV."
# twenty thousand rows of fifty texts, each another one
MOST_STRINGS = 1_000_000
MANY_STRINGS = "The workbook holds more than a million texts; save the sheet with the contacts as CSV."
# such rows with their texts; what is no cell costs as much to read
MOST_TAGS = 5_000_000
# the columns that a spreadsheet has: a row is built as a whole
MOST_CELLS = 16_384
# what the texts of a sheet may take in memory: as many such rows again with thirty letters in each of 64 cells
MOST_MEMORY = 100 * 1024 * 1024
TAG = re.compile(rb"<(?:[^\s<>/:]+:)?(si|row|c)[\s/>]")
NOTHING = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})


def is_workbook(data: bytes) -> bool:
    """Whether the bytes are a ZIP archive with a workbook inside, whatever the file is called."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return False


def sheets(data: bytes) -> Iterator[tuple[str, list[tuple[int, list[str]]]]]:
    """Each visible sheet with something in it: its name, and its rows with their numbers.

    Raises TooLarge or Invalid beyond a bound, with the row.
    """
    from app.services.imports.shared_strings import Reader  # here, so that no start waits for openpyxl

    _guard(data)
    try:
        book = Reader.opened(io.BytesIO(data))
    except TooLarge:
        raise
    except Exception as trouble:  # noqa: BLE001 - whatever a foreign file does to the library, it is the file
        raise _refusal(trouble) from None
    try:
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        for sheet in visible[:MOST_SHEETS]:
            if rows := list(_rows(sheet)):
                yield sheet.title, rows
    finally:
        book.close()


def _guard(data: bytes) -> None:
    """Nothing is unpacked that says it is large; nothing is parsed that declares entities."""
    if len(data) > csv_reader.MOST_BYTES:
        raise TooLarge("The file is larger than 5 MB.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            # an archive never gives out more than it declares here
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise TooLarge(TOO_MUCH)
            tags = 0
            for part in parts:
                # a workbook may call its parts as it likes
                tags += _few_tags(archive, part, LONGEST_TEXT if _plain_xml(archive, part) else MOST_UNPACKED)
                if tags > MOST_TAGS:
                    raise TooLarge(TOO_MUCH)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as trouble:
        raise _refusal(trouble) from None


def _plain_xml(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Read the part as XML up to its first element; it declares no type, and is UTF-8, as it is counted in bytes.

    No workbook needs a document type, every XML bomb does. Pictures are no XML, for which it returns False.
    """
    parser = expat.ParserCreate()
    inside, encoding = False, "utf-8"

    def typed(*_: object) -> None:
        raise ValueError("a document type")

    def declared(_: str, said: str | None, __: int) -> None:
        nonlocal encoding
        encoding = (said or encoding).lower()

    def begun(*_: object) -> None:
        nonlocal inside
        inside = True

    parser.StartDoctypeDeclHandler, parser.XmlDeclHandler, parser.StartElementHandler = typed, declared, begun
    start = b""
    try:
        with archive.open(part) as file:
            # a document type stands before the first element or nowhere
            while not inside and (piece := file.read(PIECE)):
                start = start or piece[:2]
                parser.Parse(piece)
    except expat.ExpatError as trouble:
        if part.filename.endswith((".xml", ".rels")):
            raise ValueError(str(trouble)) from None
    if inside and (encoding not in {"utf-8", "us-ascii"} or start in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in start):
        raise ValueError("no UTF-8")
    return inside


def _few_tags(archive: zipfile.ZipFile, part: zipfile.ZipInfo, longest: int) -> int:
    """Count what is read one by one before any of it is built: millions of short texts or cells take half a minute,
    and a row of millions of cells all memory.

    Returns how many tags there are.
    """
    tags, strings, cells, untagged, before = 0, 0, 0, 0, b""
    with archive.open(part) as file:
        while piece := file.read(PIECE):
            untagged = 0 if b"<" in piece else untagged + len(piece)
            if untagged > longest:
                raise TooLarge(TOO_MUCH)
            tags += piece.count(b"<") - piece.count(b"</")
            end = 0
            for one in TAG.finditer(before + piece):
                end, name = one.end(), one[1]
                strings += name == b"si"
                cells = cells + 1 if name == b"c" else 0
                if cells > MOST_CELLS:
                    raise TooLarge(TOO_MUCH)
            # a tag that is cut in two is found with the next piece
            before = (before + piece)[max(end, len(before + piece) - 64) :]
            if strings > MOST_STRINGS:
                raise TooLarge(MANY_STRINGS)
            if tags > MOST_TAGS:
                raise TooLarge(TOO_MUCH)
    return tags


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    # what a sheet says about its own size is not to be believed
    sheet.reset_dimensions()
    from app.services.imports.shared_strings import Memory

    kept, empty, memory = 0, None, Memory(MOST_MEMORY)
    try:
        # every row is filled up to the last column: as many as the first rows have, and what most files have at least
        widest = max((_width(row) for row in sheet.iter_rows(max_row=FIRST_ROWS, values_only=True)), default=0)
        rows = sheet.iter_rows(max_row=LAST_ROW, max_col=max(widest, USUAL_COLUMNS), values_only=True)
        for number, values in enumerate(rows, 1):
            # a million rows that are not there, before a forgotten cell, are one and the same
            if values is empty:
                continue
            if values.count(None) == len(values):
                empty = values
                continue
            texts = [_text(value) for value in values[: _width(values)]]
            while texts and not texts[-1]:
                texts.pop()
            if texts:
                kept += 1
                csv_reader.bounded(number, kept, texts)
                for text in texts:
                    memory.take(text)
                yield number, texts
    except (Invalid, TooLarge):
        raise
    except Exception as trouble:  # noqa: BLE001 - whatever a foreign file does to the library, it is the file
        raise _refusal(trouble) from None


def _width(row: tuple[object, ...]) -> int:
    return next((place for place in range(len(row), 0, -1) if row[place - 1] is not None), 0)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    text = str(value)
    return "" if text in NOTHING else text


def _refusal(trouble: Exception) -> Invalid:
    log.info("a workbook could not be read: %s", type(trouble).__name__)
    return Invalid(UNREADABLE)
