"""A backup is one file: the database as PostgreSQL dumps it, and a page that says what is in it."""

from app.backups.archive import Manifest
from app.backups.errors import BackupTrouble
from app.backups.making import make
from app.backups.restoring import restore, verify
from app.backups.upgrading import pending, rehearse, upgrade

__all__ = ["BackupTrouble", "Manifest", "make", "pending", "rehearse", "restore", "upgrade", "verify"]
