"""The contact bank: organisations, touches and reminders, complete."""

from alembic import op

revision = "0005"
down_revision = "0004"

SQL = """
ALTER TABLE users ADD COLUMN default_event VARCHAR(300);
ALTER TABLE activities
    ADD COLUMN referred_contact_id UUID,
    ADD FOREIGN KEY (referred_contact_id) REFERENCES contacts (id) ON DELETE SET NULL;
CREATE INDEX activities_referring ON activities (referred_contact_id) WHERE referred_contact_id IS NOT NULL;
CREATE INDEX contacts_by_due ON contacts (user_id, next_due) WHERE deleted_at IS NULL AND next_due IS NOT NULL;
CREATE INDEX contacts_in_pipedrive ON contacts (user_id, sort_name, id) WHERE deleted_at IS NULL AND pipedrive_person_id IS NOT NULL;
CREATE INDEX contacts_by_tag ON contacts USING gin (user_id, tags);

ALTER TABLE warmness_changes
    DROP CONSTRAINT warmnessreason,
    ADD CONSTRAINT warmnessreason CHECK (reason IN ('ADDED', 'HAND', 'SUGGESTED', 'MERGED', 'IMPORT', 'DECLINED')),
    ADD COLUMN activity_id UUID,
    ADD FOREIGN KEY (activity_id) REFERENCES activities (id) ON DELETE SET NULL;
CREATE INDEX warmness_changes_of_activity ON warmness_changes (activity_id) WHERE activity_id IS NOT NULL;

CREATE TABLE bank_deeds (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID NOT NULL,
    kind VARCHAR(20) NOT NULL,
    sentence VARCHAR(200) NOT NULL,
    what JSONB NOT NULL,
    contact_ids UUID[] NOT NULL,
    undone_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    CONSTRAINT deedkind CHECK (kind IN ('TAG', 'UNTAG', 'WARM', 'LOG', 'PUSH', 'TRASH', 'RESTORE', 'SNOOZE', 'ASSIGN', 'MERGE', 'FIRM_RENAME', 'FIRM_MERGE')),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX bank_deeds_of_user ON bank_deeds (user_id, created_at);

CREATE TABLE owner_changes (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    contact_id UUID NOT NULL,
    from_user_id UUID NOT NULL,
    to_user_id UUID NOT NULL,
    by_user_id UUID,
    PRIMARY KEY (id),
    FOREIGN KEY(contact_id) REFERENCES contacts (id) ON DELETE CASCADE,
    FOREIGN KEY(from_user_id) REFERENCES users (id),
    FOREIGN KEY(to_user_id) REFERENCES users (id),
    FOREIGN KEY(by_user_id) REFERENCES users (id)
);
CREATE INDEX ix_owner_changes_contact_id ON owner_changes (contact_id);

CREATE TABLE saved_views (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID NOT NULL,
    name VARCHAR(80) NOT NULL,
    query VARCHAR(1000) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT saved_views_name_length CHECK (length(name) BETWEEN 1 AND 80),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX saved_views_once ON saved_views (user_id, name);

CREATE TABLE mail_templates (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID NOT NULL,
    name VARCHAR(80) NOT NULL,
    subject VARCHAR(200) NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT mail_templates_body_length CHECK (length(body) <= 5000),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX mail_templates_once ON mail_templates (user_id, name);

CREATE TABLE tombstones (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID NOT NULL,
    mark VARCHAR(64) NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX tombstones_once ON tombstones (user_id, mark);
"""


def upgrade() -> None:
    if SQL.strip():
        op.execute(SQL)
