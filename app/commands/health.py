"""Is everything as it should be: the configuration, and the machine that we run on."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from app.commands.context import Desk

SECRETS = ("secret", "key", "password", "_url")
# a key or a name in front of a host, as in s3://key:secret@host/bucket
WORD_OF_AN_ADDRESS = re.compile(r"(?<=s3://)[^/]*@")
LEAST_DISK = 500_000_000

# what was looked at, FINE, NOTE or TROUBLE, and how it is
Finding = tuple[str, str, str]
FINE, NOTE, TROUBLE = "ok", "note", "TROUBLE"


def register(app: typer.Typer) -> None:
    """Add `doctor` and `check-config`."""
    app.command()(doctor)
    app.command("check-config")(check_config)


def check_config() -> None:
    """Say which settings are in force, without showing secrets; a wrong one is named."""
    from app import settings
    from app.commands import context

    loaded = settings.load()
    context.table(("Variable", "Value"), [(name.upper(), _shown(name, value)) for name, value in loaded])


def doctor() -> int:
    """Look at everything that has to work, and say what does not."""
    from app.commands import context

    with context.opened(checked=False) as at:
        findings = [finding for look in LOOKS for finding in look(at)]
    context.table(("", "What", "How it is"), [(state, what, how) for what, state, how in findings])
    return 1 if any(state == TROUBLE for _, state, _ in findings) else 0


def _database(at: "Desk") -> Iterator[Finding]:
    from app import migrate
    from app.backups import making

    kind = "DATABASE_URL" if at.settings.database_url else f"embedded, in {at.data}"
    yield "database", FINE, kind
    found = making.revision(at.server.url)
    yield (
        "tables",
        FINE if found == migrate.head() else TROUBLE,
        f"at {found or 'nothing'}, this release is {migrate.head()}",
    )
    yield _audit_trail(at)
    yield _serving_role(at)
    yield "backup programs", FINE if at.server.bin_dir else TROUBLE, str(at.server.bin_dir or "no pg_dump found")


def _audit_trail(at: "Desk") -> Finding:
    """Whether the role that serves could change or empty it."""
    import psycopg

    from app.postgres import serving_role

    with psycopg.connect(at.server.serving_url) as connection:
        found = connection.execute(serving_role.MAY_CHANGE).fetchone()
    if not (found and found[0]):
        return "audit trail", FINE, "the role that serves can only add to it"
    if at.settings.migrate_url:
        return (
            "audit trail",
            TROUBLE,
            "the role in DATABASE_URL can change or hide it: it may own nothing and make no temporary table; see docs/admin.md",
        )
    if at.settings.database_url:
        return (
            "audit trail",
            NOTE,
            "the role in DATABASE_URL can change it: set MIGRATE_URL to the tables' owner, and DATABASE_URL to a role that owns nothing",
        )
    return "audit trail", NOTE, "the role that serves can change it until the database server was started anew"


def _serving_role(at: "Desk") -> Finding:
    """Whether the role that serves has all its rights, and no settings that it gave itself."""
    import psycopg

    from app.postgres import serving_role

    what, role = "role that serves", at.server.serving_role
    if role is None:
        return what, FINE, "owns the tables"
    with psycopg.connect(at.server.url) as connection:
        own, lacking = serving_role.own_settings(connection, role), serving_role.is_missing(connection, role)
    if lacking:
        return what, TROUBLE, f"{role} lacks rights that it needs, or has too many; the next start puts them right"
    if own:
        return what, NOTE, f"{role} has settings of its own that we do not use: {', '.join(own)}; was that you?"
    return what, FINE, f"{role} has what it needs and no settings of its own"


def _secret(at: "Desk") -> Iterator[Finding]:
    from app import secret_key
    from app.settings import ConfigTrouble

    try:
        count = len(secret_key.keys(at.data, at.settings.secret_key))
    except ConfigTrouble as trouble:
        yield "secret", TROUBLE, str(trouble)
    else:
        yield "secret", FINE if count == 1 else NOTE, "there" if count == 1 else "an older one is kept: run rotate-keys"


def _machine(at: "Desk") -> Iterator[Finding]:
    free = shutil.disk_usage(at.data).free
    yield "disk", FINE if free > LEAST_DISK else TROUBLE, f"{free / 1e9:.1f} GB free"
    # root's folder has to be passable for the database's own user
    private = not at.data.stat().st_mode & (0o077 if os.geteuid() else 0o066)
    yield (
        "data folder",
        FINE if private else TROUBLE,
        str(at.data) if private else f"others can look into {at.data}: chmod 700",
    )


def _backups(at: "Desk") -> Iterator[Finding]:
    from app import db, migrate
    from app.backups import making
    from app.services.operations import backup_status

    if making.revision(at.server.url) != migrate.head():
        return
    with db.reading() as session:
        kept = backup_status.of_backups(session)
    if kept is None or kept.age is None:
        yield "last backup", NOTE, kept.trouble if kept and kept.trouble else "none yet: run `pipedriven backup`"
        return
    how = f"{kept.age.total_seconds() / 3600:.0f} hours ago, {'proved' if kept.proved else 'not proved'}"
    yield "last backup", FINE if kept.is_fine else NOTE, f"{how}; {kept.trouble}" if kept.trouble else how


def _copies(at: "Desk") -> Iterator[Finding]:
    from app import db, migrate
    from app.backups import copies, making, restic
    from app.services.operations import backup_status

    if making.revision(at.server.url) != migrate.head():
        return
    if at.settings.backup_to is None:
        yield "copies elsewhere", NOTE, "none: set BACKUP_TO, or copy the backups to another machine yourself"
        return
    if not restic.program():
        yield "copies elsewhere", TROUBLE, restic.MISSING
    elif not copies.was_shown(at.data):
        yield (
            "backup key",
            NOTE,
            "shown to nobody yet: run `pipedriven backup key`, and keep it apart from this machine",
        )
    with db.reading() as session:
        kept = backup_status.copies_of(session)
    if kept and (kept.trouble or kept.age):
        how = f"{kept.age.total_seconds() / 3600:.0f} hours ago" if kept.age else "none yet"
        yield "last copy elsewhere", FINE if kept.is_fine else NOTE, f"{how}; {kept.trouble}" if kept.trouble else how
    else:
        yield "last copy elsewhere", NOTE, "none yet: run `pipedriven backup copy`"


def _syncs(at: "Desk") -> Iterator[Finding]:
    from app import db, migrate
    from app.backups import making
    from app.services.base import firm_settings

    if making.revision(at.server.url) != migrate.head():
        return
    with db.reading() as session:
        paused = firm_settings.sync_paused(session)
    yield "pushes to Pipedrive", NOTE if paused else FINE, f"paused: {paused}" if paused else "not paused"


def _broken(at: "Desk") -> Iterator[Finding]:
    from app import db, migrate
    from app.backups import making
    from app.services.operations import broken_items

    if making.revision(at.server.url) != migrate.head():
        return
    with db.reading() as session:
        found = broken_items.summary(session)
    for name, number, reason in found:
        yield f"put aside in {name}", NOTE, f"{number}: {reason} The log says more; each is tried again once a day."
    if not found:
        yield "put aside", FINE, "nothing"


def _shown(name: str, value: object) -> str:
    if value is None:
        return "not set"
    if name == "backup_to":
        return WORD_OF_AN_ADDRESS.sub("", str(value))
    return "set, not shown" if any(word in name for word in SECRETS) and name != "base_url" else str(value)


LOOKS: tuple[Callable[["Desk"], Iterator[Finding]], ...] = (
    _database,
    _secret,
    _machine,
    _backups,
    _copies,
    _syncs,
    _broken,
)
