"""A push that was asked for alone goes before what the same person asked for in bulk."""

from alembic import op

revision = "0018"
down_revision = "0017"

SQL = """
ALTER TABLE pipedrive_syncs ADD COLUMN urgent boolean NOT NULL DEFAULT false;

CREATE INDEX pipedrive_syncs_waiting ON pipedrive_syncs (user_id, run_at) WHERE status IN ('PENDING', 'RETRY');

CREATE INDEX pipedrive_syncs_urgent ON pipedrive_syncs (user_id, run_at)
    WHERE urgent AND status IN ('PENDING', 'RETRY');
"""


def upgrade() -> None:
    op.execute(SQL)
