"""What every table has in common, and the text types that keep hostile input out of all of them."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy
import uuid_utils.compat
from annotated_types import GroupedMetadata
from pydantic import AfterValidator, BeforeValidator, ConfigDict, StringConstraints
from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

from app.hidden_characters import has_hidden

Instant = DateTime(timezone=True)

# what str.translate cannot take apart by decomposition
LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
    | dict.fromkeys("’‘ʼ‛`´′＇", "'")
    | dict.fromkeys("‐‑‒–—―−﹣－", "-")
)
# the marks that make フ another letter than プ
VOICED = "\u3099\u309a"
MARKS = {code: None for code in range(0x300, 0x1F000) if unicodedata.combining(chr(code)) and chr(code) not in VOICED}


UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def now() -> datetime:
    """The moment, in UTC; the only clock that the product reads."""
    return clock()


def _system_clock() -> datetime:
    return datetime.now(UTC)


# tests point this elsewhere to stop time
clock: Callable[[], datetime] = _system_clock


def new_id() -> UUID:
    """A UUIDv7: sortable by time of birth, not guessable."""
    return uuid_utils.compat.uuid7()


def fold(text: str) -> str:
    """The text as search and sorting see it: lower case, no accents, plain quotes and dashes, single spaces."""
    if text.isascii():
        return " ".join(text.lower().split())
    # nothing that makes a letter another one reaches over a blank, so words can be looked up one by one
    words = (word.lower() if word.isascii() else _folded(word) for word in text.split())
    return " ".join(filter(None, words))


@lru_cache(maxsize=20_000)
def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.lower().translate(LETTERS)).translate(MARKS)
    return " ".join(unicodedata.normalize("NFC", plain).split())


def one_of(kind: type[StrEnum], length: int = 20, *, check: str | None = None) -> sqlalchemy.Enum:
    """A text column that stores the value, not the member name, guarded by a CHECK (of that name)."""
    name = check or kind.__name__.lower()
    return sqlalchemy.Enum(
        kind, native_enum=False, length=length, create_constraint=True, name=name, values_callable=list
    )


def _clean(text: str) -> str:
    """PostgreSQL cannot store NUL, and a lone surrogate breaks every later answer that holds it."""
    if not text.isprintable() and UNSTORABLE.search(text):
        raise ValueError("contains characters that cannot be stored")
    return text


def _one_line(text: str) -> str:
    if not text.isprintable() and any(unicodedata.category(c) in {"Cc", "Zl", "Zp"} for c in text):
        raise ValueError("must be a single line of text")
    if has_hidden(text):
        raise ValueError("contains characters that cannot be seen")
    return text


def _no_empty(value: Any) -> Any:
    """An emptied field on a form means: nothing there."""
    return None if isinstance(value, str) and not value.strip() else value


@dataclass(frozen=True)
class Line(GroupedMetadata):
    """`Annotated[str, Line(200, 1)]`: one line of clean text of `least` to `most` characters, stripped."""

    most: int
    least: int = 0

    def __iter__(self) -> Iterator[object]:
        yield StringConstraints(max_length=self.most, min_length=self.least, strip_whitespace=True)
        yield AfterValidator(_clean)
        yield AfterValidator(_one_line)


@dataclass(frozen=True)
class Prose(GroupedMetadata):
    """`Annotated[str, Prose(5000)]`: clean text that may run over several lines."""

    most: int

    def __iter__(self) -> Iterator[object]:
        yield StringConstraints(max_length=self.most)
        yield AfterValidator(_clean)


EmptyIsNone = BeforeValidator(_no_empty)


class Draft(SQLModel):
    """What people type; a key that we do not know is refused, not dropped."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)  # type: ignore[assignment]


class Entity(SQLModel):
    """A row with an opaque, sortable id and its times in UTC."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    updated_at: datetime = Field(default_factory=now, sa_type=Instant, sa_column_kwargs={"onupdate": now})


class BrokenRule(ValueError):
    """A rule about several fields of a draft that is broken, with the field at which that is said."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field
