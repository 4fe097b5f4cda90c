"""Whose Today shows what is left to do on a first day: accounts that are made from now on, until they hide it."""

from alembic import op

revision = "0042"
down_revision = "0041"

SQL = """
ALTER TABLE users ADD COLUMN first_steps boolean NOT NULL DEFAULT false;
ALTER TABLE users ALTER COLUMN first_steps DROP DEFAULT;
"""


def upgrade() -> None:
    op.execute(SQL)
