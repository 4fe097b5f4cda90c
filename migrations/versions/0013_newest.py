"""The newest contacts of a bank first, by index."""

from alembic import op

revision = "0013"
down_revision = "0012"

SQL = """
CREATE INDEX contacts_by_newest ON contacts (user_id, created_at DESC, id) WHERE deleted_at IS NULL;
"""


def upgrade() -> None:
    op.execute(SQL)
