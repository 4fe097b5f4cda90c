"""Phone numbers in the one form that can be dialled from anywhere: E.164."""

import phonenumbers

from app.errors import Invalid


def e164(number: str, country: str) -> str:
    """`0151 23 45 67 89` in Germany becomes `+4915123456789`.

    Raises Invalid when nobody could dial it.
    """
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        sentence = f"“{number}” is not a phone number that we can dial. Start it with + and the country code."
        raise Invalid(sentence, {"phone": sentence})
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def shown(number: str, country: str) -> str:
    """The number as people of this country write it: local at home, with + abroad."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    home = phonenumbers.region_code_for_country_code(parsed.country_code or 0) == country
    form = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)
