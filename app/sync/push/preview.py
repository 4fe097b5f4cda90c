"""A look into Pipedrive before a push by hand: who is there already, asked with the person's own key.

It takes the person's lane for that moment, so that one key is never in two
places at once, and what it costs is charged like everything else.
"""

import time
from collections.abc import Sequence

from sqlmodel import Session

from app import db
from app.errors import Conflict
from app.models import EntityType, LinkState, PipedriveLink, PipedriveSync, Trigger, User
from app.services.pipedrive.manual_push import Met, Record, SearchResult, Wanted
from app.services.push_queue import company_mapping, pauses
from app.sync.api.errors import PipedriveError, in_words, to_whoever_asked
from app.sync.push import find_record
from app.sync.push.candidates import Candidate
from app.sync.push.organizations import OrganizationRecord
from app.sync.push.persons import PersonRecord
from app.sync.push.push_context import Presence, Push
from app.sync.push.remote_record import Match
from app.sync.queue import claims, connection, leases
from app.sync.queue.company import SyncContext
from app.sync.queue.connection import Connection
from app.sync.queue.leases import Lease
from app.sync.queue.outcome_errors import Closed, LeaseLost, Waiting

BUSY = "Your pushes are on their way at this moment. Look again in a few seconds."
PATIENCE, BREATH = 3.0, 0.1


def search_pipedrive(context: SyncContext, wanted: Wanted) -> SearchResult:
    """Who of Pipedrive's may be meant. Raises Conflict with a sentence when it cannot be asked now."""
    lease = _taken(wanted.who, context.pace.lease)
    try:
        http, key = connection.open_client(context, lease)
        with http:
            return _asked(connection.connect(context, lease, http, key), wanted)
    except (LeaseLost, Waiting):
        raise Conflict(BUSY) from None
    except Closed as no:
        raise Conflict(no.sentence) from None
    except (connection.Unusable, PipedriveError) as trouble:
        with db.reading() as session:
            _raise_if_paused(session, wanted.who)
        raise Conflict(f"We could not look into Pipedrive. {to_whoever_asked(trouble)}") from None
    finally:
        with db.transaction() as session:
            leases.release(session, lease)


def _asked(line: Connection, wanted: Wanted) -> SearchResult:
    try:
        return _found(_push(line, wanted), wanted)
    except connection.RESTS as trouble:
        connection.rest(line, trouble)
        raise
    finally:
        connection.note_budget(line)


def _found(push: Push, wanted: Wanted) -> SearchResult:
    if wanted.number is not None:
        there = push.presence((EntityType.PERSON, wanted.number)) is Presence.THERE
        return SearchResult(persons=Met([Record(wanted.number, wanted.contact.name)] if there else []))
    firm, org = push.firm, None
    firms = find_record.look(push, OrganizationRecord(push, firm)) if firm else Match()
    if len({one.id for one in firms.sure}) == 1:
        org = PipedriveLink(
            account=push.line.account, entity_type=EntityType.ORGANIZATION, entity_key="", state=LinkState.LINKED,
            remote_id=firms.sure[0].id, created_by_us=wanted.org_is_ours,
        )  # fmt: skip
    people = find_record.look(push, PersonRecord(push, org, lambda: None)) if wanted.person else Match()
    return SearchResult(_met(firms), _met(people))


def _push(line: Connection, wanted: Wanted) -> Push:
    """As if it were pushed by hand: what is looked for is the same."""
    about = wanted.contact.id
    job = PipedriveSync(
        user_id=wanted.who.id, contact_id=about, entity_type=EntityType.PERSON, entity_id=about, trigger=Trigger.MANUAL, dedupe_key=""
    )  # fmt: skip
    return Push(job, line, wanted.contact, None)


def _met(found: Match) -> Met:
    return Met(_records(found.sure), _records(found.unsure) if not found.sure else [])


def _records(found: Sequence[Candidate]) -> list[Record]:
    return list({one.id: Record(one.id, one.name, one.organization) for one in found}.values())


def _taken(who: User, seconds: float) -> Lease:
    """This person's lane, as soon as nobody works on it. Raises Conflict when that takes too long, or during a pause."""
    until = time.monotonic() + PATIENCE
    while True:
        with db.transaction() as session:
            _raise_if_paused(session, who)
            if lease := claims.claim_own(session, who, seconds, company_mapping.account_of(session, who)):
                return lease
        if time.monotonic() > until:
            raise Conflict(BUSY)
        time.sleep(BREATH)


def _raise_if_paused(session: Session, who: User) -> None:
    """A look keeps to every pause that pushes keep to."""
    pause = pauses.pause_of(session, who)
    if pause and pause.until:
        raise Conflict(f"{pause.cause}; look again in {in_words(pause.until - leases.moment(session))}.")
    if pause:
        raise Conflict(pause.sentence)
