"""Which characters one line of text may hold: whatever people write their names with, and nothing that hides there."""

import sys
import unicodedata
from typing import Annotated

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from app.hidden_characters import has_hidden, without_hidden
from app.main import application
from app.models.base import Draft, Line, Prose

LINE = TypeAdapter(Annotated[str, Line(200, 1)])
BREAKS = "\u2028\u2029\x0b\x0c\x1c\x1d\x1e\x85\n\r\t\0"
HIDDEN = "\u200b\u200e\u200f\u061c\u2060\u2061\ufeff\u00ad\u180e\u034f\u115f\u3164\uffa0\u2800\ufff9"
DIRECTIONS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
TAGS = "\U000e0001\U000e0041\U000e007f\U000e01ef"


@pytest.mark.parametrize("letter", [*BREAKS, *HIDDEN, *DIRECTIONS, *TAGS], ids=lambda letter: f"U+{ord(letter):04X}")
@pytest.mark.parametrize("around", ["An{}na", "{}Anna", "Anna{}", "Anna {} Lind", "{}"])
def test_what_breaks_a_line_or_hides_in_it_is_refused(letter, around):
    text = around.format(letter)
    # blanks at the ends are taken off before anything is looked at
    if text.strip() in {"Anna", ""} and letter.isspace():
        return
    with pytest.raises(ValidationError):
        LINE.validate_python(text)


@pytest.mark.parametrize(
    "name",
    [
        "Søren Åse-Łukasz Öström",
        "نیلوفر می\u200cخواهم",
        "क्\u200dष शर्मा",
        "ശ്രീ നാ\u200dയർ",
        "ශ්\u200dරී ලංකා",
        "葛\U000e0100城 太郎",
        "ᠮᠣᠩᠭᠣᠯ\u180bᠠ",
        "שרה לוי",
        "Ada 👩\u200d💻",
        "Bo 👩🏽\u200d❤\ufe0f\u200d👨🏻",
        "Team 1\ufe0f\u20e3 ⚡\ufe0f",
        "Cymru 🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
        "👨\u200d👩\u200d👧",
    ],
)
def test_names_of_all_scripts_and_emoji_are_taken_as_they_are(name):
    assert LINE.validate_python(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "Jo\u200dhn",
        "Jo\u200chn",
        "\u200dأحمد",
        "أحمد\u200d",
        "A\ufe0f",
        "A\U000e0100",
        "🏴\U000e0041\U000e007f",
        "👩\u200dx",
    ],
)
def test_a_joiner_or_selector_that_joins_nothing_is_refused(name):
    with pytest.raises(ValidationError, match="cannot be seen"):
        LINE.validate_python(name)
    assert not has_hidden(without_hidden(name))


def test_of_every_character_of_unicode_only_what_can_be_seen_is_taken():
    for number in range(sys.maxunicode + 1):
        letter = chr(number)
        kind = unicodedata.category(letter)
        hidden = has_hidden(f"a{letter}b")
        if kind == "Cf":
            # the signs of Arabic, Syriac, Kaithi and Egyptian that Unicode counts among them can be seen
            assert hidden or 0x600 <= number <= 0x8E2 or 0x110BD <= number <= 0x1343F, hex(number)
        elif kind[0] in "LNPSZ" and hidden:
            assert kind in {"Zl", "Zp"} or number in {0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800}, hex(number)


def test_marks_of_direction_around_a_copied_number_are_taken_off():
    assert without_hidden("\u202a+49 30 1234567\u202c") == "+49 30 1234567"


def models_of(kind):
    for model in kind.__subclasses__():
        if model.__module__.startswith("app.") and getattr(model, "__table__", None) is None:
            yield model
        yield from models_of(model)


# passwords and codes are compared, not shown; a pasted text, a key and a search have rules of their own
COMPARED = {"password", "old", "new", "code", "api_key", "text"}
# checked by the service that gives the field its sentence
BY_SERVICE = {
    ("Profile", "name"),
    ("Profile", "timezone"),
    ("Invitation", "email"),
    ("SignIn", "email"),
    ("TokenWish", "name"),
    ("NewPasskey", "name"),
    ("NewName", "name"),
    # sealed by us, and opened again or refused
    ("NewPasskey", "ticket"),
}


def test_every_text_that_somebody_sends_is_one_line_or_prose():
    """A new field of a draft or a body is of a type that keeps hidden characters out."""
    assert application
    bodies = {model for model in models_of(BaseModel) if issubclass(model, Draft)}
    loose = set()
    for model in bodies:
        for name, field in model.model_fields.items():
            if field.annotation is str and not any(isinstance(rule, (Line, Prose)) for rule in field.metadata):
                loose.add((model.__name__, name))
    assert {(model, name) for model, name in loose if name not in COMPARED} <= BY_SERVICE
