"""Calendar feeds: a private address a person, for the calendar on their phone."""

from alembic import op

revision = "0006"
down_revision = "0005"

SQL = """
CREATE TABLE calendar_feeds (
    id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    user_id UUID NOT NULL,
    token_hash VARCHAR(64) NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    UNIQUE (user_id),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
    UNIQUE (token_hash)
);
"""


def upgrade() -> None:
    op.execute(SQL)
