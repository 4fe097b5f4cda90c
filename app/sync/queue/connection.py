"""Opening somebody's line to Pipedrive, and letting it rest when Pipedrive says so.

Every request first renews the lease and is charged to the company's budget, so
none leaves without them.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from app import db
from app.models import PRACTICE
from app.sync.api.burst_limiter import is_search
from app.sync.api.errors import (
    Blocked,
    KeyRefused,
    NotSent,
    PipedriveError,
    Rejected,
    Throttled,
    UnknownOutcome,
    Unreachable,
)
from app.sync.api.pipedrive import Pipedrive
from app.sync.api.records import Person
from app.sync.queue import leases, look_back, mapping_rules, token_budget
from app.sync.queue.company import SyncContext
from app.sync.queue.job_outcomes import Reason
from app.sync.queue.leases import Lease
from app.sync.queue.look_back import LookBack
from app.sync.queue.mapping_rules import Choices
from app.sync.queue.outcome_errors import LeaseLost
from app.sync.queue.timings import Pace
from app.vault import Sealed

RESTS = (Throttled, Blocked, NotSent, KeyRefused)
# what ends a whole turn of listening, where everything else is one record's own trouble
WHOLE = (*RESTS, Unreachable, UnknownOutcome, LeaseLost)
CODES = {
    "KeyRefused": "key",
    "UnknownOutcome": "unknown",
    "NotAllowed": "not_allowed",
    "NotSent": "offline",
    "OutOfOrder": "ailing",
}

# what its owner can do about a push that is refused
TO_DO = {
    "NotAllowed": "Ask an administrator of Pipedrive for the right; then this goes over by itself.",
    "Gone": "Choose Retry, and we look again.",
    "Rejected": "Change it here or in Pipedrive, then choose Retry.",
}

log = logging.getLogger(__name__)

KindOf = Callable[[str, str], str]


@dataclass(frozen=True)
class Connection:
    """An open line to one Pipedrive company with one person's key; `people` remembers who works at which organization."""

    lease: Lease
    pipedrive: Pipedrive
    pace: Pace
    types: dict[str, str]
    restored: LookBack = field(default_factory=LookBack)
    choices: Choices = field(default_factory=Choices)
    people: dict[tuple[str, int], tuple[float, list[Person]]] = field(default_factory=dict)

    @property
    def account(self) -> str:
        return self.lease.account


class Unusable(Exception):
    """There is no address or no key to work with."""


def open_client(context: SyncContext, lease: Lease, kind_of: KindOf = token_budget.kind) -> tuple[httpx.Client, str]:
    """A client that charges and renews, and the key; raises Unusable with a sentence."""
    try:
        http, key = context.line_for(lease.who, practice=lease.account == PRACTICE)
    except (Sealed, ValueError) as unusable:
        raise Unusable(str(unusable)) from unusable

    gate = context.gates[lease.lane_id]

    def before(request: httpx.Request) -> None:
        context.beat()
        context.stopping.wait(gate.wait(search=is_search(request)))
        if context.stopping.is_set():
            raise LeaseLost
        method, path = request.method, request.url.path
        with db.transaction() as session:
            token_budget.charge(session, lease.account, token_budget.cost(method, path), kind_of(method, path))
            leases.renew(session, lease, context.pace.lease)

    http.event_hooks["request"].append(before)
    http.event_hooks["response"].append(gate.heard)
    return http, key


def connect(context: SyncContext, lease: Lease, http: httpx.Client, key: str) -> Connection:
    with db.reading() as session:
        restored = look_back.read(session, context.looked_back)
        chosen = mapping_rules.read(session, lease.who, lease.account)
    return Connection(
        lease,
        Pipedrive(http, key, deadline=context.pace.deadline),
        context.pace,
        context.types,
        restored,
        chosen,
        context.people,
    )


def note_budget(line: Connection) -> None:
    """Keep what Pipedrive said of the day's budget."""
    if line.pipedrive.tokens_left is not None:
        with db.transaction() as session:
            token_budget.note_left(session, line.account, line.pipedrive.tokens_left)


def rest(line: Connection, trouble: Throttled | Blocked | NotSent | KeyRefused) -> None:
    """Let the lane, or the whole company, rest; nobody's attempt is spent."""
    with db.transaction() as session:
        match trouble:
            case Throttled(daily=True):
                wait = token_budget.until_reset(session, line.account, trouble.wait)
                token_budget.pause(session, line.lease, Throttled(wait, daily=True).sentence, wait)
            case Throttled():
                leases.pause(session, line.lease, trouble.sentence, trouble.wait)
            case Blocked():
                token_budget.pause(session, line.lease, trouble.sentence, trouble.wait)
            case NotSent():
                leases.pause(session, line.lease, trouble.sentence, line.pace.while_offline())
            case _:
                leases.stop(session, line.lease, trouble.sentence, line.pace)


def reason(trouble: PipedriveError) -> Reason:
    name = type(trouble).__name__
    detail = f"{name} {trouble.status} {trouble.code}".strip() if isinstance(trouble, Rejected) else name
    said = (
        f"{trouble.sentence} {TO_DO[name]}"
        if isinstance(trouble, Rejected) and trouble.status >= 400
        else trouble.sentence
    )
    return Reason(CODES.get(name, name.lower()), said, detail)
