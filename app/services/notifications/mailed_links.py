"""Links that open something stand in no mail that is kept: a kept mail names the row behind a link, and not its token.

Each time a mail goes out, or somebody looks at its links, the row gets one more
token, of which the digest is kept. So neither the table nor a backup of it opens
anything, and a mail that left twice works whichever of the two is opened.
"""

import re
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from app.models import EmailActionLink, OneTimeLink, now
from app.services.base import secret_tokens

NOBODY_ACTS = "a mail is written and sent by the product"

# what stands behind the first part of a link's path
TABLES: dict[str, type[OneTimeLink] | type[EmailActionLink]] = {
    "invite": OneTimeLink,
    "reset": OneTimeLink,
    "reply": EmailActionLink,
}
_KINDS = "|".join(TABLES)
# a password link proves that somebody reads their mail: whoever only holds their session is not shown it
SHOWN = frozenset(TABLES) - {"reset"}
TOKEN = re.compile(rf"/({_KINDS})/([A-Za-z0-9_-]{{43}})(?![A-Za-z0-9_-])")
NAMED = re.compile(rf"/({_KINDS})/~([0-9a-f-]{{36}})")
# so many copies of a mail work; older ones end
MOST = 10


def named(session: Session, text: str) -> str:
    """The text with the rows behind its links in the place of their tokens."""
    session.flush()

    def name(found: re.Match[str]) -> str:
        table = TABLES[found[1]]
        hashed = table.token_hash == secret_tokens.digest(found[2])
        link = session.exec(select(table.id).where(hashed)).first()
        return f"/{found[1]}/~{link}" if link else f"/{found[1]}/"

    return TOKEN.sub(name, text)


def hidden(text: str) -> str:
    """The text as it may be looked at: nothing in it opens anything."""
    return NAMED.sub(r"/\1/…", text)


def has_links(session: Session, text: str) -> bool:
    """Whether one of its links that may be looked at still works."""
    return any(kind in SHOWN and _row(session, kind, number) is not None for kind, number in NAMED.findall(text))


class FreshLinks:
    """One token for each link of one mail, the same in its text and in its HTML."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.tokens: dict[str, str] = {}

    def open(self, text: str) -> str:
        """The text with links that work; what was used or is over leads to a page that says so."""
        return NAMED.sub(lambda found: f"/{found[1]}/{self._token(found[1], found[2])}", text)

    def show(self, text: str) -> str:
        """The same for somebody who looks at the mail here."""
        return NAMED.sub(lambda found: self.open(found[0]) if found[1] in SHOWN else hidden(found[0]), text)

    def _token(self, kind: str, number: str) -> str:
        if number not in self.tokens:
            self.tokens[number] = secret_tokens.new()
            link = _row(self.session, kind, number, lock=True)
            if link is not None:
                link.mailed = [*link.mailed, secret_tokens.digest(self.tokens[number])][-MOST:]
                self.session.add(link)
        return self.tokens[number]


def _row(session: Session, kind: str, number: str, *, lock: bool = False) -> OneTimeLink | EmailActionLink | None:
    table: Any = TABLES[kind]
    query = select(table).where(table.id == UUID(number), table.used_at.is_(None), table.expires_at > now())
    found: OneTimeLink | EmailActionLink | None = session.exec(query.with_for_update() if lock else query).first()
    return found
