"""A script's token may be given fewer rights than its owner; those from before keep all of them."""

from alembic import op

revision = "0025"
down_revision = "0024"

SQL = """
ALTER TABLE api_tokens
    ADD COLUMN scope VARCHAR(20) NOT NULL DEFAULT 'ALL',
    ADD CONSTRAINT tokenscope CHECK (scope IN ('READ', 'LOG', 'ALL'));
ALTER TABLE api_tokens ALTER COLUMN scope DROP DEFAULT;
"""


def upgrade() -> None:
    op.execute(SQL)
