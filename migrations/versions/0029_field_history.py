"""Every change of a contact's fields is kept: who, when, from, to. The database sees each write, whichever verb made it."""

from alembic import op

revision = "0029"
down_revision = "0028"

SQL = """
CREATE TABLE contact_changes (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    contact_id UUID NOT NULL,
    user_id UUID NOT NULL,
    field VARCHAR(40) NOT NULL,
    before JSONB,
    after JSONB,
    source VARCHAR(20) NOT NULL,
    taken_back_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(contact_id) REFERENCES contacts (id) ON DELETE CASCADE,
    FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT changesource CHECK (source IN ('HERE', 'PIPEDRIVE'))
);
CREATE INDEX contact_changes_of_contact ON contact_changes (contact_id, created_at DESC, id DESC);

-- the fields are the trigger's arguments; an organisation is kept by its name
CREATE FUNCTION note_contact_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb := to_jsonb(OLD) || jsonb_build_object('organisation', (SELECT name FROM organisations WHERE id = OLD.organisation_id));
    is_now jsonb := to_jsonb(NEW) || jsonb_build_object('organisation', (SELECT name FROM organisations WHERE id = NEW.organisation_id));
    heard boolean := coalesce(current_setting('pipedriven.heard', true) = 'yes', false);
    one text;
BEGIN
    FOREACH one IN ARRAY TG_ARGV LOOP
        IF was -> one IS DISTINCT FROM is_now -> one THEN
            INSERT INTO contact_changes (id, created_at, updated_at, contact_id, user_id, field, before, after, source)
            VALUES (gen_random_uuid(), clock_timestamp(), clock_timestamp(), NEW.id, NEW.user_id, one, was -> one, is_now -> one,
                    CASE WHEN heard THEN 'PIPEDRIVE' ELSE 'HERE' END);
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER contacts_noted AFTER UPDATE OF name, emails, phones, organisation_id, job_title, linkedin_url, notes, tags, warmness_score, cadence_days ON contacts
FOR EACH ROW WHEN (
    (OLD.name, OLD.emails, OLD.phones, OLD.organisation_id, OLD.job_title, OLD.linkedin_url, OLD.notes, OLD.tags, OLD.warmness_score, OLD.cadence_days)
    IS DISTINCT FROM
    (NEW.name, NEW.emails, NEW.phones, NEW.organisation_id, NEW.job_title, NEW.linkedin_url, NEW.notes, NEW.tags, NEW.warmness_score, NEW.cadence_days)
) EXECUTE FUNCTION note_contact_change(
    'name', 'emails', 'phones', 'organisation', 'job_title', 'linkedin_url', 'notes', 'tags', 'warmness_score', 'cadence_days'
);
"""


def upgrade() -> None:
    op.execute(SQL)
