"""Upgrading without holding one's breath: a backup first, or a rehearsal on a copy."""

import tempfile
from pathlib import Path

from app import migrate
from app.backups import making, restoring, scratch
from app.postgres import Server


def pending(server: Server) -> bool:
    """Whether the database is older than this release; an empty one is not."""
    return making.revision(server.url) not in {None, migrate.head()}


def upgrade(server: Server, data: Path) -> tuple[Path | None, list[str]]:
    """Migrate, with a backup before it when there is anything to lose; the backup's file and the steps taken."""
    file = making.usual_name(data, "before-upgrade") if pending(server) else None
    if file:
        making.make(server, file)
    return file, migrate.upgrade(server.url, server.serving_role)


def rehearse(server: Server) -> list[str]:
    """Migrate a copy, which is thrown away; the steps that a real upgrade would take."""
    with tempfile.TemporaryDirectory(prefix="pipedriven-") as folder, scratch.database(server) as url:
        if making.revision(server.url):
            file = Path(folder) / "copy.zip"
            restoring.load(server, url, file, making.make(server, file))
        return migrate.upgrade(url)
