"""Each bank's firm has its own link to an organization, what a key does not see is remembered, and choices are kept by kind.

A link by name alone led other people's firms astray when one of them was renamed.
"""

from alembic import op

revision = "0020"
down_revision = "0019"

SQL = """
ALTER TABLE pipedrive_links ADD COLUMN unseen_at timestamptz;
ALTER TABLE pipedrive_links ADD COLUMN unseen_times integer NOT NULL DEFAULT 0;

INSERT INTO pipedrive_links (id, created_at, updated_at, account, entity_type, entity_key, state, intent_at, remote_id,
                             created_by_us, synced_hash, agreed, checked_at)
SELECT gen_random_uuid(), l.created_at, l.updated_at, l.account, l.entity_type, 'firm:' || o.id, l.state, l.intent_at,
       l.remote_id, l.created_by_us, l.synced_hash, l.agreed, l.checked_at
FROM pipedrive_links l JOIN organisations o ON o.key = l.entity_key
WHERE l.entity_type = 'organization' AND l.state = 'LINKED'
  AND EXISTS (SELECT 1 FROM contacts c WHERE c.organisation_id = o.id AND c.pipedrive_org_id = l.remote_id)
ON CONFLICT DO NOTHING;

UPDATE pipedrive_syncs SET choice = jsonb_build_object(choice ->> 'kind', choice -> 'id') WHERE choice ? 'kind';
"""


def upgrade() -> None:
    op.execute(SQL)
