"""What is known of a phone number beside its digits: which kind it is, and the extension behind it."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.models.base import Line, fold


class PhoneType(StrEnum):
    """Nobody can be called at a fax or a pager."""

    MOBILE = "MOBILE"
    WORK = "WORK"
    HOME = "HOME"
    OTHER = "OTHER"
    FAX = "FAX"
    PAGER = "PAGER"

    @property
    def is_called(self) -> bool:
        return self not in {PhoneType.FAX, PhoneType.PAGER}


WORDS = {
    PhoneType.MOBILE: "mobile mobil mob cell cellular cellphone handy handynummer mobilnummer mobiltelefon mobilfunk natel portable"
    " movil celular cellulare mobiel gsm smartphone iphone mobilephone telmobil",
    PhoneType.WORK: "work business office arbeit buro buero geschaftlich geschaeftlich dienstlich beruflich direct direkt zentrale"
    " switchboard company corporate hq trabajo oficina lavoro ufficio bureau travail werk zakelijk arbete jobb firma"
    " empresa azienda profissional professionnel professionale main hauptnummer standard",
    PhoneType.HOME: "home privat private personal zuhause prive hem casa perso personnel domicile particulier hemma thuis personale",
    PhoneType.FAX: "fax telefax faks telecopie telecopieur homefax workfax faxnummer",
    PhoneType.PAGER: "pager pieper beeper buscapersonas cercapersone bipeur semafoon",
}
KNOWN = {word: kind for kind, words in WORDS.items() for word in words.split()}
# words that say no more than that it is a number
LABELS = frozenset(
    [
        "tel",
        "telefon",
        "telephone",
        "telefono",
        "telefone",
        "telefoon",
        "phone",
        "fon",
        "voice",
        "nr",
        "no",
        "nummer",
        "number",
        "rufnummer",
        "festnetz",
        "landline",
        "pref",
        "internet",
        "t",
        "m",
        "p",
        "f",
        "w",
        "h",
        "other",
    ]
)
LETTERS = {"m": PhoneType.MOBILE, "f": PhoneType.FAX, "w": PhoneType.WORK, "h": PhoneType.HOME}


class PhoneDetail(BaseModel):
    """One number in E.164; those of a fax or a pager stand here and nowhere else."""

    model_config = ConfigDict(extra="forbid")

    number: Annotated[str, Line(40)]
    type: PhoneType | None = None
    extension: Annotated[str, Field(pattern=r"^\d{1,7}$")] | None = None

    @property
    def is_called(self) -> bool:
        return self.type is None or self.type.is_called


@lru_cache(maxsize=2_048)
def type_of_word(word: str, *, labels: bool = False) -> PhoneType | None:
    """Which kind of number a word names; with `labels` also words that only say that it is one (OTHER)."""
    plain = fold(word).strip(".:")
    if found := KNOWN.get(plain):
        return found
    if labels and (plain in LABELS or plain in LETTERS):
        return LETTERS.get(plain, PhoneType.OTHER)
    return None


@lru_cache(maxsize=2_048)
def type_of_label(text: str) -> PhoneType | None:
    """`Work Fax` is a fax, `* Mobile` a mobile, `Geschäftlich` a number at work."""
    kinds = [
        kind
        for word in fold(text).replace("-", " ").replace("_", " ").replace("(", " ").replace(")", " ").split()
        if (kind := KNOWN.get(word.strip("*:.,")))
    ]
    return max(kinds, key=lambda kind: (not kind.is_called, kind is PhoneType.MOBILE), default=None)


def kept(phones: Sequence[str], details: Iterable[PhoneDetail]) -> list[dict[str, Any]]:
    """The details worth keeping: of these numbers what is known beside them, and every fax and pager, once each."""
    found: dict[str, PhoneDetail] = {}
    for one in details:
        if one.number not in phones and one.is_called:
            continue
        if one.number in phones and not one.is_called:
            continue
        before = found.get(one.number)
        found[one.number] = (
            PhoneDetail(number=one.number, type=before.type or one.type, extension=before.extension or one.extension)
            if before
            else one
        )
    return [one.model_dump(mode="json") for one in found.values() if one.type or one.extension]


def shown(phones: Sequence[str], details: Iterable[dict[str, Any]]) -> list[PhoneDetail]:
    """All numbers: those that can be called in their order, then faxes and pagers."""
    known = {one["number"]: PhoneDetail.model_validate(one) for one in details}
    called = [known.get(number) or PhoneDetail(number=number) for number in phones]
    return [*called, *(one for number, one in known.items() if number not in phones and not one.is_called)]


def typed(phones: Sequence[str], details: Iterable[dict[str, Any]]) -> list[str]:
    """All numbers as somebody may type them: `+12125550100 work ext. 45`."""
    return [
        " ".join(filter(None, (one.number, one.type and one.type.lower(), one.extension and f"ext. {one.extension}")))
        for one in shown(phones, details)
    ]
