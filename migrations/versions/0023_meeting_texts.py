"""What colleagues had written on a meeting before it came back is not agreed on: the next push asks instead of writing over it."""

from alembic import op

revision = "0023"
down_revision = "0022"

SQL = """
UPDATE pipedrive_links AS link
SET synced_hash = NULL,
    agreed = link.agreed || jsonb_build_object('ours', (link.agreed -> 'ours') - apart.fields,
                                               'theirs', (link.agreed -> 'theirs') - apart.fields)
FROM (
    SELECT kept.id, array_agg(field) AS fields
    FROM pipedrive_links AS kept, unnest(ARRAY['subject', 'minutes', 'location', 'note']) AS field
    WHERE kept.entity_type = 'activity' AND kept.state = 'LINKED' AND kept.agreed IS NOT NULL
      AND kept.agreed -> 'ours' ? field AND kept.agreed -> 'theirs' ? field
      AND kept.agreed -> 'ours' -> field IS DISTINCT FROM kept.agreed -> 'theirs' -> field
    GROUP BY kept.id
) AS apart
WHERE apart.id = link.id;
"""


def upgrade() -> None:
    op.execute(SQL)
