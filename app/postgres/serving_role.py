"""What the role that serves may do: read and write every table, but only add to the audit trail, and make
or change no table itself, not even a temporary one."""

from sqlalchemy import Connection, text

# whether anything is missing, or too much; a role that has it all costs one question at each start
MISSING = text("""
    select not has_schema_privilege(:role, 'public', 'USAGE') or exists (
        select from pg_class t where t.relnamespace = 'public'::regnamespace and t.relkind = 'r' and case t.relname
            when 'alembic_version' then not has_table_privilege(:role, t.oid, 'SELECT')
            when 'audit_events' then not has_table_privilege(:role, t.oid, 'SELECT')
                or not has_table_privilege(:role, t.oid, 'INSERT') or has_table_privilege(:role, t.oid, 'UPDATE, DELETE, TRUNCATE')
            else not (has_table_privilege(:role, t.oid, 'SELECT') and has_table_privilege(:role, t.oid, 'INSERT')
                and has_table_privilege(:role, t.oid, 'UPDATE') and has_table_privilege(:role, t.oid, 'DELETE')) end)
""")
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


def allow(connection: Connection, role: str) -> None:
    """Give the role what it needs, and no more; the connection is that of the tables' owner."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    if connection.execute(MISSING, {"role": role}).scalar():
        for grant in GRANTS:
            connection.execute(text(grant.format(role=quote(role))))
    may_hide, database = connection.execute(MAY_HIDE, {"role": role}).one()
    if may_hide:
        connection.execute(text(f"revoke temporary on database {quote(database)} from public, {quote(role)}"))
