"""An attempt that reached nobody is no contact, and what it failed at is marked; suggestions ask who can be reached first."""

from alembic import op

revision = "0037"
down_revision = "0036"

SQL = """
ALTER TABLE activities ADD COLUMN failed_address text CHECK (length(failed_address) <= 254);
ALTER TABLE contacts ADD COLUMN last_attempt timestamptz;
ALTER TABLE contacts ADD COLUMN failed_addresses text[] NOT NULL DEFAULT '{}';

-- a wrong number was the first one, a mail that came back the first address: nobody said otherwise until now
UPDATE activities a SET failed_address = c.phones[1] FROM contacts c
WHERE c.id = a.contact_id AND a.outcome = 'WRONG_NUMBER' AND cardinality(c.phones) = 1;
UPDATE activities a SET failed_address = c.emails[1] FROM contacts c
WHERE c.id = a.contact_id AND a.outcome = 'BOUNCED' AND cardinality(c.emails) = 1;

UPDATE contacts c SET last_contacted = greatest(derived.latest, c.contacted_elsewhere), last_attempt = derived.attempt,
    failed_addresses = derived.failed
FROM (
    SELECT a.contact_id,
           max(a.happened_at) FILTER (WHERE a.done AND NOT attempt AND NOT off AND a.settled_by IS NULL) AS latest,
           max(a.happened_at) FILTER (WHERE a.done AND attempt AND a.settled_by IS NULL) AS attempt,
           coalesce(array_agg(DISTINCT a.failed_address) FILTER (WHERE a.failed_address IS NOT NULL), '{}') AS failed
    FROM activities a
    CROSS JOIN LATERAL (SELECT
        coalesce(a.outcome IN ('BOUNCED', 'NO_ANSWER', 'NO_SHOW', 'VOICEMAIL', 'WRONG_NUMBER'), false) AS attempt,
        a.type = 'MEETING' AND coalesce(a.outcome IN ('CANCELLED', 'MOVED'), false) AS off) said
    WHERE a.deleted_at IS NULL AND a.contact_id IN (
        SELECT contact_id FROM activities WHERE outcome IN ('BOUNCED', 'NO_ANSWER', 'NO_SHOW', 'VOICEMAIL', 'WRONG_NUMBER'))
    GROUP BY a.contact_id
) derived
WHERE c.id = derived.contact_id;

DROP INDEX contacts_by_silence;
CREATE INDEX contacts_by_silence ON contacts (user_id,
    (linkedin_url IS NOT NULL OR NOT emails || phones <@ failed_addresses), warmness_score, last_contacted ASC NULLS FIRST, id)
    WHERE deleted_at IS NULL AND cadence_days IS NULL;
"""


def upgrade() -> None:
    op.execute(SQL)
