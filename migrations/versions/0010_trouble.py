"""Whether Pipedrive itself is in trouble: which pushes in a row got no usable answer."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute("ALTER TABLE sync_accounts ADD COLUMN trouble jsonb")
