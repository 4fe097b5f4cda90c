"""Whatever changes what Pipedrive hears of a contact queues its push: a form, a merge, an undo, a file, a restore from the trash.

The database sees every write, also those of plain SQL, so that no verb can forget it. What was heard from Pipedrive is
written in a transaction that says so (`pipedriven.heard`), and is not told back.
"""

from alembic import op

revision = "0022"
down_revision = "0021"

SQL = """
-- an open push of the contact grows, else a new one waits; of many in one transaction only the first is asked for alone
CREATE FUNCTION queue_update(contact uuid, owner uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first text := coalesce(nullif(current_setting('pipedriven.told', true), ''), contact::text);
    alone boolean := first = contact::text;
    about uuid := CASE WHEN alone THEN contact ELSE owner END;
BEGIN
    PERFORM set_config('pipedriven.told', first, true);
    INSERT INTO sync_lanes (id, created_at, updated_at, user_id, not_before)
    VALUES (gen_random_uuid(), clock_timestamp(), clock_timestamp(), owner, clock_timestamp()) ON CONFLICT DO NOTHING;
    INSERT INTO pipedrive_syncs AS open (id, created_at, updated_at, user_id, contact_id, entity_type, entity_id, trigger,
                                         dedupe_key, status, generation, urgent, attempts, run_at)
    VALUES (gen_random_uuid(), clock_timestamp(), clock_timestamp(), owner, contact, 'person', contact, 'UPDATE',
            'person:' || contact, 'PENDING', 1, alone, 0, clock_timestamp())
    ON CONFLICT (dedupe_key) WHERE status IN ('PENDING', 'RETRY') DO UPDATE
    SET generation = open.generation + 1, user_id = owner, urgent = open.urgent OR alone,
        run_at = least(open.run_at, clock_timestamp()), updated_at = clock_timestamp();
    PERFORM pg_notify('pipedriven', json_build_object('topic', 'sync', 'about', about, 'owner', owner)::text);
END $$;

CREATE FUNCTION tell_of_contact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('pipedriven.heard', true) = 'yes' OR NEW.deleted_at IS NOT NULL THEN
        RETURN NULL;
    END IF;
    IF OLD.deleted_at IS NOT NULL THEN
        -- nobody listened meanwhile: the push looks
        IF NEW.pipedrive_person_id IS NULL THEN
            RETURN NULL;
        END IF;
        UPDATE pipedrive_links SET synced_hash = NULL
        WHERE entity_type = 'person' AND entity_key = NEW.id::text AND state = 'LINKED' AND agreed IS NOT NULL;
    END IF;
    IF NEW.pipedrive_person_id IS NOT NULL OR EXISTS (
        SELECT FROM pipedrive_syncs
        WHERE contact_id = NEW.id AND trigger <> 'UNDO'
          AND (status IN ('PENDING', 'RETRY') OR (status = 'FAILED' AND coalesce(error_code, '') <> 'SKIPPED'))
    ) THEN
        PERFORM queue_update(NEW.id, NEW.user_id);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER contacts_told AFTER UPDATE OF name, emails, phones, organisation_id, deleted_at ON contacts
FOR EACH ROW WHEN (
    (OLD.user_id = NEW.user_id AND (OLD.name, OLD.emails, OLD.phones, OLD.organisation_id)
                    IS DISTINCT FROM (NEW.name, NEW.emails, NEW.phones, NEW.organisation_id))
    OR (OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL)
) EXECUTE FUNCTION tell_of_contact();

-- a firm's name goes over with one of those who work there
CREATE FUNCTION tell_of_organisation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('pipedriven.heard', true) = 'yes' THEN
        RETURN NULL;
    END IF;
    PERFORM queue_update(one.id, one.user_id) FROM (
        SELECT id, user_id FROM contacts
        WHERE organisation_id = NEW.id AND user_id = NEW.user_id AND deleted_at IS NULL AND pipedrive_person_id IS NOT NULL
        ORDER BY updated_at DESC, id LIMIT 1
    ) one;
    RETURN NULL;
END $$;

CREATE TRIGGER organisations_told AFTER UPDATE OF name ON organisations
FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION tell_of_organisation();

-- a merge, and its undo, give a person there to another contact
CREATE FUNCTION tell_of_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM queue_update(one.id, one.user_id) FROM (
        SELECT id, user_id FROM contacts WHERE id = NEW.entity_key::uuid AND deleted_at IS NULL
    ) one;
    RETURN NULL;
END $$;

CREATE TRIGGER links_told AFTER UPDATE OF entity_key ON pipedrive_links
FOR EACH ROW WHEN (
    NEW.entity_type = 'person' AND NEW.entity_key NOT LIKE 'mail:%' AND OLD.entity_key IS DISTINCT FROM NEW.entity_key
) EXECUTE FUNCTION tell_of_link();
"""


def upgrade() -> None:
    op.execute(SQL)
