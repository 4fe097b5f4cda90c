"""What is done for each row of a long file has a quick way for the usual case; it says the same as the long one."""

import unicodedata

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from app.models.base import LETTERS, MARKS, fold
from app.models.user import normal_email
from app.services.base import phone_numbers

LOCALS = st.from_regex(r"[A-Za-z0-9.+_'-]{1,66}", fullmatch=True)
DOMAINS = st.from_regex(r"[A-Za-z0-9.-]{1,20}(\.(de|com|test|local|example|xn--p1ai))?", fullmatch=True)


def folded_whole(text):
    plain = unicodedata.normalize("NFKD", text.lower().translate(LETTERS)).translate(MARKS)
    return " ".join(unicodedata.normalize("NFC", plain).split())


@given(st.text(max_size=60) | st.text(alphabet="aÄß ΣσİéフプゞゴØ\u3099\u0301\u00a0-’´", max_size=30))
@example("ΟΔΟΣ ΣΑΣ Süß\u00a0Holz")
@example("x \u3099フ\u3099 ´ y")
def test_a_text_folded_word_by_word_is_the_text_folded_at_once(text):
    assert fold(text) == folded_whole(text)


@given(LOCALS, DOMAINS)
@example("a", "localhost")
@example("a" * 64, "b.de")
@example("Jane.Roe", "FIRM.example")
@example("jane", "xn--mnchen-3ya.de")
@example(".jane", "firm.de")
@example("jane", "-firm.de")
def test_an_address_is_judged_as_the_library_judges_it(local, domain):
    text = f"{local}@{domain}"
    try:
        known = validate_email(text, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        with pytest.raises(ValueError, match="not an e-mail address"):
            normal_email(text)
    else:
        assert normal_email(text) == known


@given(st.from_regex(r"\+?[0-9](?:[ -]?[0-9]){2,18}", fullmatch=True), st.sampled_from(["DE", "SE", "US", "IT"]))
@example("004915123456789", "DE")
@example("4915123456789", "DE")
def test_a_bare_number_is_read_as_one_among_others(number, country):
    assert list(phone_numbers.read_all(number, country)) == list(phone_numbers.read_all(f" {number} ", country))
