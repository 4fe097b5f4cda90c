"""News that travels through PostgreSQL: sent by a transaction, heard after its commit.

A signal carries ids only. Whoever hears it asks again, with their own rights.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from uuid import UUID

import psycopg
from sqlmodel import Session, func, select

CHANNEL = "pipedriven"
ANYTHING = "*"
PING = 20.0

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


async def listen(url: str) -> AsyncIterator[Signal]:
    """Hear what is announced from now on. A cut line is reopened, and every topic then counts as news."""
    missed = False
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(url, autocommit=True, connect_timeout=3) as line:
                await line.execute(f"listen {CHANNEL}")
                if missed:
                    for topic in Topic:
                        yield Signal(topic, ANYTHING, ANYTHING)
                while True:
                    async for notice in line.notifies(timeout=PING):
                        yield _heard(notice.payload)
                    # a black-holed line looks like silence: only an answer proves that it is alive
                    async with asyncio.timeout(5):
                        await line.execute("select 1")
        except (psycopg.OperationalError, TimeoutError) as cut:
            log.warning("lost the line to PostgreSQL: %s", type(cut).__name__)
            missed = True
            await asyncio.sleep(1)


def _heard(payload: str) -> Signal:
    news = json.loads(payload)
    return Signal(Topic(news["topic"]), news["about"], news["owner"])
