"""A receipt keeps, from when its undo is asked for, what proves that the record there is still ours."""

from alembic import op

revision = "0019"
down_revision = "0018"

SQL = """
ALTER TABLE sync_receipts ADD COLUMN proof jsonb;
"""


def upgrade() -> None:
    op.execute(SQL)
