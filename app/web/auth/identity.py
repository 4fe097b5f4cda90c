"""Who is asking: a session cookie, or a script's token, looked up in the database and believed for two seconds.

News about a person drops what is believed about them at once.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from uuid import UUID

from nicegui import Client
from starlette.requests import HTTPConnection
from starlette.types import Scope

from app import db
from app.models import Role, TokenScope
from app.services.accounts import second_step_rule, sessions

FRESH = 2.0
MANY = 10_000

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Identity:
    """One person in one browser (`session_id`) or behind one script's token (`token_id`), which may do less than they.

    `missing` is set while a second step has to be proved first: the host names that this person has passkeys for.
    """

    user_id: UUID
    role: Role
    token: str = field(repr=False)
    session_id: UUID | None = None
    token_id: UUID | None = None
    scope: TokenScope = TokenScope.ALL
    missing: tuple[str, ...] | None = None


class IdentityCache:
    """What is believed about whom, for `FRESH` seconds; one for the whole application."""

    def __init__(self) -> None:
        # by token, and whether a script showed it: when it was looked up, and the look-up
        self._lookups: dict[tuple[str, bool], tuple[float, asyncio.Task[Identity | None]]] = {}
        # the tokens that opened something, the latest last
        self._proved: OrderedDict[tuple[str, bool], None] = OrderedDict()

    async def identify(self, token: str, *, script: bool = False) -> Identity | None:
        """Whose token this is right now; requests that come together share one query."""
        moment = time.monotonic()
        since, task = self._lookups.get((token, script), (-FRESH, None))
        if task is None or moment - since >= FRESH:
            self._make_room(moment)
            task = asyncio.create_task(asyncio.to_thread(_look_up, token, script=script))
            self._lookups[token, script] = (moment, task)
        try:
            return self._remember((token, script), await asyncio.shield(task))
        except BaseException:
            if task.done():
                self._lookups.pop((token, script), None)
            raise

    def knows(self, token: str, *, script: bool) -> bool:
        """Whether this token opened something when it was looked up last."""
        return (token, script) in self._proved

    def _remember(self, key: tuple[str, bool], found: Identity | None) -> Identity | None:
        self._proved.pop(key, None)
        if found is not None:
            self._proved[key] = None
            if len(self._proved) > MANY:
                self._proved.popitem(last=False)
        return found

    async def still_holds(self, identity: Identity) -> bool:
        """Whether the session or token that somebody came with is still worth something."""
        return await self.identify(identity.token, script=identity.token_id is not None) == identity

    def forget(self, user_id: UUID | None = None) -> None:
        """Believe nothing any more about this person, or with None about anybody."""
        for key, (_, task) in list(self._lookups.items()):
            if user_id is None or not task.done() or _is_about(task, user_id):
                del self._lookups[key]

    def _make_room(self, moment: float) -> None:
        if len(self._lookups) >= MANY:
            for key, (since, _) in list(self._lookups.items()):
                if moment - since >= FRESH:
                    del self._lookups[key]
            for key in list(self._lookups)[: len(self._lookups) - MANY + 1]:
                del self._lookups[key]


def of(where: HTTPConnection | Scope) -> Identity | None:
    """The identity that access_control wrote on a request."""
    scope = where.scope if isinstance(where, HTTPConnection) else where
    found: Identity | None = scope.get("state", {}).get("identity")
    return found


def of_page(client: Client) -> Identity | None:
    """The identity that got a page, whatever has become of it since."""
    return of(client.request.scope) if client._request is not None else None  # noqa: SLF001 - `request` raises instead


def signed_in_id(where: HTTPConnection | Client) -> UUID | None:
    """The id of the person behind a request or a page."""
    found = of_page(where) if isinstance(where, Client) else of(where)
    return found.user_id if found else None


def _look_up(token: str, *, script: bool) -> Identity | None:
    if script:
        with db.reading() as session:
            known = sessions.find_token(session, token)
        if known is None:
            return None
        with db.transaction() as session:
            sessions.record_token_use(session, known[1].id)
        return Identity(known[0].id, known[0].role, token, token_id=known[1].id, scope=known[1].scope)
    with db.reading() as session:
        found = sessions.find_session(session, token)
        missing = second_step_rule.missing(session, *found) if found else None
    if found is None:
        return None
    user, kept = found
    if sessions.is_use_due(kept):
        with db.transaction() as session:
            sessions.record_use(session, kept.id)
    return Identity(user.id, user.role, token, session_id=kept.id, missing=missing)


def _is_about(task: asyncio.Task[Identity | None], user_id: UUID) -> bool:
    if task.cancelled() or task.exception() is not None:
        return True
    found = task.result()
    return found is None or found.user_id == user_id
