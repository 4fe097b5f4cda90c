"""A link to a report keeps what it is narrowed to, a name and when it was opened last; a campaign's own report can be saved."""

from alembic import op

revision = "0039"
down_revision = "0038"

SQL = """
ALTER TABLE report_links
    ADD COLUMN filters jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN name varchar(80),
    ADD COLUMN opened_at timestamptz;
ALTER TABLE saved_reports
    DROP CONSTRAINT question,
    ADD CONSTRAINT question CHECK (question IN ('CHANNELS', 'HELP', 'WEEK', 'STALLS', 'SECTORS', 'CAMPAIGN'));
"""


def upgrade() -> None:
    op.execute(SQL)
