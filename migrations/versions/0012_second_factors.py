"""The second step at sign-in, and accounts at the firm's own identity provider."""

from alembic import op

revision = "0012"
down_revision = "0011"

SQL = """
ALTER TABLE one_time_links
    DROP CONSTRAINT purpose,
    ADD CONSTRAINT purpose CHECK (purpose IN ('SETUP', 'INVITE', 'RESET', 'CODE', 'PROVIDER'));

CREATE TABLE second_factors (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID NOT NULL,
    secret VARCHAR(200) NOT NULL,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    last_step INTEGER,
    recovery JSONB NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (user_id),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE identities (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID NOT NULL,
    issuer VARCHAR(300) NOT NULL,
    subject VARCHAR(255) NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX identities_once ON identities (issuer, subject);
CREATE INDEX ix_identities_user_id ON identities (user_id);
"""


def upgrade() -> None:
    op.execute(SQL)
