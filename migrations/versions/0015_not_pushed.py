"""Contacts that Pipedrive does not know, and those with a push that waits or failed, counted by index."""

from alembic import op

revision = "0015"
down_revision = "0014"

SQL = """
CREATE INDEX contacts_not_pushed ON contacts (user_id, id) WHERE deleted_at IS NULL AND pipedrive_person_id IS NULL;
CREATE INDEX pipedrive_syncs_unfinished ON pipedrive_syncs (user_id, status, contact_id) WHERE status <> 'SUCCESS';
"""


def upgrade() -> None:
    op.execute(SQL)
