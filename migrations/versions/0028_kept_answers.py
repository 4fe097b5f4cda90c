"""An answer that carries a secret is not kept, and headers are kept beside the others; what is a day old is found by its age."""

from alembic import op

revision = "0028"
down_revision = "0027"

SQL = """
ALTER TABLE idempotency_keys ALTER COLUMN answer DROP NOT NULL;
ALTER TABLE idempotency_keys ADD COLUMN headers jsonb NOT NULL DEFAULT '{}';
ALTER TABLE idempotency_keys ALTER COLUMN headers DROP DEFAULT;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
"""


def upgrade() -> None:
    op.execute(SQL)
