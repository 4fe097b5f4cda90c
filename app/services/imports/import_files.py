"""The files of one import: read in one go, named without a path, and the refused rows written out to be mended."""

import csv
import io
import re
from collections.abc import Mapping, Sequence

from app.errors import Invalid, Refusal, TooLarge
from app.services.imports import row_parser, sheet_reader, zip_reader
from app.services.imports.row_parser import RowError
from app.services.imports.sheet_reader import Sheet

# the name and the bytes
File = tuple[str, bytes]

MOST_FILES = 1_000
MOST_BYTES = 20 * 1024 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_files(files: Sequence[File], mapping: Mapping[str, str] | None = None, *, strict: bool = False) -> list[Sheet]:
    """The files as sheets; what is wrong with one of several says which. `strict`: each has to name somebody.

    Raises Invalid or TooLarge.
    """
    if len(files) > MOST_FILES:
        raise Invalid(f"Bring at most {MOST_FILES} files in one go.")
    if sum(len(data) for _, data in files) > MOST_BYTES:
        raise TooLarge("Together the files are larger than 20 MB; bring them one after the other.")
    found: list[Sheet] = []
    for name, data in files:
        if zip_reader.is_archive(data):
            found += _unpacked(name, data, mapping)
        else:
            found.append(_opened((name, data), mapping, strict=strict, several=len(files) > 1))
    return found


def _unpacked(name: str, data: bytes, mapping: Mapping[str, str] | None) -> list[Sheet]:
    """The files of an archive that name somebody; what is wrong with the only one is said. Raises Invalid or TooLarge."""
    inside, trouble = [], None
    for file in zip_reader.unpack(data):
        try:
            inside.append(_opened(file, mapping, strict=True, several=True))
        except Refusal as refusal:
            trouble = trouble or refusal
    if not inside:
        raise trouble or Invalid(f"{bare_name(name)}: {zip_reader.NOTHING}")
    return inside


def _opened(file: File, mapping: Mapping[str, str] | None, *, strict: bool, several: bool) -> Sheet:
    name, data = bare_name(file[0]), file[1]
    try:
        return sheet_reader.parse(data, mapping, name) if strict else sheet_reader.read(data, name, mapping)
    except Refusal as refusal:
        if several:
            raise type(refusal)(f"{name}: {refusal}") from None
        raise


def label(found: Sequence[Sheet]) -> str:
    """What an import is called: the name of its file, and how many more there were."""
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{found[0].filename[:180]}{more}" if found else ""


def bare_name(filename: str) -> str:
    """The name alone, to be shown and never to be opened."""
    name = re.split(r"[/\\]", filename)[-1]
    return "".join(character for character in name if character.isprintable())[:200]


def write_refused_rows(found: Sequence[Sheet], errors: Sequence[RowError]) -> bytes:
    """The rows that were not taken, as a file to mend and bring again, the reason beside each.

    Where files have headings of their own, each begins a block with them.
    """
    out = io.StringIO()
    lines = csv.writer(out)
    above: list[str] = []
    for sheet in found:
        name = sheet.filename if len(found) > 1 else ""
        headings = [*sheet.header.headings, "Row in the file", "Reason"]
        rows = _mendable(sheet, [error for error in errors if error.file == name])
        if rows and headings != above:
            lines.writerow(map(row_parser.escape, headings))
            above = headings
        lines.writerows(map(row_parser.escape, row) for row in rows)
    return BYTE_ORDER_MARK + out.getvalue().encode()


def _mendable(sheet: Sheet, errors: Sequence[RowError]) -> list[list[str]]:
    """Each row once, with its number and everything that is wrong with it."""
    reasons: dict[int, list[str]] = {}
    for error in errors:
        reasons.setdefault(error.row, []).append(f"{error.column}: {error.detail}" if error.column else error.detail)
    body, width = dict(sheet.body), len(sheet.header.headings)
    return [
        [*[*body.get(row, []), *[""] * width][:width], str(row), " ".join(said)]
        for row, said in sorted(reasons.items())
    ]
