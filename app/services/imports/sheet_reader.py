"""A file of contacts as a sheet: what kind it is, where its header is, what each column means, and the rows below.

What a file is, its content says; its name only helps people to tell one from another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from app.errors import Invalid, Refusal
from app.services.contacts import vcard_reader
from app.services.imports import column_mapping, csv_reader, presets, row_parser, vcard_rows, xlsx_reader
from app.services.imports.presets import Preset
from app.services.imports.row_parser import Row, RowError

# some programs put a few lines of explanation above the header
HEADER_WITHIN = 10
SAMPLED = 100
NAMELESS = (
    "Row 1 does not name the columns; one has to be the name, or first name and last name, a firm or an e-mail address."
)

Texts = tuple[int, list[str]]


@dataclass(frozen=True)
class Header:
    """The row that names the columns (0 where none does), and what each of them means to us."""

    row: int
    headings: list[str]
    fields: list[str | None]
    preset: Preset | None = None
    delimiter: str = ","

    @property
    def score(self) -> int:
        """How many columns make sense; none at all when nobody is named."""
        return len([meaning for meaning in self.fields if meaning]) if column_mapping.names_somebody(self.fields) else 0


@dataclass(frozen=True)
class Sheet:
    """One file; `trouble` is what could not become a row at all."""

    header: Header
    body: list[Texts]
    filename: str = ""
    kind: str = "CSV"
    trouble: list[RowError] = field(default_factory=list)

    @property
    def is_ours(self) -> bool:
        """Whether this product wrote it, or cards hold it, which leave out what they do not know."""
        return self.kind == "vCard" or bool(self.header.preset and self.header.preset.label == "Pipedriven")

    @property
    def ignored(self) -> list[str]:
        """The headings of the columns that hold something and mean nothing to us."""
        left = [place for place, meaning in enumerate(self.header.fields) if not meaning]
        filled = {place for place in left if any(len(texts) > place and texts[place].strip() for _, texts in self.body)}
        return [self.header.headings[place] for place in left if place in filled]

    @property
    def rows(self) -> list[Row]:
        return [row_parser.row(number, texts, self.header.headings, self.header.fields) for number, texts in self.body]

    def meaning(self, fields: Sequence[str | None]) -> "Sheet":
        """The same file, read as somebody says that its columns are meant."""
        return replace(self, header=replace(self.header, fields=list(fields)))

    def samples(self, column: int, most: int = 3) -> list[str]:
        """The first different values under a heading."""
        found = (texts[column].strip() for _, texts in islice(self.body, 2_000) if column < len(texts))
        return list(islice(dict.fromkeys(text for text in found if text), most))


def parse(data: bytes, mapping: Mapping[str, str] | None = None, filename: str = "") -> Sheet:
    """Read a CSV file, a workbook or cards; columns are guessed unless `mapping` (heading to field) says otherwise.

    Raises Invalid with the row that cannot be read, or when no column names anybody; TooLarge beyond 5 MB.
    """
    sheet = read(data, filename, mapping)
    if not sheet.header.score:
        raise Invalid(NAMELESS)
    return sheet


def read(data: bytes, filename: str = "", mapping: Mapping[str, str] | None = None) -> Sheet:
    """The same for a person who may still say what the columns mean: nobody has to be named yet."""
    if xlsx_reader.is_workbook(data):
        return _workbook(data, filename, mapping)
    text = csv_reader.text_of(data)
    if vcard_reader.is_cards(text):
        headings, body, trouble = vcard_rows.rows(text)
        header = Header(0, headings, column_mapping.assign(headings, mapping))
        return Sheet(header, body, filename, "vCard", trouble)
    header = _best(_headers(text, mapping)) or _stopgap(text, mapping)
    broken: dict[int, str] = {}
    every = [
        (row, list(map(row_parser.unescape, texts)))
        for row, texts in csv_reader.records(text, header.delimiter, broken)
    ]
    if broken and not header.score:
        number, sentence = next(iter(broken.items()))
        raise Invalid(sentence.replace("This row", f"Row {number}", 1))
    body = [(row, texts) for row, texts in every if row > header.row]
    header = _grouped(header, next((texts for row, texts in reversed(every) if row < header.row), []), mapping)
    trouble = [RowError(row, "", sentence) for row, sentence in broken.items() if row > header.row]
    return _sampled(Sheet(header, body, filename, trouble=trouble), mapping)


def _workbook(data: bytes, filename: str, mapping: Mapping[str, str] | None) -> Sheet:
    """The first sheet that names somebody, else the first with anything in it."""
    found: list[Sheet] = []
    for title, rows in xlsx_reader.sheets(data):
        above = [_header(number, texts, mapping) for number, texts in rows[:HEADER_WITHIN]] if not mapping else []
        header = _best(above or _workable(rows, mapping)) or _header(*rows[0], None)
        body = [row for row in rows if row[0] > header.row]
        header = _grouped(header, next((texts for row, texts in reversed(rows) if row < header.row), []), mapping)
        found.append(_sampled(_widened(Sheet(header, body, filename, f"Excel, sheet {title}")), mapping))
        if header.score:
            return found[-1]
    if not found:
        raise Invalid("Row 1 is missing: the workbook is empty.")
    return found[0]


def _workable(rows: Sequence[Texts], mapping: Mapping[str, str] | None) -> list[Header]:
    """Headers that have every column of the mapping. Raises Invalid where none has."""
    found, trouble = [], None
    for number, texts in rows[:HEADER_WITHIN]:
        try:
            found.append(_header(number, texts, mapping))
        except Invalid as refusal:
            trouble = trouble or refusal
    if trouble and not found:
        raise trouble
    return found


def _widened(sheet: Sheet) -> Sheet:
    """A spreadsheet may hold something beside its last heading; nobody forgot a quotation mark there."""
    widest, header = max((len(texts) for _, texts in sheet.body), default=0), sheet.header
    more = range(len(header.headings) + 1, widest + 1)
    headings = [*header.headings, *(_numbered(place) for place in more)]
    return replace(sheet, header=replace(header, headings=headings, fields=[*header.fields, *(None for _ in more)]))


def _headers(text: str, mapping: Mapping[str, str] | None) -> list[Header]:
    """Every row near the top as a header, by every delimiter. Raises what is wrong when there is none."""
    found: list[Header] = []
    trouble: list[Refusal] = []
    for delimiter in csv_reader.DELIMITERS:
        try:
            rows = csv_reader.records(text, delimiter, {})
            for row, texts in islice(rows, HEADER_WITHIN):
                plain = list(map(row_parser.unescape, texts))
                found.append(replace(_header(row, plain, mapping), delimiter=delimiter))
        except Refusal as refusal:
            trouble.append(refusal)
    if trouble and not _best(found):
        raise trouble[0]
    return found


def _header(row: int, texts: Sequence[str], mapping: Mapping[str, str] | None) -> Header:
    headings = [text.strip() or _numbered(place) for place, text in enumerate(texts, 1)]
    preset = presets.recognise_program(headings)
    return Header(row, headings, column_mapping.assign(headings, mapping, preset.means if preset else None), preset)


def _grouped(header: Header, above: Sequence[str], mapping: Mapping[str, str] | None) -> Header:
    """Where a row above the headings groups them, the `Name` below `Company` is the firm's, and other facts of it nobody's."""
    if mapping or header.preset or len([text for text in above if text.strip()]) < 2:
        return header
    group, fields = "", list(header.fields)
    for place, heading in enumerate(header.headings):
        group = above[place].strip() if place < len(above) and above[place].strip() else group
        if column_mapping.guess(group) == "organisation":
            fields[place] = "organisation" if fields[place] in {"name", "organisation"} else None
        elif fields[place] is None:
            fields[place] = column_mapping.guess(f"{group} {heading}")
    return replace(header, fields=fields)


def _best(headers: Sequence[Header]) -> Header | None:
    """The one under which the most columns make sense."""
    best = max(headers, key=lambda header: header.score, default=None)
    return best if best and best.score else None


def _stopgap(text: str, mapping: Mapping[str, str] | None) -> Header:
    """Nobody is named: the delimiter that parts the first row into the most cells, and numbers where it holds data."""
    firsts = {delimiter: next(csv_reader.records(text, delimiter, {}), (1, [])) for delimiter in csv_reader.DELIMITERS}
    delimiter = max(firsts, key=lambda one: len(firsts[one][1]))
    row, texts = firsts[delimiter]
    if not mapping and any(column_mapping.recognise([text]) for text in texts):
        return replace(_header(0, [""] * len(texts), None), delimiter=delimiter)
    return replace(_header(row, texts, mapping), delimiter=delimiter)


def _sampled(sheet: Sheet, mapping: Mapping[str, str] | None) -> Sheet:
    """What no heading told, the values may; and values stand the way our own files have them."""
    header, told = sheet.header, {heading.casefold() for heading in mapping or {}}
    fields = list(header.fields)
    for place, (heading, field_) in enumerate(zip(header.headings, fields, strict=True)):
        if field_ is None and heading.casefold() not in told:
            named = heading if heading != _numbered(place + 1) else ""
            texts = (texts[place] for _, texts in sheet.body if place < len(texts) and texts[place].strip())
            fields[place] = column_mapping.recognise(list(islice(texts, SAMPLED)), named)
    if header.preset is None or not header.preset.between:
        return sheet.meaning(fields)
    body = [
        (row, [presets.tidy_cell(header.preset, *pair) for pair in zip([*fields, *[None] * len(texts)], texts, strict=False)])
        for row, texts in sheet.body
    ]  # fmt: skip
    return replace(sheet.meaning(fields), body=body)


def _numbered(place: int) -> str:
    return f"Column {place}"
