"""The files inside a zipped export: unpacked within bounds, nothing else looked at, nothing written anywhere."""

import io
import lzma
import re
import zipfile
import zlib

from app.errors import Invalid, TooLarge
from app.services.imports import csv_reader, xlsx_reader

KINDS = re.compile(r"\.(?:csv|tsv|txt|vcf|vcard|xlsx|xlsm)$", re.IGNORECASE)
HIDDEN = re.compile(r"(?:^|/)(?:__MACOSX/|\.)")
# LinkedIn's archive holds two dozen tables beside the one with people
CONNECTIONS = re.compile(r"(?:^|/)Connections\.csv$", re.IGNORECASE)
MOST_PARTS, MOST_UNPACKED = 1_000, 20 * 1024 * 1024
# what the library raises for an archive that is damaged, encrypted or packed in a way that it does not know
BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, OSError, EOFError, ValueError,
)  # fmt: skip
TOO_MUCH = "The archive unpacks to more than 20 MB or 1,000 files; bring the files with the contacts themselves."
UNREADABLE = "This archive cannot be read; unpack it and bring the files with the contacts."
NOTHING = "There is no CSV, Excel or vCard file in this archive."


def is_archive(data: bytes) -> bool:
    """Whether it is a ZIP archive, and neither a workbook nor an OpenDocument."""
    return (
        data.startswith(b"PK\x03\x04") and not xlsx_reader.is_workbook(data) and csv_reader.OPEN_MIME not in data[:200]
    )


def unpack(data: bytes) -> list[tuple[str, bytes]]:
    """The name and the bytes of each file that may hold contacts. Raises TooLarge or Invalid."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            wanted = [one for one in parts if KINDS.search(one.filename) and not HIDDEN.search(one.filename)]
            wanted = [one for one in wanted if CONNECTIONS.search(one.filename)] or wanted
            # an archive never gives out more than it declares here
            if len(parts) > MOST_PARTS or sum(one.file_size for one in wanted) > MOST_UNPACKED:
                raise TooLarge(TOO_MUCH)
            found = [(one.filename, archive.read(one)) for one in wanted]
    except BROKEN:
        raise Invalid(UNREADABLE) from None
    if not found:
        raise Invalid(NOTHING)
    return found
