"""Reports: saved questions, links for people without an account, introductions."""

from alembic import op

revision = "0003"
down_revision = "0002"

SQL = """
CREATE TABLE saved_reports (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID NOT NULL,
    name VARCHAR(80) NOT NULL,
    question VARCHAR(20) NOT NULL,
    filters JSONB NOT NULL,
    weekly BOOLEAN DEFAULT false NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT saved_reports_name_length CHECK (length(name) BETWEEN 1 AND 80),
    CONSTRAINT question CHECK (question IN ('CHANNELS', 'HELP', 'WEEK', 'STALLS', 'SECTORS')),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX ix_saved_reports_user_id ON saved_reports (user_id);

CREATE TABLE report_links (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    campaign_id UUID NOT NULL,
    token_hash VARCHAR(64) NOT NULL,
    created_by UUID NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    UNIQUE (token_hash),
    FOREIGN KEY(campaign_id) REFERENCES campaigns (id) ON DELETE CASCADE,
    FOREIGN KEY(created_by) REFERENCES users (id)
);
CREATE INDEX ix_report_links_campaign_id ON report_links (campaign_id);

CREATE TABLE introductions (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    campaign_id UUID,
    offered_by UUID NOT NULL,
    offered_to UUID NOT NULL,
    whom VARCHAR(200) NOT NULL,
    note TEXT NOT NULL,
    redeemed_activity_id UUID,
    redeemed_at TIMESTAMP WITH TIME ZONE,
    declined_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    CONSTRAINT introductions_whom_length CHECK (length(whom) BETWEEN 1 AND 200),
    CONSTRAINT introductions_note_length CHECK (length(note) <= 2000),
    CONSTRAINT introductions_once CHECK (redeemed_at IS NULL OR declined_at IS NULL),
    FOREIGN KEY(campaign_id) REFERENCES campaigns (id) ON DELETE SET NULL,
    FOREIGN KEY(offered_by) REFERENCES users (id),
    FOREIGN KEY(offered_to) REFERENCES users (id),
    FOREIGN KEY(redeemed_activity_id) REFERENCES activities (id) ON DELETE SET NULL
);
CREATE INDEX introductions_of_user ON introductions (offered_to, created_at);
CREATE INDEX ix_introductions_campaign_id ON introductions (campaign_id);
CREATE INDEX ix_introductions_redeemed_activity_id ON introductions (redeemed_activity_id);

-- the last touch before a meeting was booked gets the credit for it
CREATE INDEX activities_that_led ON activities (contact_id, campaign_id, happened_at DESC, id DESC) WHERE done AND deleted_at IS NULL AND type <> 'MEETING';
"""


def upgrade() -> None:
    op.execute(SQL)
