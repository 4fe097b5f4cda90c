"""One blob of text becomes a contact to look over: a signature, a vCard, a profile link, a line, mail headers.

Nothing is fetched and nothing is written; what we are not sure of is shown beside the draft.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import unquote

from app.errors import Invalid, TooLarge
from app.hidden_characters import without_hidden
from app.models import fold
from app.models.contact import by_https
from app.models.contact_fields import CAPTURED
from app.models.people.phone import PhoneDetail
from app.services.base import phone_numbers
from app.services.contacts import vcard_reader
from app.services.contacts.capture import shared_texts, signature_rules

MOST_BYTES = 10_000
EMPTY = "Paste a signature, a vCard, a LinkedIn address or a line with a name."
NOT_A_CARD = "This vCard cannot be read."
# what Python does not call printable, and what belongs to a text: lines, and the joiners of scripts that join
BESIDE = "\r\n\t\u200c\u200d"

HEADER = re.compile(r"^(?:from|to|cc|reply-to|von|an|de|à|från|fra|til|till|lähettäjä)\s*:\s*", re.IGNORECASE)
NAMED = re.compile(r"^\s*[\"“']?(?P<name>[^<>\"“”]*?)[\"”']?\s*<(?:mailto:)?(?P<mail>[^<>\s]+@[^<>\s]+)>")
AT_FIRM = re.compile(r"^(?P<job>.+?)\s+(?:at|bei|chez|hos|@|bij)\s+(?P<firm>\S.*)$")
FIELDS_BY_LABEL = {field.outside: field for field in CAPTURED}

Sort = Literal["signature", "vcard", "linkedin", "line"]


@dataclass
class Captured:
    """`draft` holds fields of a ContactDraft; `pieces` is what each part of the text was taken for, in its order."""

    sort: Sort
    draft: dict[str, Any] = field(default_factory=dict)
    pieces: list[tuple[str, str]] = field(default_factory=list)

    def note(self, label: str, value: str) -> None:
        """Take the first of each kind, all addresses, and remember what it was taken for."""
        field = FIELDS_BY_LABEL.get(label)
        if field and field.many:
            known = self.draft.setdefault(field.name, [])
            if value not in known and len(known) < field.most:
                known.append(value)
        elif field:
            self.draft.setdefault(field.name, value)
        if (label, value) not in self.pieces:
            self.pieces.append((label, value))


def parse(blob: str, country: str) -> Captured:
    """What a text says about somebody; a bare phone number is from `country` (ISO 3166-1 alpha-2).

    Raises TooLarge beyond 10 kB, Invalid when it says nothing.
    """
    blob = shared_texts.without_pictures(blob) if vcard_reader.is_cards(blob) else blob
    if len(blob.encode("utf-8", "replace")) > MOST_BYTES:
        raise TooLarge("This is more than a signature: paste at most 10,000 characters.")
    text = shared_texts.without_sentence(_seen(blob))
    if card := next(vcard_reader.read_cards(text), None):
        found = _card(card, country)
    elif whole := signature_rules.LINKEDIN.fullmatch(text.strip().split("?")[0]):
        found = _profile(whole.group())
    else:
        found = _text(text, country)
    if not found.draft:
        raise Invalid(EMPTY, {"text": EMPTY})
    return found


def _seen(text: str) -> str:
    """What a person sees of it."""
    seen = without_hidden(text.replace("\u2028", "\n").replace("\u2029", "\n"))
    return "".join(c for c in seen if c in BESIDE or (c.isprintable() and not "\ud800" <= c <= "\udfff"))


def _card(card: vcard_reader.Card, country: str) -> Captured:
    """What a card says, whose values may be spelled in ways of their own. Raises Invalid when it is not whole, or no person."""
    if card.trouble:
        sentence = card.trouble if card.trouble == vcard_reader.NO_PERSON else NOT_A_CARD
        raise Invalid(sentence, {"text": sentence})
    said = {name: [_seen(value) for value in values] for name, values in card.said.items()}
    found = Captured("vcard")
    full = " ".join([*said.get("GIVEN", [])[:1], *said.get("FAMILY", [])[:1]])
    names = [*said.get("FN", []), full]
    values = [("name", names[0]), *(("organisation", one) for one in said.get("ORG", [])[:1])]
    values += [("job_title", one) for one in said.get("TITLE", [])] + [("notes", one) for one in said.get("NOTE", [])]
    values += [("email", one.lower()) for one in said.get("EMAIL", [])]
    for label, value in values:
        if value.strip():
            found.note(label, value.strip() if label == "notes" else " ".join(value.split()))
    for number in said.get("TEL", []):
        _phone(found, number, country)
    for link in said.get("URL", []):
        found.note("linkedin_url" if signature_rules.LINKEDIN.search(link) else "website", link)
    return found


def _profile(link: str) -> Captured:
    """A name is guessed from the address alone; whoever it is has the last word."""
    found = Captured("linkedin")
    found.note("linkedin_url", by_https(link))
    if name := signature_rules.spelled(unquote(link.rstrip("/").rsplit("/", 1)[-1])):
        found.note("name", name)
    return found


def _text(text: str, country: str) -> Captured:
    """Lines and pieces, each taken for what it looks like; a name first, for all else hangs on it."""
    lines = [line[: signature_rules.LONGEST] for line in text.splitlines() if line.strip()]
    headed = next((line for line in lines if HEADER.match(line) and "@" in line), None)
    found = Captured("line" if headed or len(lines) == 1 else "signature")
    pieces = _pieces(headed or (lines[0] if len(lines) == 1 else text), single=found.sort == "line")
    if headed and (named := NAMED.match(HEADER.sub("", headed))) and named["name"].strip():
        found.note("name", _turned(named["name"]))
        pieces = [named["mail"]]
    for piece in pieces:
        _addresses(found, piece, country)
    _words(found, [word for word in map(signature_rules.bare, pieces) if word])
    _guess(found)
    return found


def _pieces(text: str, *, single: bool) -> list[str]:
    if not single:
        return signature_rules.own(text)
    line = HEADER.sub("", text.strip())
    named = NAMED.match(line)
    if named and named["name"].strip():
        return [_turned(named["name"]), named["mail"], *re.split(r"[,;]", line[named.end() :])]
    return [
        piece.strip()
        for part in signature_rules.SPLIT.split(line)
        for piece in re.split(r"[,;]\s*", part)
        if piece.strip()
    ]


def _turned(name: str) -> str:
    """`Roe, Jane` in a mail header is Jane Roe."""
    family, comma, given = name.strip(" '\"").partition(",")
    return f"{given.strip()} {family.strip()}" if comma and given.strip() else name.strip(" '\"")


def _addresses(found: Captured, piece: str, country: str) -> None:
    for mail in signature_rules.MAIL.findall(piece):
        found.note("email", mail.lower().rstrip("."))
    rest = signature_rules.MAIL.sub(" ", piece)
    for link in signature_rules.LINKEDIN.findall(rest):
        found.note("linkedin_url", by_https(link))
    rest = signature_rules.LINKEDIN.sub(" ", rest)
    for link in signature_rules.WEB.findall(rest):
        found.note("website", link)
    rest = signature_rules.WEB.sub(" ", rest)
    if signature_rules.is_address(rest) and not re.search(r"\+\d", rest):
        return
    ends = 0
    for number in signature_rules.NUMBER.finditer(rest):
        before = rest[max(ends, number.start() - 24) : number.start()]
        behind = re.match(
            r"[^\d+,;/|]{0,24}(?:ext\.?|x|dw|durchwahl)?\s*\d{0,6}(?=\s*$)", rest[number.end() :], re.IGNORECASE
        )
        ends = number.end() + (behind.end() if behind else 0)
        _phone(found, f"{before} {number.group()}{behind.group() if behind else ''}", country)


def _phone(found: Captured, number: str, country: str) -> None:
    """In E.164 when it can be dialled, with its kind and extension; a fax is no number to call."""
    read = list(phone_numbers.read_all(number, country))
    if not read:
        found.note("number", number.strip())
    for one in read:
        if one.is_called:
            found.note("phone", one.number)
        elif ("fax", one.number) not in found.pieces:
            found.pieces.append(("fax", one.number))
        if one.type or one.extension:
            details = found.draft.setdefault("phone_details", [])
            detail = PhoneDetail(number=one.number, type=one.type, extension=one.extension).model_dump(mode="json")
            if detail not in details:
                details.append(detail)


def _words(found: Captured, pieces: list[str]) -> None:
    """Name, job and firm among the pieces that are no address; whatever fits nothing is shown as it is."""
    locals_ = [fold(mail.split("@")[0]) for mail in found.draft.get("emails", [])]
    names = [piece for piece in pieces if signature_rules.is_name(piece)]
    mine = [
        piece
        for piece in names
        if any(word in local for local in locals_ for word in fold(piece).split() if len(word) > 2)
    ]
    name = next(iter(mine or names), None)
    rest: list[str] = []
    for piece in pieces:
        if piece == name:
            found.note("name", signature_rules.tidy(piece))
            continue
        head, comma, tail = piece.partition(", ")
        if comma and name is None and "name" not in found.draft and signature_rules.is_name(head):
            found.note("name", signature_rules.tidy(head))
            piece = tail  # noqa: PLW2901 - what stands behind the comma is judged on its own
        rest.append(piece)
    for piece in rest:
        _judge(found, piece)


def _judge(found: Captured, piece: str) -> None:
    at = AT_FIRM.match(piece) or signature_rules.job_and_firm(piece, found.draft.get("emails", []))
    if at and signature_rules.is_job(at["job"]):
        found.note("job_title", at["job"].strip(" ,"))
        found.note("organisation", at["firm"].strip())
    elif signature_rules.is_firm(piece):
        found.note("organisation", piece)
    elif signature_rules.is_job(piece):
        found.note("job_title", piece)
    elif signature_rules.is_address(piece):
        found.note("address", piece)
    else:
        found.note("other", piece)


def _guess(found: Captured) -> None:
    """What the mail address knows when nothing else said it."""
    mail = next(iter(found.draft.get("emails", [])), "")
    local, _, domain = mail.partition("@")
    if "name" not in found.draft and (name := signature_rules.spelled(local)):
        found.note("name", name)
    if "organisation" in found.draft:
        return
    others = [text for label, text in found.pieces if label == "other"]
    label = fold(signature_rules.firm_of(domain))
    fits = [text for text in others if label and fold(text).replace(" ", "").startswith(label.replace(" ", "")[:4])]
    guess = next(iter(fits), None) or (
        others[0] if found.sort == "line" and others else signature_rules.firm_of(domain)
    )
    if guess:
        found.note("organisation", guess)
