"""Moving in: what an import changed, so that it can be taken back, and which column of a file meant what."""

from alembic import op

revision = "0008"
down_revision = "0007"

SQL = """
ALTER TABLE imports ADD COLUMN failed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE imports ALTER COLUMN failed DROP DEFAULT;

CREATE TABLE import_changes (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    import_id UUID NOT NULL,
    contact_id UUID NOT NULL,
    before JSONB NOT NULL,
    after JSONB NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(import_id) REFERENCES imports (id) ON DELETE CASCADE,
    FOREIGN KEY(contact_id) REFERENCES contacts (id) ON DELETE CASCADE
);
CREATE INDEX ix_import_changes_import_id ON import_changes (import_id);
CREATE INDEX ix_import_changes_contact_id ON import_changes (contact_id);

CREATE TABLE import_mappings (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID NOT NULL,
    signature VARCHAR(64) NOT NULL,
    meanings JSONB NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX import_mappings_once ON import_mappings (user_id, signature);
"""


def upgrade() -> None:
    op.execute(SQL)
