"""Whatever changes what the firm chose says so: a process that remembers it reads it again.

The database sees every write, also one that was typed by hand. On a channel of its own: a process of the last release,
which still serves while this is installed, does not hear it.
"""

from alembic import op

revision = "0044"
down_revision = "0043"

SQL = """
CREATE FUNCTION tell_of_settings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('pipedriven_firm', '');
    RETURN NULL;
END $$;

CREATE TRIGGER settings_told AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON settings
FOR EACH STATEMENT EXECUTE FUNCTION tell_of_settings();
"""


def upgrade() -> None:
    op.execute(SQL)
