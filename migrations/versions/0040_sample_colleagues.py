"""Made-up colleagues of the sample data: they belong to whoever loaded it, and can never be active."""

from alembic import op

revision = "0040"
down_revision = "0039"

SQL = """
ALTER TABLE users
    ADD COLUMN sample_of uuid REFERENCES users(id) ON DELETE CASCADE,
    ADD CONSTRAINT users_samples_rest CHECK (sample_of IS NULL OR NOT active);
"""


def upgrade() -> None:
    op.execute(SQL)
