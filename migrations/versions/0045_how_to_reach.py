"""An introduction says how to reach whom it leads to."""

from alembic import op

revision = "0045"
down_revision = "0044"

SQL = """
ALTER TABLE introductions
    ADD COLUMN reach varchar(200) NOT NULL DEFAULT '';
"""


def upgrade() -> None:
    op.execute(SQL)
