"""Pipedrive: updates, what comes back, conflicts, receipts, and what it costs."""

from alembic import op

revision = "0004"
down_revision = "0003"

SQL = """
ALTER TABLE pipedrive_syncs
    DROP CONSTRAINT entitytype,
    DROP CONSTRAINT trigger,
    ADD CONSTRAINT entitytype CHECK (entity_type IN ('organization', 'person', 'activity', 'lead', 'deal')),
    ADD CONSTRAINT trigger CHECK (trigger IN ('WARM', 'MEETING', 'MANUAL', 'UPDATE', 'UNDO')),
    ADD COLUMN candidates JSONB,
    ADD COLUMN choice JSONB;

ALTER TABLE pipedrive_links
    DROP CONSTRAINT entitytype,
    ADD CONSTRAINT entitytype CHECK (entity_type IN ('organization', 'person', 'activity', 'lead', 'deal')),
    ADD COLUMN remote_ref VARCHAR(64),
    ADD COLUMN agreed JSONB,
    ADD COLUMN checked_at TIMESTAMP WITH TIME ZONE;
CREATE INDEX pipedrive_links_there ON pipedrive_links (account, entity_type, remote_id);

ALTER TABLE sync_accounts
    ADD COLUMN tokens_left INTEGER,
    ADD COLUMN listen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ADD COLUMN heard JSONB DEFAULT '{}' NOT NULL,
    ADD COLUMN known JSONB DEFAULT '{}' NOT NULL,
    ADD COLUMN hook JSONB;

CREATE TABLE sync_conflicts (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    contact_id UUID NOT NULL,
    user_id UUID NOT NULL,
    account VARCHAR(63) NOT NULL,
    entity_type VARCHAR(20) NOT NULL,
    entity_id UUID NOT NULL,
    field VARCHAR(20) NOT NULL,
    ours JSONB,
    theirs JSONB,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    resolved_at TIMESTAMP WITH TIME ZONE,
    resolution VARCHAR(20),
    PRIMARY KEY (id),
    FOREIGN KEY(contact_id) REFERENCES contacts (id) ON DELETE CASCADE,
    FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT entitytype CHECK (entity_type IN ('organization', 'person', 'activity', 'lead', 'deal')),
    CONSTRAINT resolution CHECK (resolution IN ('OURS', 'THEIRS'))
);
CREATE UNIQUE INDEX sync_conflicts_open_once ON sync_conflicts (entity_id, field) WHERE resolved_at IS NULL;
CREATE INDEX sync_conflicts_of_contact ON sync_conflicts (contact_id);
CREATE INDEX sync_conflicts_of_user ON sync_conflicts (user_id) WHERE resolved_at IS NULL;

CREATE TABLE sync_receipts (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sync_id UUID NOT NULL,
    account VARCHAR(63) NOT NULL,
    entity_type VARCHAR(20) NOT NULL,
    remote_id BIGINT,
    remote_ref VARCHAR(64),
    what VARCHAR(20) NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    undone_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(sync_id) REFERENCES pipedrive_syncs (id) ON DELETE CASCADE,
    CONSTRAINT entitytype CHECK (entity_type IN ('organization', 'person', 'activity', 'lead', 'deal')),
    CONSTRAINT deed CHECK (what IN ('CREATED', 'LINKED', 'UPDATED'))
);
CREATE INDEX sync_receipts_of_sync ON sync_receipts (sync_id, at);

CREATE TABLE sync_spending (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    account VARCHAR(63) NOT NULL,
    day VARCHAR(10) NOT NULL,
    kind VARCHAR(20) NOT NULL,
    tokens INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX sync_spending_once ON sync_spending (account, day, kind);

CREATE TABLE sync_notes (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    account VARCHAR(63) NOT NULL,
    entity_type VARCHAR(20) NOT NULL,
    remote_id BIGINT NOT NULL,
    merged_to_id BIGINT,
    PRIMARY KEY (id),
    CONSTRAINT entitytype CHECK (entity_type IN ('organization', 'person', 'activity', 'lead', 'deal'))
);
CREATE UNIQUE INDEX sync_notes_once ON sync_notes (account, entity_type, remote_id);
"""


def upgrade() -> None:
    if SQL.strip():
        op.execute(SQL)
