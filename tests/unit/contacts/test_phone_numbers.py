"""Numbers are read however they are written; words are never dialled, and what can be read two ways is asked about."""

import re

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from app.errors import Invalid
from app.models.people import phone
from app.models.people.phone import PhoneDetail, PhoneType
from app.pages.contacts.parts import reach_links
from app.services.base import phone_numbers

often = settings(deadline=None, max_examples=80)
COUNTRIES = st.sampled_from(["DE", "AT", "CH", "FR", "GB", "SE", "NL", "IT", "ES", "US", "PL", "DK"])
KINDS = st.sampled_from([PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE])
FORMS = st.sampled_from([PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.E164])
WORDS = st.sampled_from(
    ["(Anna)", "privat", "mobil", "Büro", "- Zentrale", "WhatsApp", "(nur vormittags)", "home", "at work", "Mme Petit"]
)


@often
@given(country=COUNTRIES, kind=KINDS, form=FORMS, word=st.none() | WORDS, first=st.booleans())
def test_a_number_is_the_same_in_every_spelling_and_with_any_word_beside_it(country, kind, form, word, first):
    number = phonenumbers.example_number_for_type(country, kind)
    plain = phonenumbers.format_number(number, form)
    said = f"{word}: {plain}" if word and first else f"{plain} {word or ''}"
    assert phone_numbers.e164(said, country) == phonenumbers.format_number(number, PhoneNumberFormat.E164)


@often
@given(
    country=COUNTRIES,
    kind=KINDS,
    extension=st.integers(1, 9_999).map(str),
    between=st.sampled_from([" ext. ", " x", ",,", ";ext=", " Durchwahl ", " ext "]),
)
def test_an_extension_stays_beside_the_number_and_is_dialled_after_a_pause(country, kind, extension, between):
    number = phonenumbers.format_number(
        phonenumbers.example_number_for_type(country, kind), PhoneNumberFormat.INTERNATIONAL
    )
    read = phone_numbers.read(f"{number}{between}{extension}", country)
    assert (read.number, read.extension) == (phone_numbers.e164(number, country), extension)
    assert reach_links.tel_link(read.number, read.extension) == f"tel:{read.number},,{extension}"


@often
@given(text=st.text(max_size=40), country=COUNTRIES)
def test_no_digit_is_dialled_that_nobody_typed(text, country):
    typed = "".join(str(int(c)) if c.isdecimal() else "" for c in text)
    for read in phone_numbers.read_all(text, country):
        national = str(phonenumbers.parse(read.number).national_number)
        assert re.sub(r"^0+", "", national) in typed


@pytest.mark.parametrize(
    ("typed", "number", "kind", "words"),
    [
        ("0151 23456789 (Anna)", "+4915123456789", None, "Anna"),
        ("+4930123456 (privat)", "+4930123456", PhoneType.HOME, ""),
        ("+49 30 123456 mobil", "+4930123456", PhoneType.MOBILE, ""),
        ("F +49 30 9990199", "+49309990199", PhoneType.FAX, ""),
        ("0151 23456789 ab 18 Uhr", "+4915123456789", None, "ab 18 Uhr"),
        ("030/5962558", "+49305962558", None, ""),
        ("00 49 (0) 30 5962558", "+49305962558", None, ""),
        ("tel:+49-30-5962558", "+49305962558", None, ""),
    ],
)
def test_what_stands_beside_a_number_says_what_it_is(typed, number, kind, words):
    read = phone_numbers.read(typed, "DE")
    assert (read.number, read.type, read.words) == (number, kind, words)


@pytest.mark.parametrize(
    ("typed", "country"),
    [
        ("555-0187", "US"),
        ("7946 0000", "GB"),
        ("TEL:4711", "DE"),
        ("*100#", "DE"),
        ("1-800-FLOWERS", "US"),
        ("n/a", "DE"),
        ("call me", "DE"),
    ],
)
def test_what_nobody_can_dial_from_elsewhere_is_no_number(typed, country):
    with pytest.raises(Invalid, match="is not a phone number that we can dial"):
        phone_numbers.e164(typed, country)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("4915112345678", "+4915112345678"),
        ("447700900123", "+447700900123"),
        ("12125550100", "+12125550100"),
        ("49307654321", "+49307654321"),
    ],
)
def test_a_number_that_lost_its_plus_gets_no_second_country_code(typed, number):
    [read] = phone_numbers.read_all(typed, "DE")
    assert read.number == number


def test_a_number_that_can_be_read_two_ways_is_asked_about():
    with pytest.raises(Invalid, match="can be read two ways"):
        phone_numbers.e164("33612345678", "DE")
    [read] = phone_numbers.read_all("33612345678", "DE")
    assert (read.is_guess, read.is_doubtful) == (True, True)


def test_faxes_and_pagers_stand_behind_the_numbers_that_can_be_called():
    details = [
        PhoneDetail(number="+49309990199", type=PhoneType.FAX),
        PhoneDetail(number="+49301", type=PhoneType.WORK),
    ]
    kept = phone.kept(["+491512", "+49301"], details)
    assert [(one.number, one.type) for one in phone.shown(["+491512", "+49301"], kept)] == [
        ("+491512", None),
        ("+49301", PhoneType.WORK),
        ("+49309990199", PhoneType.FAX),
    ]
    assert phone.typed(["+49301"], kept) == ["+49301 work", "+49309990199 fax"]
