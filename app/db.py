"""The only module that opens, commits or rolls back a transaction."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from app.postgres import serving_role

POOL = 10

# what is raised while PostgreSQL cannot be reached, or all connections of the pool are in use
UNAVAILABLE = (OperationalError, InterfaceError, PoolTimeout)

# a link to the database that dies without a word must not hold a person's tap for minutes
CONNECT = {
    "connect_timeout": 3,
    "tcp_user_timeout": 5000,
    "keepalives_idle": 5,
    "options": "-c statement_timeout=15s -c lock_timeout=5s -c idle_in_transaction_session_timeout=15s -c timezone=UTC "
    + serving_role.PINNED,
}

engine: Engine


def connect(url: str) -> None:
    """Aim every later transaction at this database; opens nothing yet."""
    global engine  # noqa: PLW0603 - one process talks to one database; everything else asks this module
    engine = create_engine(
        url,
        pool_size=POOL,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=True,
        pool_use_lifo=True,
        connect_args=CONNECT,
    )
    event.listen(engine, "do_connect", _pinned)
    event.listen(engine, "connect", serving_role.use_no_own_settings)


def _pinned(dialect: Any, _: object, __: object, given: dict[str, Any]) -> None:
    """From the second connection on the server's release is known, and with it what it may be told."""
    if (dialect.server_version_info or (0,)) >= (17,):
        given["options"] = f"{CONNECT['options']} -c transaction_timeout=0"


@contextmanager
def transaction() -> Iterator[Session]:
    """All of it or none of it: commits when the block ends, rolls back when it raises."""
    _off_the_event_loop()
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading() -> Iterator[Session]:
    """One consistent look at the data; PostgreSQL itself refuses to write in it.

    It ends with a commit, since psycopg forgets what it prepared with each rollback, and every question would be
    parsed and planned anew.
    """
    _off_the_event_loop()
    with engine.connect() as connection:
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin(), Session(connection, expire_on_commit=False) as session:
            yield session


def _off_the_event_loop() -> None:
    """Waiting for the database on the event loop would freeze every open page."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise RuntimeError("Open transactions in a thread: use @tap, look() or asyncio.to_thread().")
