"""What Pipedrive may hold that we do not know of: after a restore, and after an answer that got lost.

A restore forgets what went over since the backup. Pipedrive's search knows all of
that but the last minutes, so its lists are read only for a while after the
restore: the newest records once for each kind and process, at most a few pages.
Whatever cannot be read stops no push.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from app.models import EntityType, Setting
from app.sync.api.pipedrive import Pipedrive

RESTORED = "sync_verify_since"
# how long after a restore people log again what the backup did not know; each such meeting costs one list
LOGGED_AGAIN = timedelta(days=7)

Memory = MutableMapping[tuple[str, EntityType, datetime], list[Any]]


@dataclass(frozen=True)
class LookBack:
    """`backup_at` is when the backup was made that was put back at `restored_at`; None where none was."""

    backup_at: datetime | None = None
    restored_at: datetime | None = None
    memory: Memory = field(default_factory=dict)

    def since(self, kind: EntityType, made_at: datetime | None, moment: datetime, lag: timedelta) -> datetime | None:
        """From when on records of this kind may be unknown to us; None where there is nothing to look back for.

        `made_at` is when our own row came into being: what is younger than the
        restore cannot have gone over before it, but a meeting may be logged a
        second time. `lag` is how long the search may
        not know what was written.
        """
        if self.backup_at is None or self.restored_at is None:
            return None
        if kind in {EntityType.ORGANIZATION, EntityType.PERSON}:
            return self.backup_at if moment < self.restored_at + lag else None
        typed_again = LOGGED_AGAIN if kind is EntityType.ACTIVITY else timedelta(0)
        return self.backup_at if made_at and made_at <= self.restored_at + typed_again else None

    def created_since(self, pipedrive: Pipedrive, account: str, kind: EntityType, since: datetime) -> list[Any]:
        """The newest records made at or after `since`; read once for a restore, each time for a lost answer.

        Of activities it is all that were written since, up to two thousand.
        """
        if self.backup_at is None or since > self.backup_at:
            return _created_since(pipedrive, kind, since)
        known = account, kind, since
        if known not in self.memory:
            self.memory[known] = _created_since(pipedrive, kind, since)
        return self.memory[known]


def read(session: Session, memory: Memory) -> LookBack:
    """The look-back of this installation, as the last restore left it."""
    row = session.exec(select(Setting).where(Setting.key == RESTORED)).first()
    if row is None or not isinstance(row.value, str):
        return LookBack()
    return LookBack(datetime.fromisoformat(row.value), row.updated_at, memory)


def _created_since(pipedrive: Pipedrive, kind: EntityType, since: datetime) -> list[Any]:
    if kind is EntityType.ACTIVITY:
        return pipedrive.activities_since(since)[0]
    read = pipedrive.persons_created_since if kind is EntityType.PERSON else pipedrive.organizations_created_since
    return list(read(since))
