"""Taking names out of what the product itself wrote: notices, mails, what is told on lock screens, errors, names of files.

What is only about the erased person goes; of the rest, a name becomes
"somebody". Where somebody has another contact of that very name, their texts
keep it unless they lead to the erased one.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from unicodedata import normalize
from uuid import UUID

import markupsafe
from sqlalchemy import String, cast, or_
from sqlmodel import Session, SQLModel, col, delete, select

from app.models import BrokenItem, Contact, Import, Mail, Notification, PipedriveSync, UndoEntry, WebPush
from app.models.base import fold
from app.services.contacts.erasure.name_removal import NAME_ENDS, NAME_STARTS, SOMEBODY
from app.services.contacts.erasure.spellings import Spellings

NOBODY_ACTS = "erasure has looked whose contacts these are"

# a text that was cut may end within a name: so much of it is a name still
CUT = 60
ESCAPED: tuple[Callable[[str], object], ...] = (escape, markupsafe.escape)


@dataclass(frozen=True)
class Written:
    """Columns of a table that hold sentences of ours, and where such a row leads to."""

    table: type[SQLModel]
    columns: tuple[str, ...]
    leads: tuple[str, ...] = ()


TEXTS = (
    Written(Notification, ("sentence",), ("path", "about")),
    Written(WebPush, ("words",), ("path",)),
    Written(Mail, ("subject", "body", "html"), ("body",)),
    Written(PipedriveSync, ("error", "detail", "candidates")),
    Written(UndoEntry, ("sentence",)),
    Written(Import, ("filename",)),
    Written(BrokenItem, ("reason",)),
)


def delete_about(session: Session, ids: Collection[str]) -> None:
    """Delete the notices that lead to one of these contacts or touches; what waits for a lock screen goes with them."""
    leads = [col(Notification.path).contains(one) | col(Notification.about).contains(one) for one in ids]
    if leads:
        session.exec(delete(Notification).where(or_(*leads)))


def remove_names(session: Session, contact_ids: Sequence[UUID], known: Spellings) -> None:
    """Write "somebody" for these names in every text of ours that still has one."""
    terms = {*known.names, *known.addresses}
    if not terms:
        return
    others = _others(session, contact_ids, known.names)
    longer = {name for names in others.values() for name in names} - known.names
    ids = {str(one) for one in contact_ids}
    for written in TEXTS:
        for row in _rows(session, written, terms):
            theirs = others.get(getattr(row, "user_id", None), frozenset())
            leads = any(one in str(getattr(row, name)) for name in written.leads for one in ids)
            gone = terms if leads else terms - theirs
            for name in written.columns:
                before = getattr(row, name)
                after = _without(before, gone, longer)
                if after != before:
                    setattr(row, name, after)
                    session.add(row)
    _rename_files(session, known.names, others)
    session.flush()


def _rename_files(session: Session, names: Collection[str], others: Mapping[Any, frozenset[str]]) -> None:
    """A file that somebody called after an erased person, however they wrote it, is called "somebody"."""
    wanted = {name: words for name in names if (words := _words(name))}
    for batch in session.exec(select(Import).where(Import.filename != "")):
        said, theirs = _words(batch.filename), others.get(batch.user_id, frozenset())
        if any(words <= said for name, words in wanted.items() if name not in theirs):
            batch.filename = SOMEBODY
            session.add(batch)


def _words(text: str) -> frozenset[str]:
    """The words of a text without accents, capitals and what parts them."""
    return frozenset(re.findall(r"[^\W_]+", fold(text)))


def _spellings(term: str) -> set[str]:
    """How a text of ours writes it: in both forms of Unicode, in HTML by both libraries, in the name of a file."""
    plain = {term, normalize("NFC", term), normalize("NFD", term), "".join(c for c in term if c.isprintable())}
    return plain | {str(how(one)) for one in plain for how in ESCAPED}


def _rows(session: Session, written: Written, terms: Collection[str]) -> Iterator[Any]:
    columns = [cast(getattr(written.table, name), String) for name in written.columns]
    spelled = {how for term in terms for how in (*_spellings(term), json.dumps(term, ensure_ascii=False)[1:-1])}
    found = [column.contains(term[:CUT], autoescape=True) for column in columns for term in spelled]
    yield from session.exec(select(written.table).where(or_(*found)))


def _others(session: Session, contact_ids: Sequence[UUID], names: Collection[str]) -> Mapping[Any, frozenset[str]]:
    """By owner, the names of other contacts that are, or hold, one of these names."""
    alike = [col(Contact.name).contains(name, autoescape=True) for name in names]
    found: dict[Any, set[str]] = {}
    if alike:
        rows = select(Contact.user_id, Contact.name).where(col(Contact.id).not_in(contact_ids), or_(*alike))
        for owner, name in session.exec(rows):
            found.setdefault(owner, set()).add(name)
    return {owner: frozenset(held) for owner, held in found.items()}


def _without(said: Any, gone: Collection[str], longer: Collection[str]) -> Any:
    """The same with "somebody" for whole names, but not where they are part of somebody else's longer one."""
    if isinstance(said, list):
        return [_without(one, gone, longer) for one in said]
    if isinstance(said, dict):
        return {key: _without(one, gone, longer) for key, one in said.items()}
    if not isinstance(said, str):
        return said
    spelled = {how for term in gone for how in _spellings(term)}
    ordered = sorted(spelled.union(*map(_spellings, longer)), key=len, reverse=True)
    if not spelled:
        return said
    whole = re.compile(f"{NAME_STARTS}(?:{'|'.join(map(re.escape, ordered))}){NAME_ENDS}")
    return _without_beginnings(whole.sub(lambda at: SOMEBODY if at[0] in spelled else at[0], said), spelled)


def _without_beginnings(said: str, spelled: Collection[str]) -> str:
    """The same without the beginning of a long name whose end was cut off."""
    for term in spelled:
        while len(term) > CUT and (start := said.find(term[:CUT])) >= 0:
            end = start + CUT
            while end < len(said) and said[end] == term[end - start : end - start + 1]:
                end += 1
            said = said[:start] + SOMEBODY + said[end:]
    return said
