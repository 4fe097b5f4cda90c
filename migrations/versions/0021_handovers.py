"""What becomes in Pipedrive of records whose contacts are handed over: asked once, and done contact by contact."""

from alembic import op

revision = "0021"
down_revision = "0020"

SQL = """
CREATE TABLE pipedrive_handovers (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    from_user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    contact_ids jsonb NOT NULL,
    from_owners jsonb NOT NULL,
    decision varchar(20) CONSTRAINT handoverdecision CHECK (decision IN ('MOVE', 'LEAVE')),
    decided_at timestamptz
);
CREATE INDEX pipedrive_handovers_of_user ON pipedrive_handovers (user_id);
"""


def upgrade() -> None:
    op.execute(SQL)
