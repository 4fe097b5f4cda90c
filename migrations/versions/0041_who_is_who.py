"""What is known beside a number, profiles as keys, search in titles, notes and tags, typos by index; who is somebody else, and who changed firm.

Name parts, sort keys and search texts are derived anew by the rules of today.
"""

import json

import sqlalchemy as sa
from alembic import op

from app.models.base import fold
from app.models.people import person_names, profiles, typos

revision = "0041"
down_revision = "0040"

SQL = """
ALTER TABLE contacts ADD COLUMN phone_details jsonb NOT NULL DEFAULT '[]';
ALTER TABLE contacts ADD COLUMN profile_key varchar(300);
ALTER TABLE contacts ADD COLUMN search_more text NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN typo_keys integer[] NOT NULL DEFAULT '{}';

CREATE FUNCTION tag_words(text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT array_to_string($1, ' ') $$;

CREATE TABLE distinct_contacts (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    one_id uuid NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    other_id uuid NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    CONSTRAINT distinct_contacts_order CHECK (one_id < other_id)
);
CREATE UNIQUE INDEX distinct_contacts_once ON distinct_contacts (one_id, other_id);
CREATE INDEX ix_distinct_contacts_user_id ON distinct_contacts (user_id);
CREATE INDEX ix_distinct_contacts_other_id ON distinct_contacts (other_id);

CREATE TABLE job_changes (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    contact_id uuid NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    import_id uuid REFERENCES imports (id) ON DELETE SET NULL,
    organisation varchar(200),
    job_title varchar(120),
    settled_at timestamptz
);
CREATE UNIQUE INDEX job_changes_open ON job_changes (user_id, contact_id) WHERE settled_at IS NULL;
CREATE INDEX ix_job_changes_contact_id ON job_changes (contact_id);
CREATE INDEX ix_job_changes_import_id ON job_changes (import_id);
"""

INDEXES = """
CREATE INDEX contacts_by_more ON contacts USING gin (user_id, search_more gin_trgm_ops);
CREATE INDEX contacts_by_tag_words ON contacts USING gin (user_id, tag_words(tags) gin_trgm_ops);
CREATE INDEX contacts_by_typo ON contacts USING gin (user_id, typo_keys);
CREATE INDEX contacts_by_profile ON contacts (user_id, profile_key) WHERE profile_key IS NOT NULL;
"""

ROWS = sa.text("""
SELECT c.id, c.name, c.linkedin_url, c.job_title, c.notes, c.emails, c.phones, o.name AS firm
FROM contacts c LEFT JOIN organisations o ON o.id = c.organisation_id WHERE c.id > :after ORDER BY c.id LIMIT 2000
""")
DERIVED = sa.text("""
UPDATE contacts c SET given_name = d.given_name, family_name = d.family_name, sort_name = d.sort_name, search_text = d.search_text,
       search_more = d.search_more, profile_key = d.profile_key, typo_keys = d.typo_keys
FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS d (id uuid, given_name text, family_name text, sort_name text, search_text text,
     search_more text, profile_key text, typo_keys integer[])
WHERE c.id = d.id
""")


def upgrade() -> None:
    op.execute(SQL)
    bind = op.get_bind()
    # nothing of this is news for Pipedrive
    bind.execute(sa.text("SET LOCAL pipedriven.heard = 'yes'"))
    after = "00000000-0000-0000-0000-000000000000"
    while rows := bind.execute(ROWS, {"after": after}).all():
        bind.execute(DERIVED, {"rows": json.dumps([derived(row) for row in rows])})
        after = rows[-1].id
    op.execute(INDEXES)


def derived(row: sa.Row) -> dict[str, object]:
    given, family = person_names.split_name(row.name)
    digits = ["".join(c for c in phone if c.isdigit()) for phone in row.phones]
    return {
        "id": str(row.id),
        "given_name": given,
        "family_name": family,
        "sort_name": person_names.sort_name(row.name)[:400],
        "search_text": fold(" ".join(filter(None, [row.name, row.firm or "", *row.emails, *row.phones, *digits]))),
        "search_more": fold(f"{row.job_title or ''} {row.notes}"),
        "profile_key": profiles.profile_key(row.linkedin_url),
        "typo_keys": typos.keys_of(fold(f"{given} {family} {row.firm or ''}")),
    }
