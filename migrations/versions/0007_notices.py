"""Reaching people: the bell, what each wants to hear, the mail that waits, answers from a mail."""

from alembic import op

revision = "0007"
down_revision = "0006"

SQL = """
CREATE TABLE notices (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID NOT NULL,
    kind VARCHAR(20) NOT NULL,
    sentence VARCHAR(300) NOT NULL,
    path VARCHAR(200) NOT NULL,
    about VARCHAR(120) NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    CONSTRAINT notices_path CHECK (path LIKE '/%'),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT noticekind CHECK (kind IN ('DIGEST', 'REMINDER', 'MEETING', 'PIPEDRIVE', 'CAMPAIGN'))
);
CREATE UNIQUE INDEX notices_once ON notices (user_id, about);
CREATE INDEX notices_unread ON notices (user_id) WHERE read_at IS NULL;

CREATE TABLE notice_choices (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID NOT NULL,
    digest_hour INTEGER NOT NULL,
    weekends BOOLEAN NOT NULL,
    by_mail BOOLEAN NOT NULL,
    "off" TEXT[] NOT NULL,
    quiet_from INTEGER NOT NULL,
    quiet_to INTEGER NOT NULL,
    digest_on DATE,
    reports_on DATE,
    PRIMARY KEY (id),
    CONSTRAINT notice_choices_digest_hour CHECK (digest_hour BETWEEN 0 AND 23),
    CONSTRAINT notice_choices_quiet CHECK (quiet_from BETWEEN 0 AND 23 AND quiet_to BETWEEN 0 AND 23),
    UNIQUE (user_id),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE mails (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID,
    address VARCHAR(254) NOT NULL,
    subject VARCHAR(200) NOT NULL,
    body TEXT NOT NULL,
    html TEXT NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    attempts INTEGER NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE,
    failed_at TIMESTAMP WITH TIME ZONE,
    error VARCHAR(300),
    PRIMARY KEY (id),
    CONSTRAINT mails_attempts CHECK (attempts >= 0),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX ix_mails_user_id ON mails (user_id);
CREATE INDEX mails_waiting ON mails (due_at, id) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX mails_by_time ON mails (created_at DESC, id);

CREATE TABLE reply_links (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    token_hash VARCHAR(64) NOT NULL,
    user_id UUID NOT NULL,
    contact_id UUID NOT NULL,
    reply VARCHAR(20) NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    UNIQUE (token_hash),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
    FOREIGN KEY(contact_id) REFERENCES contacts (id) ON DELETE CASCADE,
    CONSTRAINT reply CHECK (reply IN ('REACHED', 'SNOOZE', 'NOT_RELEVANT'))
);
CREATE INDEX ix_reply_links_expires_at ON reply_links (expires_at);
"""


def upgrade() -> None:
    op.execute(SQL)
