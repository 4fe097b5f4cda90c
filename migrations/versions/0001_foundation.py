"""The foundation: people, contact banks, campaigns, touches, the Pipedrive queue, the workspace."""

from alembic import op

revision = "0001"
down_revision = None

SQL = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

CREATE TABLE audit_events (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor VARCHAR(80) NOT NULL,
    action VARCHAR(60) NOT NULL,
    about VARCHAR(80) NOT NULL,
    detail JSONB NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX audit_events_by_time ON audit_events (created_at DESC, id);

CREATE TABLE failed_sign_ins (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    account VARCHAR(64) NOT NULL,
    address VARCHAR(64) NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX ix_failed_sign_ins_account ON failed_sign_ins (account);
CREATE INDEX ix_failed_sign_ins_address ON failed_sign_ins (address);

CREATE TABLE pipedrive_links (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    account VARCHAR(63) NOT NULL,
    entity_type VARCHAR(20) NOT NULL,
    entity_key VARCHAR(240) NOT NULL,
    state VARCHAR(20) NOT NULL,
    intent_at TIMESTAMP WITH TIME ZONE NOT NULL,
    remote_id BIGINT,
    created_by_us BOOLEAN NOT NULL,
    synced_hash VARCHAR(64),
    PRIMARY KEY (id),
    CONSTRAINT entitytype CHECK (entity_type IN ('organization', 'person', 'activity')),
    CONSTRAINT linkstate CHECK (state IN ('CREATING', 'LINKED', 'LOST'))
);
CREATE UNIQUE INDEX pipedrive_links_once ON pipedrive_links (account, entity_type, entity_key);

CREATE TABLE settings (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    key VARCHAR(80) NOT NULL,
    value JSONB NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (key)
);

CREATE TABLE sync_accounts (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    account VARCHAR(63) NOT NULL,
    not_before TIMESTAMP WITH TIME ZONE NOT NULL,
    paused_reason VARCHAR(200),
    budget_day VARCHAR(10),
    tokens_spent INTEGER NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (account)
);

CREATE TABLE users (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    email VARCHAR(254) NOT NULL,
    name VARCHAR(120) NOT NULL,
    role VARCHAR(20) NOT NULL,
    password_hash VARCHAR,
    active BOOLEAN NOT NULL,
    timezone VARCHAR(64) NOT NULL,
    default_type VARCHAR(20) NOT NULL,
    pipedrive_key VARCHAR,
    pipedrive_last4 VARCHAR(4),
    pipedrive_company VARCHAR(63),
    pipedrive_user_id INTEGER,
    pipedrive_user_name VARCHAR,
    PRIMARY KEY (id),
    CONSTRAINT users_email_lower CHECK (email = lower(email)),
    CONSTRAINT users_name_length CHECK (length(name) BETWEEN 1 AND 120),
    UNIQUE (email),
    CONSTRAINT role CHECK (role IN ('CONSULTANT', 'GOLDEN_TICKET'))
);

CREATE TABLE api_tokens (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID NOT NULL,
    name VARCHAR(80) NOT NULL,
    token_hash VARCHAR(64) NOT NULL,
    last4 VARCHAR(4) NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
    UNIQUE (token_hash)
);
CREATE INDEX ix_api_tokens_user_id ON api_tokens (user_id);

CREATE TABLE campaigns (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    name VARCHAR(160) NOT NULL,
    description TEXT NOT NULL,
    sector VARCHAR(80),
    theme VARCHAR(80),
    start_date DATE,
    end_date DATE,
    goal_meetings INTEGER,
    goal_touches INTEGER,
    owner_id UUID NOT NULL,
    version INTEGER NOT NULL,
    archived_at TIMESTAMP WITH TIME ZONE,
    deleted_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    CONSTRAINT campaigns_dates CHECK (end_date >= start_date),
    CONSTRAINT campaigns_name_length CHECK (length(name) BETWEEN 1 AND 160),
    CONSTRAINT campaigns_goals CHECK (goal_meetings >= 0 AND goal_touches >= 0),
    FOREIGN KEY(owner_id) REFERENCES users (id)
);
CREATE INDEX ix_campaigns_owner_id ON campaigns (owner_id);

CREATE TABLE idempotency_keys (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID NOT NULL,
    key VARCHAR(200) NOT NULL,
    request_hash VARCHAR(64) NOT NULL,
    status INTEGER NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX idempotency_keys_once ON idempotency_keys (user_id, key);

CREATE TABLE imports (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID NOT NULL,
    filename VARCHAR(200) NOT NULL,
    "new" INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    duplicates INTEGER NOT NULL,
    undone_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE INDEX ix_imports_user_id ON imports (user_id);

CREATE TABLE one_time_links (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    purpose VARCHAR(20) NOT NULL,
    token_hash VARCHAR(64) NOT NULL,
    email VARCHAR(254),
    role VARCHAR(20) NOT NULL,
    user_id UUID,
    invited_by UUID,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    CONSTRAINT purpose CHECK (purpose IN ('SETUP', 'INVITE', 'RESET')),
    UNIQUE (token_hash),
    CONSTRAINT role CHECK (role IN ('CONSULTANT', 'GOLDEN_TICKET')),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
    FOREIGN KEY(invited_by) REFERENCES users (id) ON DELETE SET NULL
);

CREATE TABLE organisations (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID NOT NULL,
    name VARCHAR(200) NOT NULL,
    key VARCHAR(200) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT organisations_once UNIQUE (user_id, key),
    CONSTRAINT organisations_name_length CHECK (length(name) BETWEEN 1 AND 200),
    FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE TABLE sync_lanes (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID NOT NULL,
    not_before TIMESTAMP WITH TIME ZONE NOT NULL,
    paused_reason VARCHAR(200),
    lease_token UUID,
    lease_until TIMESTAMP WITH TIME ZONE,
    told_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    UNIQUE (user_id),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE user_sessions (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID NOT NULL,
    token_hash VARCHAR(64) NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    browser VARCHAR(200) NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
    UNIQUE (token_hash)
);
CREATE INDEX ix_user_sessions_user_id ON user_sessions (user_id);

CREATE TABLE campaign_users (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    campaign_id UUID NOT NULL,
    user_id UUID NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(campaign_id) REFERENCES campaigns (id) ON DELETE CASCADE,
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX campaign_users_once ON campaign_users (campaign_id, user_id);
CREATE INDEX ix_campaign_users_user_id ON campaign_users (user_id);

CREATE TABLE contacts (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID NOT NULL,
    organisation_id UUID,
    import_id UUID,
    name VARCHAR(200) NOT NULL,
    given_name VARCHAR(200) NOT NULL,
    family_name VARCHAR(200) NOT NULL,
    sort_name VARCHAR(400) NOT NULL,
    search_text TEXT NOT NULL,
    emails TEXT[] NOT NULL,
    phones TEXT[] NOT NULL,
    job_title VARCHAR(120),
    linkedin_url VARCHAR(300),
    notes TEXT NOT NULL,
    tags TEXT[] NOT NULL,
    warmness_score INTEGER NOT NULL,
    cadence_days INTEGER,
    last_contacted TIMESTAMP WITH TIME ZONE,
    contacted_elsewhere TIMESTAMP WITH TIME ZONE,
    next_due TIMESTAMP WITH TIME ZONE,
    snoozed_until TIMESTAMP WITH TIME ZONE,
    pipedrive_person_id BIGINT,
    pipedrive_org_id BIGINT,
    version INTEGER NOT NULL,
    deleted_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    CONSTRAINT contacts_warmness_range CHECK (warmness_score BETWEEN 0 AND 10),
    CONSTRAINT contacts_cadence_range CHECK (cadence_days BETWEEN 1 AND 730),
    CONSTRAINT contacts_name_length CHECK (length(name) BETWEEN 1 AND 200),
    CONSTRAINT contacts_notes_length CHECK (length(notes) <= 10000),
    CONSTRAINT contacts_addresses CHECK (cardinality(emails) <= 10 AND cardinality(phones) <= 10),
    FOREIGN KEY(user_id) REFERENCES users (id),
    FOREIGN KEY(organisation_id) REFERENCES organisations (id) ON DELETE SET NULL,
    FOREIGN KEY(import_id) REFERENCES imports (id) ON DELETE SET NULL
);
CREATE INDEX contacts_by_cadence ON contacts (user_id) WHERE deleted_at IS NULL AND cadence_days IS NOT NULL;
CREATE INDEX contacts_by_email ON contacts USING gin (emails);
CREATE INDEX contacts_by_import ON contacts (import_id) WHERE import_id IS NOT NULL;
CREATE INDEX contacts_by_last ON contacts (user_id, last_contacted ASC NULLS FIRST, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_name ON contacts (user_id, sort_name, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_phone ON contacts USING gin (phones);
CREATE INDEX contacts_by_search ON contacts USING gin (user_id, search_text gin_trgm_ops);
CREATE INDEX contacts_by_silence ON contacts (user_id, warmness_score, last_contacted ASC NULLS FIRST, id) WHERE deleted_at IS NULL AND cadence_days IS NULL;
CREATE INDEX contacts_by_warmness ON contacts (user_id, warmness_score DESC, id) WHERE deleted_at IS NULL;
CREATE INDEX ix_contacts_organisation_id ON contacts (organisation_id);

CREATE TABLE activities (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    type VARCHAR(20) NOT NULL,
    user_id UUID NOT NULL,
    contact_id UUID,
    campaign_id UUID,
    subject VARCHAR(200) NOT NULL,
    note TEXT NOT NULL,
    happened_at TIMESTAMP WITH TIME ZONE,
    due_date TIMESTAMP WITH TIME ZONE,
    duration_minutes INTEGER,
    location VARCHAR(300),
    outcome VARCHAR(20),
    done BOOLEAN NOT NULL,
    pipedrive_activity_id BIGINT,
    version INTEGER NOT NULL,
    deleted_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    CONSTRAINT activities_done_means_happened CHECK (done = (happened_at IS NOT NULL)),
    CONSTRAINT activities_planned_has_date CHECK (done OR due_date IS NOT NULL),
    CONSTRAINT activities_duration_range CHECK (duration_minutes BETWEEN 1 AND 1440),
    CONSTRAINT activities_note_length CHECK (length(note) <= 5000),
    CONSTRAINT activitytype CHECK (type IN ('CALL', 'EMAIL', 'MEETING', 'LINKEDIN', 'REFERRAL', 'CONFERENCE')),
    FOREIGN KEY(user_id) REFERENCES users (id),
    FOREIGN KEY(contact_id) REFERENCES contacts (id) ON DELETE SET NULL,
    FOREIGN KEY(campaign_id) REFERENCES campaigns (id) ON DELETE SET NULL,
    CONSTRAINT outcome CHECK (outcome IN ('REACHED', 'VOICEMAIL', 'NO_ANSWER', 'WRONG_NUMBER', 'SENT', 'REPLIED', 'DECLINED', 'BOUNCED', 'MEETING_BOOKED', 'HELD', 'NO_SHOW', 'MOVED', 'CANCELLED', 'INTRODUCED', 'MET'))
);
CREATE INDEX activities_due ON activities (user_id, due_date) WHERE deleted_at IS NULL AND NOT done;
CREATE INDEX activities_of_campaign ON activities (campaign_id, happened_at);
CREATE INDEX activities_of_contact ON activities (contact_id, coalesce(happened_at, due_date) DESC, id);
CREATE INDEX activities_of_user ON activities (user_id, happened_at DESC, id) WHERE deleted_at IS NULL AND done;

CREATE TABLE campaign_contacts (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    campaign_id UUID NOT NULL,
    contact_id UUID NOT NULL,
    stage VARCHAR(20) DEFAULT 'TO_CONTACT' NOT NULL,
    assigned_user_id UUID,
    added_at TIMESTAMP WITH TIME ZONE NOT NULL,
    stage_at TIMESTAMP WITH TIME ZONE NOT NULL,
    outcome VARCHAR(80),
    PRIMARY KEY (id),
    CONSTRAINT campaign_contacts_times CHECK (added_at <= stage_at),
    FOREIGN KEY(campaign_id) REFERENCES campaigns (id) ON DELETE CASCADE,
    FOREIGN KEY(contact_id) REFERENCES contacts (id) ON DELETE CASCADE,
    CONSTRAINT stage CHECK (stage IN ('TO_CONTACT', 'CONTACTED', 'IN_DIALOGUE', 'MEETING_BOOKED', 'HANDED_OVER', 'NOT_NOW')),
    FOREIGN KEY(assigned_user_id) REFERENCES users (id) ON DELETE SET NULL
);
CREATE INDEX campaign_contacts_board ON campaign_contacts (campaign_id, stage, stage_at, id);
CREATE UNIQUE INDEX campaign_contacts_once ON campaign_contacts (campaign_id, contact_id);
CREATE INDEX ix_campaign_contacts_contact_id ON campaign_contacts (contact_id);

CREATE TABLE owed_answers (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID NOT NULL,
    contact_id UUID NOT NULL,
    type VARCHAR(20) NOT NULL,
    answered_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
    FOREIGN KEY(contact_id) REFERENCES contacts (id) ON DELETE CASCADE,
    CONSTRAINT activitytype CHECK (type IN ('CALL', 'EMAIL', 'MEETING', 'LINKEDIN', 'REFERRAL', 'CONFERENCE'))
);
CREATE INDEX owed_answers_open ON owed_answers (user_id, created_at) WHERE answered_at IS NULL;

CREATE TABLE pipedrive_syncs (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID NOT NULL,
    contact_id UUID,
    entity_type VARCHAR(20) NOT NULL,
    entity_id UUID NOT NULL,
    trigger VARCHAR(20) NOT NULL,
    dedupe_key VARCHAR(80) NOT NULL,
    status VARCHAR(20) NOT NULL,
    generation INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    run_at TIMESTAMP WITH TIME ZONE NOT NULL,
    error_code VARCHAR(40),
    error VARCHAR(500),
    detail TEXT,
    finished_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    CONSTRAINT pipedrive_syncs_counts CHECK (attempts >= 0 AND generation >= 1),
    FOREIGN KEY(user_id) REFERENCES users (id),
    FOREIGN KEY(contact_id) REFERENCES contacts (id) ON DELETE SET NULL,
    CONSTRAINT entitytype CHECK (entity_type IN ('organization', 'person', 'activity')),
    CONSTRAINT trigger CHECK (trigger IN ('WARM', 'MEETING', 'MANUAL')),
    CONSTRAINT syncstatus CHECK (status IN ('PENDING', 'SUCCESS', 'FAILED', 'RETRY'))
);
CREATE INDEX pipedrive_syncs_due ON pipedrive_syncs (run_at, id) WHERE status IN ('PENDING', 'RETRY');
CREATE INDEX pipedrive_syncs_lane ON pipedrive_syncs (user_id, run_at);
CREATE INDEX pipedrive_syncs_of_contact ON pipedrive_syncs (contact_id, created_at);
CREATE UNIQUE INDEX pipedrive_syncs_open_once ON pipedrive_syncs (dedupe_key) WHERE status IN ('PENDING', 'RETRY');

CREATE TABLE warmness_changes (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    contact_id UUID NOT NULL,
    user_id UUID NOT NULL,
    before INTEGER NOT NULL,
    after INTEGER NOT NULL,
    reason VARCHAR(20) NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(contact_id) REFERENCES contacts (id) ON DELETE CASCADE,
    FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT warmnessreason CHECK (reason IN ('ADDED', 'HAND', 'SUGGESTED', 'MERGED'))
);
CREATE INDEX ix_warmness_changes_contact_id ON warmness_changes (contact_id);

-- the trail only grows: nobody edits what was written, whoever they are
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_events is append-only';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
"""


def upgrade() -> None:
    op.execute(SQL)
