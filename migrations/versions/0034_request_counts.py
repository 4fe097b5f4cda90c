"""Request limits are known to all processes, and to this one after a restart; a crash of the database may forgive."""

from alembic import op

revision = "0034"
down_revision = "0033"

SQL = """
CREATE UNLOGGED TABLE request_counts (
    name varchar(20) NOT NULL,
    key varchar(64) NOT NULL,
    started_at timestamptz NOT NULL,
    count integer NOT NULL,
    PRIMARY KEY (name, key)
);
CREATE INDEX request_counts_by_age ON request_counts (started_at);
"""


def upgrade() -> None:
    op.execute(SQL)
