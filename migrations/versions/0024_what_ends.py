"""A one-time link remembers who made it, invitations and password links alike."""

from alembic import op

revision = "0024"
down_revision = "0023"

SQL = """
ALTER TABLE one_time_links RENAME COLUMN invited_by TO made_by;
ALTER TABLE one_time_links RENAME CONSTRAINT one_time_links_invited_by_fkey TO one_time_links_made_by_fkey;
CREATE INDEX ix_one_time_links_made_by ON one_time_links (made_by);
"""


def upgrade() -> None:
    op.execute(SQL)
