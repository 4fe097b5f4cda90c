"""The receipt of a push says why something of it stayed in Pipedrive when it was undone."""

from alembic import op

revision = "0017"
down_revision = "0016"

SQL = """
ALTER TABLE sync_receipts ADD COLUMN stays text;
"""


def upgrade() -> None:
    op.execute(SQL)
