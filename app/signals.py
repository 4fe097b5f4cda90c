"""News that travels through PostgreSQL: sent by a transaction, heard after its commit.

A signal carries ids only. Whoever hears it asks again, with their own rights.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import bindparam
from sqlmodel import Session, func, select

from app.postgres import serving_role

CHANNEL = "pipedriven"
# what the firm chose, told by the database itself
FIRM_CHANNEL = "pipedriven_firm"
ANYTHING = "*"
# seconds: how often a quiet connection is asked, how long its answer may take, and how long that answer proves it alive
PING, ANSWER, SURE = 2.0, 2.0, 5.0
LISTENING: dict[str, Any] = {
    "autocommit": True,
    "connect_timeout": 3,
    "application_name": "pipedriven news",
    "options": serving_role.PINNED,
}

log = logging.getLogger(__name__)


class Topic(StrEnum):
    CONTACT = "contact"
    OUTREACH = "outreach"
    SYNC = "sync"
    CAMPAIGN = "campaign"
    PEOPLE = "people"
    NOTICE = "notice"
    FIRM = "firm"


@dataclass(frozen=True, slots=True)
class Signal:
    """What happened (`topic`), to which row (`about`), in whose bank (`owner`); ids or ANYTHING."""

    topic: Topic
    about: str
    owner: str


# nearly every deed says at least one: written once
TOLD = select(func.pg_notify(CHANNEL, bindparam("news")))


def announce(session: Session, topic: Topic, about: UUID, owner: UUID) -> None:
    """Tell every open page, once this transaction has committed."""
    session.execute(TOLD, {"news": json.dumps({"topic": topic, "about": str(about), "owner": str(owner)})})


@dataclass
class NewsConnection:
    """Whether the connection that news comes over is known to be cut, and when it last answered.

    `answered_at` is by the monotonic clock, `heard_at` is the same moment in UTC; None where nobody listens.
    """

    is_cut: bool = False
    answered_at: float = 0.0
    heard_at: datetime | None = None
    connections: int = 0

    def mark_alive(self) -> None:
        self.is_cut = False
        self.answered_at = monotonic()
        self.heard_at = datetime.now(UTC)

    def mark_open(self) -> None:
        self.connections += 1
        self.mark_alive()

    def mark_left(self) -> None:
        """Nobody listens any more."""
        self.heard_at = None

    @property
    def is_hearing(self) -> bool:
        """Whether whatever changes would be heard."""
        return self.heard_at is not None and self.is_sure

    @property
    def is_sure(self) -> bool:
        """Whether silence means that nothing happened; where nobody listens, nobody waits for news."""
        return self.heard_at is None or (not self.is_cut and monotonic() - self.answered_at < SURE)


# the connection of this process
news_connection = NewsConnection()


async def listen(url: str) -> AsyncIterator[Signal]:
    """Hear what is announced from now on. A cut connection is reopened, and every topic then counts as news."""
    missed = False
    try:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(url, **LISTENING) as connection:
                    await connection.execute(f"listen {CHANNEL}; listen {FIRM_CHANNEL}")
                    news_connection.mark_open()
                    if missed:
                        for topic in Topic:
                            yield Signal(topic, ANYTHING, ANYTHING)
                    while True:
                        async for notice in connection.notifies(timeout=PING):
                            news_connection.mark_alive()
                            yield _heard(notice)
                        await _answers(connection)
                        news_connection.mark_alive()
            except (psycopg.OperationalError, TimeoutError) as cut:
                log.warning("lost the line to PostgreSQL: %s", type(cut).__name__)
                missed = news_connection.is_cut = True
                await asyncio.sleep(1)
    finally:
        news_connection.mark_left()


async def _answers(connection: psycopg.AsyncConnection) -> None:
    """A black-holed connection looks like silence: only an answer proves that it is alive. Raises TimeoutError."""
    asked = asyncio.ensure_future(connection.execute("select 1"))
    await asyncio.wait({asked}, timeout=ANSWER)
    if not asked.done():
        # closed before it is called off: else psycopg waits for the dead end to say that it heard
        await connection.close()
        asked.cancel()
        await asyncio.wait({asked})
        raise TimeoutError
    asked.result()


def _heard(notice: psycopg.Notify) -> Signal:
    if notice.channel == FIRM_CHANNEL:
        return Signal(Topic.FIRM, ANYTHING, ANYTHING)
    news = json.loads(notice.payload)
    return Signal(Topic(news["topic"]), news["about"], news["owner"])
