"""What the role that serves may do: read and write every table, but only add to the audit trail, and make
or change no table itself, not even a temporary one.

PostgreSQL lets every role give itself settings for its next connections, another password, and up its rights. One that
reads only, or waits for nothing, would serve nobody. So our connections use no such setting, and a start takes them
back, with the password and the rights.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql
from sqlalchemy import Connection, text

Driver = psycopg.Connection[tuple[object, ...]]

# whether anything is missing, or too much; a role that has it all costs one question at each start
MISSING = """
    select not has_schema_privilege(%(role)s, 'public', 'USAGE') or exists (
        select from pg_class t where t.relnamespace = 'public'::regnamespace and t.relkind = 'r' and case t.relname
            when 'alembic_version' then not has_table_privilege(%(role)s, t.oid, 'SELECT')
            when 'audit_events' then not has_table_privilege(%(role)s, t.oid, 'SELECT')
                or not has_table_privilege(%(role)s, t.oid, 'INSERT') or has_table_privilege(%(role)s, t.oid, 'UPDATE, DELETE, TRUNCATE')
            else not (has_table_privilege(%(role)s, t.oid, 'SELECT') and has_table_privilege(%(role)s, t.oid, 'INSERT')
                and has_table_privilege(%(role)s, t.oid, 'UPDATE') and has_table_privilege(%(role)s, t.oid, 'DELETE')) end)
"""
# a temporary table stands before one of the same name: what is written to the trail would end in it
MAY_HIDE = text("""
    select has_database_privilege(:role, d.oid, 'TEMP') and pg_has_role(current_user, d.datdba, 'USAGE'), d.datname
    from pg_database d where d.datname = current_database()
""")
GRANTS = (
    "grant usage on schema public to {role}",
    "grant select, insert, update, delete on all tables in schema public to {role}",
    "grant usage, select on all sequences in schema public to {role}",
    "revoke update, delete, truncate on audit_events from {role}",
    "revoke insert, update, delete, truncate on alembic_version from {role}",
)
MAY_CHANGE = """
    select t.relowner = r.oid or r.rolsuper or pg_has_role(r.oid, t.relowner, 'MEMBER')
           or has_table_privilege(r.oid, t.oid, 'UPDATE, DELETE, TRUNCATE')
           or has_database_privilege(r.oid, current_database(), 'TEMP')
    from pg_class t, pg_roles r where t.oid = to_regclass('public.audit_events') and r.rolname = current_user
"""
# what a connection cannot take back once it is open, or not before it has been cut
PINNED = "-c default_transaction_read_only=off -c idle_session_timeout=0 -c local_preload_libraries="
UNUSED = """
    select set_config(name, coalesce(boot_val, ''), false) from pg_settings
    where source in ('user', 'database user') and context = 'user'
"""
# three of them hold for one transaction, and each begins with those of the session
OF_ITS_OWN = """
    select one from pg_db_role_setting s join pg_roles r on r.oid = s.setrole, unnest(s.setconfig) one
    where r.rolname = %(role)s and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
    and split_part(one, '=', 1) not in ('transaction_isolation', 'transaction_read_only', 'transaction_deferrable')
"""


def use_no_own_settings(connection: Driver, _: object = None) -> None:
    """On a connection just opened, everything that the role set for itself is as the server has it built in."""
    with connection.transaction():
        connection.execute(UNUSED)


def own_settings(connection: Driver, role: str) -> list[str]:
    """What the role, or somebody for it, set for its connections, as `name=value`."""
    return [str(one) for (one,) in connection.execute(OF_ITS_OWN, {"role": role})]


def let_in(owner_url: str, serving_url: str) -> None:
    """Give the role that serves its password and plain settings again, where it changed them and cannot come in."""
    with suppress(psycopg.OperationalError):
        psycopg.connect(serving_url, connect_timeout=5).close()
        return
    told = psycopg.conninfo.conninfo_to_dict(serving_url)
    role = str(told["user"])
    with psycopg.connect(owner_url) as owner:
        _reset(owner, role)
        with _being(owner, role) as itself:
            itself.execute(
                sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(told["password"]))
            )


def allow(connection: Connection, role: str) -> None:
    """Give the role what it needs, and no more; the connection is that of the tables' owner."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    driver = connection.connection.driver_connection
    assert driver
    if is_missing(driver, role):
        for grant in GRANTS:
            connection.execute(text(grant.format(role=quote(role))))
    # with a server of somebody else's it is theirs to say who may
    with suppress(psycopg.errors.InsufficientPrivilege), driver.transaction():
        _reset(driver, role)
    may_hide, database = connection.execute(MAY_HIDE, {"role": role}).one()
    if may_hide:
        connection.execute(text(f"revoke temporary on database {quote(database)} from public, {quote(role)}"))


def is_missing(connection: Driver, role: str) -> bool:
    """Whether the role lacks a right that it needs, or may change what it may only read."""
    found = connection.execute(MISSING, {"role": role}).fetchone()
    return bool(found and found[0])


def _reset(owner: Driver, role: str) -> None:
    if own := own_settings(owner, role):
        names = [sql.Identifier(one.partition("=")[0]) for one in own]
        whole, here = sql.SQL("alter role {} reset {}"), sql.SQL("alter role {} in database {} reset {}")
        with _being(owner, role) as itself:
            for name in names:
                itself.execute(whole.format(sql.Identifier(role), name))
                itself.execute(here.format(sql.Identifier(role), sql.Identifier(owner.info.dbname), name))


@contextmanager
def _being(owner: Driver, role: str) -> Iterator[Driver]:
    """Only the role itself may change itself, and whoever may become it."""
    owner.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
    yield owner
    owner.execute("set local role none")
