"""Own questions, goals of a person's week, notes on the time line of a campaign, and since when a campaign is behind."""

from alembic import op

revision = "0046"
down_revision = "0045"

SQL = """
ALTER TABLE saved_reports
    DROP CONSTRAINT question,
    ADD CONSTRAINT question CHECK (question IN ('CHANNELS', 'HELP', 'WEEK', 'STALLS', 'SECTORS', 'CAMPAIGN', 'OWN'));
ALTER TABLE campaigns ADD COLUMN behind_since timestamptz;
CREATE TABLE person_goals (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    user_id uuid NOT NULL UNIQUE REFERENCES users(id) ON DELETE CASCADE,
    touches integer,
    meetings integer,
    CONSTRAINT person_goals_sizes CHECK (touches BETWEEN 1 AND 10000 AND meetings BETWEEN 1 AND 1000)
);
CREATE TABLE campaign_notes (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    campaign_id uuid NOT NULL REFERENCES campaigns(id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users(id),
    day date NOT NULL,
    words varchar(80) NOT NULL CONSTRAINT campaign_notes_length CHECK (length(words) BETWEEN 1 AND 80)
);
CREATE INDEX campaign_notes_by_day ON campaign_notes (campaign_id, day);
"""


def upgrade() -> None:
    op.execute(SQL)
