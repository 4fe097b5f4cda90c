"""Passkeys, and the answers to their questions that were used."""

from alembic import op

revision = "0027"
down_revision = "0026"

SQL = """
ALTER TABLE one_time_links
    DROP CONSTRAINT purpose,
    ADD CONSTRAINT purpose CHECK (purpose IN ('SETUP', 'INVITE', 'RESET', 'CODE', 'PROVIDER', 'PASSKEY'));

CREATE TABLE passkeys (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID NOT NULL,
    name VARCHAR(80) NOT NULL,
    host VARCHAR(253) NOT NULL,
    credential_id VARCHAR(1400) NOT NULL,
    public_key VARCHAR(4000) NOT NULL,
    sign_count BIGINT NOT NULL,
    may_sync BOOLEAN NOT NULL,
    is_synced BOOLEAN NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    UNIQUE (credential_id),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX ix_passkeys_user_id ON passkeys (user_id);
"""


def upgrade() -> None:
    op.execute(SQL)
