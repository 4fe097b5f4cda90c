"""The texts that a workbook's cells refer to by number, read one by one and bounded in the memory that they take.

openpyxl keeps an element for each until the last is read, and takes as many as there are.
"""

import sys
from typing import IO
from xml.parsers import expat

from openpyxl.reader.excel import ExcelReader
from openpyxl.workbook import Workbook
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from app.errors import TooLarge

MOST_MEMORY = 64 * 1024 * 1024
TOO_MUCH_TEXT = "The workbook holds more text than a list of contacts does; save the sheet with the contacts as CSV."
PIECE = 1 << 16
ITEM, RUN, TEXT = (f"{SHEET_MAIN_NS} {name}" for name in ("si", "r", "t"))
# a text stands in its item, or in one of the runs of it that look different; how words are pronounced is beside it
PLACES = {(ITEM, TEXT), (ITEM, RUN, TEXT)}


class Reader(ExcelReader):
    """The library's reader, but for these texts. Raises TooLarge."""

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
        if part is not None:
            with self.archive.open(part.PartName[1:]) as file:
                table = _Table()
                while piece := file.read(PIECE):
                    table.parser.Parse(piece)
                table.parser.Parse(b"", True)
            self.shared_strings = table.texts

    @classmethod
    def opened(cls, file: IO[bytes]) -> Workbook:
        reader = cls(file, read_only=True, data_only=True, keep_links=False)
        reader.read()
        return reader.wb


class Memory:
    """Counts what texts take, since one odd character makes each of a text four bytes wide."""

    def __init__(self, most: int) -> None:
        self.left = most

    def take(self, text: str) -> None:
        """Raises TooLarge when this is more than what is left."""
        self.left -= sys.getsizeof(text)
        if self.left < 0:
            raise TooLarge(TOO_MUCH_TEXT)


class _Table:
    def __init__(self) -> None:
        self.texts: list[str] = []
        self.memory = Memory(MOST_MEMORY)
        self.path: list[str] = []
        self.said: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler, self.parser.EndElementHandler = self.begun, self.ended

    def begun(self, name: str, _: object) -> None:
        if name == ITEM:
            self.path = []
        self.path.append(name)
        if name == TEXT and tuple(self.path) in PLACES:
            self.parser.CharacterDataHandler = self.said.append

    def ended(self, name: str) -> None:
        if name == TEXT:
            self.parser.CharacterDataHandler = None
        elif name == ITEM:
            # as the library has it: an escaped underscore
            text = "".join(self.said).replace("x005F_", "")
            self.said.clear()
            self.memory.take(text)
            self.texts.append(text)
        if self.path:
            self.path.pop()
