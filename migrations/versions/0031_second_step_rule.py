"""A session knows whether more than a password was proved in it; those of people with an authenticator did."""

from alembic import op

revision = "0031"
down_revision = "0030"

SQL = """
ALTER TABLE user_sessions ADD COLUMN two_steps BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE user_sessions SET two_steps = TRUE
WHERE user_id IN (SELECT user_id FROM second_factors WHERE confirmed_at IS NOT NULL);
ALTER TABLE user_sessions ALTER COLUMN two_steps DROP DEFAULT;
"""


def upgrade() -> None:
    op.execute(SQL)
