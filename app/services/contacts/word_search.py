"""The words of a search: where they may stand, in which order what they find is shown, and what mistyped ones mean."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Integer, and_, cast, func, or_
from sqlmodel import Session, col, select

from app.models import Contact, User
from app.models.base import fold
from app.models.people import typos
from app.services.contacts import search_filters
from app.services.contacts.search_filters import Search

# the share of its trigrams that a long mistyped word has in common with the one that was meant
ALIKE = 0.4
# so many of those who hold the words as typed make it needless to guess
ENOUGH = 5
# of so many who resemble a mistyped word the best are shown
MOST_RESEMBLING, BEST = 400, 20
MOST_WORDS = 8
QUOTES = re.compile("[\u0022\u201c\u201d\u201e\u00ab\u00bb\u201f]")


@dataclass(frozen=True)
class Part:
    """Rows that belong together; `order` names them one by one where they have an order of their own."""

    conditions: list[ColumnElement[bool]]
    order: Sequence[UUID] = ()


@dataclass(frozen=True)
class Asked:
    """The WHERE of a search as a whole, and its parts in the order in which they are shown."""

    whole: list[ColumnElement[bool]]
    parts: list[Part] = field(default_factory=list)


def ask(session: Session, who: User, search: Search) -> Asked:
    """The conditions of a search. Reads the bank only for mistyped words."""
    rest, words = search_filters.conditions(who, search), needles(search.q)
    if not words:
        return Asked(rest, [Part(rest)])
    called = and_(*(and_(_named(word), _called(word)) for word in words))
    named = and_(*map(_named, words))
    anywhere = and_(*(or_(_named(word), _further(word, search.q)) for word in words))
    guessed = _resembling(session, rest, words, anywhere)
    if not guessed:
        parts = [Part([*rest, called]), Part([*rest, named, ~called]), Part([*rest, anywhere, ~named])]
        return Asked([*rest, anywhere], parts)
    found = col(Contact.id).in_(guessed)
    parts = [
        Part([*rest, called]),
        Part([*rest, found], guessed),
        Part([*rest, named, ~called, ~found]),
        Part([*rest, anywhere, ~named, ~found]),
    ]
    return Asked([*rest, or_(anywhere, found)], parts)


def needles(typed: str) -> list[str]:
    """The pieces that a row must hold: words, or the digits of a phone number however it was spaced."""
    digits = re.sub(r"\D", "", typed)
    if len(digits) >= 3 and not re.search(r"[^\d\s()+/.-]", typed):
        return [digits.removeprefix("00").lstrip("0") or digits]
    words = QUOTES.sub(" ", fold(typed)).replace(",", " ").replace(";", " ").split()
    return words[:MOST_WORDS]


def _called(word: str) -> ColumnElement[bool]:
    """In the name itself."""
    return col(Contact.sort_name).contains(word, autoescape=True)


def _named(word: str) -> ColumnElement[bool]:
    """In the name, the firm, an address or a number."""
    return col(Contact.search_text).contains(word, autoescape=True)


def _further(word: str, typed: str) -> ColumnElement[bool]:
    """In the title or the notes, or in a tag, which keeps its accents."""
    accented = next((one for one in typed.lower().split() if fold(one) == word), word)
    tags = func.tag_words(col(Contact.tags))
    spelled = {word, accented.strip(",;")}
    return or_(
        col(Contact.search_more).contains(word, autoescape=True),
        *(tags.contains(one, autoescape=True) for one in sorted(spelled)),
    )


def _resembling(
    session: Session, rest: list[ColumnElement[bool]], words: Sequence[str], anywhere: ColumnElement[bool]
) -> list[UUID]:
    """Who is called like the words, but for a letter or two in each, the likeliest first; nobody where enough hold them as typed."""
    if not any(map(may_be_mistyped, words)):
        return []
    held = session.exec(
        select(Contact.id, Contact.search_text, Contact.sort_name).where(*rest, anywhere).limit(MOST_RESEMBLING)
    ).all()
    called = [row for row, _, name in held if all(word in name for word in words)]
    if len(called) >= ENOUGH or any(set(words) <= set(WORD.findall(text)) for _, text, _ in held):
        return []
    facts = select(Contact.id, Contact.search_text, Contact.sort_name).where(*rest, ~col(Contact.id).in_(called))
    near = [_is_near(word) if may_be_mistyped(word) else _named(word) for word in words]
    found = _ranked(words, session.exec(facts.where(*near).limit(MOST_RESEMBLING)))
    if len(found) < ENOUGH and any(len(word) >= LONG for word in words):
        # how alike two words must be, for the rest of this transaction
        session.exec(select(func.set_config("pg_trgm.word_similarity_threshold", str(ALIKE), True)))
        alike = [_resembles(word) if may_be_mistyped(word) else _named(word) for word in words]
        found = sorted({*found, *_ranked(words, session.exec(facts.where(*alike).limit(MOST_RESEMBLING)))})
    return [row for *_, row in found][:BEST]


def _ranked(words: Sequence[str], rows: Iterable[tuple[UUID, str, str]]) -> list[tuple[float, str, UUID]]:
    """Those who are like the words, the likeliest first."""
    scored = ((score(words, text, name), name, row) for row, text, name in rows)
    return sorted(one for one in scored if one[0] < UNLIKE)


def may_be_mistyped(word: str) -> bool:
    """Three letters or more; of fewer, too many words resemble each other."""
    return len(word) >= typos.SHORTEST and re.fullmatch(r"[^\W\d_]+(?:['-][^\W\d_]+)*", word) is not None


def _resembles(word: str) -> ColumnElement[bool]:
    """But for a letter, or in most of its trigrams; of these there are many, so that some are not looked at."""
    return or_(_is_near(word), col(Contact.search_text).bool_op("%>")(word)) if len(word) >= LONG else _is_near(word)


def _is_near(word: str) -> ColumnElement[bool]:
    """As typed, or but for a letter."""
    keys = sorted(
        key for part in re.split("['-]", word) if len(part) >= typos.SHORTEST for key in typos.word_keys(part)
    )
    return or_(_named(word), col(Contact.typo_keys).bool_op("&&")(cast(keys, ARRAY(Integer))))


# from so many letters on, one of them is few trigrams among many
LONG = 6
# a word of a firm that only holds what was typed is further than a name with a letter too few
NO_NAME, INSIDE, UNLIKE = 0.45, 1.25, 99.0
WORD = re.compile(r"[^\W_]+")


def score(words: Sequence[str], text: str, name: str) -> float:
    """How far the words are from those of a row in all, a name being nearer than a firm; UNLIKE where one of them is like none."""
    of_name = WORD.findall(name)
    others = [one for one in WORD.findall(text) if one not in of_name]
    total = 0.0
    for word in words:
        if word in name or any(one.startswith(word) for one in others):
            continue
        if word in text:
            total += INSIDE
            continue
        most = 1 if len(word) < LONG else 2
        nearest = min((_distance(word, one, most) for one in of_name), default=UNLIKE)
        nearest = min([nearest, *(_distance(word, one, most) + NO_NAME for one in others)])
        if nearest > most + NO_NAME + 0.5:
            return UNLIKE
        total += nearest
    return total


def _distance(word: str, other: str, most: int) -> float:
    """Letters between two words; a first letter that is right, and letters that only changed places, speak for one."""
    apart = typos.distance(word, other, most)
    if not apart:
        return 0.0
    same_letters = sorted(word) == sorted(other)
    return apart + (0 if word[0] == other[0] else 0.2) - (0.3 if same_letters else 0)
