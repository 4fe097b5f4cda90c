"""News that travels through PostgreSQL: sent by a transaction, heard after its commit.

A signal carries ids only. Whoever hears it asks again, with their own rights.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg
from sqlmodel import Session, func, select

CHANNEL = "pipedriven"
ANYTHING = "*"
# how often a quiet line is asked for a sign of life, how long it may think, and how long its word holds, in seconds
PING, ANSWER, SURE = 2.0, 2.0, 5.0
LISTENING: dict[str, Any] = {"autocommit": True, "connect_timeout": 3, "application_name": "pipedriven news"}

log = logging.getLogger(__name__)


class Topic(StrEnum):
    CONTACT = "contact"
    OUTREACH = "outreach"
    SYNC = "sync"
    CAMPAIGN = "campaign"
    PEOPLE = "people"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Signal:
    """What happened (`topic`), to which row (`about`), in whose bank (`owner`); ids or ANYTHING."""

    topic: Topic
    about: str
    owner: str


def announce(session: Session, topic: Topic, about: UUID, owner: UUID) -> None:
    """Tell every open page, once this transaction has committed."""
    news = json.dumps(asdict(Signal(topic, str(about), str(owner))))
    session.exec(select(func.pg_notify(CHANNEL, news)))


@dataclass
class Line:
    """The line that news comes over: whether it is known to be cut, and when it was last known to be alive."""

    is_cut: bool = False
    at: float = 0.0
    heard: datetime | None = None

    def lives(self) -> None:
        self.is_cut, self.at, self.heard = False, monotonic(), datetime.now(UTC)

    @property
    def is_sure(self) -> bool:
        """Whether silence means that nothing happened; where nobody listens, nobody waits for news."""
        return self.heard is None or (not self.is_cut and monotonic() - self.at < SURE)


# the line of this process
line_of_news = Line()


async def listen(url: str) -> AsyncIterator[Signal]:
    """Hear what is announced from now on. A cut line is reopened, and every topic then counts as news."""
    missed = False
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(url, **LISTENING) as line:
                await line.execute(f"listen {CHANNEL}")
                line_of_news.lives()
                if missed:
                    for topic in Topic:
                        yield Signal(topic, ANYTHING, ANYTHING)
                while True:
                    async for notice in line.notifies(timeout=PING):
                        line_of_news.lives()
                        yield _heard(notice.payload)
                    await _answers(line)
                    line_of_news.lives()
        except (psycopg.OperationalError, TimeoutError) as cut:
            log.warning("lost the line to PostgreSQL: %s", type(cut).__name__)
            missed = line_of_news.is_cut = True
            await asyncio.sleep(1)


async def _answers(line: psycopg.AsyncConnection) -> None:
    """A black-holed line looks like silence: only an answer proves that it is alive. Raises TimeoutError."""
    asked = asyncio.ensure_future(line.execute("select 1"))
    await asyncio.wait({asked}, timeout=ANSWER)
    if not asked.done():
        # closed before it is called off: else psycopg waits for the dead end to say that it heard
        await line.close()
        asked.cancel()
        await asyncio.wait({asked})
        raise TimeoutError
    asked.result()


def _heard(payload: str) -> Signal:
    news = json.loads(payload)
    return Signal(Topic(news["topic"]), news["about"], news["owner"])
