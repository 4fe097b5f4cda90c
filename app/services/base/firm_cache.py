"""What the firm chose, as this process read it last: believed while news of a change would be heard, and dropped by it.

What was read in a transaction that began before the news is not kept: it may be from before the change. Where nobody
listens (commands, a cut line) nothing is kept at all.
"""

from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session as AnySession
from sqlmodel import Session

from app import signals

NOBODY_ACTS = "the firm's choices are the same for everybody"
BEGAN, CHANGED = "firm_cache_began", "firm_cache_changed"


@dataclass
class FirmCache:
    """The choices, and between which news they were read (`age`)."""

    _age: int = 0
    _kept: tuple[object, dict[str, Any]] | None = None
    _turn: Lock = field(default_factory=Lock)

    @property
    def age(self) -> object:
        """Another value after each news, and after each connection that news comes over."""
        return self._age, id(signals.news_connection), signals.news_connection.connections

    def forget(self) -> None:
        """Read them again."""
        with self._turn:
            self._age += 1
            self._kept = None

    def read(self, session: Session) -> dict[str, Any] | None:
        kept = self._kept
        is_believed = kept and kept[0] == self.age and signals.news_connection.is_hearing
        return kept[1] if kept and is_believed and CHANGED not in session.info else None

    def keep(self, session: Session, choices: dict[str, Any]) -> None:
        """Remember what was read in this session."""
        if signals.news_connection.is_hearing and CHANGED not in session.info and session.info.get(BEGAN) == self.age:
            self._kept = session.info[BEGAN], choices


firm_cache = FirmCache()


def mark_changed(session: Session) -> None:
    """This transaction changes them: it reads its own, and afterwards everybody here reads them again."""
    session.info[CHANGED] = True


@event.listens_for(AnySession, "after_begin")
def _began(session: AnySession, *_: object) -> None:
    session.info.setdefault(BEGAN, firm_cache.age)


@event.listens_for(AnySession, "after_commit")
def _committed(session: AnySession) -> None:
    if session.info.get(CHANGED):
        firm_cache.forget()
