"""A company's activity types and labels, asked for once a day, and our own custom field there.

The field holds our mark, by which a record is known again after a merge or a
restore. Only an administrator may add one; who may not is asked once and never
again, and everything works without it.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session, cast, col, select, update

from app import db
from app.models import EntityType, SyncAccount
from app.sync.api.errors import NotAllowed, Rejected
from app.sync.api.records import Field
from app.sync.queue import leases
from app.sync.queue.connection import Connection

MARK = "Pipedriven reference"

# the documents do not say which code the field of labels has
LABELS = ("label_ids", "labels", "label")


def refresh(line: Connection) -> None:
    with db.reading() as session:
        known = session.exec(select(SyncAccount.known).where(SyncAccount.account == line.account)).first() or {}
        moment = leases.moment(session)
    if _is_old(line, known.get("types_at"), moment):
        types = [{"key": one.key, "name": one.name, "active": one.is_active} for one in line.pipedrive.activity_types()]
        _keep(line, types=types, labels=_labels(line), types_at=moment.isoformat())
    if "marks" not in known and str(line.lease.who.id) not in known.get("may_not", []):
        _add_fields(line, dict(known))


def _labels(line: Connection) -> list[dict[str, Any]]:
    """The labels that people may carry; none where this key may not ask for them."""
    try:
        fields = line.pipedrive.person_fields()
    except Rejected:
        return []
    options = (field.options for field in fields if field.code in LABELS and not field.is_custom)
    return [{"id": number, "name": name} for number, name in next(options, ())]


def _add_fields(line: Connection, known: dict[str, Any]) -> None:
    pipedrive = line.pipedrive
    try:
        marks = {
            EntityType.ORGANIZATION.value: _mark(pipedrive.organization_fields())
            or pipedrive.add_organization_field(MARK).code,
            EntityType.PERSON.value: _mark(pipedrive.person_fields()) or pipedrive.add_person_field(MARK).code,
        }
    except Rejected as no:
        if isinstance(no, NotAllowed) or no.status == 402:
            return _keep(line, may_not=[*known.get("may_not", []), str(line.lease.who.id)])
        return _keep(line, marks={})
    return _keep(line, marks=marks)


def _mark(fields: list[Field]) -> str | None:
    return next((one.code for one in fields if one.is_custom and one.name == MARK), None)


def _is_old(line: Connection, said: str | None, moment: datetime) -> bool:
    return said is None or moment - datetime.fromisoformat(said) > timedelta(seconds=line.pace.relearn)


def _keep(line: Connection, **learned: Any) -> None:
    with db.transaction() as session:
        _write(session, line.account, learned)


def _write(session: Session, account: str, learned: dict[str, Any]) -> None:
    more: Any = col(SyncAccount.known).op("||")(cast(learned, JSONB))
    session.exec(update(SyncAccount).where(col(SyncAccount.account) == account).values(known=more))
