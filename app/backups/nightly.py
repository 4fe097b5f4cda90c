"""A backup a day without anybody asking: made at night, proved in a scratch database, the old ones thinned out.

What became of it is kept with the firm's settings, so that readiness, the doctor and the Team page say the same.
"""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from app import db, rounds
from app.backups import making, restoring
from app.backups.errors import BackupTrouble
from app.models import now
from app.postgres import Server
from app.postgres.errors import PostgresTrouble
from app.services.base import backup_ages
from app.services.operations import backup_status

# in UTC: at night where most of our firms are
HOUR = 2
STAMP = "%Y%m%dT%H%M%SZ"
# of two processes on one database, one makes the backup
TURN = 7_220_418_003

BROKEN = "Something broke on our side ({}); the log says more."

log = logging.getLogger(__name__)


def round_(server: Server, data: Path) -> bool:
    """Make, prove and thin out when tonight's is due; whether one was made. Trouble is kept in words, never raised."""
    _remember(data)
    if not due(made(data), now()):
        return False
    with psycopg.connect(server.url, autocommit=True) as connection:
        row = connection.execute("select pg_try_advisory_lock(%s)", [TURN]).fetchone()
        if not (row and row[0]):
            return False
        return _make(server, data)


def due(kept: Iterable[datetime], moment: datetime) -> bool:
    """Whether there is none yet, or none since the last night began."""
    night = moment.astimezone(UTC).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    if night > moment:
        night -= timedelta(days=1)
    return max(kept, default=datetime.min.replace(tzinfo=UTC)) < night


def made(data: Path) -> dict[datetime, Path]:
    """The backups of everyday life in the data folder, by when they were made; those before a restore or upgrade not."""
    found = {}
    for file in (data / "backups").glob("pipedriven-*.zip"):
        try:
            found[datetime.strptime(file.stem.removeprefix("pipedriven-"), STAMP).replace(tzinfo=UTC)] = file
        except ValueError:
            continue
    return found


def archives(data: Path) -> dict[datetime, Path]:
    """The backups that were made before a restore or an upgrade, by when they were made."""
    everyday = set(made(data).values())
    files = [file for file in (data / "backups").glob("*.zip") if file not in everyday]
    return {datetime.fromtimestamp(file.stat().st_mtime, UTC): file for file in files}


def _make(server: Server, data: Path) -> bool:
    try:
        file = making.usual_name(data)
        making.make(server, file)
    except (BackupTrouble, PostgresTrouble) as trouble:
        log.warning("the nightly backup was not made")
        _tell(trouble=str(trouble))
        return False
    except Exception as broken:
        log.exception("the nightly backup was not made")
        _tell(trouble=BROKEN.format(type(broken).__name__))
        return False
    try:
        restoring.verify(server, file)
    except (BackupTrouble, PostgresTrouble) as trouble:
        log.warning("the nightly backup could not be proved")
        _tell(made_at=now().isoformat(), trouble=str(trouble))
    except Exception as broken:
        log.exception("the nightly backup could not be proved")
        _tell(made_at=now().isoformat(), trouble=BROKEN.format(type(broken).__name__))
    else:
        _tell(made_at=now().isoformat(), proved=file.name)
        _thin_out(data)
    return True


def _thin_out(data: Path) -> None:
    """Only after a proof: an old backup never goes for one that may not work."""
    found = made(data)
    old = {found[moment] for moment in found.keys() - backup_ages.worth_keeping(found)}
    old |= {file for moment, file in archives(data).items() if moment < now() - backup_ages.ARCHIVES}
    rounds.settle_each("backups", [(file.name, file) for file in old], lambda file: file.unlink(missing_ok=True))
    _remember(data)


def _remember(data: Path) -> None:
    with db.transaction() as session:
        backup_ages.remember(session, made(data), archives(data))


def _tell(*, made_at: str | None = None, proved: str | None = None, trouble: str | None = None) -> None:
    with db.transaction() as session:
        backup_status.backed_up(session, made_at=made_at, proved=proved, trouble=trouble)
