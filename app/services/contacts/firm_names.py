"""Whether two firms may be one although their names are spelled otherwise; without a database or a network."""

import re

from app.models import organisation_key
from app.services.contacts.identity import plain_spelling

AND = frozenset({"and", "und", "et", "og", "och", "y", "e", "en"})
# legal forms, and words like them, that are only asked about; the ones that everybody drops stand with `organisation_key`
FORM_WORDS = """
ev eg ug gbr ohg spzoo o oo z sp sro kft zrt rt ou sia uab ltda lda bvba stiftung foundation group gruppe holding
"""
FORMS = frozenset(FORM_WORDS.split())
CAPITALS = str.maketrans({"Ä": "A", "Ö": "O", "Ü": "U"})


def lookalike(organisation: str) -> str:
    """Firms with the same lookalike may be one: spelled with or without umlauts, legal forms, `&` or `and`."""
    spaced = re.sub(r"[&+/,]", " ", re.sub(r"[.'’]", "", organisation))
    words = [plain_spelling(word) for word in organisation_key(spaced).split() if word not in AND]
    if words[:1] == ["the"]:
        words = words[1:]
    while len(words) > 1 and words[-1] in FORMS:
        words.pop()
    return " ".join(words) or organisation_key(organisation)


def other_spelling(text: str) -> str | None:
    """`Müller` for `Mueller` and the other way round; None where there is only one."""
    doubled = {"ä": "ae", "ö": "oe", "ü": "ue"}
    marked = {"a": "ä", "o": "ö", "u": "ü", "A": "Ä", "O": "Ö", "U": "Ü"}
    plain = re.sub(r"[äöüÄÖÜ]", lambda found: doubled.get(found[0], f"{found[0].translate(CAPITALS)}e"), text)
    other = re.sub(r"(?i)ae|oe|ue", lambda found: marked[found[0][0]], text)
    return next((one for one in (plain, other) if one != text), None)
